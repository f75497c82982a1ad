"""From a catalogue in the database to the first ranked answer, by this service and by what users would write instead.

usage: python -m benchmarks.first_index ENGINE STATE DIRECTORY     (prints seconds)
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from corpus.catalogue import Catalogue
from corpus.revision import shipped_revision
from index.indexing import compile_base
from index.query import Query
from index.search import search
from index.snapshot import open_snapshot

ROOT = Path(__file__).resolve().parent.parent
_QUERY = "中国历史"
_FIELDS = ("title", "subtitle", "provider", "description")
_LISTS = ("creators", "subjects", "tags")


def seconds_until_first_answer(engine: str, state: Path, directory: Path) -> float:
    """Does it in another process, in a directory that is empty."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.first_index", engine, str(state), str(directory)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return float(done.stdout.split()[-1])


def this_service(state: Path, directory: Path) -> int:
    """The base alone: ranked search answers as soon as it stands."""
    revision = shipped_revision()
    with closing(Catalogue.open(f"sqlite:///{state / 'catalogue.db'}")) as catalogue:
        compile_base(catalogue, directory, revision=revision, progress=lambda *done: None)
    return len(search(open_snapshot(directory, revision=revision), Query(text=_QUERY)).hits)


def whoosh_and_chinese_analyzer(state: Path, directory: Path) -> int:
    """As jieba's own documentation shows it: one writer, every field with ChineseAnalyzer."""
    import jieba
    from jieba.analyse import ChineseAnalyzer
    from whoosh import fields, index, query

    jieba.initialize()
    analyser = ChineseAnalyzer()
    schema = fields.Schema(
        id=fields.ID(stored=True), **{name: fields.TEXT(analyzer=analyser) for name in (*_FIELDS, *_LISTS)}
    )
    made = index.create_in(str(directory), schema)
    writer = made.writer(limitmb=1024)
    for record in _records(state):
        texts = {name: _text(record, name) for name in (*_FIELDS, *_LISTS)}
        writer.add_document(id=record["id"], **{name: text for name, text in texts.items() if text})
    writer.commit()
    with made.searcher() as searcher:
        return len(searcher.search(query.Or([query.Term("title", word) for word in jieba.cut(_QUERY)])).top_n)


def tantivy_and_jieba(state: Path, directory: Path) -> int:
    """Texts cut by jieba's search mode and joined by spaces."""
    import jieba
    import tantivy

    jieba.initialize()
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in (*_FIELDS, *_LISTS):
        schema.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    made = tantivy.Index(schema.build(), path=str(directory))
    writer = made.writer(512_000_000, 2)
    for record in _records(state):
        texts = {name: " ".join(jieba.cut_for_search(_text(record, name))) for name in (*_FIELDS, *_LISTS)}
        writer.add_document(tantivy.Document(id=record["id"], **texts))
    writer.commit()
    writer.wait_merging_threads()
    made.reload()
    words = " ".join(jieba.cut(_QUERY))
    return len(made.searcher().search(made.parse_query(words, ["title"]), 10).hits)


def _records(state: Path) -> Iterator[dict[str, Any]]:
    with (
        closing(Catalogue.open(f"sqlite:///{state / 'catalogue.db'}")) as catalogue,
        catalogue.snapshot() as (_, _, rows),
    ):
        for row in rows:
            yield json.loads(row.body)


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name) or ""
    return value if isinstance(value, str) else " ".join(value)


ENGINES: dict[str, Callable[[Path, Path], int]] = {
    "this service": this_service,
    "Whoosh + ChineseAnalyzer": whoosh_and_chinese_analyzer,
    "tantivy + jieba": tantivy_and_jieba,
}

if __name__ == "__main__":
    engine, state, directory = sys.argv[1:]
    began = time.perf_counter()
    if not ENGINES[engine](Path(state), Path(directory)):
        raise SystemExit("nothing was found")
    print(time.perf_counter() - began)
