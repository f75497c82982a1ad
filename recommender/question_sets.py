"""The questions of judgment files, and which ranking numbers act on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from corpus.errors import InvalidInput
from index.snapshot import Snapshot
from index.strings import MISSING
from recommender.judgments import Judgment, read_judgments

_ACTS_ON: Final = {
    "search": {"query", "interests"},
    "prior": {"query"},
    "similarity": {"likes"},
    "recommend": {"interests", "likes"},
}
"""What a question must hold so that the numbers of a section act on it; those of other sections act on all."""


@dataclass(frozen=True, kw_only=True)
class QuestionSet:
    """The questions of one judgment file."""

    name: str
    judgments: Sequence[Judgment]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return tuple(judgment.id for judgment in self.judgments)

    @cached_property
    def _holds(self) -> set[str]:
        names = ("query", "interests", "likes")
        return {name for judgment in self.judgments for name in names if getattr(judgment, name) not in (None, ())}

    def acted_on_by(self, key: str) -> bool:
        """Whether a number can change an answer."""
        return bool(_ACTS_ON.get(key.partition(".")[0], self._holds) & self._holds)


def read_question_set(snapshot: Snapshot, path: Path) -> QuestionSet:
    """The questions of a judgment file, of which this index must hold answers.

    Raises: NotFound or InvalidInput if the file cannot be read, is empty or judges nothing of this index.
    """
    judgments = read_judgments(path)
    judged = {id for judgment in judgments for id, grade in judgment.grades.items() if grade > 0}
    if not judged or (snapshot.base.ids.find(sorted(judged)) == MISSING).all():
        message = f"“{path.name}”里的答案，这份索引一个也没有；请换用导入了这些资源的状态目录。"
        raise InvalidInput(message, place=path.name)
    return QuestionSet(name=path.name.removesuffix(".jsonl"), judgments=judgments)
