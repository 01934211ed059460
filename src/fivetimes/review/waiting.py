"""Runs that wait for an answer, as the review page needs them; the package `running`, which lies above, has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Answer = Literal["yes", "no", "back"]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: yes, no, or back where the question offers it; by whom and why; `override`: in the place of who is meant to."""

    answer: Answer
    by: str
    why: str = ""
    override: bool = False


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A run that waits for an answer.

    Attributes:
        run: its id.
        title: of its conductor.
        key: of the question.
        step: before or after which it is asked; empty: before the run.
        question: what is asked.
        answerer: who is meant to answer; empty: anybody.
        back: the step to which one may go back; empty: to none.
        command: what a yes lets begin, with its values; empty where it is no gate, or where this machine does not know the order.
        known: what the record answers so far, as (question, sentences).
        mark: the digest of the question's line.
    """

    run: str
    title: str
    key: str
    step: str
    question: str
    answerer: str
    back: str
    command: str
    known: tuple[tuple[str, tuple[str, ...]], ...]
    mark: str


class WaitingRuns(Protocol):
    """The runs of the conductors of a folder."""

    def waiting(self) -> Sequence[WaitingRun]:
        """Those that wait for an answer, the oldest first."""
        ...

    def answer(self, run: str, key: str, reply: Reply) -> object:
        """Answer a question; the first answer counts.

        Raises:
            FivetimesError: nothing is asked there, it was answered before, or somebody else is to answer it.
        """
        ...
