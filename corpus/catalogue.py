"""The catalogue: all resources with their changes, in SQLite by default or PostgreSQL by URL."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, get_args

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from corpus.database import migrate, open_engine, reading, reported, writing
from corpus.errors import Conflict, XuejingError
from corpus.resource import Resource
from corpus.resource_rows import (
    DELETED,
    LIVE,
    TOMBSTONE,
    counter,
    counters,
    differs,
    find_counter,
    known_rows,
    parse_body,
    resources,
    row_of,
    set_counter,
    write_rows,
)
from corpus.watch import Watch

_CHANGE: Final = [resources.c[name] for name in ("seq", "serial", "id", "status", "text_hash", "body")]


class StoredResource(NamedTuple):
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

    @property
    def is_indexed(self) -> bool:
        """Whether an index has it: a hidden one, which may be shown again, but none that is withdrawn or deleted."""
        return self.status not in ("withdrawn", DELETED)

    @property
    def stored(self) -> StoredResource:
        return StoredResource(self.serial, self.seq, self.text_hash, self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a batch did."""

    created: int
    updated: int
    unchanged: int
    seq: int
    """The catalogue's after it."""


Edit = Callable[[StoredResource | None], Resource | None]
"""Given what is live under an id, or None, says what shall stand there; None for nothing. It may raise a refusal."""

