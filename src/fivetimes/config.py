"""fivetimes.toml -> Team: who works here, where their work is recorded, and every default with its unit."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from fivetimes.errors import ConfigError, FivetimesError

CONDUCTORS = Path("conductors")  # the folder of drafts and their ledger, where none is named
BATCH_ROWS = 50_000  # rows that a reader hands over at once, at most
BLOCK_BYTES = 1 << 18  # bytes of a file that are looked at together; what is made of more no longer fits the cache
LONGEST_BYTES = 24 << 20  # a longer record is cut there: memory stays bounded whatever the file holds
LONGEST_DOCUMENT = 24 << 20  # bytes of a JSON file that is one object; it must be parsed as a whole
DEEPEST = 64  # levels of nesting in a JSON record; deeper is counted as bad
MOST_VALUES = 1_000_000  # values in one JSON record; as objects of Python they take up to some 250 bytes each
LONGEST_TEXT = (
    65_536  # characters of one command, name or value that are kept: what is longer was pasted, and is no work
)
MOST_ARGUMENTS = 100  # of one call; the tools of agents have some ten, and what has more is content
MOST_PATHS = 50_000  # of one commit; what touches more is an import, of which the first so many show the kind
LARGEST = 1e20  # of any number in a record: nanoseconds since the epoch are below it, and a float32 holds it
ONCE_ENTRIES = 200  # a history with more entries than this, and no text twice, is taken to drop repeats

FLOOR = 5  # occurrences; below it nothing is drafted unless a named person says why
BOT_COMMITS = 100  # commits of one account from which on its nights show
IDLE = timedelta(minutes=30)  # a longer pause ends a session
UNTIMED_STEP = 60.0  # seconds; stands for the unknown time between two lines without times: only order is meant
HISTORIES = 5  # made-up histories of each sort that a calibration searches

# One occurrence of twenty may miss a step by a wrong match; whoever leaves a step out more often than that does it on purpose.
ALWAYS_SHARE = 0.95  # of the occurrences: a step seen in fewer is optional
USUAL_SHARE = 0.5  # of the occurrences: a step seen in more belongs to the usual way, the core of the routine
MIN_STEPS = 3  # steps of a routine: two actions in a row are a habit

# What was rejected is proposed again when it was seen this often since, and this share more often than then.
AGAIN_TIMES = 5  # occurrences: five times is when the rule speaks
AGAIN_SHARE = 0.5  # of the occurrences at the rejection

MEMORY = "memory"  # in our own folder
COLLECTED = "collected"  # in there; its time of change is that of the last collection

REVIEW_IDLE = timedelta(minutes=30)  # the review page ends when nobody has asked for anything so long
REVIEW_PATIENCE = timedelta(seconds=10)  # for a request to arrive whole
REVIEW_BYTES = 1 << 20  # of a form; the text of a conductor is far smaller

# A bundle of a year of one person's work has some 300 lines and 30 KB; what is so much larger is something else.
BUNDLE_BYTES = 10 << 20  # of a file
BUNDLE_LINES = 100_000  # of a file
BUNDLE_LINE_BYTES = 64 << 10  # of a line
BUNDLE_ROUTINES = 500  # in a bundle; a scan proposes 30
BUNDLE_STEPS = 64  # of a routine; the search grows none beyond 40, and merging joins none beyond 64

CONTRIBUTORS = 3  # people who must have what a merged report shows
CONTRIBUTORS_OF_A_NAME = 5  # the same for a name that is in no public vocabulary


@dataclass(frozen=True, slots=True)
class Budget:
    """What reading one source may cost: a fixed part, and a share for each byte that it takes on disk.

    A share, for a large history may cost what a large history costs, and a small file that decodes to a large one may not. Behind
    the budget the rest of a source is not read, which is said; the others are read. How deep a record may be nested is `DEEPEST`.

    Attributes:
        decoded: bytes after decompression, or out of a database or git. A batch of rows of that size fits in a small machine.
        decoded_share: the same for each byte on disk. Zstandard and Parquet make a tenth of histories and logs; git names each path
            that a commit touches anew, which is more.
        rows: records. So many are searched in some seconds.
        rows_share: the same for each byte on disk: five of them make the shortest commands, and a row of a packed log.
        seconds: of the reader, whatever it waits for. A cold disk needs one or two.
        seconds_share: the same for each byte on disk: half a megabyte a second, a tenth of what the slowest reader does.
        memory: bytes of a git that reads a repository, and `decoded_share` for each byte on disk: it holds all commits of a log.
    """

    decoded: int = 128 << 20
    decoded_share: float = 40.0
    rows: int = 100_000
    rows_share: float = 0.2
    seconds: float = 6.0
    seconds_share: float = 2e-6
    memory: int = 256 << 20


BUDGET = Budget()


def home(environ: Mapping[str, str]) -> Path:
    """The folder of our own state.

    Raises:
        FivetimesError: it is not named, and there is no home folder.

    Example:
        >>> home({"FIVETIMES_HOME": "/tmp/x"}).as_posix()
        '/tmp/x'
    """
    from platformdirs import user_data_path  # here: a hook that has nothing to do ends without it

    named = environ.get("FIVETIMES_HOME")
    if named:
        return Path(named)
    try:
        return user_data_path("fivetimes")
    except RuntimeError as error:
        raise FivetimesError(
            "there is no home folder here, so what is found has no place. Set FIVETIMES_HOME to a folder that can be written."
        ) from error


def home_of_person() -> Path:
    """The home folder of who calls; in a container nobody may have one, and then it is a folder that does not exist."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")  # as Debian calls the home of `nobody`


