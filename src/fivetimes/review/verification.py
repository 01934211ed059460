"""A conductor's file and the sources of today -> whether its evidence still holds, and what of it moved or is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

from fivetimes import conductors, evidence, ingest, store
from fivetimes.conductor_document import Evidence, Replay
from fivetimes.errors import FivetimesError
from fivetimes.model.scans import Scan
from fivetimes.reports.figures import location_text
from fivetimes.review.drafting import harmless_words, lines_meant, names_known, parse_line
from fivetimes.review.folder import read_conductor


@dataclass(frozen=True, slots=True)
class Verification:
    """The evidence of a draft beside the sources of today.

    Attributes:
        id: of the conductor.
        differs: what the file states otherwise than the sources, as messages; none: the evidence holds.
        in_place: how many records are where they were.
        moved: (old, new) locations of records that were found elsewhere.
        gone: locations of records that were not found.
        here: whether the evidence was kept on this machine.
        stated: the number of occurrences by the file.
        by_now: the number of occurrences in today's scan, None if the routine is not found there.
        replay: how much of what was typed the file's steps give back.
    """

    id: str
    differs: tuple[str, ...]
    in_place: int
    moved: tuple[tuple[str, str], ...]
    gone: tuple[str, ...]
    here: bool
    stated: int
    by_now: int | None
    replay: Replay


class VerificationDocument(TypedDict):
    """The output of `fivetimes verify --json`."""

    id: str
    holds: bool
    differs: list[str]
    in_place: int
    moved: list[list[str]]
    gone: list[str]
    drafted_here: bool
    stated: int
    by_now: int | None
    replay: Replay


def verify(path: Path, scan: Scan, *, home: Path, environ: Mapping[str, str]) -> Verification:
    """Recompute the evidence of a conductor from the sources.

    Args:
        path: the conductor's file.
        scan: of today.
        home: our own folder, with the evidence of what was drafted here.
        environ: the environment of the process: its programs tell which names may be written.

    Raises:
        FivetimesError: the file is no conductor, or its evidence is not known here.
    """
    stated = read_conductor(path)
    seen = stated.document["evidence"]
    kept = store.kept_evidence(seen["digest"], folder=home)
    today = next((candidate for candidate in scan.candidates if candidate.id == stated.id), None)
    basis = kept or today
    if basis is None:
        raise FivetimesError(
            f"{path}: its evidence was not drafted on this machine, and today's scan has no {stated.id}. "
            "Verify it where it was drafted, or scan the sources that it is from."
        )
    sources = [report.source for report in scan.sources]
    relocated = evidence.relocate(basis, sources=sources, readers=ingest.READERS, key=store.local_key(home))
    now = replace(basis, occurrences=relocated.occurrences)
    found = conductors.evidence(now)
    key = store.local_key(home)
    live = evidence.recall(now, sources=sources, readers=ingest.READERS, key=key, meant=lines_meant(scan))
    harmless = harmless_words(live, scan, home=home, known=names_known(scan, home=home, environ=environ))
    replay, unseen = conductors.replayed(stated, now, live, parse=parse_line, harmless=harmless)
    return Verification(
        id=stated.id,
        differs=(*_differences(seen, found), *unseen),
        replay=replay,
        in_place=relocated.in_place,
        moved=tuple((location_text(old), location_text(new)) for old, new in relocated.moved),
        gone=tuple(map(location_text, relocated.gone)),
        here=kept is not None,
        stated=seen["occurrences"],
        by_now=today.count if today is not None else None,
    )


def _differences(stated: Evidence, found: Evidence) -> Iterator[str]:
    in_file = dict(stated.items())
    for name, value in found.items():
        if in_file.get(name) != value:
            yield f"{name}: the file says {in_file.get(name)}, the sources say {value}"


def verification_document(verification: Verification) -> VerificationDocument:
    """A verification in plain values, as `verify --json` prints it."""
    return {
        "id": verification.id,
        "holds": not verification.differs,
        "differs": list(verification.differs),
        "in_place": verification.in_place,
        "moved": [list(pair) for pair in verification.moved],
        "gone": list(verification.gone),
        "drafted_here": verification.here,
        "stated": verification.stated,
        "by_now": verification.by_now,
        "replay": verification.replay,
    }
