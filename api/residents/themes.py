"""What one can browse by and choose as an interest: themes over the controlled subjects, and plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from index.query import Filter, Query
from index.search import search
from index.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A few subjects under a name that residents use."""

    name: str
    subjects: tuple[str, ...]
    icon: str
    """The path of a line drawing on 48 × 48 units."""


THEMES: Final = (
    Theme(
        name="智慧助老",
        subjects=("数字技能",),
        icon="M16 5h16a3 3 0 0 1 3 3v32a3 3 0 0 1-3 3H16a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3zM21 37h6M19 13h10M19 21h10",
    ),
    Theme(
        name="健康养生",
        subjects=("中医养生", "健康生活", "体育健身", "心理学", "医药卫生"),
        icon="M24 41C12 32 7 25 7 17a8.5 8.5 0 0 1 17-3 8.5 8.5 0 0 1 17 3c0 8-5 15-17 24zM12 24h8l3-6 4 10 3-4h6",
    ),
    Theme(
        name="传统文化",
        subjects=("传统文化", "非遗与地方文化", "戏曲曲艺", "手工技艺", "茶艺与花艺"),
        icon="M6 18q10-2 18-11 8 9 18 11M10 18h28M13 18v20M35 18v20M20 38V27a4 4 0 0 1 8 0v11M7 40h34",
    ),
    Theme(
        name="书画艺术",
        subjects=("书画", "艺术设计", "音乐与舞蹈", "摄影摄像"),
        icon="M9 40c6 0 4-9 10-10l6 6c-1 6-10 7-16 4zM20 29 37 8l4 4-20 18M34 38h8",
    ),
    Theme(
        name="亲子家庭",
        subjects=("家庭与亲子", "学前教育", "教育教学"),
        icon="M17 17a5 5 0 1 0-.1 0zM34 22a4 4 0 1 0-.1 0zM7 41c0-10 4-16 10-16s10 6 10 16q0-12 7-12t7 12",
    ),
    Theme(
        name="职业技能",
        subjects=("职业技能", "就业创业", "办公软件", "机械与制造"),
        icon="M29 8a10 10 0 0 0-11 12L7 31l7 7 11-11a10 10 0 0 0 12-11l-6 5-6-6z",
    ),
    Theme(
        name="生活百科",
        subjects=("烹饪与美食", "农林园艺", "旅游与研学", "安全与应急"),
        icon="M8 22h26v8a11 11 0 0 1-11 11h-4A11 11 0 0 1 8 30zM34 24h3a5 5 0 0 1 0 10h-4M16 7q-3 4 0 8M25 7q-3 4 0 8",
    ),
    Theme(
        name="语言",
        subjects=("语言文字", "外语", "英语"),
        icon="M6 9h24v18H17l-6 6v-6H6zM35 17h7v18h-4v6l-6-6H21",
    ),
    Theme(
        name="文学历史",
        subjects=("文学", "历史", "哲学", "文史哲"),
        icon="M24 12c-5-4-11-5-17-4v28c6-1 12 0 17 4 5-4 11-5 17-4V8c-6-1-12 0-17 4zM24 12v28",
    ),
    Theme(
        name="法律理财",
        subjects=("法学", "金融理财", "经济管理", "公民素养"),
        icon="M24 7v34M15 41h18M10 13h28M10 13 5 27a6 6 0 0 0 10 0zM38 13l-5 14a6 6 0 0 0 10 0z",
    ),
    Theme(
        name="科技数码",
        subjects=(
            *("计算机", "编程", "编程入门", "Web开发", "数据结构与算法", "数据库", "人工智能", "机器学习", "深度学习"),
            *("数据科学", "信息安全", "软件工程", "电子信息"),
        ),
        icon="M9 9h30v22H9zM4 38h40M20 17l-4 4 4 4M28 17l4 4-4 4",
    ),
    Theme(
        name="科学知识",
        subjects=("科普", "理学", "数学", "物理学", "化学", "生物学", "天文与地理", "工学", "生态与环保"),
        icon="M19 6h10M21 6v12L9 37a3 3 0 0 0 3 5h24a3 3 0 0 0 3-5L27 18V6M15 30h18",
    ),
)

_INTERESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "身体好": ("太极拳", "八段锦", "养生", "中医", "广场舞", "瑜伽", "心理健康"),
    "跟上时代": ("智能手机", "手机拍照", "短视频", "电脑", "防诈骗", "人工智能"),
    "琴棋书画": ("书法", "国画", "摄影", "音乐", "合唱", "戏曲", "手工"),
    "家和生活": ("育儿", "家庭教育", "烹饪", "园艺", "茶艺", "旅游"),
    "家乡文化": ("苏州园林", "苏绣", "昆曲", "评弹", "历史", "文学"),
    "工作本领": ("电工", "会计", "办公软件", "创业", "编程", "英语", "法律", "理财"),
}
_HINTS: Final = ("太极拳", "智能手机", "苏绣", "书法", "家庭教育", "红楼梦", "养生", "英语")
_MOST_HINTS: Final = 6


def themes_of(snapshot: Snapshot) -> Sequence[Theme]:
    """The themes of which the catalogue has something."""
    known: Sequence[Theme] = snapshot.remember(
        "pages: themes", lambda: [theme for theme in THEMES if _found(snapshot, Query(filter=_filter(theme), limit=0))]
    )
    return known


def theme_of(subjects: Sequence[str]) -> Theme | None:
    """The theme that stands for just these subjects."""
    return next((theme for theme in THEMES if set(theme.subjects) == set(subjects)), None)


def interests_of(snapshot: Snapshot) -> Mapping[str, Sequence[str]]:
    """Words to choose from by group, those of which the catalogue has something."""
    known: Mapping[str, Sequence[str]] = snapshot.remember("pages: interests", lambda: _interests(snapshot))
    return known


def hints_of(snapshot: Snapshot) -> Sequence[str]:
    """A few searches to begin with that find something."""
    known: Sequence[str] = snapshot.remember(
        "pages: hints", lambda: [text for text in _HINTS if _says(snapshot, text)][:_MOST_HINTS]
    )
    return known


def _interests(snapshot: Snapshot) -> dict[str, list[str]]:
    known = {group: [text for text in texts if _says(snapshot, text)] for group, texts in _INTERESTS.items()}
    return {group: texts for group, texts in known.items() if texts}


def _says(snapshot: Snapshot, text: str) -> bool:
    """Whether some resource holds the whole of a text, or a synonym of it."""
    result = search(snapshot, Query(text=text, limit=1, correct=False, highlight=False))
    return bool(result.hits and result.hits[0].matched and not result.interpretation.by)


def _found(snapshot: Snapshot, query: Query) -> bool:
    return search(snapshot, query).total > 0


def _filter(theme: Theme) -> Filter:
    return Filter(subject=theme.subjects)