def collected_at(folder: Path) -> float:
    """Seconds since the epoch; when something was last collected. 0 before the first time."""
    try:
        return (folder / MEMORY / COLLECTED).stat().st_mtime
    except OSError:
        return 0.0


def collected_within(folder: Path, minutes: float, *, now: float) -> bool:
    """Whether something was collected so recently; a time of change in the future is not recent, for clocks are set back."""
    return 0 <= now - collected_at(folder) < 60 * minutes


class Counted(StrEnum):
    """What the five-times rule may count."""

    OCCURRENCES = "occurrences"
    SESSIONS = "sessions"
    DAYS = "days"


class HookTarget(StrEnum):
    """What can start `fivetimes collect` by itself."""

    ZSH = "zsh"
    BASH = "bash"
    FISH = "fish"
    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    CLAUDE = "claude"
    CODEX = "codex"


class SearchEngine(StrEnum):
    """What looks for routines: our search, plain frequency for comparison, or our search by the workers of a Spark session."""

    PROFILE = "profile"
    PREFIXSPAN = "prefixspan"
    SPARK = "spark"


@dataclass(frozen=True, slots=True)
class FiveTimesRule:
    """From how many occurrences on a routine is noticed, extracted, canonical.

    `by` is what is counted: occurrences, or sessions or days with one. `override_by` and `override_because` stand when `extract`
    is below five, and only then.
    """

    noticed: int = 2  # occurrences; once is no repetition
    extract: int = FLOOR  # occurrences; the name of the tool
    canonical: int = 10  # occurrences; twice that many: it is the usual way
    by: Counted = Counted.OCCURRENCES
    override_by: str | None = None
    override_because: str | None = None
    second_person: bool = False  # a conductor is approved by somebody else than who last drafted or edited it

    @property
    def override(self) -> tuple[str, str] | None:
        """Who lowered the rule below five, and why."""
        by, because = self.override_by, self.override_because
        return (by, because) if by and because else None


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the team: a name, the addresses they commit with, and where their own work is recorded."""

    name: str
    emails: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """Whose work is read. Source paths are relative to `root`; `path` is the configuration file, if any."""

    root: Path
    path: Path | None = None
    persons: tuple[Person, ...] = ()
    repositories: tuple[str, ...] = ()
    rule: FiveTimesRule = field(default_factory=FiveTimesRule)
    idle: timedelta | None = None  # a longer pause ends a session; None: IDLE, or learnt where git is the only source
    histignore: str | None = None  # command lines that are not to be read, as bash's HISTIGNORE has them
    history_ignore: str | None = None  # the same in zsh's form
    keep: timedelta | None = None  # how long memory keeps what was done; None: until it is forgotten
    runners: tuple[tuple[str, str], ...] = ()  # a kind of step, as `skill`, and the command that carries it out
    run_url: str = ""  # of the database in which runs are kept; empty: one of this machine
    columns: tuple[tuple[str, str], ...] = ()  # a field of a generic log, and what it is called in this team's logs


def load(path: Path) -> Team:
    """Read a team's configuration.

    Args:
        path: a TOML file; the source paths in it are relative to its folder.

    Raises:
        ConfigError: it cannot be read or understood; the sentence names the key and the way out.

    Example:
        >>> load(Path("nowhere/fivetimes.toml"))
        Traceback (most recent call last):
        fivetimes.errors.ConfigError: nowhere/fivetimes.toml: there is no such file. Name another with --config.
    """
    document = _checked(str(path), _parse(path), _DOCUMENT)
    persons = [_person(f"{path}: [[person]] {n}", table) for n, table in enumerate(document.get("person", ()), start=1)]
    twice = next((p.name for n, p in enumerate(persons) if p.name in {q.name for q in persons[:n]}), None)
    if twice is not None:
        raise ConfigError(f'{path}: two [[person]] are named "{twice}". Join them, or give each a name of its own.')
    repositories = [
        _repository(f"{path}: [[repository]] {n}", t) for n, t in enumerate(document.get("repository", ()), start=1)
    ]
    return Team(
        root=path.parent,
        path=path,
        persons=tuple(persons),
        repositories=tuple(repositories),
        rule=_rule(f"{path}: [rule]", document.get("rule", {})),
        idle=_idle(f"{path}: [sessions]", document.get("sessions", {})),
        **_checked(f"{path}: [ignore]", document.get("ignore", {}), _IGNORE),
        **_run(f"{path}: [run]", document.get("run", {})),
        keep=_keep(f"{path}: [memory]", document.get("memory", {})),
        columns=columns_of(f"{path}: [columns]", document.get("columns", {})),
    )


def commented(sources: Sequence[str], *, name: str, emails: Sequence[str]) -> str:
    """A `fivetimes.toml` in which everything is a comment: each key with its meaning and its default.

    Args:
        sources: what was found on this machine, as a configuration names it.
        name: of the person.
        emails: the addresses under which they commit.

    Example:
        >>> print(commented(["~/.bash_history"], name="ana", emails=["ana@example.net"]).partition("# sources")[2].splitlines()[0])
         = ["~/.bash_history"]
    """
    rule, listed = FiveTimesRule(), json.dumps(list(sources), ensure_ascii=False)
    return f"""\
