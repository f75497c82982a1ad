"""The errors that reach a person or a program.

XuejingError
├── InvalidInput      what was given is at fault; with `place`, where in it
├── NotFound          no such resource, revision or file
├── Conflict          refused because of the present state (someone else works here, too much would change)
├── Refused           whoever asks may not, or not so often (no key, a wrong one, too many requests)
└── Unavailable       right now impossible, later perhaps not (no index yet, database locked, disk full)

`message` is for people, in Chinese; `code` is stable and for programs.
"""


class XuejingError(Exception):
    """Anything this project refuses or cannot do, said in one sentence."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.place = place


class InvalidInput(XuejingError):
    code = "invalid-input"


class NotFound(XuejingError):
    code = "not-found"


class Conflict(XuejingError):
    code = "conflict"


class Refused(XuejingError):
    code = "refused"


class Unavailable(XuejingError):
    code = "unavailable"
