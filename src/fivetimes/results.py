"""A configuration, paths or this machine -> ScanResult: what `fivetimes scan` finds, for Python and notebooks.

The frames hold what `scan --json` writes: labels, counts, times, and people by alias; no raw text and no name of a person. They are
their owner's: names of one person alone stand in them, and not in `report()`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fivetimes import reports, review, scan_requests, workspace
from fivetimes.columns import SessionLog
from fivetimes.config import home, home_of_person
from fivetimes.model.conductors import Conductor
from fivetimes.model.scans import Scan
from fivetimes.model.trace import Explanation
from fivetimes.reports import event_log, frames
from fivetimes.reports.persons import aliases

if TYPE_CHECKING:
    import pandas as pd


def scan(
    source: str | Path | Sequence[str | Path] | None = None, *, conductors: str | Path = "conductors"
) -> ScanResult:
    """Read the sources and find what is repeated, as `fivetimes scan` does; nothing is asked.

    Nothing is kept but the local key, which is made on first use: the scan that `fivetimes report` shows stays what it was. A
    routine has the id that it had in that scan.

    Args:
        source: a `fivetimes.toml`; or a history, log, folder or repository, or several of them; None: the `fivetimes.toml` of this
            folder, and without one whatever is found on this machine.
        conductors: the folder of the drafts and of their ledger: what people decided there holds here.

    Raises:
        FivetimesError: there is nothing to read, or nothing of it can be read.
    """
    request, folder = _request(source), home(os.environ)
    if not request.sources:
        raise scan_requests.nothing_found(request)
    read = workspace.studied(request, folder=folder)
    found = workspace.continued(read.scan, request, folder=folder)
    return ScanResult(review.as_decided(found, Path(conductors)), read.sessions, Path(conductors))


def _request(source: str | Path | Sequence[str | Path] | None) -> scan_requests.Request:
    here = Path.cwd()
    if source is None:
        if (here / "fivetimes.toml").is_file():
            return scan_requests.from_config(here / "fivetimes.toml")
        return scan_requests.from_machine(os.environ, home=home_of_person(), here=here)
    paths = [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]
    if len(paths) == 1 and paths[0].suffix == ".toml":
        return scan_requests.from_config(paths[0])
    return scan_requests.from_paths(paths)


@dataclass(frozen=True, repr=False)
class ScanResult:
    """What a scan found, as pandas DataFrames; `scan` makes it, and `docs/python.md` has the columns.

    Each frame is made when it is first asked for, and then kept.

    Attributes:
        found: the whole scan as records (`fivetimes.model.Scan`); they may change from version to version.
        sessions: all work, cut into sessions; likewise.
        conductors: the folder of the drafts and of their ledger.
    """

    found: Scan
    sessions: SessionLog
    conductors: Path

    def __repr__(self) -> str:
        found = self.found
        return (
            f"<ScanResult: {len(found.candidates)} routines in {found.events} events of {len(found.sources)} sources>"
        )

    @cached_property
    def _alias(self) -> dict[str, str]:
        """The aliases of report.json, and further ones for people who did no routine, in the order of their names."""
        return aliases(self.found, self.sessions.actions.events.persons)

    @cached_property
    def routines(self) -> pd.DataFrame:
        """One row per routine, best first, indexed by id: `frames.ROUTINE_COLUMNS`."""
        return frames.routines(self.found)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per time that a routine was done: `frames.RUN_COLUMNS`."""
        return frames.runs(self.found, self._alias)

    @cached_property
    def steps(self) -> pd.DataFrame:
        """One row per step of each routine, in order: `frames.STEP_COLUMNS`."""
        return frames.steps(self.found)

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per action that was done, by person and time: `frames.EVENT_COLUMNS`."""
        return frames.events(self.sessions, self.found, self._alias)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """One row per source, with its balance: `frames.SOURCE_COLUMNS`."""
        return frames.sources(self.found)

    @cached_property
    def suppressed(self) -> pd.DataFrame:
        """One row per sequence that was not proposed, with the rule that it failed: `frames.SEQUENCE_COLUMNS`."""
        return frames.suppressed(self.found)

    @cached_property
    def habits(self) -> pd.DataFrame:
        """One row per work habit, the most frequent first: `frames.SEQUENCE_COLUMNS`."""
        return frames.habits(self.found)

    def explain(self, asked: str) -> Explanation:
        """What became of a routine (by id) or of actions (`git add -> git commit`), with the numbers that decided."""
        return workspace.explain(self.found, asked, folder=home(os.environ))

    def draft(self, name: str) -> Conductor:
        """The draft of a routine as `fivetimes draft` would write it; nothing is written or kept.

        The sources are read again for it: of what was typed it holds the words that are shown to be harmless.

        Args:
            name: an id, or the beginning of one.

        Raises:
            UnknownId: no routine has this id, or several do.
            RuleError: it was seen too rarely, it would contain a secret, or a person rejected it.
        """
        return review.preview_draft(workspace.candidate_of(self.found, name), self._context)

    def report(self, form: str = "md") -> str:
        """The five-times report as text, for others: `form` is `html`, `md` or `json`; names of one person alone are placeholders.

        Raises:
            ValueError: there is no such form.
        """
        previews = review.preview_drafts(self._context)
        extras = reports.ReportExtras(drafts=previews.drafts, names=previews.names)
        return reports.report(self.found, form=reports.ReportForm(form), extras=extras, at=datetime.now(UTC))

    def event_log(self, name: str | None = None) -> pd.DataFrame:
        """Events for programs of process mining: `frames.LOG_COLUMNS`, which are called as in XES.

        Args:
            name: of a routine, by id: each of its runs is a case, each thing done at a step of it an event. None: each session is a
                case, and each action in it an event, navigation left out.
        """
        if name is None:
            return frames.session_log(self.events)
        return frames.run_log(workspace.candidate_of(self.found, name))

    def write_xes(self, path: str | Path, name: str | None = None) -> None:
        """Write `event_log` as XES (IEEE 1849-2016), readable by its owner alone."""
        title = "sessions" if name is None else workspace.candidate_of(self.found, name).title
        workspace.write_report(Path(path), event_log.xes_of(title, self.event_log(name)))

    def write_csv(self, path: str | Path, name: str | None = None) -> None:
        """Write `event_log` as CSV, readable by its owner alone; times are ISO 8601 in UTC."""
        workspace.write_report(Path(path), event_log.csv_of(self.event_log(name)))

    @property
    def _context(self) -> review.ReviewContext:
        return review.ReviewContext(
            self.found, self.conductors, home(os.environ), os.environ, "", lambda: datetime.now(UTC)
        )
