"""The rows of the catalogue's tables: how resources and counters lie in the database."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Integer, MetaData, String, Table, Text, bindparam, select

from corpus.database import PARAMETERS
from corpus.resource import TEXT_FIELDS, Resource

DELETED: Final = "deleted"
"""The status of a tombstone."""

metadata = MetaData()
resources = Table(
    "resources",
    metadata,
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("id", String(200), nullable=False, unique=True),
    Column("source", String(200), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("seq", Integer, nullable=False, index=True),
    Column("text_hash", String(32), nullable=False),
    Column("facts_hash", String(32), nullable=False),
    Column("body", Text, nullable=False),
)
counters = Table(
    "counters", metadata, Column("name", String(32), primary_key=True), Column("value", Integer, nullable=False)
)
LIVE: Final = resources.c.status != DELETED
TOMBSTONE: Final = {"source": "", "kind": "", "status": DELETED, "text_hash": "", "facts_hash": "", "body": ""}
"""What stays under the id of a deleted resource."""


def parse_body(body: str) -> Resource:
    """The resource of an exchange JSON object that this program wrote."""
    fields: dict[str, Any] = json.loads(body)
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return Resource(**known)


def row_of(resource: Resource) -> dict[str, Any]:
    """All of a resource's row but its numbers."""
    known = resource.as_dict()
    text: dict[str, Any] = {name: known.pop(name) for name in TEXT_FIELDS if name in known}
    return {
        "id": resource.id,
        "source": resource.source,
        "kind": resource.kind,
        "status": resource.status,
        "text_hash": _hash(text),
        "facts_hash": _hash(known),
        "body": _json(resource.as_dict()),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _hash(value: Mapping[str, Any]) -> str:
    return hashlib.blake2b(_json(value).encode(), digest_size=16).hexdigest()


def differs(row: Mapping[str, Any], known: Any) -> bool:
    """Whether a row says something else than the one in the table."""
    return bool(row["text_hash"] != known.text_hash or row["facts_hash"] != known.facts_hash)


def known_rows(connection: Connection, ids: Iterable[str], *more: ColumnElement[Any]) -> Iterator[Any]:
    """The rows of those ids that are known, tombstones too, in no order."""
    columns = resources.c.id, resources.c.source, resources.c.status, resources.c.text_hash, resources.c.facts_hash
    asked = select(*columns, *more)
    wanted = list(ids)
    for start in range(0, len(wanted), PARAMETERS):
        yield from connection.execute(asked.where(resources.c.id.in_(wanted[start : start + PARAMETERS])))


def counter(connection: Connection, name: str) -> int:
    """The value of a counter that is there."""
    return int(connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar_one())


def find_counter(connection: Connection, name: str) -> int | None:
    """The value of a counter, None where there is none."""
    return connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar_one_or_none()


def set_counter(connection: Connection, name: str, value: int) -> None:
    """Gives a counter a value, whether it is there or not."""
    if not connection.execute(counters.update().where(counters.c.name == name).values(value=value)).rowcount:
        connection.execute(counters.insert().values(name=name, value=value))


def write_rows(connection: Connection, *, created: Sequence[dict[str, Any]], changed: Sequence[dict[str, Any]]) -> int:
    """Writes rows under new ids and under known ones, gives each its number, and says the catalogue's last."""
    moved = [*created, *changed]
    seq = _advance(connection, "seq", len(moved))
    serial = _advance(connection, "serial", len(created))
    for number, row in enumerate(moved, start=seq - len(moved) + 1):
        row["seq"] = number
    for number, row in enumerate(created, start=serial - len(created) + 1):
        row["serial"] = number
    if created:
        connection.execute(resources.insert(), created)
    if changed:
        by_id = resources.update().where(resources.c.id == bindparam("_id"))
        connection.execute(by_id, [{**row, "_id": row["id"]} for row in changed])
    return seq


def _advance(connection: Connection, name: str, by: int) -> int:
    """Adds to a counter and says what it is now."""
    own = counters.c.name == name
    connection.execute(counters.update().where(own).values(value=counters.c.value + by))
    return counter(connection, name)