# What fivetimes reads, and by which rule. Take the # away where you want something else than what stands there.
# As long as no [[person]] and no [[repository]] is named, it reads what it finds on this machine and in this folder.

# [rule]
# noticed = {rule.noticed}              # times: from here on a routine is listed
# extract = {rule.extract}              # times: from here on it is drafted; below {FLOOR} only with an override
# canonical = {rule.canonical}           # times: the usual way
# by = "{rule.by}"        # what is counted: {", ".join(Counted)}
# second_person = {json.dumps(rule.second_person)}    # true: who drafted or edited a conductor does not approve it

# [sessions]
# idle_minutes = {IDLE.total_seconds() / 60:.0f}        # a longer pause ends a session

# [ignore]
# histignore = "pass *:op *"           # lines that are not read, as bash's HISTIGNORE has them
# history_ignore = "(pass|op) *"       # the same as zsh's HISTORY_IGNORE has them

# [memory]
# keep_days = 365          # what `fivetimes collect` keeps is forgotten after so many days; unset: never

# [columns]
# time = "ts"              # what generic logs call a field: {", ".join(_COLUMNS)}

# [run]
# skill = "claude -p"      # the program that carries out a kind of step: {", ".join(_RUNNERS)}
# url = "sqlite:///runs.sqlite"        # the database of runs; unset: one of this machine

# People, where only these sources are to be read. This was found here:
# [[person]]
# name = {json.dumps(name, ensure_ascii=False)}
# emails = {json.dumps(list(emails), ensure_ascii=False)}
# sources = {listed}

