"""Merged -> Scan: what may be shown of a team's bundles, as the reports and the drafts take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fivetimes.bundles.release import Merged, SharedRoutine, SharedStep
from fivetimes.config import FiveTimesRule
from fivetimes.identity.ids import identifier, unique_ids
from fivetimes.identity.titles import title
from fivetimes.model.candidates import Candidate, Confidence, Step, Tier
from fivetimes.model.events import Effect
from fivetimes.model.scans import Scan
from fivetimes.routines import ranking
from fivetimes.routines.describe import tier

_OF_ITS_OWN = "each contributor's own search found it in their own history; a merged report tests nothing anew"


def as_scan(merged: Merged, *, rule: FiveTimesRule, refused: Sequence[str] = ()) -> Scan:
    """The merged routines as candidates, best first, in a scan that read no sources.

    Args:
        merged: what may be shown.
        rule: from how many occurrences on a routine is noticed, extracted, canonical.
        refused: sentences about bundles that were not taken.
    """
    found = [_candidate(one, rule) for one in merged.shown]
    waiting = [f"{merged.waiting} bundles are new, and wait until three are"] if merged.waiting else []
    return Scan(
        candidates=tuple(sorted(unique_ids(sorted(found, key=ranking.position)), key=ranking.position)),
        suppressed=(),
        sources=(),
        redactions={},
        skipped=(*refused, *waiting),
        rule=rule,
        events=0,
        actions=0,
        sessions=0,
        persons=merged.contributors,
        merged=True,
    )


def _candidate(one: SharedRoutine, rule: FiveTimesRule) -> Candidate:
    steps = tuple(map(_step, one.steps))
    known = Confidence("shared", float(one.bits * one.count), one.completion, one.threaded, sentences=(_OF_ITS_OWN,))
    made = Candidate(
        id=identifier(steps),
        title=title(steps),
        tier=Tier.NOTICED,
        count=one.count,
        sessions=0,
        days=0,
        people=one.people,
        at_least=True,
        confidence=known,
        reasons=tuple(_reasons(one)),
        steps=steps,
        variants=(),
        occurrences=(),
        duration=None,
        score=round(
            ranking.saving_of(one.bits, one.count) * ranking.completion_of(known) * ranking.ending_of(steps), 3
        ),
        by=(round(1.0 - one.by_agent, 1), one.by_agent, 0.0),
    )
    return replace(made, tier=tier(made, rule))


def _step(one: SharedStep) -> Step:
    return Step(one.action, one.kind, one.share, (1, one.most), one.ways, one.effect)


def _reasons(one: SharedRoutine) -> list[str]:
    out = [f"{one.people} people or more do it, {one.count} times or more in all"]
    if one.quarters:
        out.append(f"three people or more did it in each of: {', '.join(one.quarters)}")
    if one.by_agent:
        out.append(f"{one.by_agent:.0%} of the steps by agents")
    going_out = [step.action for step in one.steps if step.effect > Effect.UNKNOWN]
    if going_out:
        out.append(f"goes out into the world at: {', '.join(going_out[:3])}")
    return out
