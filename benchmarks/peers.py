"""The engines a user would pick otherwise, each on the same words, set up with care.

An engine is built once into a directory and opened for asking; `plain`, `filtered` and `profile` prepare a call
outside the clock where its own users could, and leave to the call what every query costs.
"""

import sqlite3
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmarks.corpus import Corpus
from benchmarks.own_engine import K1, B, Hits, OwnEngine
from index.arrays import Float32, UInt32

Ask = Callable[[], Hits]


class Peer:
    """One engine; a line of the race that it does not take part in is None."""

    name: ClassVar[str]
    package: ClassVar[str]
    """What pip installs."""
    exact: ClassVar[str] = ""
    """How its BM25 differs from the formula of the page."""

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        self.words = corpus.words

    @classmethod
    def version(cls) -> str:
        return version(cls.package)

    @staticmethod
    def build(corpus: Corpus, directory: Path) -> None:
        raise NotImplementedError

    def plain(self, terms: UInt32) -> Ask | None:
        return None

    def filtered(self, terms: UInt32) -> Ask | None:
        return None

    def profile(self, terms: UInt32, weights: Float32) -> Ask | None:
        return None

    def texts(self, terms: UInt32) -> list[str]:
        return [self.words[number] for number in terms.tolist()]


class Tantivy(Peer):
    name, package = "tantivy", "tantivy"
    exact = "lengths rounded to one byte"

    @staticmethod
    def build(corpus: Corpus, directory: Path) -> None:
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("id", stored=False, fast=True)
        schema.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        schema.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
        index = tantivy.Index(schema.build(), path=str(directory))
        writer = index.writer(512_000_000, 1)  # one thread, so that documents keep their order
        for number, text in enumerate(corpus.texts()):
            kind = "book" if corpus.kinds[number] else "course"
            writer.add_document(tantivy.Document(id=number, kind=kind, text=text))
        writer.commit()
        writer.wait_merging_threads()

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        import tantivy

        super().__init__(corpus, directory)
        self._query, self._should, self._must = tantivy.Query, tantivy.Occur.Should, tantivy.Occur.Must
        self._index = tantivy.Index.open(str(directory))
        self._searcher = self._index.searcher()
        book = self._query.term_query(self._index.schema, "kind", "book", index_option="basic")
        self._books = self._query.const_score_query(book, 0.0)

    def _term(self, word: str) -> Any:
        return self._query.term_query(self._index.schema, "text", word, index_option="freq")

    def _found(self, query: Any, *, count: bool) -> Hits:
        result = self._searcher.search(query, 10, count=count)
        addresses = [address for _, address in result.hits]
        return self._searcher.fast_field_values("id", addresses), result.count if count else -1

    def plain(self, terms: UInt32) -> Ask:
        words = self.texts(terms)
        return lambda: self._found(
            self._query.boolean_query([(self._should, self._term(word)) for word in words]), count=False
        )

    def filtered(self, terms: UInt32) -> Ask:
        words = self.texts(terms)

        def ask() -> Hits:
            parts = [(self._should, self._term(word)) for word in words]
            least = self._query.boolean_query(parts, minimum_number_should_match=2)
            return self._found(self._query.boolean_query([(self._must, least), (self._must, self._books)]), count=True)

        return ask

    def profile(self, terms: UInt32, weights: Float32) -> Ask:
        words = list(zip(self.texts(terms), weights.tolist(), strict=True))
        return lambda: self._found(
            self._query.boolean_query(
                [(self._should, self._query.boost_query(self._term(word), weight)) for word, weight in words]
            ),
            count=False,
        )


class Bm25s(Peer):
    name, package = "bm25s (numba)", "bm25s"

    @staticmethod
    def build(corpus: Corpus, directory: Path) -> None:
        import bm25s

        documents = [corpus.document(number).tolist() for number in range(len(corpus))]
        numbers = {word: number for number, word in enumerate(corpus.words)}
        model = bm25s.BM25(method="lucene", k1=K1, b=B)
        model.index(bm25s.tokenization.Tokenized(ids=documents, vocab=numbers), show_progress=False)
        model.save(str(directory))

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        import bm25s

        super().__init__(corpus, directory)
        self._model = bm25s.BM25.load(str(directory), mmap=True)
        self._model.backend = "numba"
        self._model.activate_numba_scorer()

    def plain(self, terms: UInt32) -> Ask:
        words = [self.texts(terms)]

        def ask() -> Hits:
            rows, _ = self._model.retrieve(words, k=10, show_progress=False, n_threads=1)
            return rows[0].tolist(), -1

        return ask


