"""Purpose-bound keys derived from the one secret of an installation (HKDF, RFC 5869)."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive_key(secret_key: str, purpose: str) -> bytes:
    """Give the 32-byte key for one purpose; other purposes give unrelated keys."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"loopbank/{purpose}".encode()).derive(
        secret_key.encode()
    )
