"""What people decided of a conductor, and how it stands (`review`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Decision(StrEnum):
    """What a person did with a conductor. The first three say how it stands; the others are revisions, or a proposal declined."""

    APPROVE = "approve"
    REJECT = "reject"
    DEFER = "defer"
    RENAME = "rename"
    ANSWER = "answer"
    EDIT = "edit"
    DECLINE = "decline"

    @property
    def done(self) -> str:
        """What was done, before `by NAME`.

        Example:
            >>> [one.done for one in (Decision.APPROVE, Decision.DEFER, Decision.EDIT)]
            ['approved', 'deferred', 'edited']
        """
        return "deferred" if self is Decision.DEFER else f"{self.removesuffix('e')}ed"


@dataclass(frozen=True, slots=True)
class Review:
    """One line of the ledger: who did what with which conductor, when and why.

    `on` is the digest of the document decided on, None where none was drafted. `occurrences` and `evidence` say what was seen
    then. `previous` are the marks of that person's lines that none of their lines names yet. `to` is what a revision put in
    place; `mark` is the digest of the line itself. `steps` are those of the `Identity` of the routine; none in a line of old.
    """

    conductor: str
    decision: Decision
    by: str
    at: datetime
    why: str
    on: str | None
    occurrences: int
    evidence: str
    previous: tuple[str, ...] = ()
    to: str | None = None
    mark: str = ""
    steps: Mapping[str, float] = field(default_factory=dict, hash=False)


class Status(StrEnum):
    """How a conductor stands by the ledger."""

    PROPOSED = "proposed"  # nobody has decided yet
    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Standing:
    """The status of a conductor, and the decision that gave it; None before anybody decided."""

    status: Status
    last: Review | None = None


PROPOSED = Standing(Status.PROPOSED)

Clock = Callable[[], datetime]  # what says which moment a decision is of
