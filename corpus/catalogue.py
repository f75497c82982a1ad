"""The catalogue: all resources with their changes, in SQLite by default or PostgreSQL by URL."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    func,
    select,
)

from corpus.database import PARAMETERS, migrate, open_engine, reading, reported, writing
from corpus.errors import Conflict
from corpus.resource import TEXT_FIELDS, Resource
from corpus.watch import Watch

_DELETED: Final = "deleted"
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
_LIVE: Final = resources.c.status != _DELETED


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResource:
    """A resource as the catalogue keeps it."""

    serial: int
    """Given at its first arrival, never given again."""
    seq: int
    """Its last change."""
    text_hash: str
    """Of the analysed text."""
    body: str
    """The exchange form as compact JSON; the index uses it as the ready-made answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The last change of a resource."""

    seq: int
    serial: int
    id: str
    status: str
    """active, hidden, withdrawn, or deleted for a tombstone."""
    text_hash: str
    body: str
    """As a stored resource has it; empty for a tombstone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a batch did."""

    created: int
    updated: int
    unchanged: int
    seq: int
    """The catalogue's after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Live resources of one source, kind and status."""

    source: str
    kind: str
    status: str
    resources: int


class Catalogue:
    """All resources. Every change of one gets the next `seq`; deleted ones leave tombstones."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> "Catalogue":
        """Opens the catalogue at a database URL, making or migrating its tables.

        Raises: InvalidInput for a URL that cannot be read; Unavailable if the database is.
        """
        engine = open_engine(url)
        migrate(engine)
        return cls(engine)

    def close(self) -> None:
        self._engine.dispose()

    def seq(self) -> int:
        """The last change."""
        with self._reading() as connection:
            return _counter(connection, "seq")

    def published_revision(self) -> int:
        """The revision in force."""
        with self._reading() as connection:
            return _counter(connection, "revision")

    def count(self) -> int:
        """How many live resources there are."""
        with self._reading() as connection:
            return int(connection.execute(select(func.count()).where(_LIVE)).scalar_one())

    def counts(self) -> list[Count]:
        """How many live resources each source, kind and status has."""
        group = resources.c.source, resources.c.kind, resources.c.status
        asked = select(*group, func.count()).where(_LIVE).group_by(*group).order_by(*group)
        with self._reading() as connection:
            rows = connection.execute(asked)
            return [Count(source=row[0], kind=row[1], status=row[2], resources=row[3]) for row in rows]

    def get(self, id: str) -> Resource | None:
        """A live resource, hidden and withdrawn ones too."""
        with self._reading() as connection:
            body = connection.execute(select(resources.c.body).where(resources.c.id == id)).scalar_one_or_none()
        return parse_body(body) if body else None

    def find(self, ids: Collection[str]) -> list[Resource]:
        """The live ones among the ids, in no order."""
        with self._reading() as connection:
            return [parse_body(row.body) for row in _known(connection, ids, resources.c.body) if row.body]

    def owners(self, ids: Collection[str]) -> dict[str, str]:
        """The source of each of the ids that are live."""
        with self._reading() as connection:
            return {row.id: row.source for row in _known(connection, ids) if row.status != _DELETED}

    @contextmanager
    def snapshot(self) -> Iterator[tuple[int, int, Iterator[StoredResource]]]:
        """The last seq, and number and resources, by serial, of all that is to be indexed, from one read transaction.

        Hidden ones are among them, withdrawn ones are not.
        """
        indexed = _LIVE & (resources.c.status != "withdrawn")
        with self._reading() as connection:
            seq = _counter(connection, "seq")
            count = int(connection.execute(select(func.count()).where(indexed)).scalar_one())
            yield seq, count, _stored(connection, indexed)

    def scan(self) -> Iterator[StoredResource]:
        """All live resources by serial, hidden and withdrawn ones too, from one read transaction."""
        with self._reading() as connection:
            yield from _stored(connection, _LIVE)

    def changes(self, after: int, *, limit: int | None = None, hidden: bool = False) -> tuple[int, list[Change]]:
        """The last seq, and what changed after another, the first change first, from one read transaction.

        A resource that changed several times stands there once, with its last change; a deleted one as a tombstone.

        Args:
            hidden: only what is not shown any more: hidden, withdrawn or deleted.
        """
        own = resources.c
        columns = own.seq, own.serial, own.id, own.status, own.text_hash, own.body
        asked = select(*columns).where(own.seq > after).order_by(own.seq).limit(limit)
        if hidden:
            asked = asked.where(own.status != "active")
        with self._reading() as connection:
            seq = _counter(connection, "seq")
            found = connection.execute(asked) if seq > after else ()
            return seq, [Change(**row._mapping) for row in found]

    def watch(self) -> Watch:
        """Tells from now on whether anything in its database was committed."""
        return Watch(self._engine)

    def write(self, batch: Sequence[Resource]) -> Written:
        """Creates or replaces resources by id, all or none; acknowledged when it returns.

        What is equal to the stored one changes nothing. Raises: Conflict if an id stands twice in the batch.
        """
        rows = {resource.id: _row(resource) for resource in batch}
        if len(rows) < len(batch):
            raise Conflict("同一批里有重复的编号。")
        with self._writing() as connection:
            known = {row.id: row for row in _known(connection, rows)}
            created = [row for id, row in rows.items() if id not in known]
            changed = [row for id, row in rows.items() if id in known and _differs(row, known[id])]
            seq = _advance(connection, "seq", len(created) + len(changed))
            serial = _advance(connection, "serial", len(created))
            for number, row in enumerate(created + changed, start=seq - len(created) - len(changed) + 1):
                row["seq"] = number
            for number, row in enumerate(created, start=serial - len(created) + 1):
                row["serial"] = number
            if created:
                connection.execute(resources.insert(), created)
            _replace(connection, changed)
        return Written(
            created=len(created), updated=len(changed), unchanged=len(rows) - len(created) - len(changed), seq=seq
        )

    def compare(self, batch: Sequence[Resource]) -> Written:
        """What `write` would do, without doing it."""
        rows = {resource.id: _row(resource) for resource in batch}
        with self._reading() as connection:
            known = {row.id: row for row in _known(connection, rows)}
            seq = _counter(connection, "seq")
        updated = sum(id in known and _differs(row, known[id]) for id, row in rows.items())
        created = sum(id not in known for id in rows)
        return Written(created=created, updated=updated, unchanged=len(rows) - created - updated, seq=seq)

    def delete(self, ids: Collection[str]) -> int:
        """Replaces resources by tombstones and says how many there were."""
        with self._writing() as connection:
            live = [row for row in _known(connection, ids) if row.status != _DELETED]
            seq = _advance(connection, "seq", len(live))
            gone = {"source": "", "kind": "", "status": _DELETED, "text_hash": "", "facts_hash": "", "body": ""}
            rows = [{"id": row.id, "seq": seq - i, **gone} for i, row in enumerate(live)]
            _replace(connection, rows)
        return len(live)

    def active_ids(self, source: str) -> set[str]:
        """The ids of a source that are neither withdrawn nor deleted."""
        asked = select(resources.c.id).where(resources.c.source == source, resources.c.status != "withdrawn", _LIVE)
        with self._reading() as connection:
            return set(connection.execute(asked).scalars())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with reported(), reading(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The only writer's transaction: who comes second waits, then sees what the first wrote."""
        with reported(), writing(self._engine) as connection:
            connection.execute(select(counters).where(counters.c.name == "seq").with_for_update())
            yield connection


