import pickle
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import corpus
from corpus.errors import InvalidInput, NotFound
from corpus.resource import TEXT_FIELDS
from corpus.revision import WORD_BLOCK, Revision, Word, read_revision, shipped_revision

SHIPPED = Path(corpus.__file__).parent / "shipped" / "revision-0"

Reader = Callable[[str, str | bytes], Revision]


@pytest.fixture
def read_with(tmp_path: Path) -> Reader:
    """Reads the shipped revision with one file replaced."""

    def read(file: str, content: str | bytes) -> Revision:
        directory = tmp_path / "revision"
        shutil.copytree(SHIPPED, directory, dirs_exist_ok=True)
        (directory / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_revision(directory, number=7)

    return read


def tuning_with(name: str, line: str) -> str:
    """The shipped numbers with another line for one of them."""
    text, count = re.subn(rf"(?m)^{name} = .*$", line, (SHIPPED / "tuning.toml").read_text(encoding="utf-8"))
    assert count == 1
    return text


def test_every_file_becomes_its_part_of_the_revision(read_with: Reader) -> None:
    assert read_with("words.csv", "text,frequency,tag\n八段锦,120,n\nC++,,\n").words == (
        Word(text="八段锦", frequency=120, tag="n"),
        Word(text="C++", frequency=None, tag=""),
    )
    assert read_with("removed_words.csv", "text\n免费手机\n").removed_words == ("免费手机",)
    assert read_with("stop_words.csv", "text\n的\n了\n").stop_words == {"的", "了"}
    assert read_with("synonyms.csv", "电脑,计算机\n\n 医保 , 医疗保险,\n").synonyms == (
        ("电脑", "计算机"),
        ("医保", "医疗保险"),
    )
    assert read_with("phrases.csv", "text\n医保怎么报销\nPython 入门\n").phrases == ("医保怎么报销", "Python 入门")
    assert read_with("revision.toml", 'author = "王老师"\nnote = "春季"\n').author == "王老师"
    assert read_with("tuning.toml", tuning_with("title", "title = 4")).tuning.fields["title"] == 4.0
    assert read_with("tuning.toml", tuning_with("k1", "k1 = 2")).number == 7


def test_columns_may_stand_in_another_order_or_be_left_out(read_with: Reader) -> None:
    assert read_with("words.csv", "tag,text\nn,八段锦\n").words == (Word(text="八段锦", tag="n"),)


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(read_with: Reader) -> None:
    for file in SHIPPED.iterdir():
        content = file.read_text(encoding="utf-8").replace("\n", "\r\n").encode("utf-8-sig")
        assert read_with(file.name, content).synonyms == shipped_revision().synonyms


def test_empty_lists_are_allowed(read_with: Reader) -> None:
    assert read_with("words.csv", "text,frequency,tag\n").words == ()
    assert read_with("synonyms.csv", "").synonyms == ()


def test_a_subject_is_known_by_name_and_alias_in_either_case(read_with: Reader) -> None:
    revision = read_with("subjects.csv", "name,aliases\n医药卫生,医学|医药\nWeb开发,\n")
    assert revision.subject_of("医药卫生") == "医药卫生"
    assert revision.subject_of(" 医学 ") == "医药卫生"
    assert revision.subject_of("web开发") == "Web开发"
    assert revision.subject_of("炼金术") is None
    assert revision.subject_of("") is None


def test_a_revision_survives_pickling() -> None:
    revision = shipped_revision()
    copy = pickle.loads(pickle.dumps(revision))
    assert copy == revision
    assert copy.subject_of("医学") == "医药卫生"


@pytest.mark.parametrize(
    ("file", "content", "message", "place"),
    [
        ("words.csv", "", "表头", "words.csv 第 1 行"),
        ("words.csv", "八段锦\n五禽戏\n", "表头", "words.csv 第 1 行"),
        ("words.csv", "text,freq\n八段锦,3\n", "没有“freq”这一列", "words.csv 第 1 行"),
        ("words.csv", "text,text\n八段锦,3\n", "“text”这一列写了两次", "words.csv 第 1 行"),
        ("words.csv", "text,tag\n八段锦,n,3\n", "多了一个逗号", "words.csv 第 2 行"),
        ("words.csv", "text,tag\n,n\n", "“text”这一格不能空着", "words.csv 第 2 行"),
        ("words.csv", "text\n八段锦\n\nＣ语言\n", "“Ｃ语言”不能作词", "words.csv 第 4 行"),
        ("words.csv", "text\n太极 拳\n", "不能作词", "words.csv 第 2 行"),
        ("words.csv", "text\nWiki\nwiki\n", "“wiki”重复了", "words.csv 第 3 行"),
        ("words.csv", "text,frequency\n八段锦,很多\n", "词频“很多”", "words.csv 第 2 行"),
        ("words.csv", "text,frequency\n八段锦,-1\n", "词频“-1”", "words.csv 第 2 行"),
        ("words.csv", "text,frequency\n八段锦,0\n", "词频“0”", "words.csv 第 2 行"),
        ("words.csv", "text,frequency\n八段锦,1.5\n", "词频“1.5”", "words.csv 第 2 行"),
        ("words.csv", "text,frequency\n八段锦,³\n", "词频“³”", "words.csv 第 2 行"),
        ("words.csv", f"text,frequency\n八段锦,{10**30}\n", "词频", "words.csv 第 2 行"),
        ("words.csv", 'text\n八段锦\n"五禽戏\n', "不是正确的 CSV", "words.csv 第 3 行"),
        ("words.csv", "text\n" + "长" * 200_000 + "\n", "不是正确的 CSV", "words.csv 第 2 行"),
        ("words.csv", "text\n八段锦\n五禽\u202e戏\n", "看不见的字符", "words.csv 第 3 行"),
        ("words.csv", "text\n八\0段锦\n", "看不见的字符", "words.csv 第 2 行"),
        ("words.csv", "text\n八段锦\n".encode("gb18030"), "不是 UTF-8 编码", "words.csv"),
        ("removed_words.csv", "text\n免费手机\n免费手机\n", "“免费手机”重复了", "removed_words.csv 第 3 行"),
        ("removed_words.csv", "text\n慕课\n", "请留一处", "removed_words.csv 第 2 行"),
        ("stop_words.csv", "text\n请 问\n", "有空格", "stop_words.csv 第 2 行"),
        ("stop_words.csv", "word\n的\n", "表头", "stop_words.csv 第 1 行"),
        ("stop_words.csv", "text\n的\n了\n的\n", "“的”重复了", "stop_words.csv 第 4 行"),
        ("synonyms.csv", "电脑,计算机\n手机,\n", "至少要有两个词", "synonyms.csv 第 2 行"),
        ("synonyms.csv", "App,手机应用,app\n", "重复的词：App、手机应用、app", "synonyms.csv 第 1 行"),
        ("phrases.csv", "太极拳\n", "表头", "phrases.csv 第 1 行"),
        ("phrases.csv", "text\nPPT制作\nppt制作\n", "“ppt制作”重复了", "phrases.csv 第 3 行"),
        ("phrases.csv", "text\n" + "长" * 31 + "\n", "太长了", "phrases.csv 第 2 行"),
        ("subjects.csv", "name\n法学\n法学\n", "“法学”已经是“法学”", "subjects.csv 第 3 行"),
        ("subjects.csv", "name,aliases\n法学,法律|法律\n", "“法律”已经是“法学”", "subjects.csv 第 2 行"),
        ("subjects.csv", "name,aliases\n法学,政法\n思政,政法\n", "“政法”已经是“法学”", "subjects.csv 第 3 行"),
        ("tuning.toml", "[search\n", "不是正确的 TOML", "tuning.toml 第 1 行"),
        ("tuning.toml", "a = " + "[" * 100_000, "不是正确的 TOML", "tuning.toml"),
        ("tuning.toml", "a = " + "9" * 10_000, "不是正确的 TOML", "tuning.toml"),
        ("tuning.toml", "", "缺少“search.fields.title”", "tuning.toml"),
        ("tuning.toml", "[search]\nk2 = 1\n", "没有“search.k2”这一项", "tuning.toml 第 2 行"),
        ("tuning.toml", "search = 1\n", "没有“search”这一项", "tuning.toml 第 1 行"),
        ("revision.toml", 'author = "学径"\n', "缺少“note”", "revision.toml"),
        ("revision.toml", 'author = ""\nnote = "春季"\n', "“author”应是一段文字", "revision.toml 第 1 行"),
        ("revision.toml", 'author = "学径"\nnote = 3\n', "“note”应是一段文字", "revision.toml 第 2 行"),
        ("revision.toml", 'author = "学径"\ndate = "1 月"\n', "没有“date”这一项", "revision.toml 第 2 行"),
    ],
)
def test_a_broken_rule_is_told_with_its_place(
    read_with: Reader, file: str, content: str | bytes, message: str, place: str
) -> None:
    with pytest.raises(InvalidInput, match=re.escape(message)) as caught:
        read_with(file, content)
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [
        ("k1", "k1 = -0.1", "“search.k1”应在 0 到 10 之间"),
        ("k1", "k1 = inf", "“search.k1”应在 0 到 10 之间"),
        ("k1", "k1 = nan", "“search.k1”应在 0 到 10 之间"),
        ("k1", 'k1 = "1.2"', "“search.k1”应是一个数"),
        ("k1", "k1 = true", "“search.k1”应是一个数"),
        ("minimum_match", "minimum_match = 1.01", "“search.minimum_match”应在 0 到 1 之间"),
        ("title", "title = 101", "“search.fields.title”应在 0 到 100 之间"),
        ("title", "titel = 3.0", "没有“search.fields.titel”这一项"),
        ("rating", "rating = 2", "“prior.rating”应在 0 到 1 之间"),
        ("slope", "slope = 2 # 试试", "“similarity.slope”应在 0 到 1 之间"),
    ],
)
def test_a_wrong_number_is_told_with_its_line(read_with: Reader, name: str, changed: str, message: str) -> None:
    text = tuning_with(name, changed)
    with pytest.raises(InvalidInput, match=message) as caught:
        read_with("tuning.toml", text)
    assert caught.value.place == f"tuning.toml 第 {text.splitlines().index(changed) + 1} 行"


