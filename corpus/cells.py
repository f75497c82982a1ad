"""What a cell's text means in the field it fills: 免费 is a price, 线上 a format, 初级 a level."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

from stdnum import isbn as stdnum_isbn
from stdnum.exceptions import ValidationError

from corpus.cell_lists import split_list, split_names
from corpus.cleaning import clean_line
from corpus.dates import read_published
from corpus.vocabulary import folded, read_vocabulary

_NUMBER: Final = re.compile(
    r"(?:约|限|共|仅)?(?:[¥$]|cny|rmb)?\s*(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<times>[万千])?"
    r"\s*(?:元|块|rmb|cny|人|名|位|次|分|个|席)?\s*(?:左右|以内|[/每].*)?"
)
_ISBN: Final = re.compile(r"\d[\d\- ]{8,15}[\dx]")
_CUT: Final = re.compile(r"\d(?:\.\d+)?e\+\d+")
_NAMES_OF_DIGITS: Final = ("id", "isbn", "phone", "call_number", "related")
"""Cut short by a spreadsheet, such a number is somebody else's."""


class Unreadable(Exception):
    """A cell that says nothing its field could take; the code of its problem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_cell(field: str, text: str) -> Any:
    """The value of a cell in the form of the exchange format; None where it says that there is none.

    Raises: Unreadable.
    """
    short = folded(clean_line(text))
    if not short or (short in _WORDS[""] and field != "title"):
        return None
    if field in _NAMES_OF_DIGITS and _CUT.fullmatch(short):
        raise Unreadable("cut-number")
    if field in _OF_FOLDED:
        return _OF_FOLDED[field](short)
    return _OF_WRITTEN[field](text) if field in _OF_WRITTEN else text


def names_kind(text: str) -> bool:
    """Whether a cell of a table holds a kind."""
    return folded(text) in _WORDS["kind"]


def _words() -> Mapping[str, Mapping[str, str]]:
    """By field what people write for a value; by the empty field what they write where there is none."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for field, value, words in read_vocabulary("values"):
        found[field] |= dict.fromkeys([*words, *value.lower().split("+")], value)
    return found


_WORDS: Final = _words()


def _price(text: str) -> float:
    return 0 if _WORDS["free"].get(text) == "yes" and not text.isdecimal() else _number(text)


def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text)
    if not found:
        raise Unreadable("no-number")
    value = float(found["number"].replace(",", "")) * {"万": 10_000, "千": 1_000}.get(found["times"], 1)
    return int(value) if value == int(value) else value


def _capacity(text: str) -> float | None:
    return None if text in _WORDS["capacity"] else _number(text)


def _rating(text: str) -> float:
    """On a scale of 10; `4.5/5` is 9."""
    value, slash, scale = text.partition("/")
    if slash and scale in ("5", "10", "100"):
        return round(_number(value) * 10 / int(scale), 2)
    return _number(text)


def _free(text: str) -> bool:
    if text in _WORDS["free"]:
        return _WORDS["free"][text] == "yes"
    try:
        return _number(text) == 0
    except Unreadable as error:
        raise Unreadable("no-boolean") from error


def _published(text: str) -> str:
    date = read_published(re.sub(r"(?<=\d)\.0+$", "", text))
    if date is None:
        raise Unreadable("no-date")
    return date


def _isbn(text: str) -> str:
    """The first whole one of a cell such as `978-7-02-000220-7：25.00元`, or the text as it is."""
    for found in _ISBN.findall(text):
        try:
            return str(stdnum_isbn.validate(found, convert=True))
        except ValidationError:
            continue
    return text


def _level(text: str) -> str:
    if text not in _WORDS["level"]:
        raise Unreadable("no-level")
    return _WORDS["level"][text]


def _formats(text: str) -> list[str]:
    words = [text] if text in _WORDS["format"] else split_list(text)
    if any(word not in _WORDS["format"] for word in words):
        raise Unreadable("no-format")
    return [name for word in words for name in _WORDS["format"][word].split("+")]


def _chosen(field: str) -> Callable[[str], str]:
    return lambda text: _WORDS[field].get(text, text)


def _address(text: str) -> str:
    address = clean_line(text)
    return f"http://{address}" if address.lower().startswith("www.") else address


def _identifier(text: str) -> str:
    return "_".join(text.split())


_OF_FOLDED: Final[Mapping[str, Callable[[str], Any]]] = {
    "price": _price,
    "capacity": _capacity,
    "popularity": _number,
    "rating": _rating,
    "free": _free,
    "published": _published,
    "isbn": _isbn,
    "level": _level,
    "format": _formats,
    "kind": _chosen("kind"),
    "status": _chosen("status"),
}
"""Read a text that is half-width, lower case and simplified."""
_OF_WRITTEN: Final[Mapping[str, Callable[[str], Any]]] = {
    "creators": split_names,
    "subjects": split_list,
    "tags": split_list,
    "audience": split_list,
    "related": lambda text: [_identifier(part) for part in split_list(text)],
    "id": _identifier,
    "url": _address,
    "image": _address,
    "signup_url": _address,
    "language": lambda text: _WORDS["language"].get(folded(text), clean_line(text)),
}
"""Read a text as it stands."""
