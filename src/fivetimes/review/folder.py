"""The folder of conductors -> Conductor and Review: one YAML file for each, the ledger of all decisions beside them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fivetimes import atomic, conductors, exporters, identity
from fivetimes.conductor_document import Question
from fivetimes.config import CONDUCTORS
from fivetimes.exporters import slug
from fivetimes.model.candidates import Step
from fivetimes.model.changes import Identity
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Clock, Review, Standing, Status
from fivetimes.model.events import Kind
from fivetimes.model.scans import Scan
from fivetimes.review import ledger

LEDGER = "reviews.jsonl"
_ATTRIBUTES = ".gitattributes"
_UNION = f"{LEDGER} merge=union\n"  # git keeps the lines of both branches, which is all that merging a ledger takes
_SCHEMA_LINE = "schema: fivetimes/conductor/"  # a YAML file without it is not ours


@dataclass(frozen=True, slots=True)
class Approval:
    """What the team's configuration asks of an approval, and who answers the gates from then on.

    Attributes:
        people: who may approve, by name; none: anybody.
        second_person: whether somebody else than who last drafted or edited the conductor has to approve it.
        answerer: who answers the gates that say nobody yet; empty: on a machine of one person, whoever approves.
    """

    people: tuple[str, ...] = ()
    second_person: bool = False
    answerer: str = ""


ANYBODY = Approval()


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """What drafting and deciding need besides the routine itself.

    Attributes:
        scan: the last scan.
        folder: of the conductors and their ledger.
        home: our own folder, with the local key and the evidence of what was drafted on this machine.
        environ: the environment of the process.
        by: who decides; empty while nobody is named.
        clock: gives the time of a decision.
        approval: what the team asks of an approval.
    """

    scan: Scan
    folder: Path
    home: Path
    environ: Mapping[str, str]
    by: str
    clock: Clock
    approval: Approval = ANYBODY


class Taken(Enum):
    """What becomes of a file at whose place something is written, or that is to be removed, where it is not as we wrote it."""

    IS_REFUSED = "refused"
    IS_OVERWRITTEN = "overwritten"


def conductor_path(folder: Path, name: str) -> Path:
    """The path of the file that holds the conductor of an id, whether or not it exists."""
    return folder / f"{slug(name)}.yaml"


def read_conductor(path: Path) -> Conductor:
    """The conductor of a file.

    Raises:
        FivetimesError: the file cannot be read, or it is no conductor.
    """
    return conductors.parse(atomic.read_text(path), place=str(path))


def conductors_in(folder: Path) -> list[Conductor]:
    """The conductors of a folder, by id; other YAML files there are left alone.

    Raises:
        FivetimesError: one of ours cannot be read.
    """
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.glob("*.yaml")):
        text = atomic.read_text(path)
        if _SCHEMA_LINE in text:
            found.append(conductors.parse(text, place=str(path)))
    return sorted(found, key=lambda conductor: conductor.id)


def option_of(folder: Path) -> str:
    """The option by which a command that is proposed finds this folder of conductors; empty for the one that it looks in anyway.

    Example:
        >>> option_of(Path("conductors")), option_of(Path("my drafts"))
        ('', " --conductors 'my drafts'")
    """
    return "" if folder == CONDUCTORS else f" --conductors {shlex.quote(str(folder))}"


def draft_option_of(folder: Path) -> str:
    """The option by which `fivetimes draft` writes into this folder; empty for the one that it writes into anyway.

    Example:
        >>> draft_option_of(Path("conductors")), draft_option_of(Path("ours"))
        ('', ' -o ours')
    """
    return "" if folder == CONDUCTORS else f" -o {shlex.quote(str(folder))}"


# ---- what a conductor's file says of itself


def open_questions(conductor: Conductor) -> list[Question]:
    """The questions without an answer. What a person wrote under `why` answers the question about it."""
    why: Mapping[str, object] = conductor.document["why"]
    return [q for q in conductor.document["questions"] if not q["answer"] and not why.get(q["about"])]


def open_gates(conductor: Conductor) -> list[str]:
    """The steps whose gate nobody answers yet."""
    return [step["id"] for step in conductor.document["steps"] if "gate" in step and not step["gate"]["answerer"]]


def identity_of(conductor: Conductor) -> Identity:
    """What the routine of a conductor is recognised by, as its file has the steps."""
    kinds = {kind.name.lower(): kind for kind in Kind}
    steps = [
        Step(step["action"], kinds.get(step["specialist"]["kind"], Kind.SHELL), step["share"])
        for step in conductor.document["steps"]
    ]
    return identity.identity(conductor.id, steps)


# ---- files and ledger, written and read


def write_conductor(conductor: Conductor, *, folder: Path) -> Path:
    """Write the YAML of a conductor; returns its path."""
    (path,) = atomic.write_all(exporters.EXPORTERS["yaml"](conductor), directory=folder)
    return path


def read_ledger(folder: Path) -> list[Review]:
    """The reviews of a folder, in the order of the ledger's lines.

    Raises:
        FivetimesError: a line is no review.
    """
    path = folder / LEDGER
    return ledger.read(atomic.read_text(path), path=str(path)) if path.exists() else []


def standings(folder: Path) -> Mapping[str, Standing]:
    """The standing of each conductor of a folder, by id."""
    return ledger.standings(read_ledger(folder))


def approved_ids(folder: Path) -> frozenset[str]:
    """The ids of what people approved in a folder."""
    return frozenset(name for name, standing in standings(folder).items() if standing.status is Status.APPROVED)


def add_review(review: Review, *, folder: Path) -> None:
    """Add a review to the ledger of a folder.

    Raises:
        FivetimesError: the ledger was tampered with.
    """
    atomic.amend(folder / _ATTRIBUTES, lambda text: text if _UNION in text else text + _UNION)
    path = folder / LEDGER
    atomic.amend(path, lambda text: ledger.added(text, review, path=str(path)))
