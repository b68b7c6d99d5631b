"""Running a bank for years: backups that were restored once already, the way back, and the move between databases."""

from loopbank.operations.archive import Manifest
from loopbank.operations.backups import Backups, Identity, MadeBackup, RestoredBank
from loopbank.operations.badges import Badge, write_badges
from loopbank.operations.copies import copies_of
from loopbank.operations.moving import Moved, move_bank
from loopbank.operations.targets import KEPT_DAYS, BackupTarget, made_at

__all__ = [
    "KEPT_DAYS",
    "BackupTarget",
    "Backups",
    "Badge",
    "Identity",
    "MadeBackup",
    "Manifest",
    "Moved",
    "RestoredBank",
    "copies_of",
    "made_at",
    "move_bank",
    "write_badges",
]
