"""What people call the columns of their tables, and the field and kind of resource that a name means."""

import re
from dataclasses import dataclass
from typing import Final

from corpus.resource import FIELDS
from corpus.vocabulary import folded, read_vocabulary

LABELS: Final = {
    "id": "编号",
    "kind": "类型",
    "title": "名称",
    "source": "来源",
    "subtitle": "副标题",
    "creators": "作者、教师",
    "provider": "出版社、开课或主办单位",
    "platform": "平台",
    "series": "丛书、系列",
    "subjects": "学科",
    "tags": "标签",
    "description": "简介",
    "audience": "适合人群",
    "level": "难度",
    "language": "语种",
    "format": "形式",
    "published": "出版日期",
    "isbn": "ISBN",
    "clc": "中图分类号",
    "call_number": "索书号",
    "url": "链接",
    "image": "图片",
    "price": "价格",
    "free": "是否免费",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "schedule": "时间安排",
    "signup_url": "报名链接",
    "signup_until": "报名截止",
    "capacity": "名额",
    "phone": "电话",
    "address": "地址",
    "venue": "地点",
    "district": "区、街道",
    "hours": "开放时间",
    "related": "相关资源",
    "rating": "评分",
    "popularity": "人气",
    "status": "状态",
}
"""Each field in Chinese, in the order of the fields."""

_PREFIXES: Final = {
    "课程": "course",
    "班级": "course",
    "培训": "course",
    "活动": "activity",
    "讲座": "activity",
    "展览": "activity",
    "图书": "book",
    "书籍": "book",
    "场馆": "place",
    "场所": "place",
    "故事": "story",
    "course": "course",
    "book": "book",
    "event": "activity",
    "activity": "activity",
    "资源": "",
    "项目": "",
}
"""A word before a name, which leaves its field but tells the kind: 课程简介, 活动地点."""
_IN_BRACKETS: Final = re.compile(r"[(\[【<].*?[)\]】>]")
_NO_LETTERS: Final = re.compile(r"[^\w/]|_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a column's name means."""

    field: str
    kind: str = ""
    """Of resources that have such a column; empty if several do."""


def meaning_of(name: str) -> Meaning | None:
    """What a column's name means; None if it is not known."""
    whole = folded(name)
    for text in (whole, _IN_BRACKETS.sub("", whole)):
        key = _NO_LETTERS.sub("", text)
        for candidate in (key, *key.split("/")):
            if found := _known(candidate):
                return found
    return None


def _known(key: str) -> Meaning | None:
    if key in _MEANINGS:
        return _MEANINGS[key]
    for prefix, kind in _PREFIXES.items():
        if found := _MEANINGS.get(key.removeprefix(prefix)) if key.startswith(prefix) else None:
            return Meaning(field=found.field, kind=kind or found.kind)
    return None


def _meanings() -> dict[str, Meaning]:
    found = {_NO_LETTERS.sub("", field): Meaning(field=field) for field in FIELDS}
    for field, kind, names in read_vocabulary("columns"):
        found |= {name: Meaning(field=field, kind=kind) for name in names}
    return found


_MEANINGS: Final = _meanings()
