"""A base and its tail answer as a base compiled anew with the same frozen statistics would."""

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from changing_catalogue import Edit, edits, resources
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from corpus.resource import Resource
from corpus.revision import Revision
from index.base import open_base
from index.building import build_base
from index.digest import Digester
from index.pinyin import reading
from index.query import Filter, Query
from index.search import search
from index.segmentation import Segmenter
from index.snapshot import Snapshot, snapshot_at
from index.spelling_building import build_spellings
from index.strings import MISSING
from index.structured import build_structured_index
from index.suggestion_building import build_suggestions
from index.suggestions import suggest
from index.tail_building import TailBuilder
from index.weighing import Counts, Statistics, smooth_idf, weigh
from recommender.lists import listed
from recommender.recommend import recommend
from recommender.request import Interest, Request
from recommender.similar import similar

QUERIES = ("太极拳", "手机摄影", "养生 python", "书法 苏绣 评弹", "量子纠缠", "王老师", "太极拳入门", "")
MISSPELT = (
    "taijiquan",
    "太级拳",
    "shufalintie",
    "书法临贴",
    "苏秀欣赏",
    "智能手机涉影",
    "手击使用课堂",
    "pythn",
    "健康善食",
    "评谈",
)
TYPED = (
    "太",
    "tai",
    "taijiq",
    "tjq",
    "太ji",
    "太级",
    "书",
    "shufal",
    "李",
    "liming",
    "yu",
    "y",
    "py",
    "手机",
    "kj",
    "健康",
    "sou",
)
STRUCTURED = (
    "作者:余华",
    "作者:(余华 OR 李明) NOT 标题:太极拳",
    "标题:太极",
    '"太极拳"',
    '标题:"手机使用"',
    "书法 OR 苏绣 OR 评弹",
    "养生 NOT 学科:健康养生",
    "简介:昆曲",
    "简介:量子*",
    "标题:Pyth*",
    "NOT 简介:评弹",
    "学科:艺术 AND 标题:书",
)
FACETS = ("kind", "subject", "district", "year")


Compile = Callable[[Catalogue, Path], Snapshot]


@pytest.fixture(scope="session")
def compiled(revision: Revision, segmenter: Segmenter) -> Compile:
    """Compiles what a catalogue holds into a state directory."""
    reading("拳")  # so that the workers of every build find the dictionaries loaded
    bare = replace(revision, phrases=())  # a phrase is suggested from the next base on that knows its words
    return lambda catalogue, state: compile_base(catalogue, state, bare, segmenter)


def compile_base(catalogue: Catalogue, state: Path, revision: Revision, segmenter: Segmenter) -> Snapshot:
    with catalogue.snapshot() as (seq, _, rows):
        directory = build_base(
            [Digester(segmenter).digest([*rows])],
            state / "bases",
            revision=revision,
            seq=seq,
            lexicon=segmenter.lexicon,
            progress=lambda done: None,
        )
    base, name = open_base(directory), directory.name
    parts: dict[str, Any] = {"revision": revision, "segmenter": segmenter, "progress": lambda done: None}
    build_spellings(base, state / "spellings" / name, **parts)
    build_suggestions(base, state / "suggestions" / name, **parts)
    records = [(serial, json.loads(base.blob(row))) for row, serial in enumerate(base.serials.tolist())]
    (state / "whoosh").mkdir(exist_ok=True)
    build_structured_index(records, state / "whoosh" / name, segmenter=segmenter, progress=lambda done: None)
    return snapshot_at(directory, revision=revision)


def frozen(anew: Snapshot, old: Snapshot) -> Snapshot:
    """What was compiled anew, with the statistics of an older base."""
    base, manifest = anew.base, old.base.manifest
    names = [base.terms[number] for number in range(len(base.terms))]
    known = old.base.terms.find(names)
    old_df = np.diff(old.base.term_offsets)
    df = np.array([1 if number == MISSING else old_df[number] for number in known.tolist()])
    counts = replace(Counts.of(base), averages=np.array(manifest.averages, np.float32))
    idf = smooth_idf(df.astype(np.uint64)[: base.manifest.words], manifest.rows)
    arrays = weigh(counts, old.revision.tuning, Statistics(word_idf=idf, pivot=manifest.pivot)).arrays
    popularity = np.array([rank(old, anew, row) for row in range(len(base))], np.float32)
    newest = int(old.base.year.max(initial=1))
    age = np.where(base.year > 0, np.maximum(newest - base.year.astype(np.float32), 0), np.inf)
    tuning = anew.revision.tuning
    gains = tuning.prior_completeness * base.completeness + tuning.prior_rating * np.nan_to_num(base.rating) / 10
    anew.prior = (1 + gains + tuning.prior_freshness * np.exp2(-age / 5)).astype(np.float32)
    own_df = np.diff(base.term_offsets).astype(np.int64)
    anew.idf = np.log1p((np.maximum(manifest.rows - own_df, 0) + 0.5) / (own_df + 0.5)).astype(np.float32)
    for at, number in enumerate(known.tolist()):
        if number != MISSING:
            anew.idf[at] = old.idf[number]
    anew.base = replace(base, popularity=popularity, **arrays)
    return anew


