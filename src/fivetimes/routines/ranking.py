"""Finding -> its score, and the order in which candidates are put before a person.

The score is the product of the criteria, each a named function of everything that is known of a routine: what one occurrence saves
in bits (how much of a whole it is), by the logarithm of how often it was done (the tenth occurrence says less than the second),
less what is known against it. The weights are measured (`docs/decisions/0007-ranking.md`); people and hours weigh nothing, for what
everybody does all day is broad and long. To add one: `docs/contributing/add-a-ranking-criterion.md`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from fivetimes.config import USUAL_SHARE
from fivetimes.model.candidates import Candidate, Confidence, Step, Tier
from fivetimes.model.suppression import SuppressionRule
from fivetimes.routines.significance import FIRST_PART, LEVEL
from fivetimes.routines.suppression import THREADED, Finding, ends_somewhere
from fivetimes.stats import binomial_tail

MOSTLY_WHOLE = 0.8  # share of the attempts that went to the end from which on it counts as whole
ENDLESS = 0.5  # weight of a routine that ends nowhere: a half moves a few places, a quarter lifts everyday commits too
BROKEN_OFF_POWER = 3  # power of the completion rate: half of the attempts broken off leave an eighth


def saving(finding: Finding) -> float:
    """Bits that one occurrence saves, by the logarithm of the number of occurrences."""
    count = finding.candidate.count
    return saving_of(finding.routine.bits / max(1, count), count)


def saving_of(bits: float, count: int) -> float:
    """The same of bits that each occurrence saves."""
    return bits * math.log2(1 + count)


def completion(finding: Finding) -> float:
    """What an unfinished habit is worth: attempts that mostly break off, and through which no value runs, count for less."""
    return completion_of(finding.confidence)


def completion_of(known: Confidence) -> float:
    """The same of what is known of a routine."""
    if known.threaded >= THREADED or known.completion >= MOSTLY_WHOLE:
        return 1.0
    return float(known.completion**BROKEN_OFF_POWER)


def recency(finding: Finding) -> float:
    """What a habit that was given up is worth: the share of the occurrences to be expected in the last part that were seen there.

    It weighs only where so few, or fewer, would be left by luck in one case of a hundred.
    """
    again = finding.confidence.held_out
    if again is None or binomial_tail(again.mined, again.mined + again.seen, FIRST_PART) > LEVEL:
        return 1.0
    return (again.seen + 1) / (again.mined * (1 - FIRST_PART) / FIRST_PART + 1)


def ending(finding: Finding) -> float:
    """What a loop is worth that ends nowhere: build, run, and again."""
    return ending_of(finding.candidate.steps)


def ending_of(steps: Sequence[Step]) -> float:
    """The same of the steps of a routine."""
    usual = (step for step in steps if step.share > USUAL_SHARE)
    return 1.0 if ends_somewhere(usual) else ENDLESS


Criterion = Callable[[Finding], float]

CRITERIA: tuple[Criterion, ...] = (
    saving,
    completion,
    recency,
    ending,
)


def score(finding: Finding) -> float:
    """What a routine is worth to a person who looks for the next conductor: the product of the criteria."""
    return round(math.prod(criterion(finding) for criterion in CRITERIA), 3)


def scored(finding: Finding) -> Finding:
    """The finding with its score."""
    return replace(finding, candidate=replace(finding.candidate, score=score(finding)))


def position(candidate: Candidate) -> tuple[bool, float, str]:
    """The key by which candidates are sorted: best first; what was merely noticed comes last."""
    return candidate.tier is Tier.NOTICED, -candidate.score, candidate.id


def ranked(findings: Sequence[Finding], *, most: int) -> list[Finding]:
    """The findings that may be proposed, best first; those beyond the first `most` fail the rule of the limit."""
    ordered = sorted(findings, key=lambda one: position(one.candidate))
    beyond = (replace(one, rule=SuppressionRule.BEYOND_LIMIT, numbers={"limit": most}) for one in ordered[most:])
    return [*ordered[:most], *beyond]