def test_a_missing_number_is_named(read_with: Reader) -> None:
    with pytest.raises(InvalidInput, match=r"缺少“recommend\.interests_share”"):
        read_with("tuning.toml", tuning_with("interests_share", ""))


def test_some_field_must_be_searched(read_with: Reader) -> None:
    text = (SHIPPED / "tuning.toml").read_text(encoding="utf-8")
    for name in TEXT_FIELDS:
        text = re.sub(rf"(?m)^{name} = .*$", f"{name} = 0", text)
    with pytest.raises(InvalidInput, match="不能全是 0"):
        read_with("tuning.toml", text)


def test_a_missing_file_or_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="没有这个修订目录"):
        read_revision(tmp_path / "nowhere", number=1)
    with pytest.raises(InvalidInput, match="缺少这个文件") as caught:
        read_revision(tmp_path, number=1)
    assert caught.value.place == "revision.toml"


def test_a_directory_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "revision.toml").mkdir()
    with pytest.raises(InvalidInput, match="读不了这个文件"):
        read_revision(tmp_path, number=1)


def test_the_shipped_revision_is_number_0_with_every_field_weighted() -> None:
    revision = shipped_revision()
    assert revision.number == 0
    assert tuple(revision.tuning.fields) == TEXT_FIELDS


def test_the_shipped_words_are_enough_and_well_formed() -> None:
    words = [word.text for word in shipped_revision().words]
    assert 150 <= len(words) <= 300
    assert all(WORD_BLOCK.fullmatch(word) for word in words)
    assert {"新质生产力", "独墅湖", "社区学院", "短视频", "小程序", "大语言模型", "非遗"} <= set(words)


