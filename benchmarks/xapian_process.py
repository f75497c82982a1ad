"""Xapian for a Python that sees Debian's python3-xapian, with nothing else: asked over its standard input.

usage: /usr/bin/python3 xapian_process.py build TEXTS DIRECTORY | ask DIRECTORY K1 B
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

import xapian

_LONGEST = 240
"""Bytes of a term; Xapian refuses longer ones."""


def build(texts: str, directory: str) -> None:
    database = xapian.WritableDatabase(directory, xapian.DB_CREATE_OR_OVERWRITE)
    with Path(texts).open(encoding="utf-8") as lines:
        for line in lines:
            document = xapian.Document()
            for term, count in Counter(line.split()).items():
                if len(term.encode()) < _LONGEST:
                    document.add_term(term, count)
            database.add_document(document)
    database.commit()
    database.close()


def answer(directory: str, k1: float, b: float) -> None:
    """For each line, a list of queries, prints seconds and documents of each."""
    enquire = xapian.Enquire(xapian.Database(directory))
    enquire.set_weighting_scheme(xapian.BM25Weight(k1, 0, 1, b, 0))
    enquire.set_docid_order(enquire.ASCENDING)
    for line in sys.stdin:
        answers = []
        for words in json.loads(line):
            began = time.perf_counter()
            enquire.set_query(xapian.Query(xapian.Query.OP_OR, words))
            found = [match.docid - 1 for match in enquire.get_mset(0, 10)]
            answers.append((time.perf_counter() - began, found))
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "version":
        print(xapian.version_string())
    elif sys.argv[1] == "build":
        build(*sys.argv[2:])
    else:
        answer(sys.argv[2], *map(float, sys.argv[3:]))
