import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.errors import InvalidInput, Unavailable
from corpus.resource import Resource
from corpus.revision import Revision
from index.pinyin import has_reading, reading
from index.segmentation import Segmenter
from index.snapshot import Snapshot
from index.suggestion_building import build_suggestions
from index.suggestion_keys import SuggestionKind, beginnings, core, key, keys, pieces, stretch
from index.suggestion_store import SuggestionStore
from index.suggestions import MOST_SUGGESTIONS, suggest

NOW = 1_780_000_000


def book(number: int, title: str, *creators: str, popularity: int = 0, **fields: object) -> Resource:
    return Resource(
        id=f"b:{number}", kind="book", title=title, source="s", creators=creators, popularity=popularity, **fields
    )


RESOURCES = (
    book(1, "红楼梦", "曹雪芹", popularity=900),
    book(2, "紅樓夢（上）", "[清] 曹雪芹", popularity=5),
    book(3, "红楼梦", "曹雪芹 著", popularity=4),
    book(4, "红楼小讲", "周汝昌", popularity=3),
    book(5, "活着", "余华", popularity=800),
    book(6, "许三观卖血记", "余华", popularity=700),
    book(7, "战争与和平", "[俄] 列夫·托尔斯泰", popularity=600),
    book(8, "Python编程：从入门到实践", "Eric Matthes", popularity=500),
    book(9, "C++ Primer Plus", "Stephen Prata", popularity=400),
    book(10, "重庆往事", popularity=2),
    book(11, "音乐之旅", popularity=2),
    book(12, "乐山大佛", popularity=1),
    book(13, "太极内功心法", popularity=1, subjects=("体育健身",)),
    book(14, "灌篮高手1", "井上雄彦", popularity=30),
    book(15, "灌篮高手2", "井上雄彦", popularity=20),
    book(16, "Café de Flore"),
    book(17, "ＳＱＬ必知必会"),
    book(18, "《论语》导读"),
    book(20, "カフェ"),
    book(21, "飘"),
    Resource(id="c:1", kind="course", title="太极拳入门", subjects=("体育健身",)),
    Resource(id="a:1", kind="activity", title="太阳下的茶会", starts_at="2026-05-01T01:00:00Z"),
    book(19, "看不见的城市", "隐者", status="hidden"),
)


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot], revision: Revision, segmenter: Segmenter) -> Snapshot:
    curated = replace(revision, phrases=("太极拳", "太极拳与音乐", "火箭发射"))
    return completed(snapshot_of(*RESOURCES, revision=curated), curated, segmenter)


def completed(snapshot: Snapshot, revision: Revision, segmenter: Segmenter) -> Snapshot:
    """A snapshot with its suggestions."""
    directory = snapshot.base.directory
    target = directory.parent.parent / "suggestions" / directory.name
    build_suggestions(snapshot.base, target, revision=revision, segmenter=segmenter, progress=lambda done: None)
    return snapshot


def texts(snapshot: Snapshot, typed: str, **options: int) -> list[str]:
    return [completion.text for completion in suggest(snapshot, typed, **{"at": NOW, **options}).completions]


@pytest.mark.parametrize(
    "typed", ["太极拳", "taijiq", "taijiquan", "tai ji quan", "TaiJi'quan", "tjq", "太极q", "太ji", "太jq"]
)
def test_a_phrase_is_found_by_characters_pinyin_initials_and_both(snapshot: Snapshot, typed: str) -> None:
    assert texts(snapshot, typed)[:2] == ["太极拳", "太极拳与音乐"]


@pytest.mark.parametrize(
    "typed", ["太ji拳", "taiji拳", "tai极quan", "tai极q", "ta极", "t极", "tj拳", "太j拳", "Ｔai 极'QUAN"]
)
def test_characters_and_letters_may_stand_in_any_order(snapshot: Snapshot, typed: str) -> None:
    assert texts(snapshot, typed)[:2] == ["太极拳", "太极拳与音乐"]


@pytest.mark.parametrize("typed", ["太级", "太级拳", "泰极拳", "太級拳", "太ji全", "tai级拳", "台积quan"])
def test_what_is_written_otherwise_is_found_as_it_is_read(snapshot: Snapshot, typed: str) -> None:
    assert texts(snapshot, typed)[:2] == ["太极拳", "太极拳与音乐"]


