from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.demo import demo_resources
from corpus.editorial import read_campaigns, read_lists
from corpus.errors import InvalidInput
from corpus.revision import Revision

HEADER = "id,theme,organiser,start,end,resources\n"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_lists_keep_the_order_of_the_file(tmp_path: Path) -> None:
    lists = read_lists(written(tmp_path / "lists.csv", "list,id\n好书,b:2\n好课,c:1\n好书,b:1\n"))
    assert lists == {"好书": ("b:2", "b:1"), "好课": ("c:1",)}


def test_a_campaign_runs_from_its_first_to_its_last_day_in_beijing(tmp_path: Path) -> None:
    row = "week,全民终身学习活动周,社区学院,2026-11-01,2026-11-07,b:1 | c:1\n"
    (week,) = read_campaigns(written(tmp_path / "campaigns.csv", HEADER + row))
    assert week.resources == ("b:1", "c:1")
    first, last = datetime(2026, 10, 31, 16, tzinfo=UTC).timestamp(), datetime(2026, 11, 7, 16, tzinfo=UTC).timestamp()
    assert [week.runs(int(at)) for at in (first - 1, first, last - 1, last)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("week,,馆,2026-11-01,2026-11-07,b:1", "主题"),
        ("week,学习周,馆,十一月,2026-11-07,b:1", "不是日期"),
        ("week,学习周,馆,2026-11-08,2026-11-07,b:1", "早于"),
        ("other,学习周,馆,2026-11-01,2026-11-07,b:1", "重复"),
    ],
)
def test_a_wrong_campaign_is_told_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    file = written(tmp_path / "campaigns.csv", HEADER + "other,学习周,馆,2026-01-01,2026-01-02,b:1\n" + row + "\n")
    with pytest.raises(InvalidInput, match=said) as refused:
        read_campaigns(file)
    assert refused.value.place == "campaigns.csv 第 3 行"


@pytest.mark.parametrize(("row", "said"), [("好书,", "编号"), ("好书,b:1", "重复")])
def test_a_wrong_list_is_told_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_lists(written(tmp_path / "lists.csv", f"list,id\n好书,b:1\n{row}\n"))


def test_the_shipped_lists_name_resources_of_the_demo(revision: Revision) -> None:
    known = {resource.id for resource in demo_resources(datetime(2026, 1, 1, tzinfo=UTC).date())}
    assert {id for ids in revision.lists.values() for id in ids} <= known
    assert revision.lists
