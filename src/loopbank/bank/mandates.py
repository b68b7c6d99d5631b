"""From a request's caller to what the bank needs: their mandate, the account they spend from, the account they mean."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from loopbank.access import Caller, Role
from loopbank.bank.allowances import SpendLimit
from loopbank.bank.errors import AccountNotAllowed, NotPayable, UnclearParty, UnknownTreasury, UnknownWallet
from loopbank.bank.holders import Holders
from loopbank.bank.holds import Settler
from loopbank.bank.payments import Mandate
from loopbank.bank.transfers import account_number
from loopbank.bank.words import Treasury
from loopbank.foundation.errors import Refusal
from loopbank.foundation.ids import new_id
from loopbank.ledger import AccountCode


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a request means: exactly one of a person, a treasury and an account number."""

    user_id: str | None = None
    treasury: str | None = None
    account: str | None = None


def mandate_of(caller: Caller) -> Mandate:
    """Give the mandate of a caller: a key spends up to its day's limit, a partner up to what the person granted."""
    limit = None
    if caller.key is not None and caller.key.spend_limit_per_day is not None:
        limit = SpendLimit(caller.key.id, caller.key.spend_limit_per_day, is_daily=True)
    elif caller.grant is not None:
        limit = SpendLimit(f"grant-{caller.grant.id}", caller.grant.spend_limit, is_daily=False)
    return Mandate(actor=caller.actor, credential=caller.credential, key_scope=caller.key_scope, limit=limit)


def idempotency_key(request: Request) -> str:
    """Give the request's idempotency key; a request without one gets one of its own."""
    given = request.headers.get("idempotency-key")
    return new_id() if given is None else given


def treasury_named(name: str) -> Treasury:
    """Give the treasury of a name. Raises UnknownTreasury."""
    try:
        return Treasury(name.strip().upper())
    except ValueError:
        raise UnknownTreasury from None


class Parties:
    """Resolves whom requests mean."""

    def __init__(self, holders: Holders) -> None:
        self._holders = holders

    async def source(self, caller: Caller, from_user_id: str | None) -> AccountCode:
        """Give the account that a caller spends from: their own, or the one that their key may spend from.

        Raises UnclearParty, UnknownWallet or AccountNotAllowed.
        """
        own = await self.own(caller)
        if own is not None:
            holder_id = caller.person.person_id if caller.person else caller.grant.person_id if caller.grant else ""
            if from_user_id not in (None, holder_id):
                raise AccountNotAllowed
            return own
        assert caller.key is not None, "whoever is neither a person nor a partner has a key"
        if from_user_id is None:
            raise UnclearParty("A key must say whose coins it spends: fromUserId.")
        holder = await self._holders.of_person(from_user_id)
        if not caller.key.may_spend_from(holder.account_number, holder.person_id):
            raise AccountNotAllowed
        return holder.account_number

    async def own(self, caller: Caller) -> AccountCode | None:
        """Give the account of the person who calls, or for whom a partner calls; None for a key."""
        if caller.person is not None:
            return await self._holders.number_of(caller.person.person_id, caller.person.name)
        if caller.grant is not None:
            return await self._holders.number_of(caller.grant.person_id, caller.grant.name)
        return None

    async def seen(self, caller: Caller, user_id: str | None) -> AccountCode:
        """Give the account that a caller looks at: their own, or with a key that of a person they name."""
        own = await self.own(caller)
        if own is not None:
            return own
        if user_id is None:
            raise UnclearParty("A key must say whose wallet it looks at: userId.")
        return (await self._holders.of_person(user_id)).account_number

    async def account(self, party: Party) -> AccountCode:
        """Give the account that a request means. Raises UnclearParty, UnknownWallet, UnknownTreasury or NotPayable."""
        given = [part for part in (party.user_id, party.treasury, party.account) if part is not None]
        if len(given) != 1:
            raise UnclearParty("Please name exactly one of a user, a treasury and an account number.")
        if party.user_id is not None:
            return (await self._holders.of_person(party.user_id)).account_number
        if party.treasury is not None:
            return treasury_named(party.treasury).account
        return account_number(party.account or "")

    async def people(self, parties: Sequence[Party]) -> Sequence[AccountCode | Refusal]:
        """Give the account of each person on a list, or why there is none, in two reads however long the list is."""
        numbers = await self._holders.numbers_of([party.user_id for party in parties if party.user_id is not None])
        typed = {AccountCode(party.account.strip().upper()) for party in parties if party.account is not None}
        known = await self._holders.person_ids_of(typed)
        found: list[AccountCode | Refusal] = []
        for party in parties:
            if (party.user_id is None) == (party.account is None):
                found.append(UnclearParty("Please name either a user or an account number."))
            elif party.user_id is not None:
                found.append(numbers.get(party.user_id) or UnknownWallet())
            else:
                number = AccountCode((party.account or "").strip().upper())
                found.append(number if number in known else NotPayable())
        return found

    async def settler(self, caller: Caller) -> Settler:
        """Give a caller as somebody who may settle holds."""
        is_staff = (caller.person is not None and caller.person.role >= Role.ADMIN) or (
            caller.key is not None and caller.key.permission.name == "ADMIN"
        )
        return Settler(mandate=mandate_of(caller), own_account=await self.own(caller), is_staff=is_staff)
