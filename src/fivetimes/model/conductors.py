"""A conductor, what turns it into files (`exporters`), and what it changed once approved (`followup`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fivetimes.conductor_document import ConductorDocument


@dataclass(frozen=True, slots=True)
class Conductor:
    """A conductor: its id, and the document that its YAML file holds."""

    id: str
    document: ConductorDocument


class Exporter(Protocol):
    """Turns a conductor into the text of one or more files, by relative name."""

    def __call__(self, conductor: Conductor) -> Mapping[str, str]:
        """Return file name → text; raises RuleError where a gate cannot be carried."""
        ...


@dataclass(frozen=True, slots=True)
class ConductorEffect:
    """What an approved conductor changed: how often its routine was done by hand before its approval and since, and its runs since.

    days_before, days_since: how long that was, from the first time by hand to the approval, and from there to the end of what was
    read. standing: how it fares, in a few words.
    """

    id: str
    title: str
    before: int
    days_before: float
    since: int
    days_since: float
    runs: int
    standing: str
