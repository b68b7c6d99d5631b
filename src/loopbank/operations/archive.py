"""The form of a backup: a tar with a manifest and one payload, sealed with a passphrase if one is given.

Nothing in it needs Loopbank to be opened: the payload of a SQLite bank is a gzipped database file, that of a
PostgreSQL bank is a dump for pg_restore, and that of an increment is gzipped JSON, a line per batch of rows. A sealed
payload is encrypted in the age format to a key of its own; that key lies beside it, encrypted with the passphrase
(`age -d key.age`, then `age -d -i` that key).
"""

import hashlib
import io
import json
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyrage

from loopbank.events import LogPosition
from loopbank.operations.errors import BackupUnsound, PassphraseNeeded

FORMAT = 1
_MANIFEST = "manifest.json"
_KEY = "key.age"
_SEALED = ".age"
_PIECE_BYTES = 1 << 20
_MANIFEST_BYTES_MAX = 1 << 16


@dataclass(frozen=True, slots=True)
class Base:
    """The whole backup that an increment builds on: its name, the hash of its payload and where its log ends."""

    name: str
    sha256: str
    log: LogPosition


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when and by which release it was made, of which bank, and where that bank's log ended.

    `sha256` is of the payload as it lies in the tar; `key_id` names the key that signed the log; `base` is what an
    increment builds on, and None for a whole backup.
    """

    made_at: str
    release: str
    dialect: str
    product_name: str
    key_id: str
    log: LogPosition
    payload: str
    payload_bytes: int
    sha256: str
    base: Base | None = None
    format: int = FORMAT

    @property
    def is_sealed(self) -> bool:
        """Tell whether a passphrase is needed."""
        return self.payload.endswith(_SEALED)


def seal(payload: Path, passphrase: str) -> tuple[Path, bytes]:
    """Encrypt a payload beside itself and remove the open one; gives the sealed file and its encrypted key."""
    identity = pyrage.x25519.Identity.generate()
    sealed = payload.with_name(payload.name + _SEALED)
    with payload.open("rb") as source, sealed.open("wb") as destination:
        pyrage.encrypt_io(source, destination, [identity.to_public()])
    payload.unlink()
    return sealed, pyrage.passphrase.encrypt(str(identity).encode(), passphrase)


def pack(archive: Path, payload: Path, manifest: Manifest, key: bytes | None) -> None:
    """Write the archive: the manifest first, so that it can be read without the rest."""
    text = json.dumps(asdict(manifest), indent=2).encode()
    with tarfile.open(archive, "w") as tar:
        _add(tar, _MANIFEST, text)
        if key is not None:
            _add(tar, _KEY, key)
        tar.add(payload, manifest.payload)


def read_manifest(archive: Path) -> Manifest:
    """Read what an archive says of itself. Raises BackupUnsound."""
    try:
        with tarfile.open(archive) as tar:
            document = json.loads(_member(tar, _MANIFEST).read(_MANIFEST_BYTES_MAX))
        return _manifest(document)
    except (tarfile.TarError, KeyError, TypeError, ValueError, EOFError) as error:
        raise BackupUnsound(f"{archive.name} is not a backup of this bank's kind.") from error


def unpack(archive: Path, folder: Path, passphrase: str) -> Path:
    """Take the open payload out of an archive into a folder. Raises BackupUnsound or PassphraseNeeded."""
    manifest = read_manifest(archive)
    payload = folder / f"{archive.stem}.payload"
    digest = hashlib.sha256()
    with tarfile.open(archive) as tar:
        with _member(tar, manifest.payload) as source, payload.open("wb") as destination:
            while piece := source.read(_PIECE_BYTES):
                digest.update(piece)
                destination.write(piece)
        if digest.hexdigest() != manifest.sha256:
            raise BackupUnsound(f"{archive.name} was damaged: its payload does not have the hash in its manifest.")
        if manifest.is_sealed:
            payload = _open(payload, _member(tar, _KEY).read(), passphrase)
    return payload


def sha256_of(path: Path) -> str:
    """Hash a file piece by piece."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _open(sealed: Path, key: bytes, passphrase: str) -> Path:
    if not passphrase:
        raise PassphraseNeeded("This backup is encrypted. Give its passphrase in LOOPBANK_BACKUP_PASSPHRASE.")
    opened = sealed.with_suffix(".opened")
    try:
        identity = pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(key, passphrase).decode())
        with sealed.open("rb") as source, opened.open("wb") as destination:
            pyrage.decrypt_io(source, destination, [identity])
    except pyrage.DecryptError as error:
        raise PassphraseNeeded("The passphrase does not open this backup.") from error
    sealed.unlink()
    return opened


def _manifest(document: dict[str, Any]) -> Manifest:
    if document.get("format") != FORMAT:
        raise ValueError("a format of another release")
    base = document.get("base")
    if base is not None:
        base = Base(**{**base, "log": LogPosition(**base["log"])})
    return Manifest(**{**document, "log": LogPosition(**document["log"]), "base": base})


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _member(tar: tarfile.TarFile, name: str) -> io.BufferedIOBase:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member  # type: ignore[return-value]  # an ExFileObject is a BufferedReader, typed as IO[bytes]
