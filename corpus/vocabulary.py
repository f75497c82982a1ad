"""The words of tables: what people call columns, and what they write into cells (corpus/shipped/tables)."""

import csv
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "shipped" / "tables"
_SIMPLIFIED: Final = str.maketrans(
    "與專業叢舉習鄉書價衆眾體關內況準擊劃別辦務動區單縣參發臺號諮國圖場學賓對導層屬師開錄態報據數時機來構標氣瀏點熱狀電碼種稱籤簡"
    "類級線組細織終紹結統維編網羣聯薦營觀覽計訓記講設訪評詞譯話詢詳語請讀課責費資載轄適選鏈鍵鎮門問間閱際難頁項領題額館絡",
    "与专业丛举习乡书价众众体关内况准击划别办务动区单县参发台号咨国图场学宾对导层属师开录态报据数时机来构标气浏点热状电码种称签简"
    "类级线组细织终绍结统维编网群联荐营观览计训记讲设访评词译话询详语请读课责费资载辖适选链键镇门问间阅际难页项领题额馆络",
)
"""Of the characters in the files."""


def read_vocabulary(name: str) -> Iterator[tuple[str, str, list[str]]]:
    """The lines of a file: a field, a kind or value, and the words for it."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        for field, value, words in lines:
            yield field, value, words.split("|")


def folded(text: str) -> str:
    """A text as the words are written: half-width, lower case, simplified."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split()).translate(_SIMPLIFIED)
