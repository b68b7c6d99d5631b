"""`one_of`, the test for membership in a bound list."""

from sqlalchemy import create_engine, func, not_, or_, select

from loopbank.foundation.database import SCHEMAS, Database
from loopbank.foundation.prepared import Prepared
from loopbank.foundation.set_statements import one_of
from loopbank.ledger.tables import account, posting


def test_a_list_of_keys_is_looked_up_in_the_index_on_sqlite(sqlite_database_url: str) -> None:
    engine = create_engine(sqlite_database_url)
    with engine.connect() as connection:
        query = Prepared(select(posting.c.id).where(one_of(posting.c.key, "keys")))
        sql = query.on(engine.dialect, dict.fromkeys(SCHEMAS)).sql
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ('["a", "b"]',))]
    engine.dispose()
    # A SEARCH costs by the list's length, a SCAN by the journal's.
    assert any(step.startswith("SEARCH") and "posting" in step for step in steps), steps
    assert not any(step.startswith("SCAN") and "posting" in step for step in steps), steps


async def test_membership_stands_beside_other_conditions(database: Database) -> None:
    beside = or_(one_of(account.c.code, "codes"), not_(one_of(account.c.status, "codes")))
    async with database.reading() as tx:
        assert await tx.value(select(func.count()).select_from(account).where(beside), {"codes": ["a", "b"]}) == 0
