"""SessionLog -> Findings: the whole search for routines, in the order in which it acts: `find_routines`.

How each step works, with pictures and every constant: `docs/how-routines-are-found.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.columns import SessionLog
from fivetimes.config import FiveTimesRule, Search
from fivetimes.identity.ids import unique_ids
from fivetimes.model.candidates import Candidate, Confidence
from fivetimes.model.scans import Chance
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import SearchTrace, Stage
from fivetimes.routines.cover import Engine, Rejection, SeedAndGrow
from fivetimes.routines.database import SequenceDatabase, open_database
from fivetimes.routines.describe import Context, RoutineAccount, account, candidate, with_reasons
from fivetimes.routines.matching import Routine
from fivetimes.routines.merging import families
from fivetimes.routines.ranking import ranked, scored
from fivetimes.routines.significance import (
    Calibration,
    Tested,
    calibrate,
    calibrated,
    completion,
    confidences,
    tested,
    with_completion,
)
from fivetimes.routines.suppression import Finding, Surroundings, judged, parts_of, suppressed, without_parts
from fivetimes.routines.trace import Recorder


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found.

    proposed: the findings that are put before a person, best first, each with its candidate. suppressed: what was not proposed,
    with the rule it failed. trace: what became of everything that was looked at. chance: what made-up histories gave, where asked
    for.
    """

    proposed: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    trace: SearchTrace
    chance: tuple[Chance, ...] = ()

    @property
    def candidates(self) -> list[Candidate]:
        """What is proposed, best first, noticed ones last."""
        return [one.candidate for one in self.proposed]