# [[repository]]
# path = "."
"""


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file. Name another with --config.") from None
    except OSError as error:
        raise ConfigError(f"{path}: it cannot be read ({error.strerror}). Name a file that you may read.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    except ValueError as error:  # TOMLDecodeError is one; a number of 5,000 digits is another
        raise ConfigError(f"{path}: not TOML: {error}. Correct that place.") from error
    except RecursionError as error:
        raise ConfigError(
            f"{path}: nested too deeply to be read. Write the tables flat, as the README shows."
        ) from error


# ---- what may stand in the file: key -> (test, what it must be)

_Shape = Mapping[str, tuple[Callable[[Any], bool], str]]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 1  # a bool is an int, but no count


def _is_minutes(value: object) -> bool:
    return type(value) in (int, float) and 0 < value <= _DAY  # type: ignore[operator]


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_table, value))


_DAY = 24 * 60  # minutes; a longer pause is no pause
_TEXT = (_is_text, 'text in quotation marks, like "ana"')
_TEXTS = (_is_texts, 'a list of texts, like ["a", "b"]')
_COUNT = (_is_count, "a whole number from 1")
_TABLE = (_is_table, "a table")
_TABLES = (_is_tables, "tables in double brackets")

_DOCUMENT: _Shape = {
    "person": _TABLES,
    "repository": _TABLES,
    "rule": _TABLE,
    "sessions": _TABLE,
    "ignore": _TABLE,
    "columns": _TABLE,
    "memory": _TABLE,
    "run": _TABLE,
}
_PERSON: _Shape = {"name": _TEXT, "emails": _TEXTS, "sources": _TEXTS}
_REPOSITORY: _Shape = {"path": _TEXT}
_RULE: _Shape = {
    "noticed": _COUNT,
    "extract": _COUNT,
    "canonical": _COUNT,
    "by": (lambda value: value in [*Counted], f"one of {', '.join(Counted)}"),
    "override": _TABLE,
    "second_person": (lambda value: isinstance(value, bool), "true or false"),
}
_OVERRIDE: _Shape = {"by": _TEXT, "because": _TEXT}
_IGNORE: _Shape = {"histignore": _TEXT, "history_ignore": _TEXT}
_COLUMNS: _Shape = dict.fromkeys(("person", "time", "action", "args", "session", "exit", "duration", "by"), _TEXT)
_RUNNERS = ("skill", "tool", "action", "edit", "request")
_RUN: _Shape = dict.fromkeys((*_RUNNERS, "url"), _TEXT)
_MEMORY: _Shape = {"keep_days": _COUNT}
_SESSIONS: _Shape = {"idle_minutes": (_is_minutes, f"a number of minutes, above 0 and at most {_DAY}")}


def _checked(place: str, table: dict[str, Any], shape: _Shape, *, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    for key, value in table.items():
        if key not in shape:
            raise ConfigError(f'{place}: "{key}" is not known here. Remove it; known are {", ".join(shape)}.')
        fits, what = shape[key]
        if not fits(value):
            raise ConfigError(f"{place}: {key} is {_short(value)}, and must be {what}. Correct it.")
    for key in needed:
        if key not in table:
            raise ConfigError(f"{place}: {key} is missing. Add {key} = … with {shape[key][1]}.")
    return table


def _short(value: object) -> str:
    written = repr(value)
    return written if len(written) <= 40 else written[:39] + "…"


def _person(place: str, table: dict[str, Any]) -> Person:
    known = _checked(place, table, _PERSON, needed=("name",))
    return Person(known["name"], tuple(known.get("emails", ())), tuple(known.get("sources", ())))


def _repository(place: str, table: dict[str, Any]) -> str:
    return str(_checked(place, table, _REPOSITORY, needed=("path",))["path"])


def _idle(place: str, table: dict[str, Any]) -> timedelta | None:
    known = _checked(place, table, _SESSIONS)
    return timedelta(minutes=known["idle_minutes"]) if known else None


def _keep(place: str, table: dict[str, Any]) -> timedelta | None:
    known = _checked(place, table, _MEMORY)
    return timedelta(days=known["keep_days"]) if known else None


def _run(place: str, table: dict[str, Any]) -> dict[str, Any]:
    known = _checked(place, table, _RUN)
    runners = tuple((kind, known[kind]) for kind in _RUNNERS if kind in known)
    return {"runners": runners, "run_url": known.get("url", "")}


def columns_of(place: str, table: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What the fields of generic logs are called.

    Args:
        place: where it stands, for the sentence if it is wrong.
        table: field to name.

    Raises:
        ConfigError: there is no such field, or the name is none.

    Example:
        >>> columns_of("--map", {"time": "ts", "action": "activity"})
        (('action', 'activity'), ('time', 'ts'))
    """
    return tuple(sorted(_checked(place, table, _COLUMNS).items()))


