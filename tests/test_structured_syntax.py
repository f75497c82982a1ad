import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.structured_syntax import FIELD_NAMES, Combination, Leaf, Negation, Node, is_structured, parse, positive_text

fragments = st.lists(
    st.one_of(
        st.sampled_from([*'"“”()（）:：*＊,，。 ', "AND", "OR", "NOT", "作者", "title", "太极拳", "a", " "]),
        st.text(max_size=3),
    ),
    max_size=60,
).map("".join)


def words(text: str, field: str = "") -> Leaf:
    return Leaf(kind="words", field=field, text=text)


def phrase(text: str, field: str = "") -> Leaf:
    return Leaf(kind="phrase", field=field, text=text)


def both(*nodes: Node) -> Combination:
    return Combination(operator="AND", children=nodes)


def either(*nodes: Node) -> Combination:
    return Combination(operator="OR", children=nodes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "太极拳",
        "高等数学（上）",
        "数据结构: C语言版",
        "中国文化：另一个新世界",
        "“开口的引号",
        '5" 屏幕',
        "《红楼梦》『梦』「红」'x' ‘y’",
        "http://example.com",
        "9:00 开始",
        "好课程:入门",
        "rock and roll",
        "AND",
        "NOT",
        "AND AND",
        "NOT 漫画",
        "NOT A HERO",
        "太极 AND",
        "OR 太极",
        "ANDROID 开发",
        "太极AND瑜伽",
        "作者：",
        "作者： ，",
        "标题:*",
        "作者： AND 书法",
        '""',
        '" "',
        "(((",
        "()",
        "*",
        "'; DROP TABLE resources; --",
        "作者:余华" * 200,
    ],
)
def test_everything_else_is_plain(text: str) -> None:
    assert not is_structured(text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("作者:余华", words("余华", "creators")),
        ("作者： 余华", words("余华", "creators")),
        ("作者:《活着》", words("《活着》", "creators")),
        ("Title:python", words("python", "title")),
        ("書名：紅樓夢", words("紅樓夢", "title")),
        ("标题:高等数学（上）", words("高等数学（上）", "title")),
        ("标题:人类简史:从动物到上帝", words("人类简史:从动物到上帝", "title")),
        ("标题:Pyth*", Leaf(kind="prefix", field="title", text="Pyth")),
        ('"太极拳"', phrase("太极拳")),
        ("“太极拳”", phrase("太极拳")),
        ('作者:"余华"', phrase("余华", "creators")),
        ("“爱”的教育", both(phrase("爱"), words("的教育"))),
        ("书名:活着 作者:余华", both(words("活着", "title"), words("余华", "creators"))),
        ("书名：活着，作者：余华", both(words("活着", "title"), words("余华", "creators"))),
        ("太极 AND 瑜伽", both(words("太极"), words("瑜伽"))),
        ("红楼梦 NOT 漫画", both(words("红楼梦"), Negation(child=words("漫画")))),
        ("a OR b c", either(words("a"), both(words("b"), words("c")))),
        ("(a OR b) AND c", both(either(words("a"), words("b")), words("c"))),
        ("（a OR b）c", both(either(words("a"), words("b")), words("c"))),
        ("作者:(a OR 标题:b)", either(words("a", "creators"), words("b", "title"))),
        ("作者: 标题:b", words("b", "title")),
        ("a AND AND b", both(words("a"), words("b"))),
        ("a NOT NOT b OR c", either(both(words("a"), words("b")), words("c"))),
        ("NOT(a) OR b", either(Negation(child=words("a")), words("b"))),
        ("((((a AND b", both(words("a"), words("b"))),
        ("a AND b))))", both(words("a"), words("b"))),
        (f"{'(' * 100}a AND b{')' * 100}", both(words("a"), words("b"))),
        ('a\ud800 "b"', both(words("a?"), phrase("b"))),
    ],
)
def test_what_a_query_means(text: str, tree: Node) -> None:
    assert is_structured(text)
    parsed = parse(text)
    assert parsed.tree == tree
    assert parsed.notice == ""


@pytest.mark.parametrize(
    ("text", "tree", "notice"),
    [
        ("标题:*拳", words("拳", "title"), "只能放在词的末尾"),
        ("标题:*学*", words("学", "title"), "只能放在词的末尾"),
        ("标题:C*", words("C", "title"), "至少要有两个字"),
    ],
)
def test_stars_that_cannot_be_obeyed_are_named(text: str, tree: Node, notice: str) -> None:
    parsed = parse(text)
    assert parsed.tree == tree
    assert notice in parsed.notice


def test_conditions_are_bounded() -> None:
    parsed = parse(" OR ".join(f"a{i}" for i in range(40)))
    assert isinstance(parsed.tree, Combination)
    assert len(parsed.tree.children) == 32
    assert "条件太多" in parsed.notice


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        ("作者:余华 NOT 漫画", "余华"),
        ('"太极拳" OR 瑜伽', "太极拳 瑜伽"),
        ("a NOT (b NOT c)", "a c"),
        ("标题:x OR NOT 标题:y", "x"),
        ("标题:Pyth*", "Pyth"),
    ],
)
def test_what_is_asked_for(text: str, positive: str) -> None:
    tree = parse(text).tree
    assert tree is not None
    assert positive_text(tree) == positive


def test_every_field_name_is_found_folded() -> None:
    assert all(is_structured(f"{name.upper()}：书") for name in FIELD_NAMES)


@given(fragments)
def test_any_text_has_a_meaning(text: str) -> None:
    parsed = parse(text)
    assert parsed.tree is not None or not parsed.structured
    assert isinstance(is_structured(text), bool)


@pytest.mark.parametrize(
    "text", ["(" * 10_000, "(" * 10_000 + ")" * 10_000, '"' * 9_999, "NOT " * 10_000, "作者:" * 10_000]
)
def test_long_nonsense_has_none(text: str) -> None:
    assert not parse(text).structured
