"""Whether a skill, tool or program can be relied on: its uses, how many failed, and what follows (`routines`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unproven(StrEnum):
    """Why a skill or tool cannot be relied on yet."""

    SEEN_ONCE = "seen once"
    YOUNG = "young"
    FAILING = "failing"


# Share of the known uses that failed, from which a specialist is failing: with 0.2, every second occurrence fails of a routine with
# three such steps (0.8 ** 3 = 0.51).
FAILING = 0.2


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often a skill, tool or program was used, of how many uses the end is known, and how many of these failed."""

    uses: int
    known: int
    failed: int

    @property
    def failure_rate(self) -> float:
        """The share of the known ends that were failures; 0 where none is known."""
        return self.failed / self.known if self.known else 0.0

    @property
    def failing(self) -> bool:
        """Whether it fails too often to be relied on; a single failure shows nothing."""
        return self.failed > 1 and self.failed >= FAILING * self.known

    def unproven(self, least: int) -> Unproven | None:
        """Why it cannot be relied on yet; None where it can.

        Args:
            least: uses from which it has shown that it can be relied on: as often as a routine must be done (`rule.extract`).

        Example:
            >>> str(Reliability(9, 9, 3).unproven(5)), str(Reliability(1, 0, 0).unproven(5)), Reliability(9, 9, 1).unproven(5)
            ('failing', 'seen once', None)
        """
        if self.failing:
            return Unproven.FAILING
        if self.uses >= least:
            return None
        return Unproven.SEEN_ONCE if self.uses == 1 else Unproven.YOUNG


@dataclass(frozen=True, slots=True)
class Unready:
    """A skill or tool among the steps that should mature before it is put in order with others. `step` counts from 0.

    uses: how often it was seen at all. known, failed: of how many uses the end is known, and how many of these failed.
    """

    step: int
    name: str
    uses: int
    known: int
    failed: int
    why: Unproven
