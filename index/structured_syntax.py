"""The grammar of structured queries: field names, quotes, AND, OR, NOT and brackets.

    作者:余华                 the words stand in a creator
    "太极拳入门"              the phrase stands in some field
    (太极 OR 瑜伽) NOT 视频    NOT binds closest, then AND, then OR; clauses side by side mean AND
    标题:Pyth*                a word of the title begins so

What makes no sense (an operator without words, an open bracket, a field without a value) is left out and never an
error: residents paste titles, and a title is full of punctuation.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from index.folding import fold
from index.query import MOST_TEXT

_NAMES: Final = {
    "title": "标题 题名 书名 课程 课程名 课程名称 title",
    "subtitle": "副标题 副题名 subtitle",
    "creators": "作者 著者 译者 教师 老师 主讲 主讲人 讲师 creator creators author authors teacher",
    "provider": "出版社 学校 开课单位 开课学校 主办 主办方 主办单位 机构 provider publisher school",
    "subjects": "学科 科目 subject subjects",
    "tags": "标签 tag tags",
    "description": "简介 内容简介 描述 description",
}
FIELD_NAMES: Final[Mapping[str, str]] = {name: field for field, names in _NAMES.items() for name in names.split()}
"""Every folded name a reader may put before a colon, and the text field it means."""

_MOST_LEAVES = 32
_DEEPEST = 16
"""Brackets inside brackets; deeper ones are left out."""

_QUOTES = '"“”„‟＂'
_OPENING, _CLOSING = "(（", ")）"
_COLONS = ":：﹕"
_STARS = "*＊﹡"
_BREAK = rf"\s{_QUOTES}{_OPENING}{_CLOSING}"

_SIGNALS = re.compile(f"[{_QUOTES}{_COLONS}]|AND|OR|NOT")
_GAP = re.compile(r"[\s,，;；、。]+")
_PHRASE = re.compile(f"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]")
_OPERATOR = re.compile(f"(AND|OR|NOT)(?=[{_BREAK}]|$)")
_FIELD = re.compile(rf"([^\W\d_]{{1,12}})[{_COLONS}]")
_NEXT_FIELD = re.compile(rf"[,，;；、。]+([^\W\d_]{{1,12}})[{_COLONS}]")
_WORD = re.compile(f"[^{_BREAK}]+(?:[{_OPENING}][^{_BREAK}]*[{_CLOSING}][^{_BREAK}]*)*")
"""A run without white space; brackets that stand right behind a word belong to it: 高等数学（上）."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Something to look up."""

    kind: Literal["words", "prefix", "phrase"]
    field: str
    """A text field of the resource; empty for any."""
    text: str
    """As typed, without quotes and stars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """All of its children (AND), or any of them (OR)."""

    operator: Literal["AND", "OR"]
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation:
    """Everything but its child."""

    child: "Node"


Node = Leaf | Combination | Negation


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A query as read."""

    tree: Node | None
    """None where nothing was left to look up."""
    structured: bool
    """Whether a field name, a phrase or an operator with its words was found."""
    text: str
    """The query with white space as the catalogue has it."""
    notice: str
    """What was left out that a reader may miss; mostly empty."""


def is_structured(text: str) -> bool:
    """Whether a query says how it wants to be read; everything else is plain, titles with a colon or brackets too."""
    return len(text) <= MOST_TEXT and _SIGNALS.search(text) is not None and parse(text).structured


def parse(text: str) -> Parsed:
    """The tree of a query. Never fails."""
    text = _encodable(text)
    parser = _Parser(_balanced(list(_tokens(text))))
    tree = parser.alternatives("")
    return Parsed(tree=tree, structured=parser.structured, text=text, notice="".join(parser.notices))


def positive_text(node: Node) -> str:
    """What is asked for, as typed, without what is excluded."""
    return " ".join(_positive(node, True))


def _positive(node: Node, wanted: bool) -> Iterator[str]:
    match node:
        case Leaf():
            if wanted:
                yield node.text
        case Negation():
            yield from _positive(node.child, not wanted)
        case Combination():
            for child in node.children:
                yield from _positive(child, wanted)


def _encodable(text: str) -> str:
    """The text with white space as the catalogue has it, and without lone surrogates."""
    return " ".join(text.encode(errors="replace").decode().split())


