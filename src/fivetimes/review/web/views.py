"""Candidate, conductor, standing and live text -> what the review page shows of them; made for one answer, kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fivetimes import conductors, exporters, reports, workspace
from fivetimes.conductor_document import DocumentStep
from fivetimes.errors import FivetimesError
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.conductors import Conductor, Exporter
from fivetimes.model.decisions import Standing, Status
from fivetimes.model.live_text import LiveText
from fivetimes.model.occurrences import Moment, Occurrence
from fivetimes.model.scans import Scan
from fivetimes.redaction import secret_looking
from fivetimes.review import decisions, drafting, exporting, ledger
from fivetimes.review.folder import (
    ReviewContext,
    conductor_path,
    conductors_in,
    open_gates,
    open_questions,
    standings,
)
from fivetimes.review.overview import changed_since
from fivetimes.review.status_table import standing_phrase

_FIRST_STEPS = 4  # enough to tell routines of one title apart
KEEP, OPTIONAL = "keep", "optional"
NOTHING = "none"  # the digest of the document where there is no draft

_GROUPS = (
    ("Waiting for a decision", (Status.PROPOSED, Status.DEFERRED)),
    ("Approved", (Status.APPROVED,)),
    ("Rejected", (Status.REJECTED,)),
)


@dataclass(frozen=True, slots=True)
class RoutineRow:
    """A routine in the list of the first page; `needed`: questions of its file that must be answered before approval."""

    id: str
    title: str
    steps: str
    tier: str
    count: int
    stands: str
    needed: int


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line of the evidence.

    Attributes:
        location: path and line, or path and commit.
        text: as it was just read; None where it has changed or is gone.
        other: whether it is no step, but other work in between.
    """

    location: str
    text: str | None
    other: bool


@dataclass(frozen=True, slots=True)
class OccurrenceLines:
    """One occurrence with its lines."""

    when: str
    person: str
    lines: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class ChosenStep:
    """A step of the conductor with the line behind it that was seen last, and whether it is kept, or optional."""

    id: str
    what: str
    gate: bool
    line: EvidenceLine | None
    choice: str


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file that would be written; `state`: how it compares with the file that is there now."""

    name: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """The files of one format, or the message why it cannot be written."""

    name: str
    files: tuple[OutputFile, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A routine with all that a decision needs; `conductor` is None where a rejection stops it from being drafted."""

    candidate: Candidate
    conductor: Conductor | None
    standing: Standing
    live: LiveText
    constants: Mapping[str, str]

    @property
    def seen(self) -> str:
        """The digest of the document that is shown, which a decision on it has to name."""
        return NOTHING if self.conductor is None else conductors.fingerprint(self.conductor.document)


def to_show(scan: Scan, only: Sequence[str]) -> dict[str, Candidate]:
    """The routines that the page shows, by id: the named ones, or all that may be drafted."""
    named = [workspace.candidate_of(scan, name) for name in only]
    return {c.id: c for c in named or scan.candidates if c.tier is not Tier.NOTICED}


def groups(candidates: Mapping[str, Candidate], context: ReviewContext) -> list[tuple[str, list[RoutineRow]]]:
    """The rows of the first page by their standing; those that wait come first, the deferred last among them."""
    known = standings(context.folder)
    files = {conductor.id: conductor for conductor in conductors_in(context.folder)}
    rows: dict[str, list[RoutineRow]] = {name: [] for name, _ in _GROUPS}
    ordered = sorted(candidates.values(), key=lambda c: ledger.standing_of(c.id, known).status is Status.DEFERRED)
    for candidate in ordered:
        standing = ledger.standing_of(candidate.id, known)
        rows[_group(candidate, standing, files.get(candidate.id))].append(
            _row(candidate, standing, files.get(candidate.id))
        )
    return list(rows.items())


def _group(candidate: Candidate, standing: Standing, conductor: Conductor | None) -> str:
    """The group of a routine; an approved one that changed since and a rejected one seen much more often since wait again."""
    again = standing.status is Status.APPROVED and (conductor is None or changed_since(conductor, standing))
    back = standing.status is Status.REJECTED and not ledger.stays_away(standing, count=candidate.count)
    status = Status.PROPOSED if again or back else standing.status
    return next(name for name, statuses in _GROUPS if status in statuses)


def _row(candidate: Candidate, standing: Standing, conductor: Conductor | None) -> RoutineRow:
    waiting = open_questions(conductor) if conductor is not None else []
    changed = conductor is not None and changed_since(conductor, standing)
    return RoutineRow(
        candidate.id,
        conductor.document["title"] if conductor is not None else candidate.title,
        _first_steps(candidate),
        candidate.tier.value,
        candidate.count,
        standing_phrase(standing, changed=changed),
        sum(question["required"] for question in waiting),
    )


def _first_steps(candidate: Candidate) -> str:
    """The first steps of a routine, as a line."""
    shown = " → ".join(step.action for step in candidate.steps[:_FIRST_STEPS])
    more = len(candidate.steps) - _FIRST_STEPS
    return f"{shown} → {more} more" if more > 0 else shown


# ---- one routine


