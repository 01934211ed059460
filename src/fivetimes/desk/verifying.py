"""A conductor's file and the sources of today -> Verified: what became of its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fivetimes import conductors, evidence, ingest, store
from fivetimes.desk.files import conductor_at
from fivetimes.errors import FivetimesError
from fivetimes.model import Location, Scan


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of the evidence of a draft.

    `differs` says in sentences what the file states otherwise than the sources; none: it holds. `moved` and `gone` are places.
    `here`: its evidence was kept on this machine. `by_now` is how often the routine was seen in today's scan, None: not found.
    """

    id: str
    differs: tuple[str, ...]
    in_place: int
    moved: tuple[tuple[str, str], ...]
    gone: tuple[str, ...]
    here: bool
    stated: int
    by_now: int | None


def verify(path: Path, scan: Scan, *, home: Path) -> Verified:
    """Recompute the evidence of a conductor from the sources.

    Args:
        path: the conductor's file.
        scan: of today.
        home: our own folder, with the evidence of what was drafted here.

    Raises:
        FivetimesError: the file is no conductor, or nothing here knows its evidence.
    """
    stated = conductor_at(path)
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
    found = conductors.evidence(replace(basis, occurrences=relocated.occurrences))
    return Verified(
        id=stated.id,
        differs=tuple(_differences(seen, found)),
        in_place=relocated.in_place,
        moved=tuple((_place(old), _place(new)) for old, new in relocated.moved),
        gone=tuple(map(_place, relocated.gone)),
        here=kept is not None,
        stated=seen["occurrences"],
        by_now=today.count if today is not None else None,
    )


def _differences(stated: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    for name, value in found.items():
        if stated.get(name) != value:
            yield f"{name}: the file says {stated.get(name)}, the sources say {value}"


def _place(place: Location) -> str:
    return f"{place.path}:{place.line}" if place.commit is None else f"{place.path}@{place.commit[:10]}"


def verified_document(verified: Verified) -> dict[str, Any]:
    """A verification in plain values, as `verify --json` prints it."""
    return {
        "id": verified.id,
        "holds": not verified.differs,
        "differs": list(verified.differs),
        "in_place": verified.in_place,
        "moved": [list(places) for places in verified.moved],
        "gone": list(verified.gone),
        "drafted_here": verified.here,
        "stated": verified.stated,
        "by_now": verified.by_now,
    }
