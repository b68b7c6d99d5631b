"""Carriers: a mail server where one is set, else a Maildir on disk that any mail reader opens."""

import asyncio
import mailbox
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, Protocol

import aiosmtplib

_SMTP_SECONDS_MAX = 20.0
_PERMANENT = 500

SmtpSecurity = Literal["none", "starttls", "tls"]


class NotCarried(Exception):
    """A letter could not be handed over now; `is_final` when trying again is no use."""

    def __init__(self, problem: str, *, is_final: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.is_final = is_final


class Carrier(Protocol):
    """Takes a mail to its reader."""

    name: str
    keeps_letters: bool
    """Whether the letter's words stay readable here, because its reader may never get them otherwise."""

    async def carry(self, message: EmailMessage) -> None:
        """Hand the mail over. Raises NotCarried."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where a mail server is and how it is spoken to."""

    host: str
    port: int
    username: str
    password: str
    security: SmtpSecurity


class SmtpCarrier:
    """Hands mails to a mail server."""

    name = "smtp"
    keeps_letters = False

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def carry(self, message: EmailMessage) -> None:
        """Hand the mail over. Raises NotCarried."""
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.username or None,
                password=server.password or None,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                timeout=_SMTP_SECONDS_MAX,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            is_final = all(refused.code >= _PERMANENT for refused in error.recipients)
            raise NotCarried("The mail server refused the recipient.", is_final=is_final) from error
        except aiosmtplib.SMTPDataError as error:
            raise NotCarried("The mail server refused the letter.", is_final=error.code >= _PERMANENT) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotCarried(f"The mail server did not take it: {type(error).__name__}.", is_final=False) from error


class MaildirCarrier:
    """Lays mails down in a folder, where none is lost while no mail server is set."""

    name = "maildir"
    keeps_letters = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def carry(self, message: EmailMessage) -> None:
        """Lay the mail down. Raises NotCarried."""
        try:
            await asyncio.to_thread(self._lay_down, message)
        except OSError as error:
            raise NotCarried(f"The mail folder could not be written: {error.strerror}.", is_final=False) from error

    def _lay_down(self, message: EmailMessage) -> None:
        self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mailbox.Maildir(self._folder, create=True).add(message)
