"""The key that signs the log's blocks: Ed25519, derived from the installation's secret."""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from loopbank.foundation.keys import derive_key


class LogKey:
    """Signs blocks and verifies signatures; `public_key` (32 bytes) is all that an outsider needs to verify."""

    def __init__(self, secret_key: str) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(derive_key(secret_key, "log-signature"))
        self._public = self._private.public_key()
        self.public_key = self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = sha256(self.public_key).hexdigest()[:16]

    def sign(self, digest: bytes) -> bytes:
        """Sign a block's hash; the same hash gives the same 64 bytes."""
        return self._private.sign(digest)

    def has_signed(self, digest: bytes, signature: bytes) -> bool:
        """Tell whether the signature over a block's hash is this key's."""
        try:
            self._public.verify(signature, digest)
        except InvalidSignature:
            return False
        return True
