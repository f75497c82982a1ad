from pathlib import Path

import pytest

from corpus.errors import InvalidInput
from corpus.frames import Frame, read_frames
from corpus.resource import FORMATS, KINDS, LEVELS
from corpus.revision import Revision

HEADER = "text,place,kind,audience,level,format\n"


def frames(tmp_path: Path, rows: str, *, header: str = HEADER) -> tuple[Frame, ...]:
    path = tmp_path / "frames.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_frames(path)


def test_a_frame_says_where_it_stands_and_what_it_names(tmp_path: Path) -> None:
    leading, ending, both, mentioned = frames(
        tmp_path,
        "有没有,开头,,,,\n网课,结尾,course,,,online\n零基础, 两头,,,入门,\n\n孩子,提到,,亲子 | 青少年,,\n",
    )
    assert leading == Frame(text="有没有", leads=True, ends=False, named={})
    assert ending == Frame(text="网课", leads=False, ends=True, named={"kind": ("course",), "format": ("online",)})
    assert both == Frame(text="零基础", leads=True, ends=True, named={"level": ("入门",)})
    assert mentioned == Frame(text="孩子", leads=False, ends=False, named={"audience": ("亲子", "青少年")})


def test_columns_that_name_nothing_may_be_left_out(tmp_path: Path) -> None:
    [frame] = frames(tmp_path, "书,结尾,book\n", header="text,place,kind\n")
    assert frame.named == {"kind": ("book",)}
    assert frames(tmp_path, "") == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("怎么,前面,,,,", "“前面”应是 开头、结尾、两头、提到 之一"),
        ("怎么,,,,,", "“”应是"),
        ("有没有,结尾,,,,", "“有没有”重复了"),
        ("PPT,提到,video,,,", "kind 没有“video”这个值；可用的是 course、book"),
        ("高手,提到,,,大师,", "level 没有“大师”这个值"),
        ("网上,开头,,,,网络", "format 没有“网络”这个值"),
        ("老人,提到,,,,", "“提到”的词要说明"),
        ("老人,提到,, | ,,", "“提到”的词要说明"),
        (",开头,,,,", "不能空着"),
        ("怎么,开头,,,,,,多", "多了一个逗号"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        frames(tmp_path, f"有没有,开头,,,,\n{row}\n")
    assert said in str(refused.value)
    assert refused.value.place == "frames.csv 第 3 行"


def test_a_text_in_two_cases_is_there_twice(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="重复"):
        frames(tmp_path, "App怎么用,结尾,,,,\napp怎么用,结尾,,,,\n")


@pytest.mark.parametrize("header", ["", "place,text,kind,audience,level,format,color\n", "place,kind\n"])
def test_a_wrong_header_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(InvalidInput):
        frames(tmp_path, "开头,怎么\n", header=header)


def test_the_shipped_frames_name_what_resources_have(revision: Revision) -> None:
    named: dict[str, set[str]] = {}
    for frame in revision.frames:
        for name, values in frame.named.items():
            named.setdefault(name, set()).update(values)
    assert named["kind"] <= set(KINDS)
    assert named["level"] <= set(LEVELS)
    assert named["format"] <= set(FORMATS)
    assert named["audience"] <= {"老年人", "企业职工", "城乡居民", "亲子", "青少年", "继续教育工作者"}
    assert len(revision.frames) > 200
