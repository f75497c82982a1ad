"""Documents and questions to measure on: made from seeds, the same everywhere.

Half of a document's words are drawn from jieba's dictionary by its own frequencies, a sixth from what every course
says of itself, and the rest from the vocabulary of one of 104 topics, so that words go together as in real texts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from index.arrays import Float32, UInt8, UInt32, UInt64, offsets_of

SEED = 20_240_607
TOPICS = 104
TOPIC_WORDS = 1_500
SHORTEST, LONGEST = 54, 160
"""Words of a document, evenly spread: 107 on average."""
SHARE_OF_KIND = 0.45
"""Documents that a filter on their kind lets through."""
COMMON = 300
"""As many of the most frequent words are called common."""
_GENERIC = """
课程 学习 教程 基础 入门 实战 介绍 本书 掌握 应用 系统 理论 实践 方法 知识 内容 技术 案例
学生 高级 原理 分析 全面 详解 指南 教材 大学 从零开始 核心 讲解 视频 练习 考试 培训 专业 读者
作者 概论 导论 精讲 进阶 项目 经典 教学 能力 问题 重点 思维 初学者 理解 习题 通过 适合 提高
章节 老师 推荐 第一章 必备 技巧 手册 零基础 速成 基本概念 实例
"""
"""What every course says of itself, the most frequent first."""
_CHUNK = 20_000


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """N documents as the numbers of their words."""

    words: Sequence[str]
    """The vocabulary, by number; no white space in a word."""
    tokens: UInt32
    """All documents' words one behind the other."""
    offsets: UInt64
    """(N + 1,) where each document begins."""
    kinds: UInt8
    """(N,) 1 for the kind that the filter asks for."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def document(self, number: int) -> UInt32:
        return self.tokens[int(self.offsets[number]) : int(self.offsets[number + 1])]

    def texts(self) -> Iterator[str]:
        """Each document as its words with a space between them."""
        words = np.array(self.words, object)
        for start in range(0, len(self), _CHUNK):
            bounds = self.offsets[start : min(start + _CHUNK, len(self)) + 1].astype(np.int64)
            chunk = words[self.tokens[bounds[0] : bounds[-1]]].tolist()
            bounds -= bounds[0]
            for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
                yield " ".join(chunk[begin:end])

    @cached_property
    def postings(self) -> tuple[UInt64, UInt32, UInt8]:
        """Where each word's documents begin, the documents, and how often each of them holds the word."""
        documents = np.repeat(np.arange(len(self), dtype=np.uint64), np.diff(self.offsets).astype(np.int64))
        pairs, counts = np.unique(self.tokens.astype(np.uint64) << np.uint64(32) | documents, return_counts=True)
        found_in = np.bincount((pairs >> np.uint64(32)).astype(np.int64), minlength=len(self.words))
        documents = (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        return offsets_of(found_in, np.uint64), documents, np.minimum(counts, 255).astype(np.uint8)

    @property
    def found_in(self) -> UInt64:
        """(words,) in how many documents each word stands."""
        return np.diff(self.postings[0])

    def save(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "words.txt").write_text("\n".join(self.words), "utf-8")
        for name in ("tokens", "offsets", "kinds"):
            np.save(directory / f"{name}.npy", getattr(self, name))
        with (directory / "documents.txt").open("w", encoding="utf-8") as file:
            file.writelines(f"{text}\n" for text in self.texts())

    @classmethod
    def load(cls, directory: Path) -> "Corpus":
        arrays = {name: np.load(directory / f"{name}.npy", mmap_mode="r") for name in ("tokens", "offsets", "kinds")}
        return cls(words=(directory / "words.txt").read_text("utf-8").split("\n"), **arrays)


def synthetic(n: int) -> Corpus:
    """N documents; the first of a larger corpus are those of a smaller one."""
    words, frequencies = _dictionary()
    number_of = {word: number for number, word in enumerate(words)}
    generic_words = _GENERIC.split()
    for word in generic_words:
        number_of.setdefault(word, len(number_of))
    generic = np.array([number_of[word] for word in generic_words], np.uint32)
    chance = np.random.default_rng(SEED)
    middling = np.flatnonzero((frequencies >= 30) & (frequencies <= 8_000) & (np.char.str_len(words) >= 2))
    topics = np.array([chance.choice(middling, TOPIC_WORDS, replace=False) for _ in range(TOPICS)], np.uint32)
    by_frequency, by_topic = _cumulated(frequencies), _cumulated(1 / np.arange(1, TOPICS + 1) ** 0.7)
    in_topic, in_generic = _cumulated(1 / np.arange(2, 2 + TOPIC_WORDS) ** 0.9), _falling(len(generic), 0.6)
    tokens, lengths, kinds = [], [], []
    for start in range(0, n, _CHUNK):
        chance = np.random.default_rng([SEED, start])
        own_lengths = chance.integers(SHORTEST, LONGEST + 1, _CHUNK)
        topic = np.repeat(np.searchsorted(by_topic, chance.random(_CHUNK)), own_lengths)
        source, place = chance.random(len(topic)), chance.random(len(topic))
        drawn = np.searchsorted(by_frequency, place).astype(np.uint32)
        drawn = np.where(source < 0.55, generic[np.searchsorted(in_generic, place)], drawn)
        drawn = np.where(source < 0.38, topics[topic, np.searchsorted(in_topic, place)], drawn)
        own_kinds = (chance.random(_CHUNK) < SHARE_OF_KIND).astype(np.uint8)
        rest = min(_CHUNK, n - start)
        tokens.append(drawn[: own_lengths[:rest].sum()].astype(np.uint32))
        lengths.append(own_lengths[:rest])
        kinds.append(own_kinds[:rest])
    return Corpus(
        words=list(number_of),
        tokens=np.concatenate(tokens),
        offsets=offsets_of(np.concatenate(lengths), np.uint64),
        kinds=np.concatenate(kinds),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is asked, as numbers of words."""

    queries: Sequence[UInt32]
    """2–4 different words each."""
    profiles: Sequence[tuple[UInt32, Float32]]
    """Up to 100 words each, with weights of norm 1."""


def questions(corpus: Corpus, *, queries: int, profiles: int) -> Questions:
    """Four of five queries are words of one document, the fifth is of common words; a profile is what three
    documents weigh most by tf·idf.
    """
    chance = np.random.default_rng([SEED, 1])
    length = np.char.str_len(np.array(corpus.words))
    found_in = corpus.found_in
    common = np.argsort(-found_in.astype(np.int64), kind="stable")
    common = common[length[common] >= 2][:COMMON].astype(np.uint32)
    asked: list[UInt32] = []
    while len(asked) < queries:
        size = int(chance.integers(2, 5))
        own = np.unique(corpus.document(int(chance.integers(len(corpus)))))
        among = common if len(asked) % 5 == 4 else own[length[own] >= 2]
        if len(among) >= size:
            asked.append(chance.choice(among, size, replace=False).astype(np.uint32))
    idf = np.log((1 + len(corpus)) / (1 + found_in.astype(np.float64))) + 1
    known = [_profile(corpus, chance.integers(len(corpus), size=3).tolist(), idf) for _ in range(profiles)]
    return Questions(queries=asked, profiles=known)


def _profile(corpus: Corpus, documents: Sequence[int], idf: np.ndarray) -> tuple[UInt32, Float32]:
    terms, counts = np.unique(np.concatenate([corpus.document(d) for d in documents]), return_counts=True)
    weights = counts * idf[terms]
    best = np.sort(np.argsort(-weights, kind="stable")[:100])
    return terms[best].astype(np.uint32), (weights[best] / np.linalg.norm(weights[best])).astype(np.float32)


def _dictionary() -> tuple[np.ndarray, np.ndarray]:
    """The Chinese words of jieba's dictionary, of up to five characters, and how often each is used."""
    package = find_spec("jieba")
    assert package is not None
    assert package.origin is not None
    words, frequencies = [], []
    for line in Path(package.origin).with_name("dict.txt").read_text("utf-8").splitlines():
        word, frequency, *_ = line.split()
        if len(word) <= 5 and all("\u4e00" <= sign <= "\u9fff" for sign in word):
            words.append(word)
            frequencies.append(int(frequency))
    return np.array(words), np.array(frequencies, np.float64)


def _falling(n: int, power: float) -> np.ndarray:
    return _cumulated(1 / np.arange(1, n + 1) ** power)


def _cumulated(chances: np.ndarray) -> np.ndarray:
    cumulated = np.cumsum(chances) / chances.sum()
    cumulated[-1] = 1
    return cumulated