def rank(old: Snapshot, anew: Snapshot, row: int) -> float:
    def group(base: object, row: int) -> tuple[str, ...]:
        own = []
        for name in ("kind", "source"):
            start, stop = base.facet_offsets[name][row : row + 2]
            own += [base.facets[name][code] for code in base.facet_codes[name][start:stop]]
        return tuple(own)

    own, counts = group(anew.base, row), old.base.counted_popularity
    count = anew.base.counted_popularity[row]
    population = [c for at, c in enumerate(counts) if group(old.base, at) == own and not np.isnan(c)]
    return sum(c <= count for c in population) / len(population) if population and not np.isnan(count) else 0.0


def answers(snapshot: Snapshot, ids: Sequence[str]) -> Iterator[object]:
    """Everything that can be asked, in a form to compare."""
    for text in QUERIES:
        for filter in (Filter(), Filter(kind=("book",)), Filter(district=("园区",), year_from=2000)):
            for group in ("", "edition"):
                query = Query(
                    text=text, filter=filter, group=group, facets=FACETS, limit=50, at=1_700_000_000, correct=False
                )
                found = search(snapshot, query)
                hits = [(hit.id, pytest.approx(hit.score, rel=1e-5), hit.editions, hit.blob) for hit in found.hits]
                facets = {name: sorted((v.value, v.count) for v in values) for name, values in found.facets.items()}
                yield text, filter, found.total, hits, facets
        for sort in ("newest", "rating", "popular"):
            yield text, sort, [hit.id for hit in search(snapshot, Query(text=text, sort=sort, limit=50)).hits]
    liked = Request(likes=ids, interests=(Interest(text="太极拳 养生"), Interest(text="量子纠缠")), limit=50)
    for request in (liked, replace(liked, diversity=0.5), replace(liked, dislikes=("a",)), Request(limit=50)):
        told = recommend(snapshot, request)
        yield [
            (item.id, pytest.approx(item.score, abs=1e-5), [(r.code, r.text, r.evidence) for r in item.reasons])
            if item.source == "profile"
            else item.id
            for item in told.items
        ]
        yield told.unknown_ids
    allowed = snapshot.visible(1_700_000_000)
    for name in ("new", "popular"):
        yield [snapshot.base.ids[entry.row] for entry in listed(snapshot, name, allowed, n=50, at=1_700_000_000)]
    for id in ids:
        row = snapshot.row_of(id)
        if row is not None and allowed[row]:
            yield [(item.id, pytest.approx(item.score, abs=1e-5)) for item in similar(snapshot, id, limit=50).items]
    for text in STRUCTURED:
        found = search(snapshot, Query(text=text, limit=50, at=1_700_000_000))
        yield text, found.total, [(hit.id, pytest.approx(hit.score, rel=1e-5)) for hit in found.hits]
    yield from names(snapshot)


def names(snapshot: Snapshot) -> Iterator[object]:
    """What misspelt queries are taken for, and what type-ahead brings; the order hangs on counts that are frozen."""
    for text in MISSPELT:
        read = search(snapshot, Query(text=text, at=1_700_000_000)).interpretation
        yield text, read.corrected, read.by
    for text in TYPED:
        completions = suggest(snapshot, text, limit=20, at=1_700_000_000).completions
        yield text, {completion.text for completion in completions}


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(resources(), max_size=6), st.lists(st.lists(edits(), max_size=4), max_size=4))
def test_any_edits_answer_as_a_rebuild_with_the_same_statistics(
    compiled: Compile,
    dictionaries: Path,
    first: list[Resource],
    steps: list[list[Edit]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        (state / "cache").symlink_to(dictionaries)
        catalogue = Catalogue.open(f"sqlite:///{state}/catalogue.db")
        for resource in first:
            catalogue.write([resource])
        old = compiled(catalogue, state)
        builder, followed = TailBuilder(old.base, old.revision.tuning, Digester(old.segmenter)), old
        for step in steps:
            for edit in step:
                edit(catalogue)
            seq, changes = catalogue.changes(followed.seq)
            before = list(answers(followed, "abc"))
            builder.step(changes)
            later = followed.with_tail(builder.base, seq=seq)
            assert list(answers(followed, "abc")) == before  # who still reads the state before sees no change
            followed = later
        anew = frozen(compiled(catalogue, state), old)
        catalogue.close()
        assert followed.resources == len(anew)
        for got, expected in zip(answers(followed, "abcdefgh"), answers(anew, "abcdefgh"), strict=True):
            assert got == expected
