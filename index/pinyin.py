"""The pinyin of Chinese characters, without tones; ü is v, as on a keyboard.

pypinyin and its dictionaries take 57 MB, and only builds need them: they are loaded on first use. For single
characters its table is read as a plain file, which answers need too.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from index.characters import is_han

Reading = tuple[str, ...]
"""A syllable for each Chinese character of a text; every other character as itself."""

_NAME: Final = re.compile("[一-鿿]{2,4}")
"""What may be a Chinese person's name."""

_SURNAMES: Final = "曾zeng 单shan 仇qiu 解xie 查zha 翟zhai 缪miao 乐yue 薄bo 区ou 朴piao 覃qin 种chong 郇xun 尉wei"
"""Characters that are read otherwise as a surname than pypinyin reads them."""

_LIFE: Final = re.compile("..(?<![宣流遗真秘相祖家单嫡失上谣师言])传")
"""The end of a title such as 呼兰河传, where 传 is a life told; not of 遗传."""

_PHRASES: Final = {
    "曾国藩": "zeng guo fan",
    "曾国荃": "zeng guo quan",
    "曾仕强": "zeng shi qiang",
    "单田芳": "shan tian fang",
    "朝花夕拾": "zhao hua xi shi",
    "薄伽丘": "bo jia qiu",
    "薄伽梵": "bo jia fan",
    "一行禅师": "yi xing chan shi",
    "贾平凹": "jia ping wa",
    "查理": "cha li",
    "查尔斯": "cha er si",
    "好好学习": "hao hao xue xi",
}
"""Texts that pypinyin's dictionary reads wrongly."""

_SEVERAL: Final = """
乐le/yue 重zhong/chong 长chang/zhang 行xing/hang 曾ceng/zeng 单dan/shan 朴pu/piao 解jie/xie 仇chou/qiu 朝chao/zhao
传chuan/zhuan 弹dan/tan 调tiao/diao 藏cang/zang 都du/dou 地di/de 得de/dei 着zhe/zhuo/zhao 了le/liao 薄bo/bao
说shuo/shui 校xiao/jiao 省sheng/xing 盛sheng/cheng 率lv/shuai 角jiao/jue 觉jue/jiao 血xue/xie 熟shu/shou 谁shei/shui
露lu/lou 参can/shen 会hui/kuai 给gei/ji 模mo/mu 降jiang/xiang 还hai/huan 宿su/xiu 车che/ju 石shi/dan 六liu/lu 大da/dai
系xi/ji 卡ka/qia 剥bo/bao 差cha/chai/ci 畜chu/xu 便bian/pian 伯bo/bai 柏bai/bo 番fan/pan 伽jia/qie/ga 咖ka/ga 恶e/wu
核he/hu 壳ke/qiao 折zhe/she 择ze/zhai 粘zhan/nian 翟zhai/di 查cha/zha 区qu/ou 尉wei/yu 洗xi/xian 吓xia/he 嚼jiao/jue
拓tuo/ta 刨pao/bao 屏ping/bing 圈quan/juan 扎zha/za 秘mi/bi 似si/shi 绿lv/lu 落luo/la/lao 什shen/shi 莎sha/suo
茜qian/xi 娜na/nuo 哪na/ne 厦xia/sha 巷xiang/hang 蔓man/wan 埋mai/man 泊bo/po 弄nong/long 隽juan/jun 炮pao/bao
缪miao/mou 覃qin/tan 盖gai/ge 凹ao/wa 郇huan/xun 隗kui/wei 谌chen/shen 勒le/lei 万wan/mo 奇qi/ji 亲qin/qing 虹hong/jiang
佛fo/fu 称cheng/chen 卜bu/bo 刹sha/cha 曝pu/bao 傀kui/gui 茄qie/jia 般ban/bo
"""
"""Characters of which readers know more than one reading."""

_V: Final = {"lve": "lue", "nve": "nue"}
"""Syllables that are often typed without their ü."""

_MOST_REMEMBERED: Final = 200_000
_MOST_REMEMBERED_CHARACTERS: Final = 8000


def reading(text: str, *, is_name: bool = False) -> Reading:
    """The likeliest reading of a folded text, one part for each of its characters.

    Args:
        is_name: the text is a person's name, which begins with a surname.
    """
    return _as_read_here(text, _syllables(text), is_name)