def parse_body(body: str) -> Resource:
    """The resource of an exchange JSON object that this program wrote."""
    fields: dict[str, Any] = json.loads(body)
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return Resource(**known)


def _row(resource: Resource) -> dict[str, Any]:
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


def _differs(row: Mapping[str, Any], known: Any) -> bool:
    return bool(row["text_hash"] != known.text_hash or row["facts_hash"] != known.facts_hash)


def _stored(connection: Connection, wanted: ColumnElement[bool]) -> Iterator[StoredResource]:
    """Resources by serial, a few at a time in memory."""
    columns = resources.c.serial, resources.c.seq, resources.c.text_hash, resources.c.body
    asked = select(*columns).where(wanted).order_by(resources.c.serial)
    for serial, seq, text_hash, body in connection.execution_options(yield_per=2000).execute(asked):
        yield StoredResource(serial=serial, seq=seq, text_hash=text_hash, body=body)


def _known(connection: Connection, ids: Iterable[str], *more: ColumnElement[Any]) -> Iterator[Any]:
    columns = resources.c.id, resources.c.source, resources.c.status, resources.c.text_hash, resources.c.facts_hash
    asked = select(*columns, *more)
    wanted = list(ids)
    for start in range(0, len(wanted), PARAMETERS):
        yield from connection.execute(asked.where(resources.c.id.in_(wanted[start : start + PARAMETERS])))


def _counter(connection: Connection, name: str) -> int:
    return int(connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar_one())


def _advance(connection: Connection, name: str, by: int) -> int:
    """Adds to a counter and says what it is now."""
    own = counters.c.name == name
    connection.execute(counters.update().where(own).values(value=counters.c.value + by))
    return _counter(connection, name)


def _replace(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        by_id = resources.update().where(resources.c.id == bindparam("_id"))
        connection.execute(by_id, [{**row, "_id": row["id"]} for row in rows])
