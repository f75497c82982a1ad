"""What looks as if it pointed to one person."""

import pytest

from corpus.personal import looks_personal


@pytest.mark.parametrize(
    "text",
    [
        "13912345678",
        "我的手机139 1234 5678",
        "139-1234-5678找课",
        "+86 139.1234.5678",
        "8613912345678",
        "32050119800101123x",
        "320501 19800101 1234",
        "320501800101123",
        "6222 0212 3456 7890 123",
        "wang.li@example.com",
        "发到 wang@example.com.cn",
        "wang＠example.com",
    ],
)
def test_numbers_and_addresses_are_seen(text: str) -> None:
    assert looks_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "太极拳",
        "9787534427909",
        "978-7-5344-2790-9",
        "978-7-115-42802-8",
        "2026年5月1日 9:00-11:30",
        "12345",
        "0512-62880000",
        "第1392页",
        "c++ 11 17 20",
        "@老年大学",
    ],
)
def test_what_one_searches_for_is_not(text: str) -> None:
    assert not looks_personal(text)
