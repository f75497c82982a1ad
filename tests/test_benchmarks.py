"""The benchmark command on a few documents, and the oracle that judges every engine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.corpus import Corpus, questions, synthetic
from benchmarks.load import load
from benchmarks.oracle import Oracle, agreement
from benchmarks.real_catalogue import words_of
from benchmarks.targets import TARGETS, remarks
from index.base import open_base


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work directory in which this kernel and FTS5 were measured on 500 documents."""
    work = tmp_path_factory.mktemp("benchmarks")
    engines = ["--engines", "this kernel", "SQLite FTS5"]
    main(["kernel", "--sizes", "500", "--blocks", "1", *engines, "--work", str(work), "--out", str(work / "page.md")])
    return work


def test_this_kernel_finds_the_exact_ten_and_the_exact_total(measured: Path) -> None:
    race = json.loads((measured / "results" / "kernel-500.json").read_text())["race"]
    assert [race[line]["this kernel"]["agreeing"] for line in ("plain", "filtered", "profile")] == [1, 1, 1]
    assert race["filtered"]["this kernel"]["totals"] == 1
    assert race["plain"]["SQLite FTS5"]["agreeing"] > 0.5


def test_the_page_has_every_engine_and_every_target(measured: Path) -> None:
    page = (measured / "page.md").read_text("utf-8")
    assert page.count("| SQLite FTS5 |") == 2  # its race and its costs
    assert [target.what for target in TARGETS if f"| {target.what} |" not in page] == []


def test_a_base_gives_back_the_words_it_was_made_of(measured: Path) -> None:
    corpus = Corpus.load(measured / "500")
    again = words_of(open_base(measured / "500" / "this kernel" / "0-500"))
    words = [sorted(text.split()) for text in corpus.texts()]
    assert [sorted(text.split()) for text in again.texts()] == words


def test_a_smaller_corpus_begins_the_larger_one() -> None:
    small, large = synthetic(40), synthetic(60)
    assert list(large.texts())[:40] == list(small.texts())
    assert min(map(len, (text.split() for text in large.texts()))) >= 54


def test_questions_are_of_words_that_stand_in_the_corpus() -> None:
    corpus = synthetic(200)
    asked = questions(corpus, queries=20, profiles=3)
    assert all(2 <= len(terms) <= 4 and corpus.found_in[terms].all() for terms in asked.queries)
    assert [len(terms) for terms, _ in asked.profiles] == [100] * 3
    assert [float(weights @ weights) for _, weights in asked.profiles] == pytest.approx([1] * 3)


def test_the_oracle_calculates_bm25() -> None:
    tokens = np.array([0, 0, 1, 1, 2], np.uint32)
    corpus = Corpus(
        words=["甲", "乙", "丙"], tokens=tokens, offsets=np.array([0, 3, 5], np.uint64), kinds=np.ones(2, np.uint8)
    )
    scores, held = Oracle(corpus).scores(np.array([0, 1], np.uint32))
    norms = [1.2 * (0.25 + 0.75 * length / 2.5) for length in (3, 2)]
    rare, common = np.log(1 + 1.5 / 1.5), np.log(1 + 0.5 / 2.5)
    assert scores.tolist() == pytest.approx(
        [rare * 2 / (2 + norms[0]) + common / (1 + norms[0]), common / (1 + norms[1])]
    )
    assert held.tolist() == [2, 1]


def test_agreement_counts_ties_and_nothing_twice() -> None:
    scores = np.array([3.0, 2, 1, 1, 0] + [0.5] * 10)
    assert agreement([0, 1, 3], scores[:4]) == pytest.approx(3 / 4)
    assert agreement([0, 0, 0], scores[:3]) == pytest.approx(1 / 3)
    assert agreement([], np.zeros(5)) == 1
    assert agreement([4], scores) == 0


def test_the_load_client_counts_answers_and_failures(tmp_path: Path) -> None:
    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.path.encode()
            self.send_response(200 if self.path == "/found" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = load(server.server_port, [("/found", None)], connections=2, seconds=0.2)
        missing = load(server.server_port, [("/missing", None)], connections=1, seconds=0.1)
        server.shutdown()
    assert found["failed"] == 0 < found["rps"]
    assert missing["failed"] > 0


def test_remarks_are_about_lines_of_the_table() -> None:
    assert remarks().keys() <= {target.key for target in TARGETS}
