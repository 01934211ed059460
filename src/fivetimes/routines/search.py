"""SessionLog -> candidates, best first, and what was not proposed and why: `propose`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.config import FiveTimesRule, Search
from fivetimes.model import Candidate, Confidence, SessionLog, Step, Suppressed, Tier
from fivetimes.routines import describe
from fivetimes.routines import significance as doubt
from fivetimes.routines import suppression as judging
from fivetimes.routines.alternatives import FoldedStep
from fivetimes.routines.assign import complete
from fivetimes.routines.cover import Rejection, find
from fivetimes.routines.database import SequenceDatabase, open_database
from fivetimes.routines.describe import reasons
from fivetimes.routines.matching import Routine
from fivetimes.routines.merging import families
from fivetimes.routines.ranking import ranked, shown
from fivetimes.routines.significance import begun

_DAY = 86400.0
_USUAL = 0.5  # share of the runs from which on a step is a usual one

Finder = Callable[[SequenceDatabase, Search], tuple[list[Routine], list[Rejection]]]


@dataclass(frozen=True, slots=True)
class _Judged:
    candidate: Candidate
    found: Routine
    folded: Sequence[FoldedStep]
    rule: str | None


def _days_seen(sessions: SessionLog) -> int:
    """On how many days anything was done at all."""
    actions = sessions.actions
    return len(np.unique(np.floor(actions.clock[actions.timed] / _DAY)))


def _failed_rule(
    context: describe.Context, candidate: Candidate, folded: Sequence[FoldedStep], days: int
) -> str | None:
    """The rule of triviality that a routine fails, None when a person should see it."""
    if judging.distinct_actions(context.database, folded) < 3:
        return "two steps only"
    if judging.looks_like_browsing(folded):
        return "looks like browsing"
    if candidate.days == 1 and candidate.count > 2 and candidate.people == 1 and days >= 14:
        return "one burst: all on one day, by one person"
    if candidate.count < context.rule.noticed:
        return "done once"
    return None


def _unique_ids(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    seen: Counter[str] = Counter()
    for candidate in candidates:
        seen[candidate.id] += 1
        yield candidate if seen[candidate.id] == 1 else replace(candidate, id=f"{candidate.id}-{seen[candidate.id]}")


def _suppressed(
    labels: Sequence[str],
    judged: Sequence[_Judged],
    rejected: Sequence[Rejection],
    beyond: Sequence[Suppressed],
    *,
    most: int,
) -> list[Suppressed]:
    """What was not proposed: what lies beyond the first always, then what was seen most often."""
    out = [
        Suppressed(tuple(s.action for s in j.candidate.steps), j.candidate.count, j.rule)
        for j in judged
        if j.rule is not None
    ]
    told = _Told(j.folded for j in judged if j.rule is None)
    for one in rejected:
        steps = tuple(labels[t] for t in one.tokens)
        out.append(Suppressed(steps, one.count, "part of another" if told.all_in_one(steps) else one.rule))
    merged: dict[tuple[tuple[str, ...], str], int] = {}
    for entry in out:
        merged[entry.steps, entry.rule] = max(entry.count, merged.get((entry.steps, entry.rule), 0))
    ordered = sorted(merged.items(), key=lambda pair: (-pair[1] * len(pair[0][0]), pair[0]))
    return [*beyond, *(Suppressed(steps, count, rule) for (steps, rule), count in ordered[:most])]


class _Told:
    """Routines that are proposed, asked for steps said in whatever detail."""

    def __init__(self, told: Iterable[Sequence[FoldedStep]]) -> None:
        self._said = [{label for one in folded for label in (one.step.action, *one.labels)} for folded in told]
        self._tellers: dict[str, frozenset[int]] = {}

    def all_in_one(self, steps: Iterable[str]) -> bool:
        """Whether one of the routines has all these steps."""
        left = frozenset(range(len(self._said)))
        for step in steps:
            left &= self._who_says(step)
        return bool(left)

    def _who_says(self, step: str) -> frozenset[int]:
        if step not in self._tellers:
            those = (number for number, said in enumerate(self._said) if any(_says(label, step) for label in said))
            self._tellers[step] = frozenset(those)
        return self._tellers[step]


def _says(label: str, step: str) -> bool:
    """Whether two actions are the same, one of them said in more detail."""
    return f"{label} ".startswith(f"{step} ") or f"{step} ".startswith(f"{label} ")


def _confidences(
    database: SequenceDatabase, sessions: SessionLog, found: Sequence[Routine], search: Search, *, tried: int
) -> list[Confidence]:
    """How sure we are of each routine, `tried` being how many were looked at."""
    shares = doubt.false_discovery([one.bits for one in found], tried=tried)
    again = doubt.held_out(database, sessions.actions.timed[database.rows], found, search)
    return [
        doubt.confidence(one, q=q, tried=tried, again=seen) for one, q, seen in zip(found, shares, again, strict=True)
    ]


def paced(search: Search, idle: float) -> Search:
    """The search for people who work at this pace: what one session holds may be one routine, whatever the pauses in it."""
    return replace(search, max_pause=max(search.max_pause, idle), silence=max(search.silence, idle))


def propose(
    sessions: SessionLog,
    *,
    rule: FiveTimesRule,
    search: Search,
    finder: Finder = find,
    finish: Callable[[SequenceDatabase, list[Routine], Search], list[Routine]] = complete,
) -> tuple[list[Candidate], list[Suppressed]]:
    """Find the routines in a team's sessions.

    Args:
        sessions: the work of all people.
        rule: from how many occurrences on a routine is noticed, extracted, canonical.
        search: the constants of the search.
        finder: what looks for routines in the database; `find`, or a classic engine for comparison.
        finish: what looks at each run once more; a classic engine stands as it is.

    Returns:
        Candidates, best first, noticed ones last, and what was not proposed, with the rule that it failed.
    """
    found, suppressed = proposed(sessions, rule=rule, search=search, finder=finder, finish=finish)
    return [candidate for candidate, _ in found], suppressed


def proposed(
    sessions: SessionLog,
    *,
    rule: FiveTimesRule,
    search: Search,
    finder: Finder = find,
    finish: Callable[[SequenceDatabase, list[Routine], Search], list[Routine]] = complete,
) -> tuple[list[tuple[Candidate, Routine]], list[Suppressed]]:
    """The same as `propose`, each candidate with the routine that it tells."""
    search = paced(search, sessions.idle)
    database = open_database(sessions, silence=search.silence)
    found, rejected = finder(database, search)
    tried = len(found) + len(rejected)
    found = families(database, found, end_share=search.end_share)
    sure = _confidences(database, sessions, found, search, tried=tried)
    found = finish(database, found, search)
    ends = [begun(database, one) for one in found]
    found = [
        replace(one, occurrences=replace(one.occurrences, broken=end.broken))
        for one, end in zip(found, ends, strict=True)
    ]
    sure = [doubt.completed(known, one) for known, one in zip(sure, found, strict=True)]
    judged = _judged(database, sessions, found, rule, sure, [end.firm for end in ends])
    passed = {id(j.candidate): j.found for j in judged if j.rule is None}
    first, beyond = shown(ranked([j.candidate for j in judged if j.rule is None]), most=search.most_proposed)
    named = [replace(c, reasons=reasons(c)) for c in _unique_ids(first)]
    kept = [(candidate, passed[id(old)]) for candidate, old in zip(named, first, strict=True)]
    return kept, _suppressed(sessions.actions.labels, judged, rejected, beyond, most=search.most_suppressed)


def _judged(
    database: SequenceDatabase,
    sessions: SessionLog,
    found: Sequence[Routine],
    rule: FiveTimesRule,
    sure: Sequence[Confidence],
    firm: Sequence[float],
) -> list[_Judged]:
    """Each routine as a candidate, with the rule of triviality that it fails."""
    context = describe.Context.of(database, sessions, rule)
    days = _days_seen(sessions)
    judged = []
    for one, confidence, share in zip(found, sure, firm, strict=True):
        candidate, folded = describe.describe(context, one, confidence)
        failed = _failed_rule(context, candidate, folded, days) or judging.falls_apart(confidence, firm=share)
        judged.append(_Judged(candidate, one, folded, failed))
    return [replace(j, rule=j.rule or _small_part(j, judged)) for j in judged]


def _small_part(one: _Judged, every: Sequence[_Judged]) -> str | None:
    """The rule for what is pieces of another routine's runs: its usual steps are usual steps of one done as often at least.

    For what was merely noticed any step of any routine that was done often enough will do: twice is no ground to tell a part apart.
    """
    usual = {step.action for step in _usual(one)}
    often = [j for j in every if j.rule is None and j is not one and j.candidate.tier is not Tier.NOTICED]
    if one.candidate.tier is Tier.NOTICED:
        return "part of another" if _Told([j.folded for j in often]).all_in_one(usual) else None
    larger = [j for j in often if j.candidate.count >= one.candidate.count and len(_usual(j)) > len(_usual(one))]
    whole = [[step for step in j.folded if step.step.share > _USUAL] for j in larger]
    return "part of another" if _Told(whole).all_in_one(usual) else None


def _usual(one: _Judged) -> list[Step]:
    return [step for step in one.candidate.steps if step.share > _USUAL]
