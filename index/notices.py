"""What is said to residents about how their query was understood, one plain sentence."""

from collections.abc import Mapping, Sequence
from typing import Final

from index.query import Interpretation, Step

_GUESSED: Final[Mapping[Step, str]] = {
    "homophone": "按读音",
    "lookalike": "按字形",
    "spelling": "按相近的写法",
}
_NAMES: Final = {
    "course": "课程",
    "book": "图书",
    "activity": "活动",
    "place": "学习地点",
    "story": "学习故事",
    "online": "线上",
    "offline": "线下",
    "print": "纸质书",
    "ebook": "电子书",
}
_MOST_WORDS: Final = 3


def notice(read: Interpretation, *, total: int, asked: int, well: bool) -> str:
    """The sentence for an interpretation; empty where everything was found as it was typed.

    Args:
        total: hits.
        asked: how many words each of them holds.
        well: some hit holds all the words and is all that the query names, or a name holds the text.
    """
    if not read.words and not read.removed:
        return "" if not read.normalized.strip() else "请输入想找的内容，例如：太极拳、智能手机、余华。"
    if not total:
        return "没有找到相关内容，请换个说法，或少选一些筛选条件。"
    if read.structured:
        return ""
    named = "、".join([_NAMES.get(value, value) for values in read.preferred.values() for value in values])
    if read.by == "question" and not read.corrected:
        return f"为您列出{_wished(read)}。" if well else f"没有完全符合“{named}”的内容，先列出最接近的。"
    said = _said(read, asked=asked, well=well)
    return f"{said}，{named}排在前面。" if said and named else f"{said}。" if said else ""


def _said(read: Interpretation, *, asked: int, well: bool) -> str:
    if read.by == "pinyin":
        return f"按拼音为您找到“{read.corrected}”{_others(read)}"
    if read.guessed:
        return f"没有找到“{read.normalized}”，{_GUESSED[read.by]}为您找到“{read.corrected}”{_others(read)}"
    if not well and not asked:
        return "没有内容提到这些词，下面这些只是有点相近"
    if not well and read.dropped:
        return f"没有内容提到{_quoted(read.dropped)}，已按其余的词为您查找"
    if not well:
        return "没有内容同时提到这些词，先列出最相近的"
    return f"按“{read.corrected}”为您查找" if read.by == "question" else ""


def _wished(read: Interpretation) -> str:
    """What a question without a matter asks for: 吴江区适合老年人的图书."""
    said = {name: "、".join(_NAMES.get(value, value) for value in values) for name, values in read.preferred.items()}
    kinds = said.pop("kind", "内容")
    if "audience" in said:
        said["audience"] = f"适合{said['audience']}"
    around = "".join(said[name] for name in ("district", "format", "level", "audience") if name in said)
    return f"{around}的{kinds}" if around else f"全部{kinds}"


def _others(read: Interpretation) -> str:
    return f"，也找了{_quoted(read.others)}" if read.others else ""


def _quoted(words: Sequence[str]) -> str:
    return "".join(f"“{word}”" for word in words[:_MOST_WORDS])
