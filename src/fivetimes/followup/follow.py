"""Conductors, ledger, run records and sources -> what became of each approved conductor: `follow`, for terminals and programs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fivetimes import pipeline, review, scan_requests, workspace
from fivetimes.columns import SessionLog
from fivetimes.conductor_document import ConductorDocument, DocumentStep
from fivetimes.config import Search
from fivetimes.errors import FivetimesError
from fivetimes.followup.alignment import Change
from fivetimes.followup.findings import (
    SELDOM,
    Conduct,
    ConductorLife,
    DriftTest,
    FollowedConductor,
    Forecast,
    MeasuredEffect,
    RunSpan,
    StatedStep,
    conduct,
    controlled,
    forecast,
)
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.conductors import Conductor, ConductorEffect
from fivetimes.model.decisions import Decision, Review, Status
from fivetimes.review.folder import option_of
from fivetimes.review.ledger import standing_of
from fivetimes.routines import KnownRoutine, KnownStep, executions
from fivetimes.running.record import RunEntry, records_in
from fivetimes.words import noun

SCHEMA = 1
# How a command begins: words that are the same each time, before the first flag, value or path.
_BEGINNING = re.compile(r"[\w:.][\w:.-]*(?: [\w:.][\w:.-]*)+(?= |$)")


@dataclass(frozen=True, slots=True)
class ConductorRevision:
    """One state of a conductor: who made it so, when and why, and the runs of it. `what`: drafted, approved, edited, …"""

    what: str
    by: str
    at: datetime
    why: str
    runs: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What became of all approved conductors.

    Attributes:
        until: the time of the last thing that was read.
        conductors: by id.
        revisions: of each conductor, in order of time.
        soon: routines that were done once less than a draft needs, with the day on which the next is expected.
        unread: sentences for records that cannot be read.
        skipped: sentences for sources that could not be read.
    """

    until: datetime
    conductors: tuple[Conduct, ...]
    revisions: Mapping[str, tuple[ConductorRevision, ...]] = field(default_factory=dict)
    soon: tuple[tuple[str, str, Forecast], ...] = ()
    unread: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def lasting(self) -> Mapping[str, tuple[int, int]]:
        """Of the conductors with and without evidence when they were drafted: (how many still run, of how many)."""
        found = {}
        for name, above in (("from evidence", False), ("from above", True)):
            lives = [one.life for one in self.conductors if one.from_above is above]
            found[name] = (sum(life in (ConductorLife.USED, ConductorLife.BYPASSED) for life in lives), len(lives))
        return found


def follow(
    request: scan_requests.Request, *, conductors: Path, folder: Path, read: pipeline.Gathered | None = None
) -> FollowUp:
    """Follow up every approved conductor of a folder in all work that can be read today.

    Args:
        request: whose work.
        conductors: the folder of the conductors, their ledger and the records of their runs.
        folder: our own.
        read: the work, where it was just read; None: it is read now.

    Raises:
        FivetimesError: nothing could be read.
    """
    known = review.standings(conductors)
    approved = [one for one in review.conductors_in(conductors) if standing_of(one.id, known).status is Status.APPROVED]
    read = read or workspace.work(request, folder=folder)
    sessions = read.sessions
    records, unread = readable_records(conductors)
    spans = _runs(records)
    until = _until(sessions, spans)
    found = executions(sessions, [_known(one.document) for one in approved], search=Search())
    seldom, ledger = _seldom(sessions), review.read_ledger(conductors)
    made = [
        conduct(_followed(one, ledger), done, spans.get(one.id, ()), now=until, seldom=seldom, people=read.scan.persons)
        for one, done in zip(approved, found, strict=True)
    ]
    revisions = {one.id: tuple(_revisions(one, ledger, spans.get(one.id, ()))) for one in approved}
    return FollowUp(until, tuple(controlled(made)), revisions, unread=tuple(unread), skipped=read.scan.skipped)


def with_forecasts(found: FollowUp, candidates: Sequence[Candidate], *, extract: int) -> FollowUp:
    """With the routines that are one occurrence short of a draft, and when the next is expected."""
    soon = []
    for one in candidates:
        starts = [occurrence.start for occurrence in one.occurrences if occurrence.start is not None]
        due = forecast(starts)
        if one.tier is Tier.NOTICED and one.count == extract - 1 and due is not None and due.latest >= found.until:
            soon.append((one.id, one.title, due))
    return replace(found, soon=tuple(soon))


