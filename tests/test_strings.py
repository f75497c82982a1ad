import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.strings import MISSING, StringTable, string_table

texts = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(texts, unique=True), texts)
def test_every_string_is_found_under_its_number(known: list[str], other: str) -> None:
    table = StringTable(**string_table(known))
    assert len(table) == len(known)
    assert [table[i] for i in range(len(known))] == known
    assert table.find(known).tolist() == list(range(len(known)))
    assert table.find([other])[0] == (known.index(other) if other in known else MISSING)


def test_nothing_is_found_in_an_empty_table() -> None:
    assert StringTable(**string_table([])).find(["太极"]).tolist() == [MISSING]
    assert StringTable(**string_table(["太极"])).find([]).dtype == np.uint32
