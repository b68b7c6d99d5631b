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
