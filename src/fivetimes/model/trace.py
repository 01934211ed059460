"""What became of each sequence that the search looked at, stage by stage (`routines`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from fivetimes.model.suppression import Numbers, SuppressionRule


class Stage(StrEnum):
    """A stage of the search for routines, in the order in which they act."""

    SEED = "seed"
    GROWTH = "growth"
    COVER = "cover"
    MERGING = "merging"
    ASSIGNMENT = "assignment"
    SIGNIFICANCE = "significance"
    SUPPRESSION = "suppression"
    RANKING = "ranking"
    REVIEW = "review"  # not of the search: what a person decided of its candidate


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """What one stage found of a sequence: a sentence, and the numbers it decided by (counts, bits, shares)."""

    stage: Stage
    text: str
    numbers: Numbers = ()


@dataclass(frozen=True, slots=True)
class SequenceTrace:
    """What became of one sequence: from its seed to the list, or to the rule that it failed.

    steps: its labels, as they may be shown. count: occurrences at the last stage. rule: None for what is proposed. id: of the
    candidate that it is, or that it became a part of; None where there is none.
    """

    steps: tuple[str, ...]
    count: int
    events: tuple[TraceEvent, ...]
    rule: SuppressionRule | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An action that can be no step: its label, why, and how often it was done."""

    action: str
    rule: SuppressionRule
    count: int


@dataclass(frozen=True, slots=True)
class SearchTrace:
    """What became of everything that the search looked at. Bounded: `totals` counts all, `sequences` and `left_out` keep the first.

    totals: how many sequences (actions, for `context` and `loop`) failed each rule.
    """

    sequences: tuple[SequenceTrace, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)

    def renamed(self, ids: Mapping[str, str]) -> SearchTrace:
        """The same with other ids for some candidates."""
        return replace(self, sequences=tuple(replace(one, id=ids.get(one.id or "", one.id)) for one in self.sequences))

    def rejected(self, events: Mapping[str, TraceEvent]) -> SearchTrace:
        """The same with the candidates of these ids rejected, each by the event beside its id."""
        sequences = tuple(
            replace(one, rule=SuppressionRule.REJECTED, events=(*one.events, events[one.id]))
            if one.rule is None and one.id is not None and one.id in events
            else one
            for one in self.sequences
        )
        return replace(self, sequences=sequences)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of the sequences that somebody asked for.

    sequences: those that fit, the best fit first, `more` further ones not given. left_out: actions among those asked for that can
    be no step. pairs_below: how many pairs of actions in all stood together too seldom to be looked at, of which few are kept.
    """

    asked: str
    sequences: tuple[SequenceTrace, ...]
    left_out: tuple[LeftOut, ...]
    more: int
    pairs_below: int
