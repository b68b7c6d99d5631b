"""The address of a database, taken apart: which kind it is, which file or name, and the same server's other names."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """An address such as sqlite:///path or postgresql://…; it never shows its password by itself."""

    _url: URL

    @property
    def is_sqlite(self) -> bool:
        """Tell whether it names a SQLite file."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path:
        """Give the SQLite file."""
        assert self.is_sqlite, "only SQLite has a file"
        return Path(self.name)

    @property
    def name(self) -> str:
        """Give the database's name; on SQLite the path of its file."""
        assert self._url.database, "a bank's database has a name"
        return self._url.database

    @property
    def password(self) -> str:
        """Give the password, or ''."""
        return str(self._url.password or "")

    @property
    def without_password(self) -> str:
        """Write the address for PostgreSQL's own tools, as everybody may read it."""
        return self._url.set(drivername="postgresql", password=None).render_as_string()

    @property
    def text(self) -> str:
        """Write the whole address, with its password."""
        url = self._url if self.is_sqlite else self._url.set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    @property
    def servers(self) -> list["DatabaseAddress"]:
        """Give an address for each of the servers that `?host=a,b&port=1,2` names; one port may serve them all."""
        hosts, ports = self._listed("host"), self._listed("port")
        if len(ports) == 1:
            ports *= len(hosts)
        if len(hosts) <= 1 or len(ports) not in (0, len(hosts)):
            return [self]  # what cannot be matched, the driver refuses
        places = [{"host": host} for host in hosts]
        for place, port in zip(places, ports, strict=False):
            place["port"] = port
        return [DatabaseAddress(self._url.update_query_dict(place)) for place in places]

    def _listed(self, name: str) -> list[str]:
        given = self._url.query.get(name, ())
        return given.split(",") if isinstance(given, str) else list(given)

    def named(self, name: str) -> "DatabaseAddress":
        """Give the address of another database on the same server."""
        return DatabaseAddress(self._url.set(database=name))


def database_address(url: str) -> DatabaseAddress:
    """Take an address apart."""
    return DatabaseAddress(make_url(url))
