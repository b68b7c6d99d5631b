"""Answers that several routes give: money that has moved, and who holds the accounts in it."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from loopbank.bank.holders import Holders
from loopbank.foundation.answers import JsonAnswer
from loopbank.ledger import AccountCode, StatementLine


async def people_in(holders: Holders, lines: Sequence[StatementLine]) -> dict[AccountCode, str]:
    """Give who holds the accounts of some lines."""
    return await holders.person_ids_of({code for line in lines for code in (line.transfer.debit, line.transfer.credit)})


def money_response(answer: dict[str, Any], key: str, *, is_replay: bool, status: int = 201) -> Response:
    """Answer a request that moved money, with its key and whether it had moved it before."""
    headers = {"Idempotency-Key": key}
    if is_replay:
        headers["Idempotent-Replayed"] = "true"
    return JsonAnswer(answer, status, headers)