class Fts5(Peer):
    name, package = "SQLite FTS5", "sqlite3"
    exact = "idf ln((N − n + ½) / (n + ½)), nothing for what stands in half of all documents"

    @classmethod
    def version(cls) -> str:
        return sqlite3.sqlite_version

    @staticmethod
    def build(corpus: Corpus, directory: Path) -> None:
        connection = sqlite3.connect(directory / "fts5.db")
        connection.execute("PRAGMA journal_mode = off")
        connection.execute("PRAGMA synchronous = off")
        connection.execute(
            "CREATE VIRTUAL TABLE found USING fts5(text, content='', tokenize=\"unicode61 tokenchars '+#'\")"
        )
        with connection:
            rows = ((number, text) for number, text in enumerate(corpus.texts()))
            connection.executemany("INSERT INTO found (rowid, text) VALUES (?, ?)", rows)
        with connection:
            connection.execute("INSERT INTO found (found) VALUES ('optimize')")
        connection.close()

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        super().__init__(corpus, directory)
        self._connection = sqlite3.connect(directory / "fts5.db")
        self._connection.execute("PRAGMA mmap_size = 8000000000")
        self._connection.execute("PRAGMA cache_size = -200000")

    def plain(self, terms: UInt32) -> Ask:
        text = " OR ".join('"' + word.replace('"', '""') + '"' for word in self.texts(terms))
        ask = "SELECT rowid FROM found WHERE found MATCH ? ORDER BY rank LIMIT 10"
        return lambda: ([row for (row,) in self._connection.execute(ask, (text,))], -1)


class Whoosh(Peer):
    name, package = "Whoosh", "whoosh-reloaded"
    exact = "idf ln(N / (n + 1)) + 1, lengths rounded to one byte"

    @staticmethod
    def build(corpus: Corpus, directory: Path) -> None:
        from whoosh import analysis, fields, index

        text = fields.TEXT(analyzer=analysis.SpaceSeparatedTokenizer(), phrase=False)
        made = index.create_in(str(directory), fields.Schema(id=fields.NUMERIC(stored=True), text=text))
        writer = made.writer(limitmb=1024)
        for number, text in enumerate(corpus.texts()):
            writer.add_document(id=number, text=text)
        writer.commit(optimize=True)

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        from whoosh import index, query, scoring

        super().__init__(corpus, directory)
        self._query = query
        self._searcher = index.open_dir(str(directory)).searcher(weighting=scoring.BM25F(B=B, K1=K1))

    def plain(self, terms: UInt32) -> Ask:
        words = self.texts(terms)

        def ask() -> Hits:
            asked = self._query.Or([self._query.Term("text", word) for word in words])
            return [hit["id"] for hit in self._searcher.search(asked, limit=10)], -1

        return ask


class Matrix(Peer):
    """The same impacts as the kernel's, as a sparse matrix; its files are those of the base."""

    @staticmethod
    def build(corpus: Corpus, directory: Path) -> None:
        """Nothing is kept: the matrix is made of the base's arrays when it is opened."""

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        from scipy import sparse

        super().__init__(corpus, directory)
        own = OwnEngine(corpus, directory.parent / OwnEngine.name)
        values, documents, offsets, _ = own.impacts()
        self.numbers = own.numbers
        shape = (len(offsets) - 1, len(corpus))
        self.by_word = sparse.csr_matrix(
            (values, documents.astype(np.int32), offsets.astype(np.int64)), shape=shape, copy=False
        )

    @staticmethod
    def best(scores: Float32) -> Hits:
        """The ten largest, best first."""
        at = np.argpartition(scores, -10)[-10:]
        return at[np.argsort(-scores[at], kind="stable")].tolist(), -1


class Scipy(Matrix):
    name, package = "scipy q @ X.T", "scipy"

    def profile(self, terms: UInt32, weights: Float32) -> Ask:
        from scipy import sparse

        own, places = self.numbers[terms].astype(np.int32), np.zeros(2, np.int32)
        places[1] = len(terms)

        def ask() -> Hits:
            asked = sparse.csr_matrix((weights, own, places), shape=(1, self.by_word.shape[0]))
            return self.best((asked @ self.by_word).toarray().ravel())

        return ask


class ScikitLearn(Matrix):
    name, package = "scikit-learn X @ v", "scikit-learn"

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        super().__init__(corpus, directory)
        self.by_row = self.by_word.T.tocsr()
        del self.by_word

    def profile(self, terms: UInt32, weights: Float32) -> Ask:
        from sklearn.utils.extmath import safe_sparse_dot

        own = self.numbers[terms]

        def ask() -> Hits:
            asked = np.zeros(self.by_row.shape[1], np.float32)
            asked[own] = weights
            return self.best(safe_sparse_dot(self.by_row, asked))

        return ask


PEERS: Sequence[type[Peer]] = (Whoosh, Tantivy, Bm25s, Fts5, Scipy, ScikitLearn)
