"""What Alembic runs for every branch: its pending revisions, in the transaction that the runner has opened."""

from alembic import context

_given = context.config.attributes

context.configure(connection=_given["connection"], transactional_ddl=True, **_given["version_table"])
context.run_migrations()
