"""Steps of a routine -> what should mature first: skills and tools that are young, failing, or were seen once.

Skills come first, compositions second, orchestrators third. A routine is marked, and its draft asks; neither its tier nor its
rank changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fivetimes.config import FAILS, Rule
from fivetimes.model import ActionLog, Ints, Kind, Unready
from fivetimes.routines.steps import FoldedStep
from fivetimes.routines.stream import Stream

_DECLARED = (Kind.SKILL, Kind.TOOL)


@dataclass(frozen=True)
class Uses:
    """How often each skill or tool was used at all, by its coarsest token, and how that ended where its source says."""

    actions: ActionLog

    @cached_property
    def counts(self) -> tuple[Ints, Ints, Ints]:
        """Per token: uses, uses whose end is known, failures."""
        actions, width = self.actions, len(self.actions.labels)
        declared = np.flatnonzero(np.isin(actions.kind, _DECLARED))
        token = actions.levels[declared, -1]
        end = actions.events.columns["exit"][actions.event[declared]]
        known = ~np.isnan(end)
        return (
            np.bincount(token, minlength=width),
            np.bincount(token[known], minlength=width),
            np.bincount(token[known & (end != 0)], minlength=width),
        )

    def judged(self, step: int, token: int, rule: Rule) -> Unready | None:
        """The skill of a step, if it is not ready to be relied on.

        Args:
            step: which step it does.
            token: its coarsest token.
            rule: a skill used less often than a routine must be done has not shown that it can be relied on.
        """
        uses, known, failed = (int(column[token]) for column in self.counts)
        if failed > 1 and failed >= FAILS * known:
            why = "failing"
        elif uses < rule.extract:
            why = "seen once" if uses == 1 else "young"
        else:
            return None
        return Unready(step, self.actions.labels[token], uses, known, failed, why)


def unready(uses: Uses, stream: Stream, folded: Sequence[FoldedStep], rule: Rule) -> tuple[Unready, ...]:
    """What of a routine should mature first, in the order of its steps, other ways of doing a step included."""
    actions, out = uses.actions, []
    for number, step in enumerate(folded):
        rows = stream.rows[[row for match in step.rows for row in match]]
        declared = rows[np.isin(actions.kind[rows], _DECLARED)]
        for token in np.unique(actions.levels[declared, -1]).tolist():
            found = uses.judged(number, token, rule)
            if found is not None:
                out.append(found)
    return tuple(out)
