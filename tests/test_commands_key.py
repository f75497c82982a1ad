"""`xuejing key create`, `list` and `revoke`."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.keyring import Keyring
from api.moments import BEIJING, read_moment, today
from corpus.keys import SCOPES, KeyStore

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def store(state: Path) -> Iterator[KeyStore]:
    with closing(KeyStore.open(f"sqlite:///{state}/catalogue.db")) as store:
        yield store


def listed(xuejing: Call) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(xuejing("key", "list", "--json")[1])
    return found


def test_a_key_stands_alone_on_its_line(xuejing: Call, store: KeyStore) -> None:
    code, out, err = xuejing("key", "create", "--scope", "catalog", "--scope", "events", "--label", "区平台")
    secret = out.removesuffix("\n")
    assert code == 0
    assert out == f"{secret}\n"
    key = Keyring(store).find(secret.encode())
    assert key is not None
    assert key.scopes == ("events", "catalog")
    assert key.label == "区平台"
    assert secret not in err
    for said in (key.id, "长期有效", "只显示这一次"):
        assert said in err


def test_a_key_for_programs(xuejing: Call, store: KeyStore) -> None:
    code, out, err = xuejing("key", "create", "--scope", "admin", "--expires", "2999-01-01", "--json")
    made = json.loads(out)
    assert (code, err) == (0, "")
    key = Keyring(store).find(made.pop("key").encode())
    assert key is not None
    assert made == listed(xuejing)[0]
    assert made["id"] == key.id
    assert made["expires"] == "2999-01-01T16:00:00Z"
    assert made["state"] == "active"


def test_the_last_day_or_the_number_of_days_is_said(xuejing: Call, store: KeyStore) -> None:
    day = today() + timedelta(days=1)
    assert xuejing("key", "create", "--scope", "search", "--expires", str(day))[0] == 0
    assert store.all()[0].expires == read_moment(str(day + timedelta(days=1)))
    assert xuejing("key", "create", "--scope", "search", "--expires", "90d")[0] == 0
    [newest] = [key for key in store.all() if key.expires != read_moment(str(day + timedelta(days=1)))]
    assert newest.expires == newest.created + 90 * 86_400


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "缺少选项“--scope”"),
        (["--scope", "write"], "没有“write”这种权限；可用的权限：" + "、".join(SCOPES)),
        (["--scope", "search", "--expires", "soon"], "选项“--expires”应是日期或天数"),
        (["--scope", "search", "--expires", "0d"], "选项“--expires”应是日期或天数"),
        (["--scope", "search", "--expires", "2020-01-01"], "选项“--expires”已经过去了"),
        (["--scope", "search", "--label", "长" * 101], "选项“--label”最多 100 个字"),
        (["--scope", "search", "--colour", "red"], "没有“--colour”这个选项"),
    ],
)
def test_wrong_use_is_explained(xuejing: Call, store: KeyStore, options: list[str], message: str) -> None:
    code, out, err = xuejing("key", "create", *options)
    assert (code, out) == (2, "")
    assert message in err
    assert store.all() == []


def test_keys_are_listed_with_what_they_may_do(xuejing: Call, store: KeyStore) -> None:
    assert "还没有密钥" in xuejing("key", "list")[2]
    now = int(datetime.now(BEIJING).timestamp())
    secret, _ = store.create(["catalog"], label="[b]区平台", now=now)
    store.create(["search"], label="旧的", now=now - 100, expires=now - 1)
    code, out, _ = xuejing("key", "list")
    assert code == 0
    for shown in ("[b]区平台", "catalog", "长期有效", "有效", "已过期", f"{today()}"):
        assert shown in out
    assert secret not in out


def test_a_key_is_revoked(xuejing: Call, store: KeyStore) -> None:
    secret, key = store.create(["catalog"], label="", now=1)
    ring = Keyring(store)
    assert ring.find(secret.encode()) == key
    code, out, err = xuejing("key", "revoke", key.id)
    assert (code, out) == (0, "")
    assert f"密钥 {key.id} 已停用" in err
    assert ring.find(secret.encode()) is None
    assert json.loads(xuejing("key", "revoke", key.id, "--json")[1]) == listed(xuejing)[0]
    assert listed(xuejing)[0]["state"] == "revoked"
    assert "已停用" in xuejing("key", "list")[1]


def test_a_key_that_is_not_there_cannot_be_revoked(xuejing: Call) -> None:
    code, _, err = xuejing("key", "revoke", "0123456789")
    assert code == 1
    assert "没有编号为“0123456789”的密钥" in err


def test_the_commands_explain_themselves(xuejing: Call) -> None:
    assert xuejing("key")[0] == 2
    code, out, _ = xuejing("key", "--help")
    assert code == 0
    assert all(command in out for command in ("create", "list", "revoke"))
    for command in ("create", "list", "revoke"):
        assert "--json" in xuejing("key", command, "--help")[1]
    out = xuejing("key", "create", "--help")[1]
    assert all(scope in out for scope in SCOPES)
