"""The numbers that decide a ranking: data of a revision, checked when read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from corpus.errors import InvalidInput
from corpus.resource import TEXT_FIELDS
from corpus.tables import flatten, parse_toml, place, toml_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Every ranking number of a revision, within the range that its description gives."""

    fields: Mapping[str, float]
    """Weight of each of TEXT_FIELDS in search, 0–100."""
    k1: float
    """How slowly a repeated word stops counting, 0–10 (BM25F)."""
    b: float
    """How much a long field is held against a resource, 0–1 (BM25F)."""
    bigram_weight: float
    """Weight of a pair of neighbouring Chinese characters against a word, 0–1."""
    piece_weight: float
    """Weight of a single character, a pair of letters or a number against a word, 0–1."""
    synonym_weight: float
    """Weight of a synonym against the word that was typed, 0–1."""
    phrase_weight: float
    """What a title gains that holds the query side by side, as a share of its words' idf, 0–10."""
    frame_weight: float
    """Weight of a word of the question's frame (怎么入门, 的书) against a word of its matter, 0–1."""
    preference: float
    """What a resource gains that is of the kind or for the audience a question names, as a share of its score, 0–10."""
    minimum_match: float
    """Share of a query's words that a hit should hold, 0–1."""
    prior_completeness: float
    """What a completely described resource gains, as a share of its score, 0–1."""
    prior_rating: float
    """What a rating of 10 gains, as a share of the score, 0–1."""
    prior_freshness: float
    """What a resource published just now gains, as a share of its score, 0–1."""
    similarity_saturation: float
    """s in tf / (s + tf), the weight of a word that stands tf times in a resource, 0–10."""
    similarity_slope: float
    """Share of the document's own norm against the mean one, 0–1; 1 is the plain cosine."""
    similarity_description: float
    """Weight of the description in similarity, the other fields having 1, 0–10."""
    interests_share: float
    """Weight of the interests where likes are given too, 0–1; the likes have the rest."""
    diversity: float
    """How much a recommendation may give way to variety, 0–1, where a request does not say."""
    dislike_weight: float
    """What nearness to a disliked resource takes away, as a share of the best score, 0–1."""


_ATTRIBUTES: Final = {
    "search.k1": "k1",
    "search.b": "b",
    "search.bigram_weight": "bigram_weight",
    "search.piece_weight": "piece_weight",
    "search.synonym_weight": "synonym_weight",
    "search.phrase_weight": "phrase_weight",
    "search.frame_weight": "frame_weight",
    "search.preference": "preference",
    "search.minimum_match": "minimum_match",
    "prior.completeness": "prior_completeness",
    "prior.rating": "prior_rating",
    "prior.freshness": "prior_freshness",
    "similarity.saturation": "similarity_saturation",
    "similarity.slope": "similarity_slope",
    "similarity.description": "similarity_description",
    "recommend.interests_share": "interests_share",
    "recommend.diversity": "diversity",
    "recommend.dislike_weight": "dislike_weight",
}
_FIELD_KEYS: Final = {f"search.fields.{name}": name for name in TEXT_FIELDS}
_HIGHEST: Final = dict.fromkeys(_FIELD_KEYS, 100) | {
    "search.k1": 10,
    "search.phrase_weight": 10,
    "search.preference": 10,
    "similarity.saturation": 10,
    "similarity.description": 10,
}
"""The upper end of a number's range where it is not 1; the lower end is always 0."""

_VALUE: Final = re.compile(r"(=\s*)[^\s#]+")
"""What stands behind the first equals sign of a line."""


def parse_tuning(text: str, *, file: str = "tuning.toml") -> Tuning:
    """The numbers written in a TOML text; all must be there.

    Raises: InvalidInput for an unknown or missing key, something that is no number, or a number out of its range.
    """
    given = flatten(parse_toml(text, file=file))
    for key, value in given.items():
        _check(key, value, place(file, toml_line(text, key)))
    for key in [*_FIELD_KEYS, *_ATTRIBUTES]:
        if key not in given:
            raise InvalidInput(f"缺少“{key}”这一项", place=place(file))
    if not any(given[key] for key in _FIELD_KEYS):
        raise InvalidInput("各字段的权重不能全是 0，否则什么也搜不到", place=place(file))
    return tuning_of(given)


def tuning_of(numbers: Mapping[str, float]) -> Tuning:
    """The numbers given by their keys in tuning.toml; all must be there."""
    return Tuning(
        fields={name: float(numbers[key]) for key, name in _FIELD_KEYS.items()},
        **{name: float(numbers[key]) for key, name in _ATTRIBUTES.items()},
    )


def numbers_of(tuning: Tuning) -> dict[str, float]:
    """Every number by its key in tuning.toml, such as `search.k1`."""
    fields = {key: tuning.fields[name] for key, name in _FIELD_KEYS.items()}
    return fields | {key: getattr(tuning, name) for key, name in _ATTRIBUTES.items()}


def highest(key: str) -> float:
    """The upper end of a number's range; the lower end is always 0."""
    return _HIGHEST.get(key, 1)


def rewritten(text: str, numbers: Mapping[str, float], *, file: str = "tuning.toml") -> str:
    """A tuning.toml with some numbers replaced, and everything else as it was.

    Raises: InvalidInput where a number is written in a way that cannot be replaced, or may not have the new value.
    """
    wanted = {**numbers_of(parse_tuning(text, file=file)), **numbers}
    lines = text.splitlines(keepends=True)
    for key, value in numbers.items():
        number = toml_line(text, key)
        if number is not None:
            lines[number - 1] = _VALUE.sub(rf"\g<1>{value!r}", lines[number - 1], count=1)
    changed = "".join(lines)
    for key, value in numbers_of(parse_tuning(changed, file=file)).items():
        if value != wanted[key]:
            raise InvalidInput(f"“{key}”请单独写成一行：{key.rpartition('.')[2]} = 数字", place=place(file))
    return changed


def _check(key: str, value: Any, here: str) -> None:
    if key not in _FIELD_KEYS and key not in _ATTRIBUTES:
        raise InvalidInput(f"没有“{key}”这一项，请对照原来的文件检查拼写", place=here)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"“{key}”应是一个数", place=here)
    if not 0 <= value <= highest(key):
        raise InvalidInput(f"“{key}”应在 0 到 {highest(key)} 之间", place=here)
