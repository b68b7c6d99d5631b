"""Every SQL statement about clients and grants.

Law: rows are locked in the order code or token, person, grant, family, and then as in `identity.store`.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, insert, select, update

from loopbank.access import Role
from loopbank.coins import Coins
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.identity.oauth.model import Client, Connection, GrantType, ListedClient, StoredGrant
from loopbank.identity.oauth.scopes import read_scopes, write_scopes
from loopbank.identity.oauth.tables import oauth_client, oauth_grant
from loopbank.identity.tables import person

CLIENT = tuple(oauth_client.c[name] for name in Client.__slots__)
_DEVELOPERS = tuple(role.name for role in Role if role >= Role.DEVELOPER)
_GRANT = tuple(oauth_grant.c[name] for name in StoredGrant.__slots__)

# ---------------------------------------------------------------- clients


async def insert_client(tx: Transaction, client: Client) -> None:
    """Store a new client."""
    await tx.run(insert(oauth_client), {"id": client.id, **_values(client), "deleted_at": None})


async def replace_client(tx: Transaction, client: Client) -> bool:
    """Store a client's new registration; False when it was deleted meanwhile."""
    return await tx.run(update(oauth_client).where(*_living(client.id)).values(**_values(client))) == 1


async def find_client(tx: Transaction, client_id: str) -> Client | None:
    """Find a client that was not deleted, whether it works or rests."""
    row = await tx.row(select(*CLIENT).where(*_living(client_id)))
    return None if row is None else client_of(row)


async def find_working_client(tx: Transaction, client_id: str) -> Client | None:
    """Find a client that works."""
    row = await tx.row(select(*CLIENT).where(oauth_client.c.id == client_id, client_works()))
    return None if row is None else client_of(row)


def client_works() -> ColumnElement[bool]:
    """Tell of the query's client whether it works: not deleted, and its owner still a developer who may sign in.

    Without its owner a client rests, and works again when they are let in, or made a developer, again.
    """
    owner = person.alias("client_owner")
    is_developer = (owner.c.deactivated_at.is_(None), owner.c.role.in_(_DEVELOPERS))
    return and_(
        oauth_client.c.deleted_at.is_(None),
        exists().where(owner.c.id == oauth_client.c.owner_id, *is_developer),
    )


async def list_clients(tx: Transaction, *, owner_id: str | None, limit: int) -> list[ListedClient]:
    """List the clients of one owner or of all, the newest first."""
    query: Select[Any] = select(client_works(), *CLIENT).where(oauth_client.c.deleted_at.is_(None))
    if owner_id is not None:
        query = query.where(oauth_client.c.owner_id == owner_id)
    rows = await tx.rows(query.order_by(oauth_client.c.created_at.desc(), oauth_client.c.id).limit(limit))
    return [ListedClient(client_of(row[1:]), is_resting=not row[0]) for row in rows]


async def list_ids(tx: Transaction, owner_id: str) -> list[str]:
    """List the ids of an owner's clients."""
    owned = (oauth_client.c.owner_id == owner_id, oauth_client.c.deleted_at.is_(None))
    return [row[0] for row in await tx.rows(select(oauth_client.c.id).where(*owned).order_by(oauth_client.c.id))]


async def delete_client(tx: Transaction, client_id: str, *, now: Instant) -> bool:
    """Delete a client for ever; False when that was done before."""
    return await tx.run(update(oauth_client).where(*_living(client_id)).values(deleted_at=now)) == 1


async def delete_clients(tx: Transaction, owner_id: str, *, now: Instant) -> None:
    """Delete all of an owner's clients for ever."""
    owned = (oauth_client.c.owner_id == owner_id, oauth_client.c.deleted_at.is_(None))
    await tx.run(update(oauth_client).where(*owned).values(deleted_at=now))


def client_of(row: Sequence[Any]) -> Client:
    """Read a row of `CLIENT`'s columns."""
    values = dict(zip(Client.__slots__, row, strict=True))
    return Client(
        **{
            **values,
            "redirect_uris": tuple(json.loads(values["redirect_uris"])),
            "post_logout_redirect_uris": tuple(json.loads(values["post_logout_redirect_uris"])),
            "scopes": read_scopes(values["scopes"]),
            "grant_types": frozenset(GrantType(name) for name in values["grant_types"].split()),
            "requires_pkce": bool(values["requires_pkce"]),
        }
    )


