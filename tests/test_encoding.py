"""Tables in the encodings that Chinese offices use."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.encoding import CODECS, Encoding, detect_encoding

SIMPLIFIED = "书名,作者\n活着,余华\n平凡的世界,路遥\n"
TRADITIONAL = "書名,作者\n臺北人,白先勇\n圍城,錢鍾書\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "gb18030"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
    ],
)
def test_each_encoding_is_told(text: str, encoding: Encoding) -> None:
    data = text.encode(CODECS.get(encoding, encoding))
    assert detect_encoding(io.BytesIO(data)) == encoding


@pytest.mark.parametrize(("codec", "encoding"), [("utf-8-sig", "utf-8"), ("utf-16", "utf-16-le")])
def test_a_mark_tells_it(codec: str, encoding: str) -> None:
    assert detect_encoding(io.BytesIO("a".encode(codec))) == encoding


def test_only_lines_beyond_ascii_tell() -> None:
    late = b"title,author\n" * 50_000 + "活着,余华\n".encode("gb18030")
    file = io.BytesIO(late)
    assert detect_encoding(file) == "gb18030"
    assert file.tell() == 0


def test_a_few_broken_bytes_leave_it_utf_8() -> None:
    assert detect_encoding(io.BytesIO(SIMPLIFIED.encode() + b"\xff\xe6\n")) == "utf-8"
    assert detect_encoding(io.BytesIO(SIMPLIFIED.encode()[:-2])) == "utf-8"


EVERYDAY = st.text(st.sampled_from("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动"))


@given(EVERYDAY)
def test_everyday_words_below_a_header_are_told(text: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        assert detect_encoding(io.BytesIO(f"课程名称,主讲教师\n{text}".encode(encoding))) == encoding
