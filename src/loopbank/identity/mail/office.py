"""The mail of one installation put together, from its settings."""

from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.foundation.settings import Installation
from loopbank.identity.mail.carriers import Carrier, MaildirCarrier, SmtpCarrier, SmtpServer
from loopbank.identity.mail.letter_box import LetterBox
from loopbank.identity.mail.postman import Postman
from loopbank.identity.mail.stationery import Stationery

_PORT_WITHOUT_ADDRESS = 8080
_MAIL_FOLDER = "mail"


def build_postman(database: Database, installation: Installation, clock: Clock) -> Postman:
    """Build the postman: by mail server where one is set, else into a Maildir of the data folder."""
    return Postman(
        database=database,
        letter_box=LetterBox(installation.secret_key, clock),
        stationery=build_stationery(installation),
        carrier=_carrier(installation),
        clock=clock,
    )


def build_stationery(installation: Installation) -> Stationery:
    """Build the stationery; links lead to the public address, never to what a request calls itself."""
    base_url = installation.public_url or f"http://localhost:{installation.port or _PORT_WITHOUT_ADDRESS}"
    host = base_url.partition("://")[2].partition("/")[0].partition(":")[0]
    return Stationery(
        product_name=installation.product_name,
        base_url=base_url,
        sender=installation.mail_from or f"no-reply@{host}",
    )


def _carrier(installation: Installation) -> Carrier:
    if not installation.smtp_host:
        return MaildirCarrier(installation.data_dir / _MAIL_FOLDER)
    server = SmtpServer(
        host=installation.smtp_host,
        port=installation.smtp_port,
        username=installation.smtp_username,
        password=installation.smtp_password,
        security=installation.smtp_security,
    )
    return SmtpCarrier(server)