def _rule(place: str, table: dict[str, Any]) -> FiveTimesRule:
    known = dict(_checked(place, table, _RULE))
    override = known.pop("override", None)
    rule = FiveTimesRule(**known | ({"by": Counted(known["by"])} if "by" in known else {}))
    if not 2 <= rule.noticed <= rule.extract <= rule.canonical:
        raise ConfigError(
            f"{place}: noticed {rule.noticed}, extract {rule.extract}, canonical {rule.canonical} are out of order."
            " Let them rise, and begin with 2 or more."
        )
    return _overridden(place, rule, override)


def _overridden(place: str, rule: FiveTimesRule, override: dict[str, Any] | None) -> FiveTimesRule:
    if override is None and rule.extract < FLOOR:
        raise ConfigError(
            f"{place}: extract is {rule.extract}, and nothing is drafted below {FLOOR}. Set it to {FLOOR}, or say who"
            ' wants it and why: override = {by = "…", because = "…"}.'
        )
    if override is None:
        return rule
    known = _checked(f"{place} override", override, _OVERRIDE, needed=("by", "because"))
    if rule.extract >= FLOOR:
        raise ConfigError(
            f"{place}: override is for an extract below {FLOOR}, and extract is {rule.extract}. Remove override."
        )
    return replace(rule, override_by=known["by"], override_because=known["because"])


@dataclass(frozen=True, slots=True)
class Search:
    """The constants of the search for routines; lengths in actions, times in seconds, costs in bits.

    `docs/how-routines-are-found.md` has one table of these and of all constants of `routines/`, with the effect of each where it
    was measured.
    """

    near: int = 4  # a seed's second action follows within so many unclaimed ones
    linked_near: int = 15  # within so many, where the two share a value
    flank: int = 5  # grown steps stand within so many actions of a known one
    presence_grown: float = 0.15  # a step is added from this share of the occurrences on
    presence_kept: float = 0.10  # and dropped below this one
    profile_bits: float = 4.0  # cost of each step of a routine besides its name: presence, order, gap and link
    routine_bits: float = 10.0  # beyond the luckiest seed of chance: one false routine in a thousand scans
    max_steps: int = 40  # a profile is a routine, not a day
    rounds: int = 3  # grow, collect, and again
    sample: int = 400  # occurrences that growth looks at
    core_share: float = 0.65  # part of the core's weight that an occurrence holds
    end_share: float = 0.7  # of the core lies before the end of an occurrence; one that stops earlier was broken off
    core_share_loose: float = 0.5  # while the profile still grows
    max_gap: int = 15  # fewer foreign actions than so many stand between two neighbours
    max_pause: float = 2 * 3600.0  # nothing joins across a longer pause, but in a case
    pause_bits: float = 0.7  # times log2(pause / 150 s), from 300 s on
    back: int = 14  # anchors that a step looks back over
    reach: int = 80  # actions around a rare step in which the others are sought
    stray_rate: float = 0.02  # a row so rare within its span belongs to the occurrence
    most_proposed: int = 30  # candidates that are put before a person
    most_suppressed: int = 60  # entries in the list of what was not proposed, and as many in that of the work habits


