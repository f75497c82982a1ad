"""Synthetic documents as resources of the exchange format, so that a whole service can be asked for them."""

import json
from pathlib import Path

import numpy as np

from benchmarks.corpus import SEED, Corpus

_TITLE = 8
"""Words."""
_LEVELS = ("入门", "进阶", "高级")
_CITIES = ["北京", "上海", "广州", "深圳", "杭州", "南京", "武汉", "成都", "西安", "天津"]
_HOUSES = ["大学", "出版社", "学堂", "师范大学", "人民出版社", "图书馆"]
_PROVIDERS = [city + house for city in _CITIES for house in _HOUSES]


def write_catalogue(corpus: Corpus, file: Path) -> None:
    """Writes each document as a resource: its first words are the title, three of them its tags."""
    words = np.array(corpus.words, object)
    with file.open("w", encoding="utf-8") as lines:
        for number in range(len(corpus)):
            chance = np.random.default_rng([SEED, 2, number])
            own = words[corpus.document(number)].tolist()
            title, rest = own[:_TITLE], own[_TITLE:]
            sentences = ["".join(rest[start : start + 12]) for start in range(0, len(rest), 12)]
            resource = {
                "id": f"synthetic:{number}",
                "kind": "book" if corpus.kinds[number] else "course",
                "title": "".join(title),
                "description": "，".join(sentences) + "。",
                "tags": sorted({word for word in title if len(word) > 1})[:3],
                "provider": _PROVIDERS[int(chance.integers(len(_PROVIDERS)))],
                "level": _LEVELS[int(chance.integers(3))],
                "published": str(chance.integers(2000, 2025)),
                "popularity": int(chance.integers(10_000)),
            }
            lines.write(json.dumps(resource, ensure_ascii=False) + "\n")
