from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import offsets_of
from index.building import term_order
from index.term_numbering import BIGRAMS, PIECES, WORDS, TermNumbers, Terms, ordered_terms

PREFIXES = {WORDS: "", BIGRAMS: "b:", PIECES: "p:"}
plain = st.lists(
    st.tuples(
        st.sampled_from([*PREFIXES]),
        st.one_of(
            st.text("ab太极", min_size=1, max_size=9), st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)
        ),
    ),
    max_size=40,
)


def terms_of(given: list[tuple[int, str]]) -> Terms:
    return Terms(
        np.frombuffer("".join(text for _, text in given).encode("utf-32-le"), np.uint32),
        offsets_of([len(text) for _, text in given], np.int64),
        np.array([space for space, _ in given], np.uint8),
    )


@given(plain)
def test_distinct_terms_are_numbered_as_they_come(given: list[tuple[int, str]]) -> None:
    numbers, distinct = TermNumbers(), [*dict.fromkeys(given)]
    for half in (given[: len(given) // 2], given[len(given) // 2 :]):
        assert numbers.of_terms(terms_of(half)).tolist() == [distinct.index(term) for term in half]
    assert numbers.terms.texts() == [PREFIXES[space] + text for space, text in distinct]


def test_a_table_grows() -> None:
    many = [(WORDS, f"{number}号线") for number in range(30_000)]
    numbers = TermNumbers()
    assert numbers.of_terms(terms_of(many)).tolist() == [*range(30_000)]
    assert numbers.of_terms(terms_of([*many[::-1], (WORDS, "又一号")])).tolist() == [*range(29_999, -1, -1), 30_000]


@given(plain)
def test_terms_are_ordered_as_a_base_has_them(given: list[tuple[int, str]]) -> None:
    terms = terms_of([*dict.fromkeys(given)])
    ordered, places = ordered_terms(terms)
    assert ordered.texts() == sorted(terms.texts(), key=term_order)
    assert [ordered.texts()[place] for place in places.tolist()] == terms.texts()


@given(plain)
def test_encoded_terms_are_their_texts(given: list[tuple[int, str]]) -> None:
    terms = terms_of(given)
    text, offsets = terms.encoded()
    assert [bytes(text[start:end]).decode() for start, end in pairwise(offsets.tolist())] == terms.texts()
