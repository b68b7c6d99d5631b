"""Every statement on the API keys' table."""

import json
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import bindparam, func, insert, select, update

from loopbank.access.keys import ApiKey, KeyPermission
from loopbank.access.tables import api_key
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import AnyRow, Transaction
from loopbank.foundation.prepared import Prepared

_NAMES = (
    "id", "prefix", "name", "permission", "owner_id", "owner_name", "allowed_accounts", "spend_limit_per_day",
    "created_at", "expires_at", "revoked_at", "use_count", "last_used_at",
)  # fmt: skip
_KEYS = select(*(api_key.c[name] for name in _NAMES))
_BY_HASH = Prepared(_KEYS.where(api_key.c.hash == bindparam("given_hash")))
_COUNT_USES = (
    update(api_key)
    .where(api_key.c.id == bindparam("key"))
    .values(
        use_count=api_key.c.use_count + bindparam("uses"),
        # Two processes count the same key; the later use stands.
        last_used_at=func.coalesce(
            select(func.max(api_key.c.last_used_at))
            .where(api_key.c.id == bindparam("key"), api_key.c.last_used_at > bindparam("used_at"))
            .scalar_subquery(),
            bindparam("used_at"),
        ),
    )
)


async def insert_key(tx: Transaction, key: ApiKey, key_hash: str) -> None:
    """Store a new key under its hash."""
    values = {name: getattr(key, name) for name in _NAMES}
    values |= {"permission": key.permission.name.lower(), "allowed_accounts": json.dumps(key.allowed_accounts)}
    await tx.run(insert(api_key), {**values, "hash": key_hash})


async def find_key(tx: Transaction, key_hash: str) -> ApiKey | None:
    """Find the key with a hash, alive or not."""
    row = await tx.row(_BY_HASH, {"given_hash": key_hash})
    return None if row is None else _key(row)


async def list_keys(tx: Transaction, *, owner_id: str | None, limit: int) -> list[ApiKey]:
    """List keys that were not revoked, of one owner or of all, the newest first."""
    query = _KEYS.where(api_key.c.revoked_at.is_(None))
    if owner_id is not None:
        query = query.where(api_key.c.owner_id == owner_id)
    rows = await tx.rows(query.order_by(api_key.c.created_at.desc(), api_key.c.id).limit(limit))
    return [_key(row) for row in rows]


async def revoke_key(tx: Transaction, key_id: str, *, owner_id: str | None, now: Instant) -> ApiKey | None:
    """Revoke a living key (of one owner only) and give it; None when there is no such key."""
    owned = () if owner_id is None else (api_key.c.owner_id == owner_id,)
    row = await tx.row(
        update(api_key)
        .where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None), *owned)
        .values(revoked_at=now)
        .returning(*(api_key.c[name] for name in _NAMES))
    )
    return None if row is None else _key(row)


async def revoke_keys_of(
    tx: Transaction, owner_id: str, is_meant: Callable[[ApiKey], bool], *, now: Instant
) -> list[ApiKey]:
    """Revoke those of a person's living keys that are meant, and give them."""
    rows = await tx.rows(_KEYS.where(api_key.c.owner_id == owner_id, api_key.c.revoked_at.is_(None)))
    meant = [key.id for key in map(_key, rows) if is_meant(key)]
    revoked = await tx.rows(
        update(api_key)
        .where(api_key.c.id.in_(meant), api_key.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(*(api_key.c[name] for name in _NAMES))
    )
    return [_key(row) for row in revoked]


async def count_uses(tx: Transaction, uses: Mapping[str, tuple[int, Instant]]) -> None:
    """Add up how often keys were used and when last; in the order of their ids, as two processes may do it."""
    for key_id, (count, used_at) in sorted(uses.items()):
        await tx.run(_COUNT_USES, {"key": key_id, "uses": count, "used_at": used_at})


def _key(row: AnyRow | Sequence[object]) -> ApiKey:
    values = dict(zip(_NAMES, row, strict=True))
    permission = KeyPermission[str(values["permission"]).upper()]
    accounts = tuple(json.loads(str(values["allowed_accounts"])))
    return ApiKey(**{**values, "permission": permission, "allowed_accounts": accounts})
