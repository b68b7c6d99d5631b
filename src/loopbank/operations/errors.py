"""What can go wrong on purpose while a bank is backed up, restored or moved."""

from loopbank.foundation.errors import NotFound, Refusal, Unavailable


class BackupUnsound(Refusal):
    """The backup is not what its manifest says, or what it holds does not pass the checks."""

    code = "backup_unsound"
    status = 422
    title = "Backup unsound"


class BackupNotFound(NotFound):
    """There is no such backup at the target."""

    code = "backup_not_found"


class BaseUnfit(Refusal):
    """No increment can be made of the last whole backup; a whole one can."""

    code = "base_unfit"
    status = 409
    title = "Not a base for an increment"


class PassphraseNeeded(Refusal):
    """The backup is encrypted, and no passphrase or a wrong one was given."""

    code = "passphrase_needed"
    status = 401
    title = "Passphrase needed"


class DatabaseNotEmpty(Refusal):
    """The database that would be written to holds a bank already."""

    code = "database_not_empty"
    status = 409
    title = "Database not empty"


class DatabaseInUse(Refusal):
    """Somebody works with the database that would be replaced."""

    code = "database_in_use"
    status = 409
    title = "Database in use"


class OtherDatabase(Refusal):
    """The backup is of the other kind of database."""

    code = "other_database"
    status = 409
    title = "Other kind of database"


class CopyDiffers(Refusal):
    """A copy does not end where its original ends; the copy must not be used."""

    code = "copy_differs"
    status = 409
    title = "The copy differs"


class ToolMissing(Unavailable):
    """A tool of PostgreSQL is not installed, or too old for the server."""

    code = "tool_missing"


class TargetUnavailable(Unavailable):
    """The place where backups are kept cannot be reached."""

    code = "target_unavailable"
