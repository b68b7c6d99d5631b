"""Mail addresses as people give them."""

import re

from loopbank.identity.errors import UnacceptableEmail

EMAIL_LENGTH_MAX = 254
"""What a mail server takes (RFC 5321, section 4.5.3.1.3, without the brackets)."""

# ASCII alone: two addresses that look alike but are not the same must not exist (Unicode TR 36). The domain has a dot.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+"
)


def accepted_email(text: str) -> str:
    """Give a new address without the spaces around it. Raises UnacceptableEmail."""
    email = text.strip()
    if len(email) > EMAIL_LENGTH_MAX or not _ADDRESS.fullmatch(email) or ".." in email:
        raise UnacceptableEmail
    return email
