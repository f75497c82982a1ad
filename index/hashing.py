"""BLAKE2b of many strings in one compiled call, eight bytes each.

Source: RFC 7693, §3; what it gives is what `hashlib.blake2b(text, digest_size=8)` gives, as a little-endian number.
"""

from collections.abc import Sequence

import numba
import numpy as np

from index.arrays import Number, UInt8, UInt64, offsets_of

_BLOCK = 128
_ORDERS = """
0123456789ABCDEF EA489FD61C02B753 B8C052FDAE367194 7931DCBE265A40F8 905724AFE1BC683D
2C6A0B834D75FE19 C51FED4A0763928B DB7EC13950F4862A 6FE9B308C2D714A5 A2847615FB9E3CD0
"""
_SIGMA = np.array([[int(digit, 16) for digit in order] for order in _ORDERS.split()], np.uint8)
"""In which order a round mixes in the words of a block; the last two rounds do it as the first two."""
_IV = np.array(
    [
        0x6A09E667F3BCC908,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    ],
    np.uint64,
)
_PARAMETERS = np.uint64(0x01010008)
"""No key, eight bytes."""

_compiled = numba.njit(cache=True, nogil=True)


def text_hashes(texts: Sequence[str]) -> UInt64:
    """(n,) the hashes of strings in UTF-8."""
    encoded = [text.encode() for text in texts]
    data = np.frombuffer(b"".join(encoded), np.uint8)
    return stretch_hashes(data, offsets_of([len(each) for each in encoded], np.uint64))


@_compiled
def stretch_hashes(data: UInt8, offsets: UInt64) -> UInt64:
    """(n,) the hashes of stretches of bytes; `offsets` (n + 1,) is where each begins."""
    hashes = np.empty(len(offsets) - 1, np.uint64)
    state, words = np.empty(8, np.uint64), np.empty(16, np.uint64)
    for i in range(len(hashes)):
        state[:] = _IV
        state[0] ^= _PARAMETERS
        start, length = np.int64(offsets[i]), np.int64(offsets[i + 1] - offsets[i])
        for done in range(0, length or 1, _BLOCK):
            end = done + _BLOCK if done + _BLOCK < length else length
            words[:] = 0
            for at in range(end - done):
                words[at >> 3] |= np.uint64(data[start + done + at]) << np.uint64((at & 7) << 3)
            _compress(state, words, np.uint64(end), end == length)
        hashes[i] = state[0]
    return hashes


@_compiled
def _compress(state: UInt64, words: UInt64, count: Number, is_last: bool) -> None:
    """Mixes a block of 16 words into the state, `count` bytes being read by its end."""
    a0, a1, a2, a3, b0, b1, b2, b3 = state
    c0, c1, c2, c3, d0, d1, d2, d3 = _IV
    d0 ^= count
    if is_last:
        d2 = ~d2
    for turn in range(12):
        s = _SIGMA[turn % len(_SIGMA)]
        a0, b0, c0, d0 = _mix(a0, b0, c0, d0, words[s[0]], words[s[1]])
        a1, b1, c1, d1 = _mix(a1, b1, c1, d1, words[s[2]], words[s[3]])
        a2, b2, c2, d2 = _mix(a2, b2, c2, d2, words[s[4]], words[s[5]])
        a3, b3, c3, d3 = _mix(a3, b3, c3, d3, words[s[6]], words[s[7]])
        a0, b1, c2, d3 = _mix(a0, b1, c2, d3, words[s[8]], words[s[9]])
        a1, b2, c3, d0 = _mix(a1, b2, c3, d0, words[s[10]], words[s[11]])
        a2, b3, c0, d1 = _mix(a2, b3, c0, d1, words[s[12]], words[s[13]])
        a3, b0, c1, d2 = _mix(a3, b0, c1, d2, words[s[14]], words[s[15]])
    for at, half in enumerate((a0 ^ c0, a1 ^ c1, a2 ^ c2, a3 ^ c3, b0 ^ d0, b1 ^ d1, b2 ^ d2, b3 ^ d3)):
        state[at] ^= half


@_compiled
def _mix(a: Number, b: Number, c: Number, d: Number, x: Number, y: Number) -> tuple[Number, Number, Number, Number]:
    a = a + b + x
    d = _rotated(d ^ a, np.uint64(32))
    c = c + d
    b = _rotated(b ^ c, np.uint64(24))
    a = a + b + y
    d = _rotated(d ^ a, np.uint64(16))
    c = c + d
    return a, _rotated(b ^ c, np.uint64(63)), c, d


@_compiled
def _rotated(word: Number, bits: Number) -> Number:
    return word >> bits | word << (np.uint64(64) - bits)