def test_what_is_read_alike_stands_behind_what_is_written_so(
    snapshot_of: Callable[..., Snapshot], revision: Revision, segmenter: Segmenter
) -> None:
    given = (book(1, "书画入门"), book(2, "书话", popularity=9), book(3, "叔华文集"), book(4, "熟花"))
    plain = replace(revision, phrases=())
    made = completed(snapshot_of(*given, revision=plain), plain, segmenter)
    assert texts(made, "书画") == ["书画入门", "书话", "熟花", "叔华文集"]
    assert texts(made, "书画", limit=1) == ["书画入门"]
    assert texts(made, "书h")[0] == "书话"
    assert texts(made, "舒画入门") == ["书画入门"]


def test_only_readings_that_readers_know_are_heard(snapshot: Snapshot) -> None:
    """乐 of 乐山 is read yue as well, but 乐山 is not; 剪 sounds as 简, not as 讲."""
    assert texts(snapshot, "月山") == []
    assert texts(snapshot, "红楼小剪") == []


@pytest.mark.parametrize("typed", ["级", "级q", "急j"])
def test_one_character_alone_tells_too_little_to_go_by_its_sound(snapshot: Snapshot, typed: str) -> None:
    assert texts(snapshot, typed) == []


def test_syllables_that_are_set_apart_come_first(
    snapshot_of: Callable[..., Snapshot], revision: Revision, segmenter: Segmenter
) -> None:
    given = (book(1, "先生", popularity=99), book(2, "西安事变", popularity=1), book(3, "县志", popularity=50))
    plain = replace(revision, phrases=())
    made = completed(snapshot_of(*given, revision=plain), plain, segmenter)
    assert texts(made, "xian") == ["先生", "县志", "西安事变"]
    for typed in ("xi'an", "xi an", "Ｘｉ’ａｎ", "XI-AN"):
        assert texts(made, typed) == ["西安事变", "先生", "县志"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("hongnoumeng", "红楼梦"),
        ("honloum", "红楼梦"),
        ("zanzeng", "战争与和平"),
        ("zhanzhengyuhepin", "战争与和平"),
        ("congqing", "重庆往事"),
        ("yuesang", "乐山大佛"),
    ],
)
def test_what_southern_ears_do_not_tell_apart_is_found_at_last(snapshot: Snapshot, typed: str, text: str) -> None:
    assert texts(snapshot, typed)[-1] == text


@pytest.mark.parametrize("typed", ["红楼", "紅樓", "hong lou", "ＨＯＮＧＬＯＵ", "hlm", "红l", "《红楼"])
def test_editions_are_one_suggestion_as_most_of_them_write_it(snapshot: Snapshot, typed: str) -> None:
    found = texts(snapshot, typed)
    assert found[0] == "红楼梦"
    assert "紅樓夢（上）" not in found


def test_volumes_are_one_suggestion(snapshot: Snapshot) -> None:
    assert texts(snapshot, "灌篮") == ["灌篮高手"]


def test_spellings_of_a_name_are_one_suggestion_without_country_and_role(snapshot: Snapshot) -> None:
    assert texts(snapshot, "cao") == ["曹雪芹"]
    assert texts(snapshot, "曹雪") == ["曹雪芹"]


@pytest.mark.parametrize("typed", ["列夫", "托尔斯泰", "tuoer", "lftest"])
def test_a_foreign_name_is_found_by_its_family_name_too(snapshot: Snapshot, typed: str) -> None:
    assert texts(snapshot, typed) == ["列夫·托尔斯泰"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("pythonbian", "Python编程：从入门到实践"),
        ("pythonbc", "Python编程：从入门到实践"),
        ("PYTHON编", "Python编程：从入门到实践"),
        ("c++", "C++ Primer Plus"),
        ("cafe d", "Café de Flore"),
        ("sqlbz", "ＳＱＬ必知必会"),
        ("论语", "《论语》导读"),
        ("chongqing", "重庆往事"),
        ("yinyuez", "音乐之旅"),
        ("yueshan", "乐山大佛"),
        ("leshan", "乐山大佛"),
    ],
)
def test_letters_and_readings(snapshot: Snapshot, typed: str, text: str) -> None:
    assert texts(snapshot, typed) == [text]


def test_curated_phrases_and_subjects_come_first_then_what_is_read_most(snapshot: Snapshot) -> None:
    kinds = [completion.kind for completion in suggest(snapshot, "t", at=NOW).completions]
    assert kinds == ["phrase", "phrase", "subject", "creator", "title", "title"]
    assert texts(snapshot, "y")[:2] == ["余华", "音乐之旅"]
    assert texts(snapshot, "红楼") == ["红楼梦", "红楼小讲"]