def _as_read_here(text: str, syllables: list[str], is_name: bool) -> Reading:
    """With the surname as a surname is read, and a life told at the end."""
    if is_name and _NAME.fullmatch(text):
        syllables[0] = _surnames().get(text[0], (syllables[0],))[0]
    if _LIFE.fullmatch(text[-3:]):
        syllables[-1] = "zhuan"
    return tuple(syllables)


def plain_reading(text: str, *, is_name: bool = False) -> Reading:
    """The reading of a folded text, character by character: what one knows without the dictionaries of words."""
    syllables = [(_several().get(character) or readings_of(character) or (character,))[0] for character in text]
    return _as_read_here(text, syllables, is_name)


def other_readings(text: str, known: Reading, *, among: int) -> Iterator[Reading]:
    """Readings of a text that differ from a known one in one of its first characters."""
    for at, (character, syllable) in enumerate(zip(text[:among], known, strict=False)):
        others = [other for other in _several().get(character, ()) if other != syllable]
        if syllable in _V:
            others.append(_V[syllable])
        for other in others:
            yield (*known[:at], other, *known[at + 1 :])


def readings_of(character: str) -> Sequence[str]:
    """Every reading of one folded character, the commonest first; none of what is no common Chinese character."""
    return _readings_by_character().get(character, ())


@lru_cache(_MOST_REMEMBERED_CHARACTERS)
def known_readings_of(character: str) -> Sequence[str]:
    """The readings of one folded character that readers know; of 会 hui and kuai, but of 集 ji alone."""
    usual = readings_of(character)[:1]
    return tuple(dict.fromkeys((*usual, *_several().get(character, ()))))


def is_usual(character: str, syllable: str) -> bool:
    """Whether readers know a character by this reading."""
    return syllable in known_readings_of(character)


@cache
def syllables() -> Sequence[str]:
    """Every syllable that is the reading of a character, ascending."""
    return sorted({syllable for readings in _readings_by_character().values() for syllable in readings})


@cache
def _readings_by_character() -> Mapping[str, Sequence[str]]:
    file = distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")
    table = json.loads(Path(str(file)).read_bytes())
    readings = {chr(int(code)): toned.split(",") for code, toned in table.items() if 0x4E00 <= int(code) <= 0x9FFF}
    plain = {toned: _without_tone(toned) for several in readings.values() for toned in several}
    return {character: tuple(dict.fromkeys(plain[r] for r in toned)) for character, toned in readings.items()}


def has_reading(text: str) -> bool:
    """Whether a text holds a Chinese character."""
    return any(map(is_han, text))


def _syllables(text: str) -> list[str]:
    syllables: list[str] = []
    for word in _dictionary().words(text):
        syllables += _word_syllables(word)
    return syllables


@lru_cache(_MOST_REMEMBERED)
def _word_syllables(word: str) -> Sequence[str]:
    """The syllables of a word, without tones, as many as it has characters."""
    syllables = _dictionary().syllables(word)
    if len(syllables) != len(word):
        syllables = [(_dictionary().syllables(character) or [character])[0] for character in word]
    return [_without_tone(syllable) for syllable in syllables]


def _without_tone(syllable: str) -> str:
    if is_han(syllable[0]):
        return syllable
    parts = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(part for part in parts if not unicodedata.combining(part))


@cache
def _surnames() -> Mapping[str, Sequence[str]]:
    return _table(_SURNAMES)


@cache
def _several() -> Mapping[str, Sequence[str]]:
    return _table(_SEVERAL)


def _table(text: str) -> Mapping[str, Sequence[str]]:
    return {entry[0]: entry[1:].split("/") for entry in text.split()}


class _Dictionary:
    """pypinyin's dictionaries, and what they lack."""

    def __init__(self) -> None:
        from pypinyin import Style, lazy_pinyin, load_phrases_dict  # noqa: PLC0415 - a process that answers needs none
        from pypinyin.contrib.mmseg import seg  # noqa: PLC0415

        load_phrases_dict({text: [[part] for part in syllables.split()] for text, syllables in _PHRASES.items()})
        self.words = seg.cut
        """Cuts a text into the words that the dictionaries know."""
        # pypinyin is slow in taking tones away; `list` gives every character without a reading as itself
        self.syllables = partial(lazy_pinyin, style=Style.TONE, errors=list)  # type: ignore[arg-type]


@cache
def _dictionary() -> _Dictionary:
    return _Dictionary()
