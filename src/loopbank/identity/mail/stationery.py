"""Stationery: turns a letter into a mail with a subject, plain text and HTML, in the reader's language.

A template's first line is the subject. Paragraphs follow; one in square brackets is the label of the button that leads
to the letter's link, one that begins with = is a code to be typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from loopbank.foundation.clock import MICROSECONDS_PER_SECOND
from loopbank.identity.mail.letters import LetterKind, StoredLetter

LINK = "link"
CODE = "code"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of a letter: words, the label of its button, or a code."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """A letter in words."""

    subject: str
    text: str
    html: str


class Stationery:
    """The letters of one installation; `base_url` is where its web app lives."""

    def __init__(self, *, product_name: str, base_url: str, sender: str) -> None:
        self._product_name = product_name
        self._base_url = base_url.rstrip("/")
        self._sender = sender
        loader = PackageLoader("loopbank.identity.mail")
        self._words = Environment(loader=loader, undefined=StrictUndefined, autoescape=False)  # noqa: S701 -- plain text
        self._pages = Environment(loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True)

    def write(self, letter: StoredLetter, particulars: Mapping[str, str]) -> WrittenLetter:
        """Put a letter into words."""
        given = {name: value for name, value in particulars.items() if name != LINK}
        template = self._words.get_template(f"{LetterKind(letter.kind)}.{letter.language}.txt")
        subject, _, body = template.render(given, product=self._product_name).strip().partition("\n")
        paragraphs = [_paragraph(part) for part in body.strip().split("\n\n")]
        link = self._base_url + particulars.get(LINK, "")
        return WrittenLetter(subject, _plain(paragraphs, link), self._html(letter, subject, paragraphs, link))

    def mail(self, letter: StoredLetter, particulars: Mapping[str, str]) -> EmailMessage:
        """Give a letter as a mail; the same letter has the same Message-ID however often it is sent."""
        written = self.write(letter, particulars)
        message = EmailMessage()
        message["Subject"] = written.subject
        message["From"] = self._sender
        message["To"] = letter.address
        written_at = datetime.fromtimestamp(letter.created_at // MICROSECONDS_PER_SECOND, UTC)
        message["Date"] = format_datetime(written_at)
        message["Message-ID"] = f"<{letter.id}@{self._sender.rpartition('@')[2].rstrip('>')}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = letter.language
        message.set_content(written.text)
        message.add_alternative(written.html, subtype="html")
        return message

    def _html(self, letter: StoredLetter, subject: str, paragraphs: list[Paragraph], link: str) -> str:
        page = self._pages.get_template("letter.html")
        return page.render(
            subject=subject,
            language=letter.language,
            product=self._product_name,
            paragraphs=paragraphs,
            link=link,
        )


def _paragraph(part: str) -> Paragraph:
    text = " ".join(part.split())
    if text.startswith("[") and text.endswith("]"):
        return Paragraph(LINK, text[1:-1])
    if text.startswith("="):
        return Paragraph(CODE, text[1:].strip())
    return Paragraph("words", text)


def _plain(paragraphs: list[Paragraph], link: str) -> str:
    """Write the text for readers without HTML: the link stands where the button would be."""
    shown = (f"{part.text}:\n{link}" if part.kind == LINK else part.text for part in paragraphs)
    return "\n\n".join(shown) + "\n"