def test_what_is_typed_to_its_end_comes_first(
    snapshot_of: Callable[..., Snapshot], revision: Revision, segmenter: Segmenter
) -> None:
    given = (book(1, "手机"), book(2, "手机摄影", popularity=99), book(3, "手机摄影", popularity=98))
    plain = replace(revision, phrases=())
    assert texts(completed(snapshot_of(*given, revision=plain), plain, segmenter), "手机") == ["手机", "手机摄影"]


def test_an_unusual_reading_comes_last(snapshot: Snapshot) -> None:
    assert texts(snapshot, "yue") == ["乐山大佛"]
    assert texts(snapshot, "y")[-1] == "乐山大佛"


@pytest.mark.parametrize("typed", ["音乐", "yinyue", "与音", "yyy"])
def test_a_curated_phrase_is_found_by_what_stands_inside_it_at_last(snapshot: Snapshot, typed: str) -> None:
    assert texts(snapshot, typed)[-1] == "太极拳与音乐"


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("红楼", "红楼"),
        ("hlm", "红楼梦"),
        ("hongl", "红楼"),
        ("红lou", "红楼"),
        ("托尔", "托尔"),
        ("tuo", "托"),
        ("pythonb", "Python编"),
        ("论语d", "论语》导"),
        ("sql必", "ＳＱＬ必"),
        ("c++p", "C++ P"),
        ("红l梦", "红楼梦"),
        ("hongl梦", "红楼梦"),
        ("论yu导", "论语》导"),
        ("lun语d", "论语》导"),
        ("pythonbian程", "Python编程"),
        ("sqlbi知b", "ＳＱＬ必知必"),
        ("pythonb程", "Python编程"),
        ("托er斯", "托尔斯"),
        ("洪楼", "红楼"),
        ("论鱼d", "论语》导"),
        ("zanzen", "战争"),
        ("zanzenyuh", "战争与和"),
    ],
)
def test_the_matched_part_is_of_the_text_as_it_is_written(snapshot: Snapshot, typed: str, marked: str) -> None:
    first = suggest(snapshot, typed, at=NOW).completions[0]
    assert first.text[slice(*first.matched)] == marked


@pytest.mark.parametrize(
    "typed", ["", " ", "《", "？！", "·", "_", "火箭", "看不见", "隐者", "x" * 65, "太" * 65, "太极拳zzz", "飘p", "カc"]
)
def test_nothing_completes_these(snapshot: Snapshot, typed: str) -> None:
    """火箭发射 is curated, but the catalogue knows no word of it; 看不见的城市 is hidden."""
    assert texts(snapshot, typed) == []


def test_what_is_over_is_not_suggested(snapshot: Snapshot) -> None:
    assert "太阳下的茶会" in texts(snapshot, "太", at=NOW - 10**8)
    assert "太阳下的茶会" not in texts(snapshot, "太")


def test_at_most_so_many(snapshot: Snapshot) -> None:
    everything = texts(snapshot, "t", limit=MOST_SUGGESTIONS)
    assert texts(snapshot, "t", limit=2) == everything[:2]
    assert texts(snapshot, "t", limit=0) == []
    assert len(everything) == len(set(everything))
    with pytest.raises(InvalidInput, match="条数"):
        suggest(snapshot, "t", limit=MOST_SUGGESTIONS + 1)
    with pytest.raises(InvalidInput, match="太长"):
        suggest(snapshot, "t" * 501)


@given(typed=st.text(max_size=20))
def test_any_text_is_answered(snapshot: Snapshot, typed: str) -> None:
    for completion in suggest(snapshot, typed, at=NOW).completions:
        start, end = completion.matched
        assert 0 <= start < end <= len(completion.text)


WHOLE_TITLES = [r.title for r in RESOURCES if r.status == "active" and core(r.title, "title") == r.title]


@given(st.sampled_from(WHOLE_TITLES).flatmap(lambda title: st.tuples(st.just(title), st.integers(1, len(title)))))
def test_every_title_is_found_by_each_of_its_beginnings(snapshot: Snapshot, given: tuple[str, int]) -> None:
    title, end = given
    found = texts(snapshot, title[:end], limit=MOST_SUGGESTIONS, at=NOW - 10**8)
    assert title in found or not key(title[:end])