# ---- what a conductor states


def _distinct(document: ConductorDocument) -> list[DocumentStep]:
    """The steps that can be distinguished by what is seen: of those that read the same the first."""
    found: dict[str, DocumentStep] = {}
    for step in document["steps"]:
        found.setdefault(step["action"], step)
    return list(found.values())


def _known(document: ConductorDocument) -> KnownRoutine:
    steps = tuple(KnownStep(_labels(step), step["share"]) for step in _distinct(document))
    return KnownRoutine(steps, max(1, document["evidence"]["occurrences"]))


def _labels(step: DocumentStep) -> tuple[str, ...]:
    """What is done at a step; where there are several ways to do it, what each of them begins with besides."""
    begins = (_BEGINNING.match(way["run"]) for way in step.get("any", ()))
    return tuple(dict.fromkeys([step["action"], *(found[0] for found in begins if found)]))


def _followed(conductor: Conductor, ledger: Sequence[Review]) -> FollowedConductor:
    document = conductor.document
    distinct = _distinct(document)
    number = {step["id"]: at for at, step in enumerate(distinct)}
    orders = [tuple(range(len(distinct)))]
    orders += [tuple(number[name] for name in path["path"] if name in number) for path in document["alternatives"]]
    approvals = [line.at for line in ledger if line.conductor == conductor.id and line.decision is Decision.APPROVE]
    return FollowedConductor(
        conductor.id,
        document["title"],
        tuple(StatedStep(step["id"], step["action"], step["share"], "optional" in step) for step in distinct),
        tuple(dict.fromkeys(order for order in orders if order)),
        max(approvals),
        min(approvals),
        document["evidence"]["occurrences"],
    )


def _revisions(conductor: Conductor, ledger: Sequence[Review], runs: Sequence[RunSpan]) -> Iterator[ConductorRevision]:
    """Who drafted it, and what was done with it since; each approval with the runs of the conductor as it stood then."""
    drafted = conductor.document["history"][0]
    yield ConductorRevision(drafted["what"], drafted["by"] or "fivetimes", datetime.fromisoformat(drafted["at"]), "", 0)
    mine = [line for line in ledger if line.conductor == conductor.id]
    for line in sorted(mine, key=lambda line: line.at):
        of_it = sum(run.revision == line.on for run in runs) if line.decision is Decision.APPROVE else 0
        yield ConductorRevision(line.decision.value, line.by, line.at, line.why, of_it)


# ---- runs, and what surrounds them


def readable_records(folder: Path) -> tuple[list[list[RunEntry]], list[str]]:
    """The lines of each run's record, the oldest run first; and a sentence for each that cannot be read."""
    found, unread = [], []
    for record in records_in(folder):
        try:
            entries = record.entries()
        except FivetimesError as error:
            unread.append(str(error))
            continue
        if entries and entries[0].what == "began":
            found.append(entries)
    return found, unread


def _runs(records: Sequence[Sequence[RunEntry]]) -> dict[str, list[RunSpan]]:
    """The runs of each conductor, the oldest first."""
    spans: dict[str, list[RunSpan]] = {}
    for entries in records:
        spans.setdefault(entries[0].fields["conductor"], []).append(_span(entries))
    return spans


def _span(entries: Sequence[RunEntry]) -> RunSpan:
    last = entries[-1]
    ended = last.at if last.what == "ended" else None
    seconds = sum(
        entry.fields["seconds"] for entry in entries if entry.what == "step ended" and entry.fields.get("seconds")
    )
    result = last.fields["result"] if ended else "open"
    return RunSpan(entries[0].at, ended, result, seconds or None, entries[0].fields.get("revision", ""))


def _until(sessions: SessionLog, spans: Mapping[str, Sequence[RunSpan]]) -> datetime:
    times = [run.ended or run.began for runs in spans.values() for run in runs]
    actions = sessions.actions
    if actions.timed.any():
        times.append(datetime.fromtimestamp(float(actions.clock[actions.timed].max()), UTC))
    return max(times, default=datetime.now(UTC))


