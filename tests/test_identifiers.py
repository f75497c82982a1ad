"""Identifiers are ULIDs."""

import time

from api.identifiers import new_identifier

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_an_identifier_is_a_moment_and_chance_in_base_32() -> None:
    before = int(time.time() * 1000)
    found = [new_identifier() for _ in range(2000)]
    after = int(time.time() * 1000)
    assert len(set(found)) == 2000
    assert {len(id) for id in found} == {26}
    for id in found:
        moment = 0
        for digit in id[:10]:
            moment = moment * 32 + ALPHABET.index(digit)
        assert before <= moment <= after
    assert {digit for id in found for digit in id[10:]} == {*ALPHABET}


def test_a_prefix_says_of_what_it_is() -> None:
    assert new_identifier("q_").startswith("q_0")
