"""Running a bank for years: backups that were restored once already, the way back, and the move between databases."""

from loopbank.operations.archive import Manifest
from loopbank.operations.archives import Archives, Identity, MadeBackup
from loopbank.operations.backups import Backups, RestoredBank
from loopbank.operations.badges import Badge, write_badges
from loopbank.operations.copies import copies_of
from loopbank.operations.moving import Moved, move_bank
from loopbank.operations.targets import BackupTarget

__all__ = [
    "Archives",
    "BackupTarget",
    "Backups",
    "Badge",
    "Identity",
    "MadeBackup",
    "Manifest",
    "Moved",
    "RestoredBank",
    "copies_of",
    "move_bank",
    "write_badges",
]
