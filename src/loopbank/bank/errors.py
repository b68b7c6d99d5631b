"""The bank's refusals."""

from loopbank.foundation.errors import BadRequest, NotFound, Refusal


class UnknownAccountNumber(NotFound):
    """No person holds this account number."""

    code = "unknown_account"

    def __init__(self) -> None:
        super().__init__("There is no account with this number.")


class NotPayable(BadRequest):
    """The receiver's account number is not one that people can pay."""

    code = "unknown_account"


class InvalidIdempotencyKey(BadRequest):
    """The Idempotency-Key header cannot serve as a key."""

    code = "invalid_idempotency_key"

    def __init__(self) -> None:
        super().__init__("The Idempotency-Key must be 1 to 200 printable ASCII characters.")


class InvalidCursor(BadRequest):
    """A cursor, limit or filter of a list cannot be read."""

    code = "invalid_page"


class AccountInactive(Refusal):
    """The person's account was deactivated."""

    code = "account_inactive"
    status = 403
    title = "Not allowed"

    def __init__(self) -> None:
        super().__init__("This account is no longer active.")
