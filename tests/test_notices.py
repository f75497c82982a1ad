"""The sentences that residents read."""

import pytest

from index.notices import notice
from index.query import Interpretation, Step

TYPED = Interpretation(normalized="太级拳", words=("太级", "拳"))


def said(read: Interpretation, *, total: int = 9, asked: int = 1, well: bool = True) -> str:
    return notice(read, total=total, asked=asked, well=well)


def test_what_was_found_as_it_was_typed_needs_no_word() -> None:
    assert said(TYPED) == ""
    assert said(Interpretation(normalized="")) == ""
    assert said(TYPED._replace(structured=True), well=False, asked=0) == ""


def test_punctuation_asks_for_words() -> None:
    assert said(Interpretation(normalized="？？")) == "请输入想找的内容，例如：太极拳、智能手机、余华。"


def test_nothing_found() -> None:
    assert said(TYPED, total=0, well=False) == "没有找到相关内容，请换个说法，或少选一些筛选条件。"
    assert said(TYPED._replace(corrected="太极拳", by="pinyin"), total=0).startswith("没有找到相关内容")


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        ("pinyin", "按拼音为您找到“太极拳”。"),
        ("homophone", "没有找到“太级拳”，按读音为您找到“太极拳”。"),
        ("lookalike", "没有找到“太级拳”，按字形为您找到“太极拳”。"),
        ("spelling", "没有找到“太级拳”，按相近的写法为您找到“太极拳”。"),
    ],
)
def test_a_guess_is_told_as_a_guess(by: Step, sentence: str) -> None:
    guessed = TYPED._replace(corrected="太极拳", by=by)
    assert said(guessed) == sentence
    others = guessed._replace(others=("太极", "大极拳", "太极扇", "四"))
    assert said(others) == sentence[:-1] + "，也找了“太极”“大极拳”“太极扇”。"


def test_what_a_question_was_about() -> None:
    question = TYPED._replace(corrected="太极拳", by="question", removed=("怎么学",))
    assert said(question) == "按“太极拳”为您查找。"
    named = question._replace(preferred={"audience": ("老年人",), "kind": ("course",), "format": ("online",)})
    assert said(named) == "按“太极拳”为您查找，老年人、课程、线上排在前面。"


def test_a_wish_without_a_matter() -> None:
    wish = Interpretation(
        normalized="吴江的课", by="question", removed=("吴江", "的", "课"), preferred={"district": ("吴江区",)}
    )
    assert said(wish) == "为您列出吴江区的内容。"
    both = wish._replace(preferred={"audience": ("老年人",), "kind": ("book", "course"), "district": ("吴江区",)})
    assert said(both) == "为您列出吴江区适合老年人的图书、课程。"
    assert said(wish._replace(preferred={"kind": ("activity",)})) == "为您列出全部活动。"
    assert said(wish, well=False) == "没有完全符合“吴江区”的内容，先列出最接近的。"


def test_words_that_were_given_up() -> None:
    relaxed = TYPED._replace(by="relaxed")
    assert said(relaxed._replace(dropped=("饕餮", "貔貅", "狻猊", "睚眦")), well=False) == (
        "没有内容提到“饕餮”“貔貅”“狻猊”，已按其余的词为您查找。"
    )
    assert said(relaxed, well=False) == "没有内容同时提到这些词，先列出最相近的。"
    assert said(relaxed._replace(preferred={"kind": ("book",)}), well=False) == (
        "没有内容同时提到这些词，先列出最相近的，图书排在前面。"
    )
    assert said(relaxed, well=False, asked=0) == "没有内容提到这些词，下面这些只是有点相近。"