def test_the_shipped_synonyms_are_at_least_300_lines_of_two_to_six_words() -> None:
    synonyms = shipped_revision().synonyms
    assert len(synonyms) >= 300
    assert all(2 <= len(line) <= 6 for line in synonyms)
    assert {("电脑", "计算机"), ("养生", "保健"), ("C++", "cpp")} <= set(synonyms)


def test_no_shipped_synonym_stands_in_two_lines() -> None:
    """Else two meanings would run into one, as in 酒店 = 饭店 = 餐馆."""
    lines = Counter(word.casefold() for line in shipped_revision().synonyms for word in line)
    assert [word for word, count in lines.items() if count > 1] == []


def test_no_shipped_synonym_is_a_single_character_or_holds_punctuation() -> None:
    words = [word for line in shipped_revision().synonyms for word in line]
    assert [word for word in words if len(word) < 2 or not WORD_BLOCK.fullmatch(word)] == []


def test_the_shipped_stop_words_are_folded_single_words_that_no_synonym_uses() -> None:
    revision = shipped_revision()
    assert {"的", "了", "吗", "请问", "有没有"} <= revision.stop_words
    assert all(re.fullmatch("[a-z]+|[一-鿕]+", word) for word in revision.stop_words)
    assert revision.stop_words.isdisjoint(word for line in revision.synonyms for word in line)
    assert revision.stop_words.isdisjoint(("学", "看", "好", "为什么"))


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("计算机", "计算机"),
        ("文史哲", "文史哲"),
        ("医学", "医药卫生"),
        ("web开发", "Web开发"),
        ("数据结构与算法", "数据结构与算法"),
        ("机器学习", "机器学习"),
        ("必学工具", "编程工具"),
        ("书法", "书画"),
    ],
)
def test_the_shipped_subjects_know_the_usual_names(text: str, subject: str) -> None:
    assert shipped_revision().subject_of(text) == subject


def test_the_shipped_subjects_know_every_one_of_the_known_catalogues() -> None:
    universities = "计算机 工学 经济管理 理学 医药卫生 文史哲 教育教学 法学 外语 艺术设计 农林园艺 音乐与舞蹈 心理学"
    computing = (
        "必学工具 深度学习 数学进阶 机器学习系统 系统安全 编译原理 计算机图形学 数据库系统 数据结构与算法 机器学习进阶"
        " Web开发 体系结构 操作系统 编程语言设计与分析 计算机网络 人工智能 数学基础 机器学习 电子基础 软件工程"
        " 并行与分布式系统 深度生成模型 编程入门 计算机系统基础 数据科学"
    )
    revision = shipped_revision()
    assert [name for name in f"{universities} {computing}".split() if revision.subject_of(name) is None] == []


def test_the_shipped_phrases_are_enough_and_name_nothing_sensitive() -> None:
    revision = shipped_revision()
    assert len(revision.phrases) >= 150
    assert {"智能手机入门", "太极拳", "苏州评弹", "医保怎么报销"} <= set(revision.phrases)
    assert [phrase for phrase in revision.phrases if any(word in phrase for word in revision.sensitive_words)] == []
