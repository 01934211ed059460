"""The folder of conductors -> Conductor and Review: one YAML file for each, the ledger of all decisions beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fivetimes import conductors, exporters, reviews, store
from fivetimes.exporters import slug
from fivetimes.model import Conductor, Review, Standing

LEDGER = "reviews.jsonl"
_ATTRIBUTES = ".gitattributes"
_UNION = f"{LEDGER} merge=union\n"  # lines of two branches are both kept, which is all that merging a ledger takes


def conductor_path(folder: Path, name: str) -> Path:
    """Where the conductor of an id lies."""
    return folder / f"{slug(name)}.yaml"


def conductor_at(path: Path) -> Conductor:
    """The conductor of a file.

    Raises:
        FivetimesError: it cannot be read, or is none.
    """
    return conductors.parse(store.read_text(path), place=str(path))


def drafted(folder: Path) -> list[Conductor]:
    """The conductors of a folder, by id; other YAML that lies there is left alone.

    Raises:
        FivetimesError: one of ours cannot be read.
    """
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.glob("*.yaml")):
        text = store.read_text(path)
        if "schema: fivetimes/conductor/" in text:
            found.append(conductors.parse(text, place=str(path)))
    return sorted(found, key=lambda conductor: conductor.id)


def ledger(folder: Path) -> list[Review]:
    """The reviews of a folder, oldest line first."""
    path = folder / LEDGER
    return reviews.read(store.read_text(path), place=str(path)) if path.exists() else []


def standings(folder: Path) -> Mapping[str, Standing]:
    """How each conductor of a folder stands."""
    return reviews.standing(ledger(folder))


def write(conductor: Conductor, *, folder: Path) -> Path:
    """Write the YAML of a conductor."""
    (path,) = store.write_all(exporters.EXPORTERS["yaml"](conductor), directory=folder)
    return path


def record(review: Review, *, folder: Path) -> None:
    """Add a review to the ledger of a folder.

    Raises:
        FivetimesError: the ledger was tampered with.
    """
    store.amend(folder / _ATTRIBUTES, lambda text: text if _UNION in text else text + _UNION)
    path = folder / LEDGER
    store.amend(path, lambda text: reviews.added(text, review, place=str(path)))
