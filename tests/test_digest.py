"""What is digested many texts at once is what `fold`, the segmenter and `analysis` make of each alone."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue import StoredResource
from corpus.resource import LIST_FIELDS, TEXT_FIELDS
from index.analysis import bigram_terms, piece_terms, word_terms
from index.digest import Digest, Digester, digest_facts, field_texts
from index.folding import fold
from index.segmentation import Segmenter

Record = dict[str, Any]

texts = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "太极拳语言学习中华人民共和国养生入门第二课0123abcxyzＡｂ１，。、！ +#.-%_\n\r·〇㐀𠀀乾坤著養書藥ﬁ㎏é"
        ),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=30,
)
names = st.one_of(texts, st.sampled_from(["[美] 马斯洛", "（英）J.K.罗琳", "余华", "餘華", "！！！"]))
records = st.fixed_dictionaries(
    {"kind": st.sampled_from(["book", "activity"]), "title": names},
    optional={
        **{name: st.lists(names, min_size=1, max_size=3) if name in LIST_FIELDS else names for name in TEXT_FIELDS[1:]},
        "isbn": st.sampled_from(["9787543464582"]),
        "free": st.booleans(),
        "audience": st.lists(st.sampled_from(["老年人", "儿童"]), min_size=1, unique=True),
    },
)


def digested(segmenter: Segmenter, given: Sequence[Record]) -> Digest:
    bodies = [json.dumps({"id": str(row), **record}, ensure_ascii=False) for row, record in enumerate(given)]
    return Digester(segmenter).digest([StoredResource(row, row, "0" * 16, body) for row, body in enumerate(bodies)])


def counted(digest: Digest) -> dict[tuple[int, str], list[tuple[int, int]]]:
    """For each row and term the fields with their counts."""
    found = {}
    inverted, terms = digest.postings, digest.terms.texts()
    counts = iter(inverted.posting_counts.tolist())
    for number, term in enumerate(terms):
        for at in range(*inverted.term_offsets[number : number + 2].tolist()):
            fields = [field for field in range(len(TEXT_FIELDS)) if inverted.posting_fields[at] >> field & 1]
            found[int(inverted.posting_rows[at]), term] = [(field, next(counts)) for field in fields]
    assert next(counts, None) is None
    return found


def expected(segmenter: Segmenter, given: Sequence[Record]) -> tuple[dict[Any, Any], list[list[int]]]:
    found: dict[tuple[int, str], list[tuple[int, int]]] = {}
    lengths = [[0] * len(TEXT_FIELDS) for _ in given]
    for row, record in enumerate(given):
        for field, name in enumerate(TEXT_FIELDS):
            terms: Counter[str] = Counter()
            for text in field_texts(record, name):
                words = list(word_terms(segmenter.segment(fold(text))))
                lengths[row][field] += len(words)
                terms.update([*words, *bigram_terms(fold(text)), *piece_terms(fold(text))])
            for term, count in terms.items():
                found.setdefault((row, term), []).append((field, min(count, 255)))
    return found, lengths


@given(given=st.lists(records, min_size=1, max_size=5))
def test_terms_are_those_of_each_text_alone(segmenter: Segmenter, given: list[Record]) -> None:
    digest = digested(segmenter, given)
    assert (counted(digest), digest.lengths.tolist()) == expected(segmenter, given)


@pytest.mark.parametrize(
    ("title", "terms"),
    [
        ("c语言", {"c语言", "语言", "c", "p:c", "p:语", "p:言", "b:语言"}),
        ("ab公ab", {"ab", "公", "p:ab", "p:公"}),
        ("windows7", {"windows7", "windows", "7", "p:wi", "p:in", "p:nd", "p:do", "p:ow", "p:ws", "p:7"}),
        ("！", set()),
    ],
)
def test_terms_of_a_title(segmenter: Segmenter, title: str, terms: set[str]) -> None:
    assert {*digested(segmenter, [{"kind": "book", "title": title}]).terms.texts()} == terms


def test_a_count_ends_at_255_and_a_length_at_65535(segmenter: Segmenter) -> None:
    record = {"kind": "book", "title": "x", "description": "太极 " * 70_000}
    digest = digested(segmenter, [record])
    assert counted(digest)[0, "太极"] == [(TEXT_FIELDS.index("description"), 255)]
    assert digest.lengths.max() == 65_535


def exact_key(text: str) -> str:
    return re.sub(r"[^\w+#]|_", "", fold(text))


def plain(name: str) -> str:
    return re.sub(r"^\s*[\[(（【〔［][^\])）】〕］]{1,8}[\])）】〕］]\s*", "", name)


def hashed(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")


def exact_keys(record: Mapping[str, Any]) -> set[str]:
    creators = record.get("creators", ())
    keys = {exact_key(name) for name in [record["title"], *creators, *map(plain, creators)]}
    return {*keys, record.get("isbn", "")} - {""}


def edition_key(record: Mapping[str, Any]) -> str:
    makers = sorted(exact_key(plain(name)) for name in record.get("creators", ()))
    title = exact_key(record["title"]) or record["title"]
    return "\t".join([record["kind"], title, *(makers or [exact_key(record.get("provider", ""))])])


@given(given=st.lists(records, min_size=1, max_size=5))
def test_keys_are_those_of_each_record_alone(segmenter: Segmenter, given: list[Record]) -> None:
    digest = digested(segmenter, given)
    pairs = [*zip(digest.exact_rows.tolist(), digest.exact_hashes.tolist(), strict=True)]
    assert sorted(pairs) == sorted((row, hashed(key)) for row, own in enumerate(given) for key in exact_keys(own))
    assert digest.exact_rows.tolist() == sorted(digest.exact_rows.tolist())
    assert digest.edition_hashes.tolist() == [hashed(edition_key(record)) for record in given]


@given(given=st.lists(records, max_size=5))
def test_facets_are_those_of_each_record_alone(segmenter: Segmenter, given: list[Record]) -> None:
    digest = digested(segmenter, given)
    for name, values_of in {
        "audience": lambda record: record.get("audience", []),
        "free": lambda record: [str(record["free"]).lower()] if "free" in record else [],
        "kind": lambda record: [record["kind"]],
    }.items():
        values, codes, counts = digest.facets[name]
        found = np.split(np.array(values, object)[codes], np.cumsum(counts)[:-1]) if given else []
        assert [own.tolist() for own in found] == [values_of(record) for record in given]


def test_facts_come_without_terms() -> None:
    body = json.dumps({"id": "a", "kind": "book", "title": "太极拳"})
    digest = digest_facts([StoredResource(7, 9, "00000000000000ff", body)])
    assert (digest.ids, digest.serials, digest.text_hashes.tolist()) == (["a"], [7], [255])
    assert (digest.terms.texts(), digest.blobs, digest.lengths.any()) == ([], [body.encode()], False)
    assert digest.exact_hashes.tolist() == [hashed("太极拳")]
