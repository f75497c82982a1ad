"""The keys as a process knows them: looked up without the database, and read anew as soon as anything was committed."""

import time
from typing import Final

from corpus.errors import Unavailable
from corpus.keys import Key, KeyStore, hash_of

_LONGEST: Final = 200
"""Bytes of what may be a key; longer ones are not even hashed."""


class Keyring:
    """Says which key a secret is; its store is to be opened by the process that asks."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._known: dict[str, Key] | None = None
        self._stale = True

    def find(self, secret: bytes) -> Key | None:
        """The valid key with a secret, None if there is none: unknown, revoked or expired.

        While the database cannot be read, what is known goes on. Raises: Unavailable if nothing ever was.
        """
        if len(secret) > _LONGEST:
            return None
        key = self._newest().get(hash_of(secret))
        return key if key and key.state(time.time()) == "active" else None

    def _newest(self) -> dict[str, Key]:
        self._stale |= self._store.moved()
        if self._stale:
            try:
                self._known = self._store.by_hash()
                self._stale = False
            except Unavailable:
                if self._known is None:
                    raise
        assert self._known is not None
        return self._known
