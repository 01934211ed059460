"""The records and protocols that pass between packages, in the order of the data's way.

The few (candidates, conductors) are frozen records; the many (events, actions) are columns, and stand in `columns.py`. Times are
seconds since the epoch, UTC, as float64, NaN when unknown. Nothing here reads, counts or decides.

Each section names the packages that make what stands in it. The file is long and stays one: whoever wants to know what passes
between two packages reads one page. What only one package needs belongs there.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any, Protocol

from fivetimes.conductor_document import ConductorDocument
from fivetimes.config import ALWAYS_SHARE, Counted, FiveTimesRule
from fivetimes.words import noun

# ---- what is done, by whom, and what it does


class Kind(IntEnum):
    """What sort of thing was done."""

    SHELL = 0
    TOOL = 1
    SKILL = 2
    COMMIT = 3
    ACTION = 4  # from a generic log, taken as it stands
    EDIT = 5  # a file, or a kind of files, that a commit touched
    REQUEST = 6  # what a person asked an agent for, in their own words


class By(IntEnum):
    """Who did it: a person at the keys, an agent on its own, or a bot account."""

    HUMAN = 0
    AGENT = 1
    BOT = 2


class Effect(IntEnum):
    """What a step does to the world outside the working folder; decides where an approval gate stands."""

    NONE = 0
    UNKNOWN = 1
    REWRITE = 2  # history that others may have
    DELETE = 3
    SEND = 4
    PAY = 5
    PUBLISH = 6
    DEPLOY = 7


class Role(IntEnum):
    """What a word is in its command; decides what may be kept of it."""

    PROGRAM = 0
    SUBCOMMAND = 1
    SCRIPT = 2  # the file that an interpreter runs, or the target that a build tool makes
    FLAG = 3  # a flag's name, without its value
    VALUE = 4
    SECRET = 5  # stands where a secret would: nothing of it is kept
    KEY = 6  # the name of a tool's or skill's argument
    NAME = 7  # declared: a skill, a tool, an action of a generic log
    COMMIT_KIND = 8  # `fix` of `fix(api): …`


class TimeSource(IntEnum):
    """Where an event's time is from."""

    NONE = 0
    RECORDED = 1
    BOUNDED = 2  # between two recorded ones


# ---- a command line, parsed (shell)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command, unquoted, with its role. A flag's `=value` is a word of its own after the flag."""

    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words from the program on, the wrappers looked through, the operator before it.

    `via` holds wrapper programs, outermost first (`("sudo",)`); `operator` is one of ``"" | "|" | "|&" | "&&" | "||" | ";" | "&"``
    (empty for the first command of a line; newlines and loop bodies count as ``;``). `wrapper_args` are the arguments
    of the wrappers: the host of `ssh`, the container of `docker exec`. `within` marks what a substitution in another command's
    words runs, in `$( )`, backticks or `<( )`: it is an argument of that command, which comes behind it, and no step of its own.
    """

    words: tuple[Word, ...]
    via: tuple[str, ...] = ()
    operator: str = ""
    wrapper_args: tuple[str, ...] = ()
    within: bool = False


@dataclass(frozen=True, slots=True)
class CommandLine:
    """All simple commands of a line in the order in which they stand. `sure` is false when the grammar had to guess."""

    commands: tuple[Command, ...]
    sure: bool = True


class Grammar(Protocol):
    """What is known of public programs: names and structure, never values."""

    def is_program(self, name: str) -> bool:
        """Whether this is the name of a public program or shell builtin."""
        ...

    def is_subcommand(self, program: str, path: tuple[str, ...]) -> bool:
        """Whether `path` (one or more words) is a subcommand path of the program, or the beginning of one."""
        ...

    def is_flag(self, program: str, flag: str) -> bool:
        """Whether this is a flag name that the public pages of the program show."""
        ...

    def takes_value(self, program: str, flag: str) -> bool:
        """Whether the flag is known to take the next word as its value."""
        ...


# ---- what readers yield, and what was read (ingest)


@dataclass(slots=True)
class Balance:
    """The conservation law of a source: records = events + ignored + duplicates + bad + held back."""

    records: int = 0
    events: int = 0
    duplicates: int = 0
    held_back: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        """Whether every record is accounted for."""
        spent = self.events + self.duplicates + self.held_back + self.ignored.total() + self.bad.total()
        return self.records == spent


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to read: a file, a folder of transcripts or a repository.

    `origin` is how it is called in every output: the path relative to the configuration or the given root. `person` is its
    owner when the configuration says so; where None, the records themselves must say who it was. `columns` are pairs of a field
    of a generic log (`person`, `time`, `action`, …) and what it is called there. `skip` are files in it that are not read.
    """

    reader: str
    path: Path
    origin: str
    person: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    skip: frozenset[Path] = frozenset()


