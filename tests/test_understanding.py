"""What the kernel is given for a query, against what the words of the query say."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.resource import Resource
from index.analysis import bigram_terms, piece_terms
from index.folding import fold
from index.snapshot import Snapshot
from index.strings import MISSING
from index.understanding import COUNTED, understand

TITLES = ("电脑入门", "计算机与手机", "太极拳", "近现代园林艺术史", "太极", "智能手机摄影", "C语言", "书法", "现代艺术")
PIECES = (
    "电脑",
    "计算机",
    "手机",
    "智能手机",
    "太极拳",
    "近现代",
    "艺术史",
    "园林",
    "饕餮",
    "的",
    "c语言",
    "书法",
    " ",
    "，",
    "貔貅",
)


@pytest.fixture(scope="module")
def snapshot(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    return snapshot_of(*(Resource(id=f"b:{i}", kind="book", title=title) for i, title in enumerate(TITLES)))


texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
meant = st.dictionaries(
    st.sampled_from(["太极", "书法园林", "电脑饕餮"]), st.sampled_from([0.25, 0.5, 1.0]), max_size=2
)


def words_of(snapshot: Snapshot, text: str) -> Mapping[str, tuple[str, ...]]:
    """The distinct words of a text with their parts; stop words only where there is nothing else."""
    every = {word.text: word.parts for word in snapshot.segmenter.segment(fold(text))}
    return {word: parts for word, parts in every.items() if word not in snapshot.revision.stop_words} or every


def alternatives_of(snapshot: Snapshot, text: str, others: Mapping[str, float]) -> list[list[tuple[str, ...]]]:
    """For each word what it may be matched by: itself, its parts together, a synonym of it or of words around it."""
    words = words_of(snapshot, text)
    names = [*words]
    groups = [[(word,), words[word]] if words[word] else [(word,)] for word in names]
    for start in range(len(names)):
        for end in range(start + 1, len(names) + 1):
            for terms in snapshot.synonyms.get("".join(names[start:end]), ()):
                for group in groups[start:end]:
                    group.append(terms)
    for other in others:
        for group in groups:
            group.append(tuple(words_of(snapshot, other)))
    return groups


@given(texts, meant, st.data())
def test_a_group_is_matched_by_one_of_its_alternatives(
    snapshot: Snapshot, text: str, others: Mapping[str, float], data: st.DataObject
) -> None:
    query = understand(snapshot, text, others=others)
    known = {name for name, kind in zip(query.names, query.kinds, strict=True) if kind in COUNTED}
    present = set(data.draw(st.lists(st.sampled_from(sorted(known))))) if known else set()
    marks = sum(bit for name, bit in zip(query.names, query.bits.tolist(), strict=True) if name in present)
    matched = {
        group
        for alternative, group in zip(query.alternatives.tolist(), query.groups.tolist(), strict=True)
        if marks & alternative == alternative
    }
    expected, possible, whole = 0, [], True
    for word, group in zip(words_of(snapshot, text), alternatives_of(snapshot, text, others), strict=True):
        complete = [terms for terms in group if set(terms) <= known]
        partly = [{*terms} & known for terms in group]
        whole &= bool(complete)
        if complete or any(partly):
            possible.append(word)
        expected += any(
            set(terms) <= present for terms in (complete or [found for found in [max(partly, key=len)] if found])
        )
    assert len(matched) == expected
    assert query.size == len(possible)
    assert query.dropped == tuple(word for word in query.words if word not in possible)
    assert query.words == tuple(words_of(snapshot, text))
    assert query.whole == (whole and bool(query.words))


@given(texts, meant)
def test_terms_weigh_their_idf(snapshot: Snapshot, text: str, others: Mapping[str, float]) -> None:
    tuning = snapshot.revision.tuning
    query = understand(snapshot, text, aside=("书法", "的"), others=others)
    counted = [kind in COUNTED for kind in query.kinds]
    assert counted == sorted(counted, reverse=True)
    assert query.bits.tolist() == [1 << i if counts else 0 for i, counts in enumerate(counted)]
    assert query.terms.tolist() == snapshot.base.terms.find(query.names).tolist()
    assert MISSING not in query.terms
    assert len(set(query.names)) == len(query.names)
    every = {
        **dict.fromkeys(words_of(snapshot, text)),
        **dict.fromkeys([*bigram_terms(fold(text)), *piece_terms(fold(text))]),
    }
    there = snapshot.base.terms.find([*every])
    assert {term for term, number in zip(every, there, strict=True) if number != MISSING} <= {*query.names}
    shares = {"word": 1.0, "bigram": tuning.bigram_weight, "piece": tuning.piece_weight, "frame": tuning.frame_weight}
    for kind, weight, idf in zip(query.kinds, query.weights, snapshot.idf[query.terms], strict=True):
        if kind in shares:
            assert weight == np.float32(shares[kind]) * idf


def test_a_synonym_adds_nothing_to_the_word_itself(snapshot: Snapshot) -> None:
    query = understand(snapshot, "电脑")
    at = query.names.index("计算机")
    assert query.kinds[at] == "synonym"
    assert query.instead[at] == query.bits[query.names.index("电脑")]
    assert not query.instead[:at].any()