@given(st.data())
def test_every_title_is_found_by_any_mixture_of_characters_and_pinyin(snapshot: Snapshot, data: st.DataObject) -> None:
    title = data.draw(st.sampled_from([title for title in WHOLE_TITLES if has_reading(title)]))
    typed = [
        data.draw(st.sampled_from([character, syllable, syllable[0]]))
        for character, syllable in zip(key(title), reading(key(title)), strict=True)
    ]
    for at, part in enumerate(typed[:-1]):  # an initial before letters would be read with them
        if len(part) < 2 and part.isascii() and typed[at + 1].isascii():
            typed[at] = key(title)[at]
    end = data.draw(st.integers(1, len(typed)))
    found = texts(snapshot, "".join(typed[:end]), limit=MOST_SUGGESTIONS, at=NOW - 10**8)
    assert title in found or not key("".join(typed[:end]))


@pytest.mark.parametrize(
    ("text", "kind", "shorter"),
    [
        ("罗马帝国衰亡史（套装共6册）", "title", "罗马帝国衰亡史"),
        ("【企业级】大数据项目实战 (二)", "title", "大数据项目实战"),
        ("长安十二时辰 上", "title", "长安十二时辰"),
        ("资治通鉴第12册", "title", "资治通鉴"),
        ("1Q84 BOOK 2", "title", "1Q84"),
        ("高等数学（第七版）下册", "title", "高等数学"),
        ("在路上", "title", "在路上"),
        ("1984", "title", "1984"),
        ("(1)", "title", "(1)"),
        ("（美）華萊士·史蒂文斯 著", "creator", "華萊士·史蒂文斯"),
        ("村上春樹 賴明珠譯", "creator", "村上春樹"),
        ("杰克·特劳特（Jack Trout）", "creator", "杰克·特劳特"),
        ("村上 春树", "creator", "村上 春树"),
        ("计算机（一）", "subject", "计算机（一）"),
    ],
)
def test_the_core_of_titles_and_names(text: str, kind: SuggestionKind, shorter: str) -> None:
    assert core(text, kind) == shorter


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("列夫·托尔斯泰", ["托尔斯泰"]),
        ("Mark Turner", ["Turner"]),
        ("J.K.罗琳", ["罗琳"]),
        ("村上 春树", []),
        ("余华", []),
    ],
)
def test_family_names(text: str, families: list[str]) -> None:
    assert [text[start:] for start, _ in beginnings(text, "creator")] == [text, *families]
    assert list(beginnings(text, "title")) == [(0, True)]


@given(st.text(max_size=30))
def test_a_key_is_its_own_key_and_any_text_has_one(text: str) -> None:
    assert key(key(text)) == key(text)


@given(st.text(max_size=30))
def test_pieces_make_up_the_key(text: str) -> None:
    assert "".join(pieces(text)) == key(text)


@given(st.text(min_size=1, max_size=30).filter(lambda text: bool(key(text))))
@example("²\U0001e01b")
def test_the_whole_key_stretches_over_every_letter_of_its_text(text: str) -> None:
    start, end = stretch(text, 0, len(key(text)))
    assert key(text[:start]) == ""
    assert key(text[end:]) == ""


def test_without_suggestions_the_answer_says_so(snapshot_of: Callable[..., Snapshot]) -> None:
    answer = suggest(snapshot_of(*RESOURCES[:2]), "红")
    assert answer.completions == ()
    assert "还在准备" in answer.notice


def test_an_empty_catalogue_completes_nothing(
    snapshot_of: Callable[..., Snapshot], revision: Revision, segmenter: Segmenter
) -> None:
    assert texts(completed(snapshot_of(), revision, segmenter), "t") == []


@pytest.mark.parametrize("harm", ["truncated", "missing", "format"])
def test_damaged_suggestions_are_refused(snapshot: Snapshot, tmp_path: Path, harm: str) -> None:
    directory = snapshot.base.directory.parent.parent / "suggestions" / snapshot.base.directory.name
    copy = tmp_path / directory.name
    copy.mkdir()
    for path in directory.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    if harm == "truncated":
        (copy / "keys.npy").write_bytes((copy / "keys.npy").read_bytes()[:-1])
    elif harm == "missing":
        (copy / "readings.npy").unlink()
    else:
        manifest = json.loads((copy / "manifest.json").read_text())
        (copy / "manifest.json").write_text(json.dumps({**manifest, "format": 0}))
    with pytest.raises(Unavailable):
        SuggestionStore.open(copy)


@given(
    st.lists(st.text(st.one_of(st.sampled_from("太极é e\u0301Ａ，·\n學"), st.characters(codec="utf-8")), max_size=9))
)
def test_keys_at_once_are_those_of_each_alone(texts: list[str]) -> None:
    assert keys(texts) == [key(text) for text in texts]
