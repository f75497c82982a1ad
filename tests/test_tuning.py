"""The numbers of tuning.toml by their keys, and the file rewritten with others."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InvalidInput
from corpus.revision import SHIPPED_REVISION
from corpus.tuning import highest, numbers_of, parse_tuning, rewritten, tuning_of

TEXT = (SHIPPED_REVISION / "tuning.toml").read_text(encoding="utf-8")
KEYS = tuple(numbers_of(parse_tuning(TEXT)))

other_numbers = st.fixed_dictionaries(
    {}, optional={key: st.floats(0.001, highest(key), allow_nan=False) for key in KEYS}
)


def test_numbers_by_key_are_the_tuning() -> None:
    tuning = parse_tuning(TEXT)
    assert numbers_of(tuning)["search.fields.title"] == tuning.fields["title"]
    assert numbers_of(tuning)["prior.rating"] == tuning.prior_rating
    assert tuning_of(numbers_of(tuning)) == tuning


@given(other_numbers)
def test_only_the_numbers_change(numbers: dict[str, float]) -> None:
    changed = rewritten(TEXT, numbers)
    assert numbers_of(parse_tuning(changed)) == {**numbers_of(parse_tuning(TEXT)), **numbers}
    pairs = list(zip(TEXT.splitlines(), changed.splitlines(), strict=True))
    assert sum(old != new for old, new in pairs) <= len(numbers)
    assert all(re.sub("= .*", "", old) == re.sub("= .*", "", new) for old, new in pairs)


def test_comments_and_line_ends_stay() -> None:
    text = TEXT.replace("k1 = 1.2\n", "k1=1.2# 试过 1.5\r\n").replace("b = 0.75\n", "  b  =  0.75   # = 原来\n")
    changed = rewritten(text, {"search.k1": 2.0, "search.b": 0.5})
    assert "k1=2.0# 试过 1.5\r\n" in changed
    assert "  b  =  0.5   # = 原来\n" in changed
    assert rewritten(text, {}) == text


def test_what_cannot_be_replaced_is_said() -> None:
    text = TEXT.replace("[prior]", "").replace("completeness = 0.02", "")
    text = text.replace("rating = 0.02", "").replace("freshness = 0.01", "")
    text = "prior = { completeness = 0.02, rating = 0.02, freshness = 0.01 }\n" + text
    with pytest.raises(InvalidInput, match=r"“prior\.rating”请单独写成一行"):
        rewritten(text, {"prior.rating": 0.05})
    with pytest.raises(InvalidInput, match="应在 0 到 1 之间"):
        rewritten(TEXT, {"search.b": 1.5})
