"""How webhooks are refused."""

from loopbank.foundation.errors import FieldMistake, MalformedRequest, NotFound


class UnacceptableUrl(MalformedRequest):
    """A webhook cannot be told at this address."""

    code = "url_not_acceptable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, mistakes=[FieldMistake("url", detail)])


class UnknownWebhook(NotFound):
    """There is no such webhook, or it is somebody else's."""

    code = "webhook_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such webhook.")


class UnknownDelivery(NotFound):
    """The delivery log has no such entry."""

    code = "delivery_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such delivery.")
