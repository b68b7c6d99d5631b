"""Character names: which are acceptable, and when two of them are the same name.

Two names are the same when they agree after NFKC, case folding, single spaces and without characters that nobody can
see (Unicode TR 36). Letters of Latin, Greek and Cyrillic look alike, so one name keeps to one of those scripts.
"""

import re
import unicodedata

from loopbank.identity.errors import UnacceptableName

NAME_LENGTH_MAX = 100

_RESERVED = frozenset(
    {
        "admin",
        "administrator",
        "anonymous",
        "bank",
        "casino",
        "deleteduser",
        "everyone",
        "house",
        "loopbank",
        "moderator",
        "neobank",
        "nobody",
        "null",
        "official",
        "operator",
        "root",
        "security",
        "service",
        "staff",
        "superadmin",
        "support",
        "sysadmin",
        "system",
        "treasury",
        "undefined",
        "you",
    }
)
_LOOKALIKE_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_INVISIBLE = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def accepted_name(text: str) -> str:
    """Give a new character name as it will be shown: trimmed, single spaces, NFC. Raises UnacceptableName."""
    return _accepted(text, "character name", field="character_name")


def accepted_full_name(text: str) -> str:
    """Give the name of somebody who joins by mail, by the same rules; others may have it. Raises UnacceptableName."""
    return _accepted(text, "full name", field="fullName")


def _accepted(text: str, noun: str, *, field: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    mistake = _mistake(name)
    if mistake is not None:
        raise UnacceptableName(mistake.format(noun), field=field)
    return name


def _mistake(name: str) -> str | None:
    """Say why a name cannot be used, with a place for what kind of name it is."""
    if not 1 <= len(name) <= NAME_LENGTH_MAX:
        return f"A {{}} has 1 to {NAME_LENGTH_MAX} characters."
    if any(unicodedata.category(letter) in _REFUSED_CATEGORIES or letter in _BLANK_LETTERS for letter in name):
        return "A {} has no invisible or control characters."
    if "@" in unicodedata.normalize("NFKC", name):
        return "A {} has no @."
    if not any(letter.isalnum() for letter in name):
        return "A {} has at least one letter or digit."
    if len(_scripts(name)) > 1:
        return "A {} does not mix letters that look alike in different alphabets."
    if "".join(letter for letter in name_key(name) if letter.isalnum()) in _RESERVED:
        return "This {} is reserved."
    return None


def name_key(name: str) -> str:
    """Give the form under which a name is unique."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(_INVISIBLE.sub("", folded).split())


def email_key(email: str) -> str:
    """Give the form under which an e-mail address is unique."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def _scripts(name: str) -> set[str]:
    """Tell which of the scripts that look alike the name's letters belong to."""
    found = set()
    for letter in unicodedata.normalize("NFKC", name):
        script = unicodedata.name(letter, "").partition(" ")[0]
        if script in _LOOKALIKE_SCRIPTS and letter.isalpha():
            found.add(script)
    return found