Outcome = Literal["created", "updated", "unchanged", "deleted", "refused"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of an edit."""

    outcome: Outcome
    seq: int
    """The last change under this id; 0 where there never was one."""
    body: str
    """What stands now, in exchange form as compact JSON; empty for nothing."""
    refusal: XuejingError | None = None


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
            return counter(connection, "seq")

    def published_revision(self) -> int:
        """The revision in force."""
        with self._reading() as connection:
            return counter(connection, "revision")

    def identity(self) -> int:
        """A random number that tells this catalogue from every other one."""
        with self._reading() as connection:
            return counter(connection, "identity")

    def count(self) -> int:
        """How many live resources there are."""
        with self._reading() as connection:
            return int(connection.execute(select(func.count()).where(LIVE)).scalar_one())

    def counts(self) -> list[Count]:
        """How many live resources each source, kind and status has."""
        group = resources.c.source, resources.c.kind, resources.c.status
        asked = select(*group, func.count()).where(LIVE).group_by(*group).order_by(*group)
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
            return [parse_body(row.body) for row in known_rows(connection, ids, resources.c.body) if row.body]

    def owners(self, ids: Collection[str]) -> dict[str, str]:
        """The source of each of the ids that are live."""
        with self._reading() as connection:
            return {row.id: row.source for row in known_rows(connection, ids) if row.status != DELETED}

    @contextmanager
    def snapshot(self) -> Iterator[tuple[int, int, Iterator[StoredResource]]]:
        """The last seq, and number and resources, by serial, of all that is to be indexed, from one read transaction.

        Hidden ones are among them, withdrawn ones are not.
        """
        indexed = LIVE & (resources.c.status != "withdrawn")
        with self._reading() as connection:
            seq = counter(connection, "seq")
            count = int(connection.execute(select(func.count()).where(indexed)).scalar_one())
            yield seq, count, _stored(connection, indexed)

    def scan(self) -> Iterator[StoredResource]:
        """All live resources by serial, hidden and withdrawn ones too, from one read transaction."""
        with self._reading() as connection:
            yield from _stored(connection, LIVE)

    def changes(self, after: int, *, limit: int | None = None, shown: bool | None = None) -> tuple[int, list[Change]]:
        """The last seq, and what changed after another, the first change first, from one read transaction.

        A resource that changed several times stands there once, with its last change; a deleted one as a tombstone.

        Args:
            shown: only what is shown; or, if False, only what is not any more: hidden, withdrawn or deleted.
        """
        own = resources.c.seq
        asked = select(*_CHANGE).where(own > after).order_by(own).limit(limit)
        if shown is not None:
            asked = asked.where((resources.c.status == "active") == shown)
        with self._reading() as connection:
            seq = counter(connection, "seq")
            found = connection.execute(asked) if seq > after else ()
            return seq, [Change(**row._mapping) for row in found]

    def changes_until(self, seq: int, *, limit: int) -> list[Change]:
        """The last of the changes up to a seq, the last first, of resources that did not change since."""
        own = resources.c.seq
        asked = select(*_CHANGE).where(own <= seq).order_by(own.desc()).limit(limit)
        with self._reading() as connection:
            return [Change(**row._mapping) for row in connection.execute(asked)]

    def count_changes(self, after: int) -> int:
        """How many resources changed after a seq."""
        changed = resources.c.seq > after
        with self._reading() as connection:
            return int(connection.execute(select(func.count()).where(changed)).scalar_one())

    def watch(self) -> Watch:
        """Tells from now on whether anything in its database was committed."""
        return Watch(self._engine)

    def write(self, batch: Sequence[Resource]) -> Written:
        """Creates or replaces resources by id, all or none; acknowledged when it returns.

        What is equal to the stored one changes nothing. Raises: Conflict if an id stands twice in the batch.
        """
        rows = {resource.id: row_of(resource) for resource in batch}
        if len(rows) < len(batch):
            raise Conflict("同一批里有重复的编号。")
        with self._writing() as connection:
            known = {row.id: row for row in known_rows(connection, rows)}
            created = [row for id, row in rows.items() if id not in known]
            changed = [row for id, row in rows.items() if id in known and differs(row, known[id])]
            seq = write_rows(connection, created=created, changed=changed)
        return Written(
            created=len(created), updated=len(changed), unchanged=len(rows) - len(created) - len(changed), seq=seq
        )

    def change(self, id: str, edit: Edit) -> Edited:
        """Edits one resource; acknowledged when it returns. Raises: what the edit does."""
        done = self.edit({id: edit})[id]
        if done.refusal:
            raise done.refusal
        return done

    def edit(
        self, edits: Mapping[str, Edit], *, dry_run: bool = False, mark: tuple[str, int] | None = None
    ) -> dict[str, Edited]:
        """Edits resources by id in one transaction: what an edit sees is what it replaces.

        An edit that raises a XuejingError is refused, the others go on.

        Args:
            dry_run: say only what would become of them.
            mark: a name and a number that stands for how far one is, kept by the same transaction.
        """
        with self._reading() if dry_run else self._writing() as connection:
            rows = known_rows(connection, edits, *_STORED)
            known = {row.id: row for row in rows}
            planned = {id: _plan(edit, known.get(id)) for id, edit in edits.items()}
            if not dry_run:
                moved = [plan for plan in planned.values() if plan.row]
                write_rows(
                    connection,
                    created=[plan.row for plan in moved if plan.row["id"] not in known],
                    changed=[plan.row for plan in moved if plan.row["id"] in known],
                )
                if mark:
                    set_counter(connection, *mark)
        return {id: plan.done() for id, plan in planned.items()}

    def marked(self, name: str) -> int:
        """The number of a mark, 0 where there is none."""
        with self._reading() as connection:
            return find_counter(connection, name) or 0

    def unmark(self, name: str) -> None:
        with self._writing() as connection:
            connection.execute(counters.delete().where(counters.c.name == name))

    def compare(self, batch: Sequence[Resource]) -> Written:
        """What `write` would do, without doing it."""
        rows = {resource.id: row_of(resource) for resource in batch}
        with self._reading() as connection:
            known = {row.id: row for row in known_rows(connection, rows)}
            seq = counter(connection, "seq")
        updated = sum(id in known and differs(row, known[id]) for id, row in rows.items())
        created = sum(id not in known for id in rows)
        return Written(created=created, updated=updated, unchanged=len(rows) - created - updated, seq=seq)

    def delete(self, ids: Collection[str]) -> int:
        """Replaces resources by tombstones and says how many there were."""
        with self._writing() as connection:
            live = [row for row in known_rows(connection, ids) if row.status != DELETED]
            write_rows(connection, created=[], changed=[{"id": row.id, **TOMBSTONE} for row in live])
        return len(live)

    def active_ids(self, source: str) -> set[str]:
        """The ids of a source that are neither withdrawn nor deleted."""
        asked = select(resources.c.id).where(resources.c.source == source, resources.c.status != "withdrawn", LIVE)
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


_STORED: Final = resources.c.serial, resources.c.seq, resources.c.text_hash, resources.c.body


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What an edit comes to."""

    outcome: Outcome
    seq: int
    body: str
    row: dict[str, Any] = field(default_factory=dict)
    """To be written; empty where nothing is."""
    refusal: XuejingError | None = None

    def done(self) -> Edited:
        seq = self.row.get("seq", self.seq)
        return Edited(outcome=self.outcome, seq=seq, body=self.body, refusal=self.refusal)


def _plan(edit: Edit, known: Any) -> _Plan:
    live = known is not None and known.status != DELETED
    seq, body = (known.seq, known.body) if known is not None else (0, "")
    try:
        wanted = edit(_stored_resource(known) if live else None)
    except XuejingError as error:
        return _Plan(outcome="refused", seq=seq, body=body, refusal=error)
    if wanted is None:
        return (
            _Plan(outcome="deleted", seq=seq, body="", row={"id": known.id, **TOMBSTONE})
            if live
            else _Plan(outcome="unchanged", seq=seq, body="")
        )
    row = row_of(wanted)
    if live and not differs(row, known):
        return _Plan(outcome="unchanged", seq=seq, body=body)
    return _Plan(outcome="updated" if live else "created", seq=seq, body=row["body"], row=row)


def _stored_resource(row: Any) -> StoredResource:
    return StoredResource(serial=row.serial, seq=row.seq, text_hash=row.text_hash, body=row.body)


def _stored(connection: Connection, wanted: ColumnElement[bool]) -> Iterator[StoredResource]:
    """Resources by serial, a few at a time in memory."""
    asked = select(*_STORED).where(wanted).order_by(resources.c.serial)
    yield from map(StoredResource._make, connection.execution_options(yield_per=2000).execute(asked))