@dataclass(slots=True)
class RawBatch:
    """Rows as a reader found them, still raw: only `eventlog.redact` may take this.

    All columns that are not None have one entry per row. A column that is None is unknown throughout. `origin` names the very
    file (for a folder source, the file in it).

    Columns:
        text: shell: the command; tool: the tool's name; skill: the skill's name; commit: the subject; action: the action;
            request: its words.
        kind: one Kind for all rows, or one per row.
        args: named arguments of a tool, skill or action. For a shell tool the row is of Kind.SHELL and has no args.
        line: line on which the command's text starts, from 1 (a JSONL record's line). None for repositories.
        commit: full hash of a commit row, or of the tag that the row is about; None where the row is neither.
        person: who, as the record has it (actor name, or "Name <mail>" of a commit); None: the source's owner.
        time: seconds since the epoch, UTC; NaN unknown. `offset`: minutes east of UTC, NaN unknown.
        session: the native session id. `where`: working folder or repository, as the record has it.
        by: one By for all rows, or one per row. `exit`: exit status, NaN unknown. `duration`: seconds, NaN unknown.
        parent: the skill or conductor that called this one. `files`: paths that a commit touched.
        key: the id that the program gave to what was done: equal in every copy of the record, in any source of this reader.
    """

    source: str
    origin: str
    text: Sequence[str]
    kind: Kind | Sequence[Kind] = Kind.SHELL
    args: Sequence[Mapping[str, Any] | None] | None = None
    line: Sequence[int] | None = None
    commit: Sequence[str | None] | None = None
    person: Sequence[str | None] | None = None
    time: Sequence[float] | None = None
    offset: Sequence[float] | None = None
    session: Sequence[str | None] | None = None
    where: Sequence[str | None] | None = None
    by: By | Sequence[By] = By.HUMAN
    exit: Sequence[float] | None = None
    duration: Sequence[float] | None = None
    parent: Sequence[str | None] | None = None
    files: Sequence[Sequence[str]] | None = None
    key: Sequence[str | None] | None = None
    owner: str | None = None  # the source's person, when the configuration names one
    deduplicated: bool = False  # the source keeps one entry per text: counts are "at least"


class Reader(Protocol):
    """Reads one source. Never raises on content; accounts for every record in `balance`.

    Raises:
        ReadError: the source itself cannot be opened or is not of this kind.
    """

    def __call__(self, source: Source, balance: Balance) -> Iterator[RawBatch]:
        """Yield the source's rows in batches, in the order of the file."""
        ...


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What was read of one source. `untimed` counts events whose time the source does not say; the last may be one of them.
    `remembered` counts events that stand in it no more, and are known from memory."""

    source: Source
    balance: Balance
    first: datetime | None
    last: datetime | None
    deduplicated: bool
    untimed: int = 0
    ends_untimed: bool = False
    remembered: int = 0


# ---- candidates (routines)


class Tier(StrEnum):
    """The ladder: noticed at two, extract at five, canonical at ten (by default)."""

    NOTICED = "noticed"
    EXTRACT = "extract"
    CANONICAL = "canonical"


@dataclass(frozen=True, slots=True)
class Location:
    """Where an event can be found again: a line (from 1) of a file, or a commit of a repository. `digest` is keyed."""

    path: str
    line: int | None = None
    commit: str | None = None
    digest: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of an occurrence: which step it is (index into the candidate's steps, None for a stray between them)."""

    step: int | None
    action: str
    time: datetime | None
    locations: tuple[Location, ...]
    part: int = 0  # which simple command of its line


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time the routine was done."""

    person: str  # who began it; what was handed over has steps of others too
    start: datetime | None
    end: datetime | None
    session: int
    by_agent: float  # share of its events done by an agent
    moments: tuple[Moment, ...]


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
    """When a routine is done. `period`: daily, weekly, monthly, irregular, or unknown where it was done on too few days to say.

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


