"""Entry points of installed packages -> guests: readers and exporters that others have written, beside our own.

A package registers a module under `fivetimes.readers`; the name of the entry point is the name of the reader. The module has
`read(source, balance)`, as `fivetimes.model.Reader` describes it, and `recognises(path)`, which says whether a path is its kind of
source. Nothing of a guest reader is loaded before a path is found that no reader of ours knows. A function registered under
`fivetimes.exporters` is a `fivetimes.model.Exporter`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar

from fivetimes.errors import FivetimesError, ReadError
from fivetimes.model import Balance, RawBatch, Source

GROUP = "fivetimes.readers"

logger = logging.getLogger(__name__)

Made = TypeVar("Made", bound=Callable[..., Any])


def load(group: str) -> Mapping[str, Callable[..., Any]]:
    """What installed packages offer under an entry point group, by name.

    Args:
        group: such as `fivetimes.exporters`.

    Raises:
        FivetimesError: one cannot be loaded, or is nothing that can be called.

    Example:
        >>> dict(load("fivetimes.nobody-offers-these"))
        {}
    """
    found: dict[str, Callable[..., Any]] = {}
    for entry in sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        if entry.name in found:
            raise FivetimesError(f"{entry.name}: two installed packages offer this under {group}. Uninstall one.")
        try:
            made = entry.load()
        except Exception as error:  # a guest's import may fail in any way, and the sentence must name the guest
            raise FivetimesError(
                f"{entry.value}: this plugin cannot be loaded ({error}). Uninstall or mend it."
            ) from error
        if not callable(made):
            raise FivetimesError(f"{entry.value}: this plugin is no function. Uninstall or mend it.")
        found[entry.name] = made
    return found


def joined(group: str, ours: Mapping[str, Made]) -> Mapping[str, Made]:
    """Our own table with the guests of a group.

    Raises:
        FivetimesError: a guest takes a name of ours.

    Example:
        >>> sorted(joined("fivetimes.nobody-offers-these", {"len": len}))
        ['len']
    """
    guests: Mapping[str, Any] = load(group)
    taken = sorted(set(guests) & set(ours))
    if taken:
        raise FivetimesError(
            f"{taken[0]}: a plugin takes this name, which is ours. Uninstall it, or give it another name."
        )
    return {**ours, **guests}


# ---- readers


@dataclass(frozen=True, slots=True)
class Guest:
    """A reader of somebody else. What goes wrong in it is a stated problem of its source, and ends nothing else."""

    name: str
    entry: EntryPoint

    def recognises(self, path: Path) -> bool:
        """Whether the guest takes this file or folder for one of its sources."""
        try:
            return bool(self._function("recognises")(path))
        except Exception as error:  # whatever a guest does, the other sources are read
            logger.warning(
                "the reader %s could not look at %s: %s. Update it, or uninstall it.", self.name, path, error
            )
            return False

    def __call__(self, source: Source, balance: Balance) -> Iterator[RawBatch]:
        """Yield what the guest reads of a source.

        Raises:
            ReadError: it failed, or its account does not add up.
        """
        try:
            yield from self._function("read")(source, balance)
        except FivetimesError:
            raise
        except Exception as error:
            raise ReadError(
                f"{source.path}: the reader {self.name} failed ({type(error).__name__}). Tell its authors, or leave it out."
            ) from error
        if not balance.holds:
            raise ReadError(
                f"{source.path}: the reader {self.name} does not account for every record. Tell its authors; what it read"
                " is counted all the same."
            )

    def _function(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self.entry.load(), name)
        return found


def guests(taken: Mapping[str, object]) -> dict[str, Guest]:
    """The readers that installed packages offer; one under a name of ours is left out, and so is the second under one name.

    Args:
        taken: our own readers by name.
    """
    found: dict[str, Guest] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        if entry.name in taken or entry.name in found:
            logger.warning(
                "%s: a reader of this name is already there. Ask the authors of %s for another.",
                entry.name,
                entry.value,
            )
        else:
            found[entry.name] = Guest(entry.name, entry)
    return found