def _values(client: Client) -> dict[str, object]:
    return {
        "name": client.name,
        "owner_id": client.owner_id,
        "secret_hash": client.secret_hash,
        "redirect_uris": json.dumps(client.redirect_uris),
        "post_logout_redirect_uris": json.dumps(client.post_logout_redirect_uris),
        "scopes": write_scopes(client.scopes),
        "grant_types": " ".join(sorted(client.grant_types)),
        "requires_pkce": client.requires_pkce,
        "created_at": client.created_at,
    }


def _living(client_id: str) -> tuple[Any, ...]:
    return (oauth_client.c.id == client_id, oauth_client.c.deleted_at.is_(None))


# ---------------------------------------------------------------- grants


async def find_grant(tx: Transaction, person_id: str, client_id: str) -> StoredGrant | None:
    """Find what a person grants a client at this moment."""
    row = await tx.row(select(*_GRANT).where(*_living_grant(person_id, client_id)))
    return None if row is None else grant_of(row)


async def insert_grant(tx: Transaction, grant: StoredGrant) -> None:
    """Store a new grant. Raises ConstraintViolated while the person has another one with the client."""
    values = {name: getattr(grant, name) for name in StoredGrant.__slots__}
    await tx.run(insert(oauth_grant), {**values, "scopes": write_scopes(grant.scopes), "revoked_at": None})


async def note_use(tx: Transaction, grant_id: str, *, now: Instant) -> bool:
    """Note that a grant is in use; False when it was revoked meanwhile."""
    living = (oauth_grant.c.id == grant_id, oauth_grant.c.revoked_at.is_(None))
    return await tx.run(update(oauth_grant).where(*living).values(used_at=now)) == 1


async def revoke_grant(tx: Transaction, grant_id: str, *, person_id: str, now: Instant) -> StoredGrant | None:
    """Revoke a person's own living grant and give it; None when there is none."""
    row = await tx.row(
        update(oauth_grant)
        .where(
            oauth_grant.c.id == grant_id,
            oauth_grant.c.person_id == person_id,
            oauth_grant.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(*_GRANT)
    )
    return None if row is None else grant_of(row)


async def revoke_grants(tx: Transaction, person_id: str, *, now: Instant) -> list[StoredGrant]:
    """Revoke all living grants of a person and give them."""
    living = (oauth_grant.c.person_id == person_id, oauth_grant.c.revoked_at.is_(None))
    rows = await tx.rows(update(oauth_grant).where(*living).values(revoked_at=now).returning(*_GRANT))
    return [grant_of(row) for row in rows]


async def list_connections(tx: Transaction, person_id: str, *, limit: int) -> list[Connection]:
    """List the apps that a person is connected to, the latest used first."""
    rows = await tx.rows(
        select(*_GRANT, oauth_client.c.name)
        .join(oauth_client, oauth_client.c.id == oauth_grant.c.client_id)
        .where(
            oauth_grant.c.person_id == person_id,
            oauth_grant.c.revoked_at.is_(None),
            oauth_client.c.deleted_at.is_(None),
        )
        .order_by(oauth_grant.c.used_at.desc(), oauth_grant.c.id)
        .limit(limit)
    )
    return [Connection(grant_of(row[:-1]), row[-1]) for row in rows]


def grant_of(row: Sequence[Any]) -> StoredGrant:
    """Read a row of a grant's columns."""
    values = dict(zip(StoredGrant.__slots__, row, strict=True))
    limit = values["spend_limit"]
    return StoredGrant(
        **{
            **values,
            "scopes": read_scopes(values["scopes"]),
            "spend_limit": None if limit is None else Coins(limit),
        }
    )


def _living_grant(person_id: str, client_id: str) -> tuple[Any, ...]:
    return (
        oauth_grant.c.person_id == person_id,
        oauth_grant.c.client_id == client_id,
        oauth_grant.c.revoked_at.is_(None),
    )