def find_routines(
    sessions: SessionLog,
    *,
    rule: FiveTimesRule,
    search: Search,
    engine: Engine | None = None,
    histories: int = 0,
    tick: Callable[[float], None] = lambda _: None,
) -> Findings:
    """Find the routines in a team's sessions.

    Args:
        sessions: the work of all people.
        rule: from how many occurrences on a routine is noticed, extracted, canonical.
        search: the constants of the search.
        engine: what covers the database with routines; None is `SeedAndGrow()`.
        histories: made-up histories of each sort that are searched as well, to see what chance gives; 0 is none.
        tick: called with the share of these that is done.
    """
    engine = engine or SeedAndGrow()
    found = searched(sessions, rule=rule, search=search, engine=engine)
    # 5. what a person should not see, and the order of the rest
    findings = without_parts(found.findings)
    chance: tuple[Chance, ...] = ()
    passed = [one for one in findings if one.rule is None]
    if histories:
        made_up = calibrate(sessions, _again(rule, search, engine), histories=histories, tick=tick)
        passed, chance = _no_surer_than(passed, made_up), made_up.chance
    listed = listing(passed, most=search.most_proposed)

    labels, trace = sessions.actions.labels, found.trace
    every = [*listed, *(one for one in findings if one.rule is not None)]
    rejected = with_parts(found.rejected, listed, labels, trace)
    _trace_outcome(trace, every)
    proposed = tuple(one for one in listed if one.rule is None)
    return Findings(
        proposed, tuple(suppressed(every, rejected, labels, most=search.most_suppressed)), trace.done(), chance
    )


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found in some work, before the findings are held against one another.

    Attributes:
        database: the work; what the findings claim of it is claimed.
        search: the constants, for people who work at this pace.
        findings: each with the first rule that it fails by itself.
        accounts: of each finding, what it says of itself besides.
        tests: of each finding, what its tests are made of.
        rejected: what the search did not accept.
        tried: how many routines were looked at in all.
        trace: what became of everything so far.
    """

    database: SequenceDatabase
    search: Search
    findings: list[Finding]
    accounts: list[RoutineAccount]
    tests: list[Tested]
    rejected: list[Rejection]
    tried: int
    trace: Recorder


def searched(sessions: SessionLog, *, rule: FiveTimesRule, search: Search, engine: Engine) -> Searched:
    """Search the sessions of some people.

    Args:
        sessions: their work.
        rule: as in `find_routines`.
        search: the constants of the search.
        engine: what covers the database with routines.
    """
    search = paced(search, sessions.idle)
    trace = Recorder(sessions.actions.labels)
    # 1. what can be a step at all
    database = open_database(sessions, silence=search.max_pause, trace=trace)
    # 2. routines that cover it: seeds, growth, acceptance
    covering, rejected = engine.find(sessions, database, search, trace)
    # 3. variants of one routine become one
    routines = families(database, covering, end_share=search.end_share, bar=search.routine_bits, trace=trace)
    # 4. against chance and in later time; then every row of every occurrence is decided anew, and what was broken off counted
    tried = len(covering) + len(rejected)
    tests = tested(database, sessions.actions.timed[database.rows], routines, search)
    finished = _finished(database, routines, search, engine, trace)
    findings, accounts = described(database, sessions, rule, finished, confidences(tests, tried=tried))
    return Searched(database, search, findings, accounts, tests, rejected, tried, trace)


def listing(passed: Sequence[Finding], *, most: int) -> list[Finding]:
    """What may be proposed, in the order in which it is put before a person; what is beyond the first `most` with that rule."""
    return _named(ranked([scored(one) for one in passed], most=most))


def paced(search: Search, idle: float) -> Search:
    """The search for people who work at this pace: what one session holds may be one routine, whatever the pauses in it."""
    return replace(search, max_pause=max(search.max_pause, idle))


def _again(rule: FiveTimesRule, search: Search, engine: Engine) -> Callable[[SessionLog], Sequence[Candidate]]:
    """The same search, for other sessions."""
    silent = engine.silent()
    return lambda sessions: find_routines(sessions, rule=rule, search=search, engine=silent).candidates


def _finished(
    database: SequenceDatabase, routines: list[Routine], search: Search, engine: Engine, trace: Recorder
) -> list[Routine]:
    """The routines after a last look at each occurrence."""
    done = engine.finish(database, routines, search)
    for before, after in zip(routines, done, strict=True):
        had, has = before.occurrences.all_rows(), after.occurrences.all_rows()
        numbers = {
            "steps_before": len(before.profile.tokens),
            "steps": len(after.profile.tokens),
            "actions_gained": len(np.setdiff1d(has, had)),
            "actions_given_up": len(np.setdiff1d(had, has)),
        }
        trace.add(after.number, Stage.ASSIGNMENT, "each action of each occurrence was decided anew", **numbers)
        trace.now(after.number, after.profile.tokens, len(after.occurrences))
    return done


def described(
    database: SequenceDatabase,
    sessions: SessionLog,
    rule: FiveTimesRule,
    routines: Sequence[Routine],
    known: Sequence[Confidence],
) -> tuple[list[Finding], list[RoutineAccount]]:
    """Each routine as a person would see it, with the first rule that it fails by itself; and what it says of itself.

    Args:
        database: what they were found in.
        sessions: the same work, cut into sessions.
        rule: from how many occurrences on a routine is noticed, extracted, canonical.
        routines: each with one occurrence at least.
        known: how sure we are of each, but for the attempts that were broken off.
    """
    context, around = Context.of(database, sessions), Surroundings.of(database, sessions, rule)
    # all completions first: describing one routine must not depend on another
    ends = [completion(database, one) for one in routines]
    findings, accounts = [], []
    for one, confidence, end in zip(routines, known, ends, strict=True):
        routine = replace(one, occurrences=replace(one.occurrences, broken=end.broken))
        whole, occurrences, folded = account(context, routine)
        sure = with_completion(confidence, whole=len(occurrences), broken=end.broken)
        made = candidate(whole, occurrences, sure, rule)
        findings.append(judged(Finding(routine, made, tuple(folded), end.cohesion), around))
        accounts.append(whole)
    return findings, accounts


def _no_surer_than(findings: Sequence[Finding], made_up: Calibration) -> list[Finding]:
    """The findings, none surer than the made-up histories allow."""
    known = calibrated([one.confidence for one in findings], made_up)
    return [
        replace(one, candidate=replace(one.candidate, confidence=confidence))
        for one, confidence in zip(findings, known, strict=True)
    ]


def _named(listed: Sequence[Finding]) -> list[Finding]:
    """What is proposed, with ids of which no two are alike and with reasons; the others as they are."""
    proposed = [one for one in listed if one.rule is None]
    candidates = unique_ids([one.candidate for one in proposed])
    named = [replace(one, candidate=with_reasons(c)) for one, c in zip(proposed, candidates, strict=True)]
    return [*named, *listed[len(named) :]]


def with_parts(
    rejected: Sequence[Rejection], listed: Sequence[Finding], labels: Sequence[str], trace: Recorder
) -> list[Rejection]:
    """What the search did not accept, under its final rule: all steps of some are steps of a routine that passed."""
    out = []
    for one, holder in parts_of(rejected, listed, labels):
        if holder is None:
            out.append(one)
            continue
        whole = listed[holder]
        trace.close(one.number, SuppressionRule.PART, Stage.SUPPRESSION, count=whole.candidate.count)
        trace.named(one.number, whole.candidate.id)
        out.append(replace(one, rule=SuppressionRule.PART))
    return out


def _trace_outcome(trace: Recorder, findings: Sequence[Finding]) -> None:
    """What became of every routine in the end."""
    for rank, one in enumerate(findings, 1):
        number, known = one.routine.number, one.confidence
        sure = {"bits": known.bits, "q": known.q, "tried": known.tried, "completion": known.completion}
        if known.held_out is not None:
            sure |= {"later_seen": known.held_out.seen, "later_q": known.held_out.q}
        trace.add(number, Stage.SIGNIFICANCE, known.verdict, **sure)
        trace.named(number, one.candidate.id)
        if one.rule is None:
            trace.add(number, Stage.RANKING, "proposed", rank=rank, score=one.candidate.score)
        else:
            stage = Stage.RANKING if one.rule is SuppressionRule.BEYOND_LIMIT else Stage.SUPPRESSION
            trace.close(number, one.rule, stage, **one.numbers)
