"""Raw text read again at its source, for the owner alone (`evidence`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fivetimes.model.events import Kind


@dataclass(frozen=True, slots=True)
class LiveCommand:
    """The raw text of one moment, read again at its source just now: a command, or a name with its arguments.

    `exit` is how it ended, 0 for well; None or NaN where the source does not say. `before` are the `cd` lines that lead from where
    the run began to where it was done.
    """

    kind: Kind
    text: str
    args: Mapping[str, Any] | None = None
    exit: float | None = None
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveText:
    """What a candidate stands on, raw: per occurrence and moment the command, None where the source is gone or changed.

    Made by `evidence.py` alone. Only a terminal and the review page may show it; into a file goes what `redaction.harmless` lets
    through.
    """

    candidate: str
    occurrences: tuple[tuple[LiveCommand | None, ...], ...]
    missing: int
