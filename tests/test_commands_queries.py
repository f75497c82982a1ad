"""`xuejing queries` and `xuejing purge`."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.commands import run
from api.moments import today
from corpus.query_log import Asking, QueryLog

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def xuejing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Call]:
    """Runs a command in this process: exit code, standard output, standard error."""
    monkeypatch.setenv("XUEJING_STATE", str(tmp_path))
    monkeypatch.setenv("XUEJING_QUERY_LOG", "true")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return call


@pytest.fixture(autouse=True)
def asked(tmp_path: Path) -> None:
    log = QueryLog.open(f"sqlite:///{tmp_path}/catalogue.db")

    def add(query: str, times: int, *, total: int = 9, age: int = 0, **more: object) -> None:
        day = today() - timedelta(days=age)
        known = {"revision": 0, "base": 1, "narrowed": False}
        one = Asking(query=query, day=day, total=total, **{**known, **more})  # type: ignore[arg-type]
        log.add([one] * times)

    add("书法", 7)
    add("昆曲", 4)
    add("qwerty", 2, total=0, dropped=("qwerty",))
    add("缂丝", 1, total=0)
    add("[b]评弹[/b]", 2, total=3, age=1)
    add("太级拳", 2, corrected="太极拳", by="homophone")
    add("书法", 3, total=0, narrowed=True, age=2)
    add("养生", 2, total=0, age=40)
    log.close()


def listed(call: Call, *options: str) -> list[str]:
    code, out, _ = call("queries", *options, "--json")
    assert code == 0
    return [query["query"] for query in json.loads(out)["queries"]]


def test_what_is_asked_most_is_asked_by_several(xuejing: Call) -> None:
    code, out, err = xuejing("queries")
    assert code == 0
    assert "书法" in out
    assert "昆曲" not in out
    assert "一共搜了 21 次" in err
    assert "没有结果 6 次（--zero）" in err
    assert listed(xuejing) == ["书法"]
    assert listed(xuejing, "--min-count", "8") == []


def test_without_result(xuejing: Call) -> None:
    code, out, _ = xuejing("queries", "--zero")
    assert code == 0
    assert "没有资源含有“qwerty”" in out
    assert "有筛选条件" in out
    assert listed(xuejing, "--zero") == ["书法", "qwerty"]
    assert listed(xuejing, "--zero", "--min-count", "1") == ["书法", "qwerty", "缂丝"]
    assert listed(xuejing, "--zero", "--day", str(today())) == ["qwerty"]
    assert listed(xuejing, "--zero", "--limit", "1") == ["书法"]


def test_with_few_results(xuejing: Call) -> None:
    assert listed(xuejing, "--low") == ["[b]评弹[/b]"]
    assert "[b]评弹[/b]" in xuejing("queries", "--low")[1]
    assert listed(xuejing, "--low", "--days", "1") == []


def test_found_by_a_guess(xuejing: Call) -> None:
    assert listed(xuejing, "--corrected") == ["太级拳"]
    assert "按读音找了“太极拳”" in xuejing("queries", "--corrected")[1]


def test_a_rare_query_is_shown_no_longer_than_it_may_be_kept(xuejing: Call) -> None:
    assert "养生" not in listed(xuejing, "--zero", "--days", "60")
    assert listed(xuejing, "--zero", "--day", str(today() - timedelta(days=40))) == []


def test_a_day_without_searches_says_so(xuejing: Call) -> None:
    code, out, err = xuejing("queries", "--zero", "--day", "2020-01-01")
    assert (code, out) == (0, "")
    assert "没有结果的词，2020-01-01，至少 2 次：一个也没有。" in err
    assert "搜得少的词只保存 30 天" in err


def test_it_says_that_the_setting_is_off(xuejing: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "XUEJING_QUERY_LOG=true" not in xuejing("queries")[2]
    monkeypatch.delenv("XUEJING_QUERY_LOG")
    assert "XUEJING_QUERY_LOG=true" in xuejing("queries")[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--zero", "--low"), "只能选一个"),
        (("--min-count", "2"), "搜得少的词可能看得出是谁搜的"),
        (("--day", "昨天"), "应是日期"),
        (("--days", "0"), "选项“--days”的值不对"),
    ],
)
def test_a_wrong_use_is_said(xuejing: Call, options: tuple[str, ...], message: str) -> None:
    code, out, err = xuejing("queries", *options)
    assert (code, out) == (2, "")
    assert message in err


def test_purge(xuejing: Call) -> None:
    code, _, err = xuejing("purge")
    assert code == 0
    assert "删除了 1 行到期的搜索记录" in err
    assert json.loads(xuejing("purge", "--json")[1]) == {"queries": 0}
    code, _, err = xuejing("purge", "--all-queries")
    assert code == 0
    assert "全部删除了，共 7 行" in err
    assert listed(xuejing, "--zero") == []
