"""The keys' store: what is kept of a key, and what is not."""

import hashlib
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from older_database import take_back
from sqlalchemy import inspect

from api.keyring import Keyring
from corpus.catalogue import Catalogue
from corpus.database import open_engine
from corpus.errors import InvalidInput, NotFound, Unavailable
from corpus.keys import SCOPES, KeyStore, keys
from corpus.resource import Resource

NOW = int(time.time())


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/catalogue.db"


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], KeyStore]]:
    """Opens the keys as often as there are processes."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(KeyStore.open(url)))


@pytest.fixture
def store(opened: Callable[[], KeyStore]) -> KeyStore:
    return opened()


def test_a_key_is_random_recognisable_and_stored_as_its_hash_only(store: KeyStore, tmp_path: Path) -> None:
    made = [store.create(["catalog"], label="区平台", now=NOW) for _ in range(3)]
    secrets = {secret for secret, _ in made}
    assert len(secrets) == len({key.id for _, key in made}) == 3
    assert all(re.fullmatch(r"xj_[A-Za-z0-9_-]{43}", secret) for secret in secrets)
    stored = store.by_hash()
    assert set(stored) == {hashlib.sha256(secret.encode()).hexdigest() for secret in secrets}
    on_disk = b"".join(file.read_bytes() for file in tmp_path.glob("catalogue.db*"))
    for secret, key in made:
        assert secret.encode() not in on_disk
        assert secret.removeprefix("xj_") not in repr(key)
        assert key.id not in secret


def test_keys_are_listed_the_newest_first(store: KeyStore) -> None:
    _, old = store.create(["events", "catalog", "catalog"], label="旧", now=NOW - 10)
    _, new = store.create(["admin"], label="新", now=NOW, expires=NOW + 60)
    assert store.all() == [new, old]
    assert old.scopes == ("events", "catalog")
    assert (new.expires, new.revoked) == (NOW + 60, None)


def test_a_scope_allows_itself_and_admin_everything(store: KeyStore) -> None:
    _, admin = store.create(["admin"], label="", now=NOW)
    assert all(admin.allows(scope) for scope in SCOPES)
    for scope in set(SCOPES) - {"admin"}:
        _, key = store.create([scope], label="", now=NOW)
        assert [other for other in SCOPES if key.allows(other)] == [scope]


def test_a_key_is_revoked_once_and_for_good(store: KeyStore) -> None:
    _, key = store.create(["search"], label="", now=NOW - 100)
    assert key.state(NOW) == "active"
    assert store.revoke(key.id, now=NOW).state(NOW) == "revoked"
    assert store.revoke(key.id, now=NOW + 50).revoked == NOW
    with pytest.raises(NotFound, match="没有编号为“xyz”的密钥"):
        store.revoke("xyz", now=NOW)


def test_a_key_ends_at_its_moment(store: KeyStore) -> None:
    _, key = store.create(["search"], label="", now=NOW, expires=NOW + 60)
    assert [key.state(NOW + seconds) for seconds in (0, 59.9, 60, 1e9)] == ["active", "active", "expired", "expired"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"scopes": []}, "至少要有一种权限；可用的权限：search、recommend、events"),
        ({"scopes": ["search", "write"]}, "没有“write”这种权限"),
        ({"label": "长" * 101}, "说明最多 100 个字"),
        ({"label": "两\n行"}, "不能有换行"),
        ({"expires": NOW}, "有效期应晚于现在"),
    ],
)
def test_what_is_no_key_is_refused(store: KeyStore, asked: dict[str, object], message: str) -> None:
    given = {"scopes": ["search"], "label": "", "now": NOW, **asked}
    with pytest.raises(InvalidInput, match=message):
        store.create(given.pop("scopes"), **given)  # type: ignore[arg-type]
    assert store.all() == []


def test_the_migrated_table_is_the_one_that_is_used(store: KeyStore, url: str) -> None:
    engine = open_engine(url)
    made = {column["name"]: str(column["type"]) for column in inspect(engine).get_columns("keys")}
    assert made == {column.name: str(column.type) for column in keys.columns}
    engine.dispose()


def test_an_older_catalogue_gets_the_table_and_keeps_its_resources(opened: Callable[[], KeyStore], url: str) -> None:
    with closing(Catalogue.open(url)) as catalogue:
        catalogue.write([Resource(id="c:1", kind="course", title="太极拳入门")])
    take_back(url, to="0002")
    store = opened()
    store.create(["catalog"], label="", now=NOW)
    assert len(store.all()) == 1
    with closing(Catalogue.open(url)) as catalogue:
        assert catalogue.count() == 1


def test_a_keyring_knows_at_once_what_another_process_did(opened: Callable[[], KeyStore]) -> None:
    ring, elsewhere = Keyring(opened()), opened()
    assert ring.find(b"xj_guessed") is None
    secret, key = elsewhere.create(["search"], label="", now=NOW)
    assert ring.find(secret.encode()) == key
    elsewhere.revoke(key.id, now=NOW)
    assert ring.find(secret.encode()) is None


@pytest.mark.parametrize("secret", [b"", b"xj_", b"\xff" * 46, b"x" * 10_000])
def test_a_keyring_takes_anything_for_a_key(store: KeyStore, secret: bytes) -> None:
    assert Keyring(store).find(secret) is None


def test_a_key_that_has_expired_is_found_no_more(store: KeyStore) -> None:
    ring = Keyring(store)
    secret, _ = store.create(["search"], label="", now=NOW - 100, expires=NOW - 1)
    assert ring.find(secret.encode()) is None


def test_what_is_known_goes_on_while_the_database_cannot_be_read(
    opened: Callable[[], KeyStore], tmp_path: Path
) -> None:
    ring, store = Keyring(opened()), opened()
    secret, key = store.create(["search"], label="", now=NOW)
    assert ring.find(secret.encode()) == key
    with sqlite3.connect(tmp_path / "catalogue.db") as connection:
        connection.execute("ALTER TABLE keys RENAME TO away")
    assert ring.find(secret.encode()) == key
    with pytest.raises(Unavailable):
        Keyring(opened()).find(secret.encode())
    with sqlite3.connect(tmp_path / "catalogue.db") as connection:
        connection.execute("ALTER TABLE away RENAME TO keys")
        connection.execute("UPDATE keys SET revoked = 1")
    connection.close()
    assert ring.find(secret.encode()) is None
