"""Xapian, which only Debian's own Python sees, as a second process that keeps its own clock."""

import json
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.own_engine import K1, B
from benchmarks.peers import Peer
from index.arrays import UInt32

DEBIAN = "/usr/bin/python3"
PROGRAM = str(Path(__file__).with_name("xapian_process.py"))


class Xapian(Peer):
    name, package = "xapian", "python3-xapian"
    exact = "idf of Robertson and Spärck Jones, raised where it would be negative"

    @classmethod
    def version(cls) -> str:
        try:
            said = subprocess.run([DEBIAN, PROGRAM, "version"], check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise PackageNotFoundError(cls.package) from error
        return said.stdout.strip()

    @staticmethod
    def build(corpus: Corpus, directory: Path) -> None:
        texts = directory.parent / "documents.txt"
        subprocess.run([DEBIAN, PROGRAM, "build", str(texts), str(directory)], check=True)

    def __init__(self, corpus: Corpus, directory: Path) -> None:
        super().__init__(corpus, directory)
        command = [DEBIAN, PROGRAM, "ask", str(directory), str(K1), str(B)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    def answers(self, queries: Sequence[UInt32]) -> list[tuple[float, list[int]]]:
        """The seconds and documents of each query, asked one after the other without a word between."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([self.texts(terms) for terms in queries]), file=self._process.stdin, flush=True)
        return [(seconds, found) for seconds, found in json.loads(self._process.stdout.readline())]

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
