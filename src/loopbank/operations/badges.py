"""Badges: printable cards with a name, an account number and its QR code, eight to a page."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from fpdf import FPDF

_COLUMNS, _ROWS = 2, 4
_WIDTH, _HEIGHT = 95.0, 67.0
"""Millimetres of a card on A4; the page keeps 10 mm of margin."""

_MARGIN = 10.0
_SIZE_MIN = 5
_LATIN_LAST = 0xFF
_CODE = 38.0
_FONT = "badge"
_PLAIN_FONT = "Helvetica"


@dataclass(frozen=True, slots=True)
class Badge:
    """What stands on one card; `faction` may be empty."""

    name: str
    account_number: str
    faction: str


def write_badges(badges: Sequence[Badge], title: str, destination: Path, *, font: Path | None = None) -> int:
    """Write the cards as a PDF and give the number of pages; the title stands on each card.

    `font` is a TrueType file with the letters of all names. Without it a letter that Western Europe does not have loses
    its marks, or is shown as a question mark.
    """
    from fpdf import FPDF  # noqa: PLC0415 -- no other command pays for the writer of PDFs

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_title(title)
    if font is not None:
        pdf.add_font(_FONT, fname=font)
    face = _PLAIN_FONT if font is None else _FONT
    for number, badge in enumerate(badges):
        place = number % (_COLUMNS * _ROWS)
        if place == 0:
            pdf.add_page()
        _draw(pdf, face, badge, title, _MARGIN + place % _COLUMNS * _WIDTH, _MARGIN + place // _COLUMNS * _HEIGHT)
    pdf.output(str(destination))
    return pdf.pages_count


def _draw(pdf: "FPDF", face: str, badge: Badge, title: str, left: float, top: float) -> None:
    pdf.set_draw_color(190)
    pdf.rect(left, top, _WIDTH, _HEIGHT)
    pdf.image(_code(badge.account_number), left + 4, top + (_HEIGHT - _CODE) / 2, _CODE, _CODE)
    right = left + _CODE + 7
    room = _WIDTH - _CODE - 10
    lines = ((title, 12, 9), (badge.name, 26, 15), (badge.faction, 34, 9), (badge.account_number, 48, 13))
    for text, down, size in lines:
        shown = text if face == _FONT else _western(text)
        _fit(pdf, face, shown, room, size)
        pdf.text(right, top + down, shown)


def _fit(pdf: "FPDF", face: str, text: str, room: float, size: int) -> None:
    """Choose the size of a line: smaller where it is long."""
    pdf.set_font(face, size=size)
    while size > _SIZE_MIN and pdf.get_string_width(text) > room:
        size -= 1
        pdf.set_font(face, size=size)


def _western(text: str) -> str:
    """Write a text with the letters of Western Europe, which the fonts that every reader has are limited to."""
    letters = []
    for letter in text:
        bare = letter if letter.isascii() or ord(letter) <= _LATIN_LAST else unicodedata.normalize("NFKD", letter)[0]
        letters.append(bare if ord(bare) <= _LATIN_LAST else "?")
    return "".join(letters)


def _code(account_number: str) -> BytesIO:
    picture = BytesIO()
    # A quarter of the code may be scratched and it still reads.
    segno.make(account_number, error="q", micro=False).save(picture, kind="png", scale=8, border=2)
    picture.seek(0)
    return picture
