"""The bank's refusals."""

from loopbank.foundation.errors import BadRequest, FieldMistake, NotFound, Refusal


class UnknownAccountNumber(NotFound):
    """No person holds this account number."""

    code = "unknown_account"

    def __init__(self) -> None:
        super().__init__("There is no account with this number.")


class NotPayable(BadRequest):
    """The receiver's account number is not one that people can pay; 400, as a payment's existing clients expect."""

    code = "unknown_account"

    def __init__(self) -> None:
        super().__init__("There is no account with this number.")


class InvalidIdempotencyKey(BadRequest):
    """The Idempotency-Key header cannot serve as a key."""

    code = "invalid_idempotency_key"

    def __init__(self) -> None:
        super().__init__("The Idempotency-Key must be 1 to 200 printable ASCII characters.")


class IdempotencyKeyReused(Refusal):
    """The key named another request before; `field` is the first one that differs, as the request calls it."""

    code = "idempotency_key_reused"
    status = 422
    title = "Idempotency key reused"

    def __init__(self, field: str) -> None:
        detail = f"The idempotency key was used before with another value of {field}."
        super().__init__(detail, mistakes=[FieldMistake(field, detail)])


class AccountInactive(Refusal):
    """The person's account was deactivated."""

    code = "account_inactive"
    status = 403
    title = "Not allowed"

    def __init__(self) -> None:
        super().__init__("This account is no longer active.")


class UnknownWallet(NotFound):
    """The bank does not know this person."""

    code = "wallet_not_found"

    def __init__(self) -> None:
        super().__init__("There is no wallet for this user.")


class UnknownTreasury(BadRequest):
    """There are four treasuries, and this is none of them."""

    code = "unknown_treasury"

    def __init__(self) -> None:
        super().__init__("The treasury must be one of COURSE, SUBSCRIPTION, REWARD and GENERAL.")


class UnclearParty(BadRequest):
    """A request does not say exactly once whose coins it means."""

    code = "unclear_party"


class SpendLimitReached(Refusal):
    """The key, or the grant, may not spend that much any more."""

    code = "spend_limit_reached"
    status = 403
    title = "Not allowed"

    def __init__(self) -> None:
        super().__init__("That is more than is left of the spend limit.")


class AccountNotAllowed(Refusal):
    """The key may not spend from this account."""

    code = "account_not_allowed"
    status = 403
    title = "Not allowed"

    def __init__(self) -> None:
        super().__init__("This key may not spend from that account.")


class ListRefused(Refusal):
    """One item of a list was refused, and with it the whole list; nothing was written."""

    title = "Refused list"

    def __init__(self, index: int, refusal: Refusal) -> None:
        detail = f"items[{index}]: {refusal.detail}"
        super().__init__(detail, mistakes=[FieldMistake(f"items[{index}]", refusal.detail)])
        self.code = refusal.code  # type: ignore[misc]  # a list is refused as its item would be
        self.status = refusal.status  # type: ignore[misc]  # likewise


class UnknownHold(NotFound):
    """There is no such hold, or not for this caller."""

    code = "unknown_hold"

    def __init__(self) -> None:
        super().__init__("There is no such hold.")


class UnknownTransaction(NotFound):
    """There is no such transaction."""

    code = "unknown_posting"

    def __init__(self) -> None:
        super().__init__("There is no such transaction.")


class UnknownFaction(NotFound):
    """Nobody belongs to this faction."""

    code = "unknown_faction"

    def __init__(self) -> None:
        super().__init__("Nobody belongs to this faction.")


class FactionTaken(BadRequest):
    """There is a faction with this name."""

    code = "faction_taken"

    def __init__(self) -> None:
        super().__init__("There is a faction with this name already.")


class UnreadableTable(BadRequest):
    """A table of payments cannot be read as one."""

    code = "unreadable_table"


class HouseElsewhere(Refusal):
    """The bank cannot open, because its house was started under another account number."""

    code = "house_elsewhere"
    title = "House elsewhere"

    def __init__(self) -> None:
        super().__init__(
            "The house has another account number here. Start with the CASINO_HOUSE_ACCOUNT it had before."
        )