# What ends a shell: in a history without times, the sign that a session is over.
SHELL_EXIT_COMMANDS = frozenset(("exit", "logout"))
# What switches this machine off, as labels: `ssh host poweroff` and `shutdown -r now` have others. Without times, what follows
# such a command was done some other time.
SWITCHES_OFF = frozenset(
    (
        "poweroff", "halt", "shutdown", "shutdown <str>", "shutdown -h <str>", "shutdown -h <num>", "shutdown -P <str>",
        "systemctl poweroff",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mining:
    """The defaults of the pattern miner (`sequential_patterns/`); lengths in tokens."""

    support: int = 5  # occurrences or sessions
    max_gap: int = 1  # foreign actions between two neighbours
    min_length: int = 1
    max_length: int = 8
    limit: int = 5_000_000  # patterns; a search that finds more stops, with a sentence on what to set
    early: float = 0.05  # after this part of the limit, a search is asked how far it is
    abort_ratio: float = 10.0  # and ends at once if it heads for so many times the limit
    compiled_from: int = 1_000_000  # events times window; from here on compiled code pays for its loading
    rows_at_once: int = 250_000  # rows that the NumPy engine expands together: bounds its memory
    windows_from: int = 200_000_000  # events; from here on Spark sends each worker its part instead of everything


# Where a person is and what lies around, and what conditions and blocks of a shell are made of: context of the work, no step of it.
NAVIGATION = frozenset(
    (
        ".. ... .... bg cd chdir clear cls dir dirs disown exit fg help history jobs l la ll logout ls man popd pushd pwd reset "
        "tldr z : [ [[ begin end false test true"
    ).split()
)

# By the last word of a subcommand, whatever the program: `gh run view`, `docker container ls`.
LOOKING_SUBCOMMANDS = frozenset(
    "blame describe diff help history info inspect list log logs ls ps search show status top view".split()
)

# By that word, what acts although its program or its group only looks: `ip link set`, `git remote add`.
SETTING_SUBCOMMANDS = frozenset(
    "add connect del delete disconnect down flush forget prune remove rename replace rm set set-head set-url up update".split()
)

# What takes the operations of pacman, and what these do: in place of a subcommand a capital letter, with letters of its own.
LIKE_PACMAN = ("pacman", "yay", "paru", "pikaur", "trizen", "yaourt", "aura", "pakku")
PACMAN_OPERATIONS: Mapping[str, tuple[str, ...]] = {
    act: tuple(operations.split())
    for act, operations in {
        "install": "-S -Sy -U",
        "upgrade": "-Su -Suy -Syu -Syyu -Syuu -Syyuu -Sua -Syua -Syyua",
        "remove": (
            "-R -Rs -Rn -Rc -Ru -Rd -Rss -Rsn -Rns -Rsc -Rcs -Rnc -Rcn -Rsu -Rnsc -Rncs -Rscn -Rsnc -Rcns -Rcsn -Rdd "
            "-Rddn -Rsdd"
        ),
        "tidy up": "-Sc -Scc -Yc",
        "search": "-Ss -F -Fs -Fx -Fl -Qs -Qqs",
        "look at": (
            "-Si -Sii -Sl -Sg -Q -Qe -Qet -Qent -Qn -Qq -Qqe -Qeq -Qqen -Qqem -Qqet -Qqett -Qm -Qqm -Qmq -Qi -Qii -Ql -Qlq "
            "-Qo -Qqo -Qu -Qua -Qk -Qkk -Qd -Qdt -Qtd -Qdtq -Qtdq -Qqdt -Qqtd -Qttdq -Qttd -T -V -Ps"
        ),
    }.items()
}

# Looking, by program or, beside LOOKING_SUBCOMMANDS, by program and subcommand: a sequence of nothing else is browsing, whatever
# its count.
LOOKING = frozenset(
    (
        "awk bat cal cat cut date df diff du echo egrep env fd file find free grep head hostname htop id "
        "ifconfig ip jq last less locate lsblk lscpu lsof more netstat nproc ping printenv ps rg sort stat "
        "tail top tree type uname uniq uptime w wc whatis whereis which who whoami"
    ).split()
) | frozenset(
    (
        "cargo tree", "docker images", "docker stats", "git branch", "git fetch", "git reflog", "git remote", "git shortlog",
        "go env", "kubectl get", "npm outdated", "pip freeze", "snap find",
        *(
            f"{program} {operation}"
            for program in LIKE_PACMAN
            for operation in (*PACMAN_OPERATIONS["search"], *PACMAN_OPERATIONS["look at"])
        ),
    )
)  # fmt: skip

# The same for tools and skills, by the verb in their names.
LOOKING_VERBS = frozenset(
    "browse check describe fetch find get glob grep list look ls query read search show view web".split()
)