def look_up(candidate: Candidate, context: ReviewContext) -> Reviewed:
    """Everything about one routine, its evidence read again just now."""
    standing = ledger.standing_of(candidate.id, standings(context.folder))
    path = conductor_path(context.folder, candidate.id)
    away = ledger.stays_away(standing, count=candidate.count) and not path.exists()
    conductor = None if away else decisions.current_conductor(candidate, context)
    live = drafting.read_live(context.scan, candidate, home=context.home)
    constants = drafting.live_constants(candidate, live, context) if conductor is not None else {}
    return Reviewed(candidate, conductor, standing, live, constants)


def routine(reviewed: Reviewed, context: ReviewContext) -> dict[str, Any]:
    """The values of the template of one routine."""
    changed = reviewed.conductor is not None and changed_since(reviewed.conductor, reviewed.standing)
    document = reviewed.conductor.document if reviewed.conductor is not None else None
    named = replace(reviewed.candidate, title=document["title"]) if document is not None else reviewed.candidate
    return {
        **reports.one_card(context.scan, named, reviewed.conductor, standing=reviewed.standing),
        "answering": True,
        "steps_to_choose": _chosen_steps(reviewed) if document is not None else [],
        "id": reviewed.candidate.id,
        "title": named.title,
        "standing": reviewed.standing.status,
        "stands": standing_phrase(reviewed.standing, changed=changed),
        "occurrences": _occurrences(reviewed),
        "missing": reviewed.live.missing,
        "questions": document["questions"] if document is not None else [],
        "answers": document["why"] if document is not None else {},
        "open": [q["id"] for q in open_questions(reviewed.conductor)] if reviewed.conductor is not None else [],
        "gates": open_gates(reviewed.conductor)
        if reviewed.conductor is not None and len(context.approval.people) > 1
        else [],
        "constants": [
            (name, text, reviewed.constants.get(name), not secret_looking(reviewed.constants.get(name) or ""))
            for name, text in (document.get("constants", {}) if document is not None else {}).items()
        ],
        "formats": _formats(reviewed.conductor, context) if reviewed.conductor is not None else [],
        "text": exporters.render(reviewed.conductor) if reviewed.conductor is not None else "",
        "on_file": conductor_path(context.folder, reviewed.candidate.id).exists(),
        "folder": str(context.folder),
    }


def choice_of(step: DocumentStep) -> str:
    """Whether a step of a conductor is kept always, or optional."""
    return OPTIONAL if "optional" in step else KEEP


def _chosen_steps(reviewed: Reviewed) -> list[ChosenStep]:
    """The steps of the conductor in order, each with the line that was seen last of the step that it was drafted from."""
    assert reviewed.conductor is not None
    steps = reviewed.conductor.document["steps"]
    last: dict[str, EvidenceLine] = {}
    numbers = reports.step_numbers(reviewed.candidate, reviewed.conductor)
    for occurrence, row in zip(reviewed.candidate.occurrences, reviewed.live.occurrences, strict=True):
        for moment, command in zip(occurrence.moments, row, strict=True):
            # a step without a number of its own stands in the clause of the one before it, or was dropped
            if moment.step is not None and numbers[moment.step] not in numbers[: moment.step]:
                last[steps[numbers[moment.step] - 1]["id"]] = _line(moment, command)
    return [
        ChosenStep(
            step["id"],
            step["run"] if "run" in step else step["action"],
            "gate" in step,
            last.get(step["id"]),
            choice_of(step),
        )
        for step in steps
    ]


def _occurrences(reviewed: Reviewed) -> list[OccurrenceLines]:
    """The occurrences, the newest first."""
    pairs = zip(reviewed.candidate.occurrences, reviewed.live.occurrences, strict=True)
    return [_occurrence(occurrence, row) for occurrence, row in pairs][::-1]


def _occurrence(occurrence: Occurrence, row: Sequence[object | None]) -> OccurrenceLines:
    when = occurrence.start.strftime("%Y-%m-%d %H:%M UTC") if occurrence.start is not None else "at an unknown time"
    lines = tuple(_line(moment, command) for moment, command in zip(occurrence.moments, row, strict=True))
    return OccurrenceLines(when, occurrence.person, lines)


def _line(moment: Moment, command: object | None) -> EvidenceLine:
    where = reports.location_text(moment.locations[0])
    return EvidenceLine(where, getattr(command, "text", None), moment.step is None)


def _formats(conductor: Conductor, context: ReviewContext) -> list[OutputFormat]:
    """Every format with the files that would be written."""
    shown = exporting.as_exported(conductor, folder=context.folder)
    known = sorted(exporters.exporters().items())
    return [_format(name, export, conductor if name == "yaml" else shown, context) for name, export in known]


def _format(name: str, export: Exporter, conductor: Conductor, context: ReviewContext) -> OutputFormat:
    try:
        texts = export(conductor)
    except FivetimesError as problem:
        return OutputFormat(name, (), str(problem))
    return OutputFormat(
        name, tuple(OutputFile(file, text, _state(file, text, context)) for file, text in texts.items()), ""
    )


def _state(name: str, text: str, context: ReviewContext) -> str:
    path = context.folder / name
    if not path.is_file():
        return "new"
    return "unchanged" if path.read_bytes() == text.encode() else "replaces another text"