def _seldom(sessions: SessionLog) -> Callable[[datetime], bool]:
    """Whether this team seldom works at an hour of a working day, or of a weekend."""
    actions = sessions.actions
    times = actions.clock[actions.timed]
    hours = Counter(_hour(datetime.fromtimestamp(at, UTC)) for at in times.tolist())
    every = [(weekend, hour) for weekend in (False, True) for hour in range(24)]
    rare: set[tuple[bool, int]] = set()
    left = SELDOM * len(times)
    for hour in sorted(every, key=lambda one: (hours[one], one)):
        left -= hours[hour]
        if left < 0:
            break
        rare.add(hour)
    return lambda at: _hour(at) in rare


def _hour(at: datetime) -> tuple[bool, int]:
    return at.weekday() > 4, at.hour


# ---- in words


def sentences(one: Conduct, *, folder: Path, at: datetime) -> list[str]:
    """What became of a conductor, in sentences, what is most pressing first.

    Args:
        one: what became of it.
        folder: of the conductors, for the command that is proposed.
        at: now, in UTC: what is due lies before or behind it.
    """
    lines = [_life_sentence(one)]
    if one.by_hand and one.by_hand_since is not None and one.runs:
        lines.append(
            f"Bypassed: {one.by_hand} of {one.by_hand + one.runs} times by hand ({one.bypassed:.0%}), "
            f"since {one.by_hand_since:%Y-%m-%d}."
        )
    lines += [_drift_sentence(test, one.actions) for test in one.drifting]
    if one.drifting:
        lines.append(f"What the conductor would be with that: fivetimes revise {one.id}{option_of(folder)}")
    lines += [f"A new way, {times} times: {' → '.join(way)}." for way, times in one.new_ways if times > 1]
    if one.off_hours:
        lines.append(
            f"{one.off_hours} of {one.by_hand} times by hand at hours at which nearly nobody works: what makes that necessary?"
        )
    if one.one_person:
        lines.append(f"All {one.by_hand} times by hand were one person's: what keeps the others from it?")
    lines.append(_effect_sentence(one.effect))
    if one.due is not None:
        lines.append(_due_sentence(one.due, at))
    if one.from_above:
        lines.append("It was drafted without evidence.")
    if one.untimed:
        lines.append(f"{one.untimed} times without a time: nobody knows whether before or after the approval.")
    return lines


def _due_sentence(due: Forecast, at: datetime) -> str:
    middle, earliest, latest = (f"{day:%Y-%m-%d}" for day in (due.due, due.earliest, due.latest))
    between = f" (between {earliest} and {latest})" if earliest < latest else ""
    return f"{'Was due' if due.days_ago(at) else 'Due again'} about {middle}{between}{_ago(due, at)}."


def soon_sentence(title: str, due: Forecast, *, at: datetime) -> str:
    """What one more occurrence makes of a routine, and when that is expected."""
    when = "was expected" if due.days_ago(at) else "expected"
    return f"{title}: one more makes it a draft, {when} about {due.due:%Y-%m-%d}{_ago(due, at)}."


def _ago(due: Forecast, at: datetime) -> str:
    days = due.days_ago(at)
    return f", {days} {noun(days, 'day')} ago" if days else ""


def standing_phrase(one: Conduct) -> str:
    """How it fares, in a few words: used, bypassed, worked around, obsolete or new; and what drifts."""
    bypassed = f", by hand {one.by_hand} of {one.by_hand + one.runs} times" if one.by_hand else ""
    return f"{one.life.value}{bypassed}{''.join(f'; {drift_phrase(test, one.actions)}' for test in one.drifting)}"


def effects(found: FollowUp) -> list[ConductorEffect]:
    """What each approved conductor changed, for a report; by id."""
    made = []
    for one in found.conductors:
        seen = min(one.approved, found.until)  # what was done after the end of what was read is not known
        first = min(one.known_since or seen, seen)
        made.append(
            ConductorEffect(
                one.id,
                one.title,
                one.by_hand_before,
                (seen - first).total_seconds() / 86_400,
                one.by_hand,
                (found.until - seen).total_seconds() / 86_400,
                one.runs,
                standing_phrase(one),
            )
        )
    return made


def revision_sentence(one: ConductorRevision) -> str:
    """Who did what with a conductor, and the runs of it as it stood then."""
    runs = f"; {one.runs} run{'s' if one.runs != 1 else ''} of it" if one.runs else ""
    done = Decision(one.what).done if one.what in set(Decision) else one.what
    return f"{one.at:%Y-%m-%d}: {done} by {one.by}{f', because: {one.why}' if one.why else ''}{runs}."