class _Token(NamedTuple):
    kind: Literal["field", "operator", "open", "close", "phrase", "word"]
    text: str


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if found := _GAP.match(text, at):
            at = found.end()
        elif found := _PHRASE.match(text, at):
            yield _Token("phrase", found[1].strip())
            at = found.end()
        elif found := _OPERATOR.match(text, at):
            yield _Token("operator", found[1])
            at = found.end()
        elif (found := _FIELD.match(text, at)) and (name := FIELD_NAMES.get(fold(found[1]))):
            yield _Token("field", name)
            at = found.end()
        elif found := _WORD.match(text, at):
            end = _end_of_word(found)
            yield _Token("word", text[at:end])
            at = end
        else:
            if text[at] not in _QUOTES:
                yield _Token("open" if text[at] in _OPENING else "close", "")
            at += 1


def _end_of_word(found: re.Match[str]) -> int:
    """Where the word ends: 书名:活着，作者:余华 are two clauses."""
    for following in _NEXT_FIELD.finditer(found.string, found.start(), found.end()):
        if fold(following[1]) in FIELD_NAMES:
            return following.start()
    return found.end()


def _balanced(tokens: list[_Token]) -> list[_Token]:
    """The tokens without brackets that have no partner or stand too deep."""
    opened: list[int] = []
    kept = {i for i, token in enumerate(tokens) if token.kind not in ("open", "close")}
    for i, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(i)
        elif token.kind == "close" and opened:
            start = opened.pop()
            if len(opened) < _DEEPEST:
                kept |= {start, i}
    return [token for i, token in enumerate(tokens) if i in kept]


class _Parser:
    """Recursive descent over balanced tokens; every method returns None where nothing was left to look up."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._leaves = 0
        self.structured = False
        self.notices: dict[str, None] = {}

    def alternatives(self, field: str) -> Node | None:
        """Clauses joined by OR."""
        nodes = [self._clauses(field)]
        while self._take("operator", "OR"):
            nodes.append(self._clauses(field))
        found = [node for node in nodes if node is not None]
        self.structured |= len(found) > 1
        return _combined("OR", found)

    def _clauses(self, field: str) -> Node | None:
        """Clauses side by side or joined by AND."""
        found: list[Node] = []
        joined = False
        while self._at < len(self._tokens) and not self._stands("close") and not self._stands("operator", "OR"):
            if self._take("operator", "AND"):
                joined = True
            elif (node := self._clause(field)) is not None:
                self.structured |= (joined or isinstance(node, Negation)) and bool(found)
                joined = False
                found.append(node)
        return _combined("AND", found)

    def _clause(self, field: str) -> Node | None:
        """A leaf or a group, with NOT and a field before it."""
        negated = False
        while self._take("operator", "NOT"):
            negated = not negated
        named = False
        while self._stands("field"):
            field, named = self._next().text, True
        node = self._group_or_leaf(field)
        self.structured |= node is not None and named
        return Negation(child=node) if negated and node is not None else node

    def _group_or_leaf(self, field: str) -> Node | None:
        if self._take("open"):
            node = self.alternatives(field)
            self._take("close")
            return node
        if self._stands("phrase"):
            return self._phrase(field, self._next().text)
        if self._stands("word"):
            return self._words(field, self._next().text)
        return None

    def _phrase(self, field: str, text: str) -> Leaf | None:
        if not fold(text).strip():
            return None
        leaf = self._leaf(Leaf(kind="phrase", field=field, text=text))
        self.structured |= leaf is not None
        return leaf

    def _words(self, field: str, typed: str) -> Leaf | None:
        text = typed.strip(_STARS)
        size = sum(map(str.isalnum, fold(text)))
        if not size:
            return None
        kind: Literal["words", "prefix"] = "words"
        if typed[0] in _STARS:
            self._note("“*”只能放在词的末尾，已忽略词前的“*”。")
        elif typed[-1] in _STARS and size < 2:
            self._note("“*”前面至少要有两个字，已忽略这个“*”。")
        elif typed[-1] in _STARS:
            kind = "prefix"
        return self._leaf(Leaf(kind=kind, field=field, text=text))

    def _leaf(self, leaf: Leaf) -> Leaf | None:
        self._leaves += 1
        if self._leaves > _MOST_LEAVES:
            self._note(f"条件太多，只用了前 {_MOST_LEAVES} 个。")
            return None
        return leaf

    def _note(self, notice: str) -> None:
        self.notices[notice] = None

    def _stands(self, kind: str, text: str = "") -> bool:
        return (
            self._at < len(self._tokens)
            and self._tokens[self._at].kind == kind
            and (not text or self._tokens[self._at].text == text)
        )

    def _take(self, kind: str, text: str = "") -> bool:
        found = self._stands(kind, text)
        self._at += found
        return found

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]


def _combined(operator: Literal["AND", "OR"], nodes: list[Node]) -> Node | None:
    if len(nodes) > 1:
        return Combination(operator=operator, children=tuple(nodes))
    return nodes[0] if nodes else None
