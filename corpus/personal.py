"""What in a text points to one person: numbers and addresses that somebody may type without thinking."""

import re
from typing import Final

_GAP: Final = r"[\s._/()–—-]{0,2}"
_PATTERNS: Final = (
    rf"(?<!\d)(?:\+?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}(?!\d)",  # a mobile number
    rf"\d(?:{_GAP}\d){{14}}",  # an identity card, old or new, or a bank card; an ISBN is shorter
    r"[^\s@＠]+[@＠][^\s@＠]+[.。]\w",  # an e-mail address
)
_PERSONAL: Final = re.compile("|".join(_PATTERNS))


def looks_personal(text: str) -> bool:
    """Whether a text holds what looks like a mobile, identity-card or bank-card number, or an e-mail address."""
    return _PERSONAL.search(text) is not None
