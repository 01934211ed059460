"""A routine as a person sees it: tier, steps, variants, confidence, rhythm and cost (`routines`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fivetimes.config import ALWAYS_SHARE, Counted
from fivetimes.model.decisions import PROPOSED, Standing
from fivetimes.model.events import Effect, Kind
from fivetimes.model.occurrences import Occurrence
from fivetimes.model.reliability import Unready


class Tier(StrEnum):
    """The ladder: noticed at two, extract at five, canonical at ten (by default)."""

    NOTICED = "noticed"
    EXTRACT = "extract"
    CANONICAL = "canonical"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a routine: what is done, in which share of the occurrences, how often in a row, and what else stands there.

    `alternatives` lists the other actions done at its position with their share; `share` counts any of them.
    """

    action: str
    kind: Kind
    share: float
    repeat: tuple[int, int] = (1, 1)
    alternatives: tuple[tuple[str, float], ...] = ()
    effect: Effect = Effect.NONE

    @property
    def optional(self) -> bool:
        """Whether it is sometimes left out."""
        return self.share < ALWAYS_SHARE


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which it was done: the steps taken, by index into the candidate's steps, and how often."""

    actions: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Whether a routine comes again in later time: its profile as the first part of the time shows it, looked for in the rest.

    mined: occurrences in the first part. seen: in the rest. bits: what the profile saves there, net of its steps' names; chance
    alone gets b bits with a probability of at most 2^-b. q: that probability, controlled over all candidates.
    """

    mined: int
    seen: int
    bits: float
    q: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure we are, in words, with the numbers behind them.

    bits: description length saved against independent actions. completion: share of begun runs that went to the end.
    threaded: steps that share a value with another. q: the share of false routines expected among all that stand out as much
    (Benjamini-Hochberg over the `tried` ones). held_out: None where there is too little time before or after to tell.
    sentences: the tests in words, those passed and those not.
    """

    verdict: str
    bits: float
    completion: float
    threaded: int
    q: float = 1.0
    tried: int = 0
    held_out: HeldOut | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a routine is done. `period`: daily, weekly, monthly, regular (a number of days that is neither), irregular, or unknown
    where it was done on too few days to say.

    weekday: 0 is Monday, None where no weekday stands out. on_weekday, of: how many of its days fall on it. phrase: the same in
    words.
    """

    period: str
    weekday: int | None
    on_weekday: int
    of: int
    phrase: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a routine took, and what one command in its place would save, in hours over the whole period. `assumes` says how
    that is reckoned."""

    hours: float
    saved: float
    assumes: str


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Whether start and end are sure: the share of occurrences that begin (end) where a session does, at a pause longer than
    any between its steps, or at a change of folder."""

    start: float
    end: float
    phrase: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A routine that people repeat. `count` is the number of `occurrences`; where bundles were merged there are none to show, and
    every number is a lower bound.

    broken: runs begun and broken off, counted apart. by: shares of its steps done by humans, agents and bots. bus_factor: how
    few people did more than half of it. unready: what to mature first; it changes neither tier nor rank. already: the conductor or
    the skill that puts these very steps in order; empty: there is none. standing: what people decided (`review.as_decided`).
    """

    id: str
    title: str
    tier: Tier
    count: int
    sessions: int
    days: int
    people: int  # bots are none
    at_least: bool  # a deduplicating source is involved: it may have been more often
    confidence: Confidence
    reasons: tuple[str, ...]
    steps: tuple[Step, ...]
    variants: tuple[Variant, ...]
    occurrences: tuple[Occurrence, ...]
    duration: tuple[float, float, float] | None  # seconds: lower quartile, median, upper quartile
    score: float
    first: datetime | None = None
    last: datetime | None = None
    rhythm: Rhythm | None = None
    cost: Cost | None = None
    boundaries: Boundaries | None = None
    broken: int = 0
    by: tuple[float, float, float] = (1.0, 0.0, 0.0)
    bus_factor: int = 0
    unready: tuple[Unready, ...] = ()
    already: str = ""
    standing: Standing = PROPOSED

    @property
    def merged(self) -> bool:
        """Whether it was made of bundles: no occurrence of it is known here."""
        return not self.occurrences

    def counted(self, by: Counted) -> int:
        """What the five-times rule counts."""
        return {Counted.OCCURRENCES: self.count, Counted.SESSIONS: self.sessions, Counted.DAYS: self.days}[by]
