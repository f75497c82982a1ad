"""The keys that programs ask with: what each may do and until when. A key itself is stored nowhere, only its hash."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from sqlalchemy import BigInteger, Column, Engine, MetaData, String, Table, select

from corpus.database import migrate, open_engine, reading, reported, writing
from corpus.errors import InvalidInput, NotFound
from corpus.watch import Watch

Scope = Literal["search", "recommend", "events", "catalog", "curate", "privacy", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
State = Literal["active", "expired", "revoked"]

LONGEST_LABEL: Final = 100
"""Characters."""
_PREFIX: Final = "xj_"
"""By which people and programs that look for leaked secrets recognise a key."""
_SECRET_BYTES: Final = 32
_ID_BYTES: Final = 5

keys = Table(
    "keys",
    MetaData(),
    Column("id", String(16), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("label", String(LONGEST_LABEL), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("revoked", BigInteger),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is known of a key; moments are seconds since 1970."""

    id: str
    """Public: it names the key in lists and logs, and opens nothing."""
    label: str
    """Whose it is, in the operator's words."""
    scopes: tuple[Scope, ...]
    created: int
    expires: int | None
    """The first moment at which it is no longer valid; None for never."""
    revoked: int | None

    def state(self, now: float) -> State:
        """Whether it opens anything at a moment."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else "active"

    def allows(self, scope: Scope) -> bool:
        """Whether it may do what needs a scope; `admin` may do everything."""
        return scope in self.scopes or "admin" in self.scopes


class KeyStore:
    """All keys, in the catalogue's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watch: Watch | None = None

    @classmethod
    def open(cls, url: str) -> "KeyStore":
        """Opens the keys at a database URL, making or migrating its tables.

        Raises: InvalidInput for a URL that cannot be read; Unavailable if the database is.
        """
        engine = open_engine(url)
        migrate(engine)
        return cls(engine)

    def close(self) -> None:
        if self._watch:
            self._watch.close()
        self._engine.dispose()

    def moved(self) -> bool:
        """Whether anything was committed to the database since the last call; True the first time."""
        self._watch = self._watch or Watch(self._engine)
        return self._watch.moved()

    def create(self, scopes: Collection[Scope], *, label: str, now: int, expires: int | None = None) -> tuple[str, Key]:
        """Makes a key: its secret, which cannot be had again, and what is stored of it.

        Raises: InvalidInput for no scope, an unknown one, a label that is too long, or an end that is past.
        """
        _check(scopes, label, now, expires)
        secret = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        key = Key(
            id=secrets.token_hex(_ID_BYTES),
            label=label,
            scopes=tuple(scope for scope in SCOPES if scope in scopes),
            created=now,
            expires=expires,
            revoked=None,
        )
        with reported(), writing(self._engine) as connection:
            connection.execute(keys.insert().values(hash=hash_of(secret.encode()), **_row(key)))
        return secret, key

    def all(self) -> list[Key]:
        """All keys, revoked and expired ones too, the newest first."""
        return [key for _, key in sorted(self._read(), key=lambda row: (-row[1].created, row[1].id))]

    def by_hash(self) -> dict[str, Key]:
        """All keys by the hash of their secret."""
        return dict(self._read())

    def revoke(self, id: str, *, now: int) -> Key:
        """Makes a key invalid for good, and gives it; one that was revoked before keeps its moment.

        Raises: NotFound if there is none with that id.
        """
        own = keys.c.id == id
        with reported(), writing(self._engine) as connection:
            connection.execute(keys.update().where(own, keys.c.revoked.is_(None)).values(revoked=now))
            row = connection.execute(select(keys).where(own)).one_or_none()
        if row is None:
            raise NotFound(f"没有编号为“{id}”的密钥；编号见 xuejing key list。", code="no-such-key")
        return _key(row)

    def _read(self) -> list[tuple[str, Key]]:
        with reported(), reading(self._engine) as connection:
            return [(row.hash, _key(row)) for row in connection.execute(select(keys))]


def hash_of(secret: bytes) -> str:
    """SHA-256 in hexadecimal: enough for 256 random bits, which nobody can guess from it."""
    return hashlib.sha256(secret).hexdigest()


def _check(scopes: Collection[str], label: str, now: int, expires: int | None) -> None:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        said = f"没有“{'”“'.join(unknown)}”这种权限" if unknown else "至少要有一种权限"
        raise InvalidInput(f"{said}；可用的权限：{'、'.join(SCOPES)}。", place="scope")
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise InvalidInput(f"说明最多 {LONGEST_LABEL} 个字，不能有换行和看不见的字符。", place="label")
    if expires is not None and expires <= now:
        raise InvalidInput("有效期应晚于现在。", place="expires")


def _row(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "label": key.label,
        "scopes": " ".join(key.scopes),
        "created": key.created,
        "expires": key.expires,
        "revoked": key.revoked,
    }


def _key(row: Any) -> Key:
    return Key(
        id=row.id,
        label=row.label,
        scopes=tuple(row.scopes.split()),
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
    )
