"""The opaque `next` of an answer: which resources were shown so far, so that no later page repeats one."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from corpus.errors import InvalidInput
from index.arrays import UInt32
from index.snapshot import Snapshot

MOST_SHOWN: Final = 1000
"""Resources over all pages; after them an answer has no `next`."""

_FORM: Final = re.compile("(?:[0-9a-f]{8})*")


def encode_shown(snapshot: Snapshot, rows: Sequence[int]) -> str:
    """The text for rows shown so far: eight hexadecimal digits for each serial, which stays when the index changes."""
    if len(rows) > MOST_SHOWN:
        return ""
    return snapshot.base.serials[list(rows)].astype(">u4").tobytes().hex()


def decode_shown(snapshot: Snapshot, text: str) -> UInt32:
    """The rows that were shown, those that are gone left out.

    Raises: InvalidInput if the text is not one of ours.
    """
    if not _FORM.fullmatch(text) or len(text) > 8 * MOST_SHOWN:
        raise InvalidInput("“after”应是上一次回答里的 next。", place="after")
    if not text:
        return np.empty(0, np.uint32)
    serials = np.frombuffer(bytes.fromhex(text), ">u4")
    return snapshot.base.rows_of_serials(serials)
