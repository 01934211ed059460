"""Where somebody sits who drafts and decides: all that the desk has to know besides the routine itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fivetimes.model import Clock, Scan


@dataclass(frozen=True, slots=True)
class Seat:
    """The scan, the folder of the conductors and their ledger, our own folder, the process's environment, and who it is."""

    scan: Scan
    folder: Path
    home: Path
    environ: Mapping[str, str]
    by: str
    clock: Clock
