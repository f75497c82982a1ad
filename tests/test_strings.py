import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.strings import MISSING, LongerTable, StringTable, string_table

texts = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(texts, unique=True), texts)
def test_every_string_is_found_under_its_number(known: list[str], other: str) -> None:
    table = StringTable(**string_table(known))
    assert len(table) == len(known)
    assert [table[i] for i in range(len(known))] == known
    assert table.find(known).tolist() == list(range(len(known)))
    assert table.find([other])[0] == (known.index(other) if other in known else MISSING)
    for asked in ([other], known, [*known, other, other]):
        assert table.recall(asked) == table.find(asked).tolist()


@given(st.lists(texts, unique=True, max_size=6), st.lists(texts, unique=True, min_size=1, max_size=6), st.data())
def test_a_longer_table_recalls_what_it_says_anew(known: list[str], more: list[str], data: st.DataObject) -> None:
    table = StringTable(**string_table(known))
    size = len(known) + data.draw(st.integers(0, len(more)))
    anew = {text: len(known) + at for at, text in enumerate(more)}
    gone = dict.fromkeys(data.draw(st.lists(st.sampled_from(known), unique=True)) if known else [], MISSING)
    longer = LongerTable(table=table, more=more, size=size, numbers={**anew, **gone})
    for asked in ([*known, *more], ["不在"]):
        assert longer.recall(asked) == longer.find(asked).tolist()
        assert table.recall(asked) == table.find(asked).tolist()


def test_more_strings_than_are_remembered_are_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.strings._MOST_RECALLED", 3)
    table = StringTable(**string_table(["甲", "乙", "丙", "丁"]))
    for asked in ("甲乙", "乙丙丁", "甲丁", "甲乙丙丁戊", "戊甲"):
        assert table.recall([*asked]) == table.find([*asked]).tolist()


def test_nothing_is_found_in_an_empty_table() -> None:
    assert StringTable(**string_table([])).find(["太极"]).tolist() == [MISSING]
    assert StringTable(**string_table(["太极"])).find([]).dtype == np.uint32
