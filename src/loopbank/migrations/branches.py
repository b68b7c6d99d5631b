"""A branch of migrations: where its revisions and its version table are, and whether any revision is pending."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.schema import CreateSchema

_FOLDER = Path(__file__).parent
_ORDER = ("log", "auth", "coin")
"""The log first, because the triggers and facts of the others may lean on it; a branch not named here comes last."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of revisions with its own version table."""

    name: str

    def upgrade(self, connection: Connection) -> None:
        """Run what is pending, in the connection's present transaction."""
        if connection.dialect.name == "postgresql" and not inspect(connection).has_schema(self.name):
            connection.execute(CreateSchema(self.name))
        if self.has_pending(connection):
            config = self.config()
            config.attributes["connection"] = connection
            config.attributes["version_table"] = self._version_table(connection)
            command.upgrade(config, "head")

    def has_pending(self, connection: Connection) -> bool:
        """Tell whether this release knows a revision that the database does not have."""
        latest = ScriptDirectory.from_config(self.config()).get_current_head()
        if latest is None:
            return False
        context = MigrationContext.configure(connection, opts=self._version_table(connection))
        stored = context.get_current_revision()
        return stored is None or stored < latest

    def config(self) -> Config:
        """Give what Alembic needs to find this branch."""
        config = Config()
        config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(_FOLDER / self.name / "versions").replace("%", "%%"))
        return config

    def _version_table(self, connection: Connection) -> dict[str, str]:
        if connection.dialect.name == "sqlite":
            return {"version_table": f"alembic_version_{self.name}"}
        return {"version_table": "alembic_version", "version_table_schema": self.name}


def all_branches() -> list[Branch]:
    """Find the branches by their folders, in the order in which they run."""
    names = [folder.parent.name for folder in _FOLDER.glob("*/versions") if any(folder.glob("*.py"))]
    return [Branch(name) for name in sorted(names, key=_place)]


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)
