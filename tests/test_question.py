import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.frames import Frame
from corpus.revision import Revision
from index.folding import fold
from index.question import FrameTable, Question
from index.segmentation import Segmenter

DISTRICTS = ("苏州工业园区", "姑苏区", "吴江区", "斜塘街道", "东山镇", "金山区", "金山镇", "昆山高新区", "吴中")


@pytest.fixture(scope="module")
def table(revision: Revision) -> FrameTable:
    return FrameTable(revision.frames, DISTRICTS)


def read(table: FrameTable, segmenter: Segmenter, text: str) -> Question | None:
    return table.read(fold(text), segmenter)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("怎么学太极拳", "太极拳"),
        ("太极拳怎么学？", "太极拳"),
        ("请问，怎样用微信", "微信"),
        ("有没有讲园林的书", "园林"),
        ("我想学二胡", "二胡"),
        ("哪里可以学苏绣", "苏绣"),
        ("求推荐余华的书", "余华"),
        ("余华写的书", "余华"),
        ("红楼梦讲的是什么", "红楼梦"),
        ("什么是人工智能", "人工智能"),
        ("八段锦怎么打", "八段锦"),
        ("高血压吃什么好", "高血压"),
        ("不会用智能手机怎么办", "智能手机"),
        ("怎麼學書法", "书法"),
        ("ＰＰＴ怎么做", "ppt"),
        ("有没有讲R语言的课", "r语言"),
        ("C++怎么学", "c++"),
        ("“红楼梦”怎么样", "红楼梦"),
        ("关于书的书", "书"),
        ("苏州博物馆几点开门", "苏州博物馆"),
    ],
)
def test_the_frame_is_taken_off(table: FrameTable, segmenter: Segmenter, text: str, matter: str) -> None:
    question = read(table, segmenter, text)
    assert question is not None
    assert question.matter == matter
    assert question.removed


@pytest.mark.parametrize(
    "text",
    [
        "学习型社会",
        "有机化学",
        "有声书",
        "想象力",
        "学而时习之",
        "用户体验",
        "求职",
        "讲义",
        "找茬",
        "学会提问",
        "书法",
        "课堂管理",
        "班主任",
        "目的",
        "太极拳",
        "围城",
        "红楼梦",
        "什么",
        "的",
        "我",
        "推荐",
        "",
        "  ",
        "？！",
        "\0",
        "😀",
    ],
)
def test_words_that_only_begin_or_end_like_a_frame_stay_whole(
    table: FrameTable, segmenter: Segmenter, text: str
) -> None:
    question = read(table, segmenter, text)
    assert question is None or (question.matter == text and not question.removed)


def test_only_a_preference_comes_of_a_word_inside_another_text(table: FrameTable, segmenter: Segmenter) -> None:
    question = read(table, segmenter, "老人与海")
    assert question is None or (question.matter == "老人与海" and question.removed == ())


@pytest.mark.parametrize(
    ("text", "matter", "named"),
    [
        ("园林的书", "园林", {"kind": ("book",)}),
        ("python网课", "python", {"kind": ("course",), "format": ("online",)}),
        ("零基础学电脑", "电脑", {"level": ("入门",)}),
        ("电脑入门", "电脑入门", {"level": ("入门",)}),
        ("适合老年人的养生课", "养生", {"audience": ("老年人",), "kind": ("course",)}),
        ("教老年人用微信", "微信", {"audience": ("老年人",)}),
        ("孩子学画画", "画画", {"audience": ("亲子", "青少年")}),
        ("打乒乓球的地方", "打乒乓球", {"kind": ("place",)}),
        ("姑苏区书法班", "书法", {"district": ("姑苏区",), "kind": ("course",)}),
        ("吴江的图书馆", "图书馆", {"district": ("吴江区",)}),
        ("斜塘太极拳", "太极拳", {"district": ("斜塘街道",)}),
        ("园区图书馆", "图书馆", {"district": ("苏州工业园区",)}),
        ("高新区的讲座", "", {"district": ("昆山高新区",), "kind": ("activity",)}),
        ("书法 姑苏", "书法", {"district": ("姑苏区",)}),
        ("有什么活动", "", {"kind": ("activity",)}),
        ("有没有适合老人的书", "", {"audience": ("老年人",), "kind": ("book",)}),
        ("网课", "", {"kind": ("course",), "format": ("online",)}),
    ],
)
def test_what_a_question_names(
    table: FrameTable, segmenter: Segmenter, text: str, matter: str, named: dict[str, tuple[str, ...]]
) -> None:
    question = read(table, segmenter, text)
    assert question is not None
    assert (question.matter, question.named) == (matter, named)


def test_a_short_name_of_two_districts_means_neither(table: FrameTable, segmenter: Segmenter) -> None:
    assert read(table, segmenter, "金山 图书馆") is None
    assert read(table, segmenter, "金山镇 图书馆") == Question(
        matter="图书馆", removed=("金山镇",), named={"district": ("金山镇",)}
    )


def test_no_frames_no_question(segmenter: Segmenter) -> None:
    assert FrameTable((), ()).read("怎么学太极拳", segmenter) is None


def test_a_frame_in_another_script_or_width_is_the_same(segmenter: Segmenter) -> None:
    table = FrameTable([Frame(text="怎麼用ＡＰＰ", leads=True, ends=False, named={})], ("蘇州工業園區",))
    assert table.read(fold("怎么用app扫码"), segmenter) == Question(matter="扫码", removed=("怎么用app",), named={})
    question = table.read(fold("园区书法"), segmenter)
    assert question is not None
    assert question.named == {"district": ("蘇州工業園區",)}


@given(st.text("怎么学的书课我想有什么太极拳老人吗？ ，", max_size=30))
def test_what_is_taken_off_and_what_is_left_are_the_text(table: FrameTable, segmenter: Segmenter, text: str) -> None:
    folded = fold(text)
    question = table.read(folded, segmenter)
    if question is not None:
        assert question.matter in folded
        assert sum(map(len, [question.matter, *question.removed])) <= len(folded)
        assert question.removed or question.named
        assert question.matter or question.named


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_any_text_is_read(table: FrameTable, segmenter: Segmenter, text: str) -> None:
    read(table, segmenter, text)
