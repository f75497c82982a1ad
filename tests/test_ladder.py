"""When a query is taken for another one, and when it is not: one catalogue with tempting neighbours."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.resource import Resource
from corpus.revision import Revision
from index.filters import preferred_prior
from index.folding import fold
from index.query import Filter, Query, Result, Step
from index.search import search
from index.snapshot import Snapshot
from index.spelling_lookup import letters_of

NOW = 1_780_000_000


def book(title: str, *creators: str, **fields: object) -> Resource:
    return Resource(id=title, kind="book", title=title, creators=creators, **fields)


def course(title: str, **fields: object) -> Resource:
    return Resource(id=title, kind="course", title=title, **fields)


RESOURCES = (
    course("太极拳入门", tags=("太极拳", "养生"), audience=("老年人",), level="入门"),
    course("二十四式太极拳", tags=("太极拳",)),
    book("太极图说解读"),
    course("苏绣入门", tags=("苏绣", "刺绣")),
    course("苏州评弹欣赏", tags=("评弹",)),
    book("平潭岛旅行手册"),
    course("昆曲学唱", tags=("昆曲",)),
    course("书法：楷书入门", tags=("书法",), level="入门"),
    course("二胡基础", tags=("二胡",)),
    course("智能手机使用", tags=("手机", "微信"), audience=("老年人",)),
    course("微信零基础", tags=("微信",), description="怎么用微信，手把手教学。"),
    course("手机买火车票和飞机票", tags=("手机",), audience=("老年人",)),
    book("中医养生之道", tags=("养生", "保健")),
    course("R语言数据分析"),
    course("C语言程序设计"),
    course("C++程序设计"),
    course("C#程序设计"),
    course("Python编程：从入门到实践", tags=("Python",)),
    course("Java核心技术"),
    book("机器人语言与人机对话"),
    course("第2课 声调"),
    course("第12课 对话"),
    course("大学英语四级"),
    course("大学英语六级"),
    book("道德经", "老子"),
    book("老手的忠告"),
    book("庄子", "庄子"),
    book("孙子兵法", "孙武"),
    book("围城", "钱锺书"),
    book("卫城记"),
    book("活着", "余华"),
    book("许三观卖血记", "余华"),
    book("鱼化石图鉴", "于华"),
    book("唐诗三百首"),
    book("王右丞集", "王维"),
    book("机械制图", "王伟"),
    book("呐喊", "鲁迅"),
    book("百年孤独", "加西亚·马尔克斯"),
    book("百年古都"),
    book("景点导游词"),
    book("经典咏流传"),
    book("法治的细节"),
    book("中国法制史"),
    course("短视频拍摄"),
    book("食品安全手册"),
    book("权力的游戏"),
    book("权利与义务"),
    book("老人与海", "海明威"),
    book("有机化学"),
    book("学习型社会"),
    book("待处理案件汇编"),
    book("清华大学校史"),
    book("红楼梦", "曹雪芹"),
    book("三国演义", "罗贯中"),
    book("水浒传", "施耐庵"),
    book("西游记", "吴承恩"),
    book("飘"),
    book("1984", "奥威尔"),
    book("1983年的春天"),
    book("苏州园林", subjects=("园林",)),
    book("园林植物", subjects=("园林",)),
    Resource(id="读书会", kind="activity", title="共读余华《活着》", starts_at="2030-01-01T01:00:00Z"),
    Resource(id="平江路", kind="place", title="平江路", district="姑苏区"),
    book("看不见的城市", "卡尔维诺", status="hidden"),
    Resource(id="over", kind="activity", title="赏月晚会", ends_at="2020-01-01T00:00:00Z"),
)
TITLES = [resource.title for resource in RESOURCES if resource.status == "active" and resource.id != "over"]


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot], revision: Revision) -> Snapshot:
    return snapshot_of(*RESOURCES, revision=replace(revision, phrases=()))


def found(snapshot: Snapshot, text: str, **asked: object) -> Result:
    return search(snapshot, Query(text=text, at=NOW, **asked))


def ids(result: Result) -> list[str]:
    return [hit.id for hit in result.hits]


AS_TYPED = {
    "R语言": "R语言数据分析",
    "r 语言": "R语言数据分析",
    "C语言": "C语言程序设计",
    "C++": "C++程序设计",
    "c#": "C#程序设计",
    "Java": "Java核心技术",
    "python": "Python编程：从入门到实践",
    "Ｐｙｔｈｏｎ": "Python编程：从入门到实践",
    "第2课": "第2课 声调",
    "第12课": "第12课 对话",
    "四级": "大学英语四级",
    "英语六级": "大学英语六级",
    "1984": "1984",
    "1983": "1983年的春天",
    "老子": "道德经",
    "庄子": "庄子",
    "孙子兵法": "孙子兵法",
    "孙武": "孙子兵法",
    "围城": "围城",
    "卫城": "卫城记",
    "钱锺书": "围城",
    "錢鍾書": "围城",
    "余华": "活着",
    "于华": "鱼化石图鉴",
    "王维": "王右丞集",
    "王伟": "机械制图",
    "鲁迅": "呐喊",
    "马尔克斯": "百年孤独",
    "苏绣": "苏绣入门",
    "评弹": "苏州评弹欣赏",
    "平潭": "平潭岛旅行手册",
    "昆曲": "昆曲学唱",
    "景点": "景点导游词",
    "经典": "经典咏流传",
    "百年孤独": "百年孤独",
    "百年古都": "百年古都",
    "法治": "法治的细节",
    "法制": "中国法制史",
    "视频": "短视频拍摄",
    "食品": "食品安全手册",
    "权力": "权力的游戏",
    "权利": "权利与义务",
    "老人与海": "老人与海",
    "有机化学": "有机化学",
    "学习型社会": "学习型社会",
    "养生": "中医养生之道",
    "養生": "中医养生之道",
    "保健": "中医养生之道",
    "飘": "飘",
    "处理": "待处理案件汇编",
    "極拳": "太极拳入门",
    "清華": "清华大学校史",
    "《红楼梦》": "红楼梦",
    "唐诗 三百首": "唐诗三百首",
}


@pytest.mark.parametrize(("text", "first"), AS_TYPED.items())
def test_what_finds_well_stays_as_it_was_typed(snapshot: Snapshot, text: str, first: str) -> None:
    result = found(snapshot, text)
    read = result.interpretation
    assert (read.by, read.corrected, read.others, read.removed, read.notice) == ("", "", (), (), "")
    tied = [hit.id for hit in result.hits if hit.score > 0.9 * result.hits[0].score]
    assert first in tied[:3]


@pytest.mark.parametrize(
    "text",
    [
        "D语言",
        "F#",
        "第5课",
        "第22课",
        "英语八级",
        "1985",
        "2049",
        "二十五式",
        "三百二十首",
        "HTML",
        "SQL",
        "vip",
        "赏月",
        "卡尔维诺",
    ],
)
def test_what_is_not_there_is_not_taken_for_a_neighbour(snapshot: Snapshot, text: str) -> None:
    """The last two are over or hidden."""
    read = found(snapshot, text).interpretation
    assert (read.by, read.corrected) == ("relaxed", "")


MEANT: dict[Step, dict[str, str]] = {
    "question": {
        "怎么学太极拳": "太极拳",
        "太极拳怎么学？": "太极拳",
        "有没有讲园林的书": "园林",
        "哪里可以学苏绣": "苏绣",
        "我想学二胡": "二胡",
        "求推荐余华的书": "余华",
        "红楼梦讲的是什么": "红楼梦",
        "请问微信怎么用": "微信",
        "零基础学书法": "书法",
        "适合老年人的养生课": "养生",
        "怎麼學書法": "书法",
        "老人学手机": "手机",
    },
    "pinyin": {
        "taijiquan": "太极拳",
        "tai ji quan": "太极拳",
        "tai'ji'quan": "太极拳",
        "ＴａｉＪｉＱｕａｎ": "太极拳",
        "tàijíquán": "太极拳",
        "tjq": "太极拳",
        "太ji拳": "太极拳",
        "suxiu": "苏绣",
        "kunqu": "昆曲",
        "hongloumeng": "红楼梦",
        "sgyy": "三国演义",
        "luxun": "鲁迅",
        "shu fa": "书法",
        "sufa": "书法",
        "怎么学taijiquan": "太极拳",
    },
    "homophone": {
        "太级拳": "太极拳",
        "太集拳": "太极拳",
        "红楼孟": "红楼梦",
        "百年孤读": "百年孤独",
        "书发": "书法",
        "三国演意": "三国演义",
        "活者": "活着",
        "罗惯中": "罗贯中",
        "而胡": "二胡",
        "怎么学太级拳": "太极拳",
        "太极全入门": "太极拳入门",
        "苏州平弹": "苏州评弹",
    },
    "lookalike": {
        "百年狐独": "百年孤独",
        "红褛梦": "红楼梦",
        "水许传": "水浒传",
        "大极拳": "太极拳",
        "孙子乒法": "孙子兵法",
        "苏州园材": "苏州园林",
        "水游传": "水浒传",
        "清华大学校吏": "清华大学校史",
        "权力的游戈": "权力的游戏",
        "唐诗三百苜": "唐诗三百首",
    },
    "spelling": {
        "百年独孤": "百年孤独",
        "许三观血记": "许三观卖血记",
        "许三观卖的血记": "许三观卖血记",
        "许三卖观血记": "许三观卖血记",
        "红红楼梦": "红楼梦",
        "唐诗三百首首": "唐诗三百首",
        "许三观写血记": "许三观卖血记",
        "pythn": "python",
        "pyhton": "python",
        "pythonn": "python",
        "jvaa": "java",
    },
    "relaxed": {
        "太极拳 饕餮": "",
        "饕餮盛宴": "",
        "鲁迅 量子力学": "",
        "苏绣 貔貅": "",
        "qwrtp": "",
        "红楼梦 评弹 手机": "",
        "围城 庄子": "",
        "怎么养貔貅": "养貔貅",
        "太极拳 二胡": "",
    },
}


@pytest.mark.parametrize(
    ("text", "meant", "by"), [(text, meant, by) for by, queries in MEANT.items() for text, meant in queries.items()]
)
def test_each_step_understands(snapshot: Snapshot, text: str, meant: str, by: Step) -> None:
    result = found(snapshot, text)
    read = result.interpretation
    assert (read.corrected, read.by) == (meant, by)
    assert read.notice
    if by != "relaxed":
        assert meant in read.notice
        assert letters_of(meant) in fold(letters_of("".join(found_text(result))))


def found_text(result: Result) -> list[str]:
    """What the first hit says of itself."""
    return [letters_of(fold(result.hits[0].blob.decode()))]


@pytest.mark.parametrize("text", [text for queries in MEANT.values() for text in queries])
def test_exactly_what_was_typed_is_searched_for_where_asked(snapshot: Snapshot, text: str) -> None:
    read = found(snapshot, text, correct=False).interpretation
    assert read.corrected == ""
    assert read.by in ("", "relaxed")
    assert (read.others, read.removed, read.preferred) == ((), (), {})
    assert read.normalized == fold(text)


@pytest.mark.parametrize("text", ["taijiquan", "tai ji quan", "tjq", "太級拳", "極拳"])
def test_nothing_noisy_stands_before_what_was_meant(snapshot: Snapshot, text: str) -> None:
    first, second, *others = ids(found(snapshot, text))
    assert {first, second} == {"太极拳入门", "二十四式太极拳"}
    assert set(others) <= {"太极图说解读"}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("微信教学", "微信零基础"),
        ("怎么用手机买火车票", "手机买火车票和飞机票"),
        ("養生", "中医养生之道"),
        ("Ｐｙｔｈｏｎ", "Python编程：从入门到实践"),
        ("清華", "清华大学校史"),
        ("处理", "待处理案件汇编"),
        ("老人与海 海明威", "老人与海"),
    ],
)
def test_what_was_meant_comes_first(snapshot: Snapshot, text: str, first: str) -> None:
    assert ids(found(snapshot, text))[0] == first


def test_a_query_of_twenty_words_uses_them_all(snapshot: Snapshot) -> None:
    words = [chr(ord("龒") + number) for number in range(18)]
    result = found(snapshot, " ".join([*words, "施耐庵", "水浒传"]))
    assert ids(result) == ["水浒传"]
    assert result.interpretation.words[-2:] == ("施耐庵", "水浒传")


def test_a_kind_an_audience_and_a_district_are_preferred_not_required(snapshot: Snapshot) -> None:
    assert ids(found(snapshot, "养生"))[0] == "中医养生之道"
    courses = found(snapshot, "养生课")
    assert set(ids(courses)) == {"太极拳入门", "中医养生之道"}
    assert courses.interpretation.preferred == {"kind": ("course",)}
    assert ids(found(snapshot, "适合老年人的养生课"))[0] == "太极拳入门"
    assert ids(found(snapshot, "姑苏区有什么地方")) == ["平江路"]


def test_what_nothing_fits_wholly_comes_as_near_as_it_can(snapshot: Snapshot) -> None:
    wish = found(snapshot, "姑苏区的书", limit=50)
    assert wish.total == len(TITLES)
    assert "没有完全符合“姑苏区、图书”" in wish.interpretation.notice


def test_a_name_that_sounds_like_two_finds_both(snapshot: Snapshot) -> None:
    result = found(snapshot, "yuhua")
    assert {result.interpretation.corrected, *result.interpretation.others} >= {"余华", "于华"}
    assert {"活着", "许三观卖血记", "鱼化石图鉴"} <= set(ids(result))
    assert "也找了" in result.interpretation.notice


def test_only_the_wrong_part_of_a_longer_text_is_replaced(snapshot: Snapshot) -> None:
    assert found(snapshot, "苏州园林 太级拳").interpretation.corrected == "苏州园林 太极拳"
    assert found(snapshot, "太级拳、太级拳、书法").interpretation.corrected == "太极拳 太极拳 书法"
    assert found(snapshot, "老年人智能手几课程").interpretation.corrected == "老年人智能手机"


def test_words_of_latin_letters_stay_apart(snapshot_of: Callable[..., Snapshot], revision: Revision) -> None:
    snapshot = snapshot_of(course("Java Web开发"), revision=replace(revision, phrases=()))
    result = found(snapshot, "java web开法")
    assert (result.interpretation.corrected, ids(result)) == ("java web开发", ["Java Web开发"])


def test_what_a_filter_hides_is_no_reason_to_guess(snapshot: Snapshot) -> None:
    result = found(snapshot, "景点", filter=Filter(kind=("course",)))
    assert (result.interpretation.corrected, result.total) == ("", 0)
    guessed = found(snapshot, "太级拳", filter=Filter(kind=("course",)))
    assert set(ids(guessed)) == {"太极拳入门", "二十四式太极拳"}


def test_a_field_query_is_never_corrected(snapshot: Snapshot) -> None:
    for text in ("书名:太级拳", "“太级拳”", "太级拳 AND 书法"):
        assert found(snapshot, text).interpretation.corrected == ""


def test_an_empty_catalogue_and_one_without_chinese(snapshot_of: Callable[..., Snapshot]) -> None:
    for snapshot in (snapshot_of(), snapshot_of(course("Python"))):
        for text in ("太级拳", "taijiquan", "pythn", "怎么学太极拳", "有什么书"):
            found(snapshot, text)


ALL_QUERIES = [*AS_TYPED, *(text for queries in MEANT.values() for text in queries), "余华的书", "有什么书", "yuhua"]
CORRECTED = ["太级拳", "yuhua", "适合老年人的养生课", "鲁迅 量子力学", "有什么书", "书发", "机器人对话语言"]


@given(text=st.sampled_from(CORRECTED), size=st.integers(1, 4), sort=st.sampled_from(["relevance", "newest"]))
def test_pages_concatenate_to_the_full_ranking(snapshot: Snapshot, text: str, size: int, sort: str) -> None:
    whole = found(snapshot, text, limit=50, sort=sort)
    pages, offset = [], 0
    while offset is not None and offset < 50:
        page = found(snapshot, text, limit=size, offset=offset, sort=sort)
        assert (page.total, page.interpretation) == (whole.total, whole.interpretation)
        pages += [(hit.rank, hit.id, hit.score) for hit in page.hits]
        offset = page.next_offset
    assert pages[:50] == [(hit.rank, hit.id, hit.score) for hit in whole.hits]


@pytest.mark.parametrize("text", ALL_QUERIES)
def test_how_a_query_is_read_does_not_depend_on_the_page(snapshot: Snapshot, text: str) -> None:
    read = found(snapshot, text).interpretation
    for asked in ({"limit": 0}, {"limit": 1}, {"limit": 50}, {"offset": 40}, {"sort": "newest"}):
        other = found(snapshot, text, **asked).interpretation
        assert (other.corrected, other.by, other.removed, other.preferred) == (
            read.corrected,
            read.by,
            read.removed,
            read.preferred,
        )


@pytest.mark.parametrize("text", ALL_QUERIES)
def test_the_parts_of_a_score_and_the_prior_are_the_score(snapshot: Snapshot, text: str) -> None:
    result = found(snapshot, text, explain=True, limit=50)
    prior = preferred_prior(snapshot, result.interpretation.preferred)
    for hit in result.hits:
        plain = sum(part.score for part in hit.parts if part.kind != "prior")
        assert sum(part.score for part in hit.parts) == pytest.approx(hit.score, rel=1e-4)
        if result.interpretation.words:
            assert plain * prior[hit.row] == pytest.approx(hit.score, rel=1e-3)


_TRADITIONAL = opencc.OpenCC("s2t")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@given(
    st.sampled_from(TITLES),
    st.sampled_from(["{}", " {} ", "《{}》", "{}？", "【{}】", "{}。"]),
    st.sampled_from([str, str.upper, lambda t: t.translate(_FULL_WIDTH), _TRADITIONAL.convert, fold]),
)
def test_a_title_is_never_corrected(snapshot: Snapshot, title: str, around: str, form: Callable[[str], str]) -> None:
    result = found(snapshot, around.format(form(title)))
    read = result.interpretation
    assert (read.corrected, read.by, read.removed) == ("", "", ())
    assert result.hits[0].id in {resource.id for resource in RESOURCES if resource.title == title}


@pytest.mark.parametrize(
    "title", ["怎么用手机买火车票和飞机票以及怎么用手机叫车挂号看病交水费电费煤气费的书", "有没有书", "太级拳"]
)
def test_a_title_that_reads_like_a_question_or_a_mistake_is_a_title(
    snapshot_of: Callable[..., Snapshot], title: str
) -> None:
    snapshot = snapshot_of(book(title), *(course(f"太极拳{i}") for i in range(9)), book("手机"))
    result = found(snapshot, title)
    assert (ids(result)[0], result.interpretation.by) == (title, "")


@given(st.sampled_from(TITLES), st.sampled_from("太级卷法嘉xa1 "), st.integers(0, 20), st.integers(0, 2))
def test_every_guess_for_a_whole_text_stands_in_some_name(
    snapshot: Snapshot, title: str, other: str, at: int, cut: int
) -> None:
    text = title[:at] + other + title[at + cut :]
    read = found(snapshot, text).interpretation
    names = [letters_of(fold(name)) for r in RESOURCES for name in (r.title, *r.creators, *r.tags, *r.subjects)]
    for guess in (read.corrected, *read.others) if read.guessed else ():
        chunks = [letters_of(chunk) for chunk in guess.split()]
        typed = letters_of(read.normalized)
        assert all(any(part in name for name in names) or part in typed for chunk in chunks for part in halves(chunk))


def halves(text: str) -> Sequence[str]:
    """A guess may hold a part that was typed and one that was put right."""
    return [text[i : i + 2] for i in range(len(text) - 1)] or [text]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "太\0级拳",
        "\u202e拳级太\u202c",
        "\ud800太级拳",
        "太级拳\udfff",
        "😀太级拳😀",
        "😀" * 500,
        "太" * 500,
        "a" * 500,
        "tj" * 250,
        "taiji " * 83,
        "太级拳 " * 125,
        "手几" * 250,
        "1" * 500,
        "怎么" * 250,
        "的书" * 250,
        "𠀀𠀁𠀂",
        "ༀ༁༂",
        "c+" * 250,
    ],
)
def test_strange_texts_get_an_answer(snapshot: Snapshot, text: str) -> None:
    result = found(snapshot, text, facets=("kind",), explain=True)
    assert result.total >= len(result.hits)


@given(st.text("太极级拳书法发怎么学的tjqai 老人红楼1c+", max_size=40))
def test_any_text_gets_an_answer(snapshot: Snapshot, text: str) -> None:
    result = found(snapshot, text)
    literal = found(snapshot, text, correct=False)
    assert literal.interpretation.corrected == ""
    assert result.interpretation.normalized == literal.interpretation.normalized
