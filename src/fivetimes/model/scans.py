"""Everything that one scan found (`pipeline`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fivetimes.config import FiveTimesRule
from fivetimes.model.candidates import Candidate
from fivetimes.model.changes import Changes
from fivetimes.model.sources import SourceReport
from fivetimes.model.spans import Confined
from fivetimes.model.suppression import Suppressed
from fivetimes.model.trace import SearchTrace


@dataclass(frozen=True, slots=True)
class Composition:
    """A skill as its log shows it: what it calls, by name and how often. `level`: 1 calls nothing, 2 calls skills, 3 calls
    compositions."""

    name: str
    level: int
    uses: int
    calls: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """How many candidates a chance history of the same team gives, by tier, as a mean over `runs` histories. `how` says in a
    sentence what was left to chance."""

    how: str
    runs: int
    noticed: float
    extract: float
    canonical: float


@dataclass(frozen=True, slots=True)
class SearchedWork:
    """What a scan was searched in, and what the search itself called what it found.

    work: a digest under the local key of the redacted work, of the settings and of our own code: of the same, a search finds the
    same. ids: of the candidates, before they got those that they had in an earlier scan. read: another such digest, of all that was
    read before it was redacted and of what decides how it is: of the same, a scan finds the same; empty where that is not known.
    """

    work: str
    ids: tuple[str, ...]
    read: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything that one scan found.

    `suppressed` has the work habits too; a report shows `habits` and `not_proposed` apart. `redactions` counts what was taken
    out, by rule; `skipped` says in sentences what could not be read. `varied` are the pseudonyms of programs seen with different
    arguments and never alone on a line: those are no mistyped passwords. `shared_names` are the pieces of names in no vocabulary
    that two people or more used: only those are passed on. `public_aliases` are the origins whose lines hold such.
    """

    candidates: tuple[Candidate, ...]
    suppressed: tuple[Suppressed, ...]
    sources: tuple[SourceReport, ...]
    redactions: Mapping[str, int]
    skipped: tuple[str, ...]
    rule: FiveTimesRule
    events: int
    actions: int
    sessions: int
    persons: int
    varied: tuple[str, ...] = ()
    shared_names: tuple[str, ...] = ()
    public_aliases: tuple[str, ...] = ()
    changes: Changes | None = None  # None: it was compared with no report
    compositions: tuple[Composition, ...] = ()
    chance: tuple[Chance, ...] = ()  # empty: not asked for
    trace: SearchTrace = field(default_factory=SearchTrace)
    confined: Confined | None = None  # None: all that was read
    searched: SearchedWork | None = None  # None: nobody will ask whether it is to be searched again
    merged: bool = False  # made of the bundles of `persons` people or more, and of no sources: nothing was scanned

    @property
    def period(self) -> tuple[datetime | None, datetime | None]:
        """The first and the last moment that was looked at; None where nothing has a time."""
        first = min((source.first for source in self.sources if source.first is not None), default=None)
        last = max((source.last for source in self.sources if source.last is not None), default=None)
        if self.confined is None or first is None or last is None:
            return first, last
        begin, end = self.confined.span.ends
        at = max(first.timestamp(), begin), min(last.timestamp(), end - 1)  # a second before the day that follows
        return (
            (None, None) if at[0] > at[1] else (datetime.fromtimestamp(at[0], UTC), datetime.fromtimestamp(at[1], UTC))
        )

    @property
    def to_decide(self) -> tuple[Candidate, ...]:
        """The routines that are proposed: the ladder counts these."""
        return tuple(candidate for candidate in self.candidates if not candidate.already)

    @property
    def conductors(self) -> tuple[Candidate, ...]:
        """The routines that are conductors already: listed as such, and not proposed again."""
        return tuple(candidate for candidate in self.candidates if candidate.already)

    @property
    def habits(self) -> tuple[Suppressed, ...]:
        """Steps that come again and make no routine, the most frequent first: they stand below the ladder and are never drafted."""
        found = (one for one in self.suppressed if one.rule.is_habit)
        return tuple(sorted(found, key=lambda one: (-one.count, one.steps)))

    @property
    def not_proposed(self) -> tuple[Suppressed, ...]:
        """What was seen often and not proposed, without the work habits."""
        return tuple(one for one in self.suppressed if not one.rule.is_habit)