def _life_sentence(one: Conduct) -> str:
    last = f", the last on {one.last_run:%Y-%m-%d}" if one.last_run is not None else ""
    runs = f"{one.runs} run{'s' if one.runs != 1 else ''} since the approval, {one.done} done{last}"
    return {
        ConductorLife.NEW: f"Too new to say; {runs}.",
        ConductorLife.USED: f"In use: {runs}.",
        ConductorLife.BYPASSED: f"In use, and bypassed: {runs}.",
        ConductorLife.WORKED_AROUND: f"Worked around: {runs}, and {one.by_hand} times by hand.",
        ConductorLife.OBSOLETE: f"Obsolete: {runs}, and nobody does it by hand any more either.",
    }[one.life]


def drift_phrase(test: DriftTest, actions: Mapping[str, str]) -> str:
    """What changed, in words; `actions`: what is done at each step, by its id."""
    named = [f"{name} ({actions[name]})" if name in actions else name for name in test.what]
    return {
        Change.SKIP: f"{named[0]} is skipped",
        Change.ADD: f"{named[0]} is done besides{f', after {test.after}' if test.after else ''}",
        Change.SWAP: f"{' and '.join(named)} are done in the other order",
    }[test.change]


def _drift_sentence(test: DriftTest, actions: Mapping[str, str]) -> str:
    return (
        f"Drift: {drift_phrase(test, actions)} in {test.since} of {test.of_since}, before {test.before} of {test.of_before}; "
        f"by chance {'in less than 0.1%' if test.chance < 0.001 else f'in {test.chance:.1%}'} of the cases."
    )


def _effect_sentence(found: MeasuredEffect | None) -> str:
    if found is None:
        return "Effect: not enough runs to say."
    clear = "" if found.high < 1 or found.low > 1 else ", so it may be none"
    return (
        f"Effect: {found.mean_since / 60:.1f} minutes instead of {found.mean_before / 60:.1f}; "
        f"{found.ratio:.2f} times as long (95 %: {found.low:.2f} to {found.high:.2f}{clear}), "
        f"from {found.before} and {found.since} times."
    )


def troubles(found: FollowUp) -> list[str]:
    """The conductors that somebody should look at: why `--check` fails."""
    pressing = (ConductorLife.BYPASSED, ConductorLife.WORKED_AROUND, ConductorLife.OBSOLETE)
    return [
        f"{one.id}: {one.life}" if one.life in pressing else f"{one.id}: drifting"
        for one in found.conductors
        if one.life in pressing or one.drifting
    ]


def document(found: FollowUp, *, folder: Path, at: datetime) -> dict[str, Any]:
    """Everything, for programs: `fivetimes follow --json`; the arguments are those of `sentences`."""
    return {
        "schema": SCHEMA,
        "until": found.until.isoformat(),
        "conductors": [
            _row(one, folder=folder, at=at) | {"revisions": [*map(_revision, found.revisions.get(one.id, ()))]}
            for one in found.conductors
        ],
        "soon": [{"id": name, "title": title, **_due(due)} for name, title, due in found.soon],
        "lasting": {name: {"in_use": here, "of": of} for name, (here, of) in found.lasting.items()},
        "trouble": [*found.unread, *found.skipped],
    }


def _row(one: Conduct, *, folder: Path, at: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "standing": one.life.value,
        "runs": one.runs,
        "done": one.done,
        "last_run": one.last_run.isoformat() if one.last_run else None,
        "by_hand": one.by_hand,
        "by_hand_since": one.by_hand_since.isoformat() if one.by_hand_since else None,
        "bypassed": round(one.bypassed, 3),
        "untimed": one.untimed,
        "drift": [asdict(test) | {"change": test.change.value} for test in one.drifting],
        "new_ways": [{"path": list(way), "times": times} for way, times in one.new_ways],
        "off_hours": one.off_hours,
        "one_person": one.one_person,
        "effect": asdict(one.effect) if one.effect else None,
        "forecast": _due(one.due) if one.due else None,
        "from_above": one.from_above,
        "sentences": sentences(one, folder=folder, at=at),
    }


def _revision(one: ConductorRevision) -> dict[str, Any]:
    return {"what": one.what, "by": one.by, "at": one.at.isoformat(), "why": one.why, "runs": one.runs}


def _due(due: Forecast) -> dict[str, str]:
    return {name: getattr(due, name).date().isoformat() for name in ("due", "earliest", "latest")}