class Unproven(StrEnum):
    """Why a skill or tool cannot be relied on yet."""

    SEEN_ONCE = "seen once"
    YOUNG = "young"
    FAILING = "failing"


# Share of the known uses that failed, from which a specialist is failing: with 0.2, every second occurrence fails of a routine with
# three such steps (0.8 ** 3 = 0.51).
FAILING = 0.2


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often a skill, tool or program was used, of how many uses the end is known, and how many of these failed."""

    uses: int
    known: int
    failed: int

    @property
    def failure_rate(self) -> float:
        """The share of the known ends that were failures; 0 where none is known."""
        return self.failed / self.known if self.known else 0.0

    @property
    def failing(self) -> bool:
        """Whether it fails too often to be relied on; a single failure shows nothing."""
        return self.failed > 1 and self.failed >= FAILING * self.known

    def unproven(self, least: int) -> Unproven | None:
        """Why it cannot be relied on yet; None where it can.

        Args:
            least: uses from which it has shown that it can be relied on: as often as a routine must be done (`rule.extract`).

        Example:
            >>> str(Reliability(9, 9, 3).unproven(5)), str(Reliability(1, 0, 0).unproven(5)), Reliability(9, 9, 1).unproven(5)
            ('failing', 'seen once', None)
        """
        if self.failing:
            return Unproven.FAILING
        if self.uses >= least:
            return None
        return Unproven.SEEN_ONCE if self.uses == 1 else Unproven.YOUNG


@dataclass(frozen=True, slots=True)
class Unready:
    """A skill or tool among the steps that should mature before it is put in order with others. `step` counts from 0.

    uses: how often it was seen at all. known, failed: of how many uses the end is known, and how many of these failed.
    """

    step: int
    name: str
    uses: int
    known: int
    failed: int
    why: Unproven


# ---- decisions (review)


class Decision(StrEnum):
    """What a person did with a conductor. The first three say how it stands; the others are revisions, or a proposal declined."""

    APPROVE = "approve"
    REJECT = "reject"
    DEFER = "defer"
    RENAME = "rename"
    ANSWER = "answer"
    EDIT = "edit"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Review:
    """One line of the ledger: who did what with which conductor, when and why.

    `on` is the digest of the document decided on, None where none was drafted. `occurrences` and `evidence` say what was seen
    then. `previous` are the marks of that person's lines that none of their lines names yet. `to` is what a revision put in
    place; `mark` is the digest of the line itself. `steps` are those of the `Identity` of the routine; none in a line of old.
    """

    conductor: str
    decision: Decision
    by: str
    at: datetime
    why: str
    on: str | None
    occurrences: int
    evidence: str
    previous: tuple[str, ...] = ()
    to: str | None = None
    mark: str = ""
    steps: Mapping[str, float] = field(default_factory=dict, hash=False)


class Status(StrEnum):
    """How a conductor stands by the ledger."""

    PROPOSED = "proposed"  # nobody has decided yet
    APPROVED = "approved"
    REJECTED = "rejected"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Standing:
    """The status of a conductor, and the decision that gave it; None before anybody decided."""

    status: Status
    last: Review | None = None


PROPOSED = Standing(Status.PROPOSED)


# ---- a routine as a person sees it


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


# ---- what was not proposed, and what became of each sequence (routines)


class SuppressionRule(StrEnum):
    """Why a sequence was not proposed: a code, a text for people (its fields are filled from the record's numbers), an explanation.

    Mostly in the order in which the search asks. To add one: `docs/contributing/add-a-suppression-rule.md`.

    Example:
        >>> SuppressionRule.BEYOND_LIMIT.sentence({"limit": 30})
        'beyond the first 30'
    """

    text: str
    doc: str

    def __new__(cls, code: str, text: str, doc: str) -> SuppressionRule:
        rule = str.__new__(cls, code)
        rule._value_, rule.text, rule.doc = code, text, doc
        return rule

    def sentence(self, numbers: Mapping[str, float]) -> str:
        """The text with its numbers."""
        return self.text.format(**numbers)

    @property
    def heading(self) -> str:
        """The text without numbers, for a list of counts by rule."""
        return re.split(r"[:;{]", self.text)[0].strip()

    @property
    def is_habit(self) -> bool:
        """Whether what fails it is a work habit: done again and again, and too short or too loose to be a routine."""
        return self in (SuppressionRule.TWO_STEPS, SuppressionRule.HABIT, SuppressionRule.EDITING_LOOP)

    CONTEXT = (
        "context",
        "navigation or looking around",
        "These actions say where a person is and what lies there. They are context of the work and never a step.",
    )
    LOOP = (
        "loop",
        "an earlier pass of an agent's loop",
        "An agent that edits and runs again and again does one piece of work; only the last pass of such a loop is looked at.",
    )
    SEED_BY_CHANCE = (
        "seed-by-chance",
        "a pair that stands together no more than chance gives",
        "The search starts from pairs of actions that stand together far more often than their frequencies explain. The bar is the"
        " surprise, in bits, that the luckiest of all pairs looked at would reach by chance.",
    )
    CLAIMED = (
        "claimed",
        "its actions belong to routines found before it",
        "Every action belongs to one routine only. What was left of this pair after the routines found before it is not surprising"
        " any more.",
    )
    TWO_STEPS = (
        "two-steps",
        "two steps only",
        "Fewer than three different actions are done in most occurrences. Two actions in a row are a habit, not a routine.",
    )
    HABIT = (
        "habit",
        "done together, but in no fixed order, or no more than the work around it gives: a way of working",
        "Its actions stand near each other far more often than chance gives, but the order of one time is not that of the others,"
        " or each time is hardly likelier than the everyday work around it makes it. People edit, build and look like this all day;"
        " there is no fixed sequence in it that a conductor could run.",
    )
    NOT_TOGETHER = (
        "not-together",
        "its steps do not come together twice",
        "A pair was surprising and steps grew around it, but fewer than two occurrences hold enough of them, in order and near"
        " enough, to be likelier than chance.",
    )
    OPTIONAL_BY_CHANCE = (
        "optional-by-chance",
        "without the steps that chance would give, fewer than three are left",
        "Optional steps that stand there no more often than their frequency explains are left out. What remained is too little.",
    )
    ONCE = (
        "once",
        "done once",
        "It was done fewer times than the rule of the scan asks for before anything is noticed.",
    )
    NO_CORE = (
        "no-core",
        "fewer than three steps hold together",
        "Fewer than three steps stand in more than half of the occurrences.",
    )
    CHANCE = (
        "chance",
        "explained by chance",
        "Its occurrences save too few bits against independent actions, beyond what the luckiest of all pairs would save.",
    )
    MERGED = (
        "merged",
        "a variant of another routine",
        "It shares most of its steps, weighed by their rarity, with another routine; both are shown as one.",
    )
    # what a person should not see: asked by `routines.suppression.RULES`
    BROWSING = (
        "browsing",
        "looks like browsing",
        "At most one of its usual steps acts, and nothing outlasts it: nothing is deleted, sent, deployed, committed or written to"
        " a file by redirection, and no program that nobody knows is run.",
    )
    EDITING_LOOP = (
        "editing-loop",
        "edit and try, again and again",
        "Something is edited and tried, no step leaves anything that lasts, and mostly the next time begins as soon as one is over."
        " That is how people write and mend things; where it ends in a commit, an upload or a message, that is a routine.",
    )
    BURST = (
        "burst",
        "one burst: all within three days, by one person",
        "Everything was done by one person in three days on end, in a history of two weeks or more; where no times are known,"
        " in one stretch as long as that.",
    )
    BROKEN_OFF = (
        "broken-off",
        "mostly broken off: {completion:.0%} of the attempts that began went to the end",
        "Most of the attempts that began did not go to the end, no two neighbouring steps belong together, and no value runs"
        " through them. Everyday actions that each make the next one likely look so.",
    )
    PART = (
        "part",
        "part of another",
        "All its usual steps are steps of a routine that is proposed.",
    )
    BEYOND_LIMIT = (
        "beyond-limit",
        "beyond the first {limit:.0f}",
        "It passed every rule, and others scored higher. No more are put before a person at once.",
    )
    REJECTED = (
        "rejected",
        "rejected before; proposed again from {returns_at:.0f} times on",
        "A person rejected it. It is proposed again when it was seen so much more often that it is worth another look.",
    )


Numbers = tuple[tuple[str, float], ...]  # name -> number, in the order in which they are shown


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What was seen often and not proposed, with the rule it failed and the numbers that the rule looked at."""

    steps: tuple[str, ...]
    count: int
    rule: SuppressionRule
    numbers: Numbers = ()

    @property
    def reason(self) -> str:
        """The rule's text with its numbers."""
        return self.rule.sentence(dict(self.numbers))


class Stage(StrEnum):
    """A stage of the search for routines, in the order in which they act."""

    SEED = "seed"
    GROWTH = "growth"
    COVER = "cover"
    MERGING = "merging"
    ASSIGNMENT = "assignment"
    SIGNIFICANCE = "significance"
    SUPPRESSION = "suppression"
    RANKING = "ranking"
    REVIEW = "review"  # not of the search: what a person decided of its candidate


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """What one stage found of a sequence: a sentence, and the numbers it decided by (counts, bits, shares)."""

    stage: Stage
    text: str
    numbers: Numbers = ()


@dataclass(frozen=True, slots=True)
class SequenceTrace:
    """What became of one sequence: from its seed to the list, or to the rule that it failed.

    steps: its labels, as they may be shown. count: occurrences at the last stage. rule: None for what is proposed. id: of the
    candidate that it is, or that it became a part of; None where there is none.
    """

    steps: tuple[str, ...]
    count: int
    events: tuple[TraceEvent, ...]
    rule: SuppressionRule | None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An action that can be no step: its label, why, and how often it was done."""

    action: str
    rule: SuppressionRule
    count: int


@dataclass(frozen=True, slots=True)
class SearchTrace:
    """What became of everything that the search looked at. Bounded: `totals` counts all, `sequences` and `left_out` keep the first.

    totals: how many sequences (actions, for `context` and `loop`) failed each rule.
    """

    sequences: tuple[SequenceTrace, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)

    def renamed(self, ids: Mapping[str, str]) -> SearchTrace:
        """The same with other ids for some candidates."""
        return replace(self, sequences=tuple(replace(one, id=ids.get(one.id or "", one.id)) for one in self.sequences))

    def rejected(self, events: Mapping[str, TraceEvent]) -> SearchTrace:
        """The same with the candidates of these ids rejected, each by the event beside its id."""
        sequences = tuple(
            replace(one, rule=SuppressionRule.REJECTED, events=(*one.events, events[one.id]))
            if one.rule is None and one.id is not None and one.id in events
            else one
            for one in self.sequences
        )
        return replace(self, sequences=sequences)


# ---- a scan: everything together (pipeline)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of the sequences that somebody asked for.

    sequences: those that fit, the best fit first, `more` further ones not given. left_out: actions among those asked for that can
    be no step. pairs_below: how many pairs of actions in all stood together too seldom to be looked at, of which few are kept.
    """

    asked: str
    sequences: tuple[SequenceTrace, ...]
    left_out: tuple[LeftOut, ...]
    more: int
    pairs_below: int


@dataclass(frozen=True, slots=True)
class Promotion:
    """A routine that climbed since a report."""

    id: str
    before: Tier
    after: Tier


@dataclass(frozen=True, slots=True)
class Identity:
    """What a routine is recognised by, whatever was read and wherever it was kept.

    steps: of each step, by its program and subcommand as they are called on every machine, the share of the occurrences.
    """

    id: str
    steps: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gone:
    """A routine of the last report that is in none of today's places.

    count: how often it had been done by the last report. why: a sentence that names the rule which keeps it away, or what explains
    its absence. into: the id of the routine that it is a part of by now; empty: of none.
    """

    id: str
    title: str
    count: int
    why: str
    into: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from a report that was written before: ids, and of what is gone the reason.

    since: when that report was written. times: by id, how often each routine was done by then.
    """

    new: tuple[str, ...] = ()
    promoted: tuple[Promotion, ...] = ()
    gone: tuple[Gone, ...] = ()
    since: datetime | None = None
    times: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportedRoutine:
    """A routine as a report showed it; `labels` are its usual steps, `places` the paths of the sources that it was seen in."""

    identity: Identity
    title: str
    tier: Tier
    count: int
    labels: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A report that was written: what later ones are compared with. `places` are the paths of all sources that were read for it."""

    at: datetime
    routines: tuple[ReportedRoutine, ...]
    places: tuple[str, ...]


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
class Span:
    """The days, in UTC and both included, that a scan is confined to; None: no limit at this end.

    Example:
        >>> begin, end = Span(date(2026, 3, 2), date(2026, 3, 8)).ends
        >>> (end - begin) / 86_400  # seconds of a day
        7.0
    """

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"a span ends before it begins: {self.first}, {self.last}")

    @property
    def ends(self) -> tuple[float, float]:
        """Seconds since the epoch: the first moment in it, and the first one behind it; infinite where there is no limit."""
        begin = -math.inf if self.first is None else _midnight(self.first)
        return begin, math.inf if self.last is None else _midnight(self.last + timedelta(days=1))

    @property
    def phrase(self) -> str:
        """The span in words.

        Example:
            >>> Span(first=date(2026, 3, 2)).phrase, Span(date(2026, 3, 2), date(2026, 3, 8)).phrase
            ('since 2026-03-02', 'from 2026-03-02 to 2026-03-08')
        """
        if self.first is None:
            return f"until {self.last}"
        return f"since {self.first}" if self.last is None else f"from {self.first} to {self.last}"


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Confined:
    """The span that a scan is confined to, and how many events it left out.

    before, after: events of days outside it. untimed: events of which nobody knows the day, neither by a time that was recorded nor
    by one that was found for them between recorded ones.
    """

    span: Span
    before: int
    after: int
    untimed: int

    @property
    def phrase(self) -> str:
        """The span, and what was left out of it, as one sentence.

        Example:
            >>> Confined(Span(first=date(2026, 3, 2)), 120, 0, 1).phrase
            'only what was done since 2026-03-02; left out: 120 events before, 1 event without a known day'
        """
        counts = ((self.before, "before"), (self.after, "after"), (self.untimed, "without a known day"))
        parts = [f"{count:,} {noun(count, 'event')} {where}" for count, where in counts if count]
        return f"only what was done {self.span.phrase}; left out: {', '.join(parts) or 'nothing'}"


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


# ---- live text, for the owner alone (evidence)


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


# ---- conductors (conductors, exporters)


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


Clock = Callable[[], datetime]
