"""Candidate, conductor, standing and live text -> what the review page shows of them; made for one answer, kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fivetimes import conductors, desk, exporters, pipeline, reports, reviews
from fivetimes.errors import FivetimesError
from fivetimes.model import Candidate, Conductor, Decision, LiveText, Moment, Occurrence, Scan, Standing, Tier
from fivetimes.reports.review import stands

_FIRST_STEPS = 4
NOTHING = "none"  # what stands for a draft that there is not

_GROUPS = (
    ("Waiting for a decision", ("proposed", "deferred")),
    ("Approved", ("approved",)),
    ("Rejected", ("rejected",)),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A routine in the list of the first page."""

    id: str
    title: str
    steps: str
    tier: str
    count: int
    stands: str
    needed: int  # questions that must be answered before approval; of a routine that has a file


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the evidence: where it stands, and its text as it was just read; None where it has changed or is gone.

    `other`: it is no step, but other work in between.
    """

    place: str
    text: str | None
    other: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One occurrence with its lines."""

    when: str
    person: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that would be written; `state` says how what lies there now compares."""

    name: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Form:
    """The files of one format, or the sentence why there are none."""

    name: str
    files: tuple[File, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Laid:
    """A routine laid out on the desk. `conductor` is None where a rejection keeps it from being drafted."""

    candidate: Candidate
    conductor: Conductor | None
    standing: Standing
    live: LiveText
    constants: Mapping[str, str]

    @property
    def seen(self) -> str:
        """The digest of the document that is shown, which a decision on it has to name."""
        return NOTHING if self.conductor is None else conductors.fingerprint(self.conductor.document)


def reviewed(scan: Scan, only: Sequence[str]) -> dict[str, Candidate]:
    """The routines that the page is about, by id: the named ones, or all that may be drafted."""
    named = [pipeline.candidate_of(scan, name) for name in only]
    return {c.id: c for c in named or scan.candidates if c.tier is not Tier.NOTICED}


def groups(candidates: Mapping[str, Candidate], seat: desk.Seat) -> list[tuple[str, list[Row]]]:
    """The rows of the first page by how they stand; what waits stands first, the deferred after the others."""
    known = desk.standings(seat.folder)
    files = {conductor.id: conductor for conductor in desk.drafted(seat.folder)}
    rows: dict[str, list[Row]] = {name: [] for name, _ in _GROUPS}
    ordered = sorted(candidates.values(), key=lambda c: reviews.of(c.id, known).status == "deferred")
    for candidate in ordered:
        standing = reviews.of(candidate.id, known)
        rows[_group(candidate, standing, files.get(candidate.id))].append(
            _row(candidate, standing, files.get(candidate.id))
        )
    return list(rows.items())


def _group(candidate: Candidate, standing: Standing, conductor: Conductor | None) -> str:
    """Approved and changed since waits again; so does what was rejected and seen much more often since."""
    again = standing.status == "approved" and (conductor is None or desk.changed(conductor, standing))
    back = standing.status == "rejected" and not reviews.stays_away(standing, count=candidate.count)
    word = "proposed" if again or back else standing.status
    return next(name for name, words in _GROUPS if word in words)


def _row(candidate: Candidate, standing: Standing, conductor: Conductor | None) -> Row:
    waiting = desk.open_questions(conductor) if conductor is not None else []
    changed = conductor is not None and desk.changed(conductor, standing)
    return Row(
        candidate.id,
        conductor.document["title"] if conductor is not None else candidate.title,
        _first_steps(candidate),
        candidate.tier.value,
        candidate.count,
        stands(standing, changed=changed),
        sum(question["required"] for question in waiting),
    )


def _first_steps(candidate: Candidate) -> str:
    """By which routines of one title are told apart."""
    shown = " → ".join(step.action for step in candidate.steps[:_FIRST_STEPS])
    more = len(candidate.steps) - _FIRST_STEPS
    return f"{shown} → {more} more" if more > 0 else shown


# ---- one routine


def lay_out(candidate: Candidate, seat: desk.Seat) -> Laid:
    """Everything about one routine, its evidence read again just now."""
    standing = reviews.of(candidate.id, desk.standings(seat.folder))
    path = desk.conductor_path(seat.folder, candidate.id)
    away = reviews.stays_away(standing, count=candidate.count) and not path.exists()
    conductor = None if away else desk.laid_out(candidate, seat)
    live = desk.recall(seat.scan, candidate, home=seat.home)
    constants = desk.withheld(candidate, live, seat) if conductor is not None else {}
    return Laid(candidate, conductor, standing, live, constants)


def routine(laid: Laid, seat: desk.Seat) -> dict[str, Any]:
    """What the page of one routine shows."""
    changed = laid.conductor is not None and desk.changed(laid.conductor, laid.standing)
    document: Mapping[str, Any] = laid.conductor.document if laid.conductor is not None else {}
    named = replace(laid.candidate, title=document.get("title", laid.candidate.title))
    return {
        **reports.one_card(seat.scan, named, laid.conductor, standing=laid.standing),
        "answering": True,
        "id": laid.candidate.id,
        "title": named.title,
        "standing": laid.standing.status,
        "stands": stands(laid.standing, changed=changed),
        "runs": _runs(laid),
        "missing": laid.live.missing,
        "questions": document.get("questions", []),
        "answers": document.get("why", {}),
        "open": [q["id"] for q in desk.open_questions(laid.conductor)] if laid.conductor is not None else [],
        "constants": [(n, v, laid.constants.get(n)) for n, v in document.get("constants", {}).items()],
        "forms": _forms(laid.conductor, seat) if laid.conductor is not None else [],
        "text": exporters.render(laid.conductor) if laid.conductor is not None else "",
        "on_file": desk.conductor_path(seat.folder, laid.candidate.id).exists(),
        "folder": str(seat.folder),
    }


def _runs(laid: Laid) -> list[Run]:
    """The occurrences, the newest first."""
    pairs = zip(laid.candidate.occurrences, laid.live.occurrences, strict=True)
    return [_run(occurrence, row) for occurrence, row in pairs][::-1]


def _run(occurrence: Occurrence, row: Sequence[object | None]) -> Run:
    when = occurrence.start.strftime("%Y-%m-%d %H:%M UTC") if occurrence.start is not None else "at an unknown time"
    lines = tuple(_line(moment, command) for moment, command in zip(occurrence.moments, row, strict=True))
    return Run(when, occurrence.person, lines)


def _line(moment: Moment, command: object | None) -> Line:
    place = moment.locations[0]
    where = f"{place.path}:{place.line}" if place.commit is None else f"{place.path}@{place.commit[:10]}"
    return Line(where, getattr(command, "text", None), moment.step is None)


def _forms(conductor: Conductor, seat: desk.Seat) -> list[Form]:
    """Every format with the very files that would be written."""
    return [_form(name, export, conductor, seat) for name, export in sorted(exporters.exporters().items())]


def _form(name: str, export: Any, conductor: Conductor, seat: desk.Seat) -> Form:
    try:
        texts: Mapping[str, str] = export(conductor)
    except FivetimesError as problem:
        return Form(name, (), str(problem))
    return Form(name, tuple(File(file, text, _state(file, text, seat)) for file, text in texts.items()), "")


def _state(name: str, text: str, seat: desk.Seat) -> str:
    path = seat.folder / name
    if not path.is_file():
        return "new"
    return "as it lies there" if path.read_bytes() == text.encode() else "in place of another text"


# ---- what is written in the ledger

DONE: Mapping[Decision, str] = {
    Decision.APPROVE: "Approved.",
    Decision.REJECT: "Rejected. It is not proposed again until it was seen much more often.",
    Decision.DEFER: "Deferred. It waits at the end of the queue.",
}
