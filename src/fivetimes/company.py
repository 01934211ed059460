"""A folder of teams -> Scan, where the work of all is too much for one process: team by team, here or on Spark.

Each sub-folder is a team and a partition of the work. A worker reads, redacts and searches one; the driver sees profiles and
counts, joins them, and has every profile collected again in every team (`routines/partitions.py` has the order and its source).
What is large stays where it was made: the sessions of a team, and the occurrences of routines that are not proposed.

The same functions run in this process (`here`) and on Spark (`on_spark`); nothing of the answer depends on which.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from fivetimes import eventlog, memory, pipeline, scan_requests, store, workspace
from fivetimes.columns import Int32s, SessionLog
from fivetimes.config import FiveTimesRule, Search, SearchEngine
from fivetimes.errors import FivetimesError
from fivetimes.model.candidates import Candidate
from fivetimes.model.scans import Scan
from fivetimes.model.trace import SearchTrace
from fivetimes.redaction import is_pseudonym
from fivetimes.routines import partitions
from fivetimes.routines.compositions import joined_compositions

if TYPE_CHECKING:
    from pyspark import RDD

CONFIGURATION = "fivetimes.toml"
MEMORY = ".fivetimes"  # in a team's folder: our own folder of whoever collects there (`FIVETIMES_HOME`)
# bytes of one element that Spark can hand from Python to Java: the length is a signed int of 32 bits
MOST_BYTES = (1 << 31) - 1024

_Small = TypeVar("_Small")


# ---- who does the work


class Spread(Protocol):
    """Something large for each partition, kept where it was made."""

    def then(self, step: Callable[[int, bytes], tuple[bytes, bytes]]) -> Spread:
        """Do a step with each: (number of the partition, large) -> (small, large of the next)."""
        ...

    def small(self) -> list[bytes]:
        """What the last step gave for each partition, in order."""
        ...

    def drop(self) -> None:
        """Let go of what is large."""
        ...


Workers = Callable[[Sequence[bytes]], Spread]


@dataclass(frozen=True, slots=True)
class _Here:
    """All partitions in this process, one after the other."""

    pairs: Sequence[tuple[bytes, bytes]]

    def then(self, step: Callable[[int, bytes], tuple[bytes, bytes]]) -> Spread:
        return _Here([step(number, large) for number, (_, large) in enumerate(self.pairs)])

    def small(self) -> list[bytes]:
        return [small for small, _ in self.pairs]

    def drop(self) -> None:
        pass  # it goes with this object


@contextmanager
def here() -> Iterator[Workers]:
    """This process."""
    yield lambda items: _Here([(b"", item) for item in items])


class _OnSpark:
    """Each partition is a task of a Spark session, and what is large a block on its worker's disk, dropped with the session."""

    def __init__(self, rows: RDD[tuple[int, bytes, bytes]], before: _OnSpark | None = None) -> None:
        self._rows, self._before = rows, before

    def then(self, step: Callable[[int, bytes], tuple[bytes, bytes]]) -> Spread:
        from pyspark import StorageLevel

        def done(row: tuple[int, bytes, bytes]) -> tuple[int, bytes, bytes]:
            return (row[0], *step(row[0], row[2]))

        # on disk, so that a worker's memory holds one team at a time
        return _OnSpark(self._rows.map(done).persist(StorageLevel.DISK_ONLY), self)

    def small(self) -> list[bytes]:
        try:
            collected = sorted(self._rows.map(lambda row: (row[0], row[1])).collect())
        except Exception as error:  # of py4j, with a message that may quote what a worker had
            raise FivetimesError(
                f"Spark ended the scan ({type(error).__name__}): a worker was lost, or a task failed too often."
                " Give the workers more memory, or make two of the largest team."
            ) from error
        if self._before is not None:
            self._before.drop()
        return [small for _, small in collected]

    def drop(self) -> None:
        self._rows.unpersist()


@contextmanager
def on_spark() -> Iterator[Workers]:
    """The active Spark session, that of `spark-submit`, or a local one that listens on the loopback address alone.

    Raises:
        MiningError: PySpark or Java is missing.
    """
    from fivetimes.sequential_patterns.spark import session

    with session() as spark:
        context = spark.sparkContext

        def spread(items: Sequence[bytes]) -> Spread:
            rows = [(number, b"", item) for number, item in enumerate(items)]
            return _OnSpark(context.parallelize(rows, max(1, len(rows))))

        yield spread


def workers_of(engine: SearchEngine) -> AbstractContextManager[Workers]:
    """Who does the work for an engine."""
    return on_spark() if engine is SearchEngine.SPARK else here()


# ---- what a worker does


@dataclass(frozen=True, slots=True)
class ScanTask:
    """What every worker is given. `key` is the local key, so that a pseudonym is the same in every team."""

    folder: Path
    key: bytes
    approved: frozenset[str]
    rule: FiveTimesRule
    search: Search


@dataclass(frozen=True, slots=True)
class StepCost:
    """What one step took in one partition.

    Attributes:
        seconds: CPU, user and system.
        peak: bytes, the most that the worker's process has had so far.
        kept: bytes that stay on the worker.
        sent: bytes that go to the driver.
    """

    seconds: float
    peak: int
    kept: int
    sent: int


@dataclass(frozen=True, slots=True)
class _First:
    """What a team sends after the search. `unsure` are pseudonyms of programs that were seen alone, or always alike."""

    scan: Scan
    found: partitions.Partition
    unsure: frozenset[str]


_NOTHING = _First(
    Scan((), (), (), {}, (), FiveTimesRule(), 0, 0, 0, 0),
    partitions.Partition((), (), 0, SearchTrace()),
    frozenset(),
)


@dataclass(frozen=True, slots=True)
class _Stays:
    """What stays of a team on its worker: its sessions, the rows that its routines claim, the occurrences of each."""

    sessions: SessionLog
    claimed: Int32s
    runs: list[bytes]  # pickled: most are never looked at again


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a step sends: a value, pickled; the sentence of a partition that cannot go on; and what it took."""

    pickled: bytes
    problem: str | None
    cost: StepCost

    @property
    def value(self) -> Any:
        """The value."""
        return pickle.loads(self.pickled)


def _answered(name: str, nothing: _Small, kept: bytes, step: Callable[[], tuple[_Small, bytes]]) -> tuple[bytes, bytes]:
    """Do a step; whatever goes wrong is this partition's sentence, and the others go on.

    Args:
        name: of the partition.
        nothing: what it sends where it cannot go on.
        kept: what stays of it then.
        step: -> (what it sends, what stays).
    """
    start = time.process_time()
    problem = None
    try:
        value, large = step()
        if len(large) > MOST_BYTES:
            raise FivetimesError("it is too large for one partition. Make two teams of it.")
    except FivetimesError as error:
        value, large, problem = nothing, kept, f"{name}: {error}"
    except MemoryError:
        value, large, problem = nothing, kept, f"{name}: it needs more memory than a worker has. Make two teams of it."
    except Exception as error:  # a worker's entry point: a message may quote what was read
        value, large = nothing, kept
        problem = f"{name}: it was left out ({type(error).__name__}). Scan it by itself to see why."
    sent = pickle.dumps(value)
    cost = StepCost(time.process_time() - start, _peak(), len(large), len(sent))
    return pickle.dumps(_Sent(sent, problem, cost)), large


def _peak() -> int:
    """Bytes, the most that this process has had; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def team_request(folder: Path) -> scan_requests.Request:
    """One team: what its `fivetimes.toml` names, else what lies in its folder. It may have nothing but what was collected."""
    if (folder / CONFIGURATION).is_file():
        return scan_requests.of_team(folder / CONFIGURATION)
    found = scan_requests.from_paths([folder])
    sources = (
        replace(source, origin=source.path.relative_to(folder.absolute()).as_posix()) for source in found.sources
    )
    return replace(found, sources=tuple(sources))


def read_team(name: str, task: ScanTask) -> pipeline.Gathered:
    """Read one team; its people and origins are called by the team's name too, for two teams may have an `ana` each.

    Raises:
        FivetimesError: its configuration cannot be used, or there is nothing to read.
    """
    request, unread = team_request(task.folder / name), list[str]()
    remembered = _remembered(task.folder / name / MEMORY, request, task.key, unread)
    if not request.sources and remembered is None:
        raise FivetimesError(" ".join([*unread, str(scan_requests.nothing_found(request))]))
    request = replace(request, skipped=(*request.skipped, *unread))
    read = pipeline.gather(request, key=task.key, approved=task.approved, remembered=remembered)
    events = read.sessions.actions.events
    named = replace(events, persons=_within(name, events.persons), origins=_within(name, events.origins))
    sessions = replace(read.sessions, actions=replace(read.sessions.actions, events=named))
    reports = (
        replace(one, source=replace(one.source, origin=f"{name}/{one.source.origin}")) for one in read.scan.sources
    )
    scan = replace(
        read.scan,
        sources=tuple(reports),
        skipped=tuple(f"{name}: {sentence}" for sentence in read.scan.skipped),
        public_aliases=_within(name, read.scan.public_aliases),
        rule=task.rule,
    )
    return pipeline.Gathered(sessions, scan)


def _remembered(
    home: Path, request: scan_requests.Request, key: bytes, unread: list[str]
) -> eventlog.Remembered | None:
    """The event log that a team has collected; None where there is none that can be used.

    Args:
        home: our own folder of whoever collected.
        request: the team's sources.
        key: the local key of this scan. Under another one neither digests nor pseudonyms can be compared.
        unread: takes a sentence for what cannot be used.
    """
    if not (home / "memory").is_dir():
        return None
    try:
        if not all((home / name).is_file() for name in ("key", "memory.key")) or store.local_key(home) != key:
            unread.append(
                f"{home.name}: collected under another key than this scan's, and left out."
                " Give all teams the key of the machine that scans before they collect."
            )
            return None
        people = [word for person in request.team.persons for word in (person.name, *person.emails)]
        return memory.remembered(request.sources, home=home, people=people, others=True, unread=unread)
    except FivetimesError as error:
        unread.append(str(error))
        return None


def _within(name: str, words: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{name}/{word}" for word in words)


def _searched(task: ScanTask, _number: int, name: bytes) -> tuple[bytes, bytes]:
    """The first step: read a team, and search it by itself."""
    team = pickle.loads(name)

    def step() -> tuple[_First, bytes]:
        read = read_team(team, task)
        found, runs, claimed = partitions.search_partition(read.sessions, rule=task.rule, search=task.search)
        labels = read.sessions.actions.events.lexicon.labels
        unsure = frozenset(label for label in labels if is_pseudonym(label)).difference(read.scan.varied)
        stays = _Stays(read.sessions, claimed, [pickle.dumps(one) for one in runs])
        return _First(read.scan, found, unsure), pickle.dumps((team, stays))

    return _answered(team, _NOTHING, pickle.dumps((team, None)), step)


def _collected(
    task: ScanTask, wanted: Sequence[partitions.WantedProfile], number: int, large: bytes
) -> tuple[bytes, bytes]:
    """The second step: look in a team for what others found."""
    team, stays = pickle.loads(large)
    runs: list[bytes] = [] if stays is None else stays.runs

    def step() -> tuple[list[tuple[int, partitions.Share]], bytes]:
        if stays is None:
            return [], pickle.dumps((team, runs))
        found = partitions.collect_again(
            stays.sessions, stays.claimed, wanted, partition=number, rule=task.rule, search=task.search
        )
        more = [pickle.dumps(one) for _, _, one in found]
        return [(group, share) for group, share, _ in found], pickle.dumps((team, [*runs, *more]))

    nothing: list[tuple[int, partitions.Share]] = []
    return _answered(team, nothing, pickle.dumps((team, runs)), step)


def _fetched(needed: Sequence[Sequence[int]], number: int, large: bytes) -> tuple[bytes, bytes]:
    """The third step: the occurrences of what is proposed."""
    team, runs = pickle.loads(large)
    nothing: dict[int, partitions.Runs] = {}
    return _answered(team, nothing, b"", lambda: ({share: pickle.loads(runs[share]) for share in needed[number]}, b""))


# ---- what the driver does


@dataclass(frozen=True, slots=True)
class CompanyScan:
    """A scan of many teams, and what each step cost in each team: read and search, collect again, fetch."""

    scan: Scan
    costs: tuple[tuple[StepCost, ...], ...]


def teams_in(folder: Path) -> list[str]:
    """The names of the teams, sorted: the sub-folders, hidden ones left out."""
    try:
        return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise FivetimesError(
            f"{folder}: it cannot be read ({error.strerror}). Name a folder that you may read."
        ) from error


def run(
    request: scan_requests.Request,
    workers: Workers,
    *,
    key: bytes,
    approved: frozenset[str] = frozenset(),
    tick: pipeline.Tick = pipeline.quiet,
) -> CompanyScan:
    """Scan a folder of teams.

    Args:
        request: as `scan_requests.from_events` makes it.
        workers: who does the work.
        key: the local key of pseudonyms and digests; every worker is given it.
        approved: names that a person said yes to.
        tick: called with the stage and the share of it done.

    Raises:
        FivetimesError: there is no team.
    """
    if request.events is None:
        raise ValueError("this request names no folder of teams")
    teams = teams_in(request.events)
    if not teams:
        raise FivetimesError(f"{request.events}: no team in it. Make a sub-folder for each, with its {CONFIGURATION}.")
    task = ScanTask(request.events.absolute(), key, approved, request.team.rule, Search())
    tick("reading and searching", 0.0)
    work = workers([pickle.dumps(name) for name in teams]).then(partial(_searched, task))
    first = _answers(work)
    read = [one.value for one in first]
    found = [one.found for one in read]
    groups = partitions.grouped(found)
    tick("collecting in every team", 0.0)
    work = work.then(partial(_collected, task, partitions.wanted(found, groups)))
    second = _answers(work)
    again = [one.value for one in second]
    tick("ranking", 0.0)
    joined = partitions.join(found, groups, again, rule=task.rule, search=task.search)
    needed = [sorted({n for holder in joined.holders for p, n in holder if p == team}) for team in range(len(teams))]
    work = work.then(partial(_fetched, needed))
    third = _answers(work)
    work.drop()
    scans = [one.scan for one in read]
    accounts = [
        [share.account for share in (*one.shares, *(share for _, share in more))]
        for one, more in zip(found, again, strict=True)
    ]
    candidates = _with_runs(joined, accounts, [one.value for one in third], scans)
    problems = [one.problem for one in (*first, *second, *third) if one.problem is not None]
    scan = replace(
        _added(scans, [one.unsure for one in read], task.rule),
        candidates=candidates,
        suppressed=joined.suppressed,
        trace=joined.trace,
    )
    scan = replace(scan, skipped=(*scan.skipped, *problems))
    return CompanyScan(scan, tuple(tuple(one.cost for one in step) for step in (first, second, third)))


def _answers(work: Spread) -> list[_Sent]:
    return [pickle.loads(one) for one in work.small()]


def _with_runs(
    joined: partitions.JointRanking,
    accounts: Sequence[Sequence[Any]],
    runs: Sequence[dict[int, partitions.Runs]],
    scans: Sequence[Scan],
) -> tuple[Candidate, ...]:
    before = [sum(scan.sessions for scan in scans[:team]) for team in range(len(scans))]
    return tuple(
        partitions.with_occurrences(
            candidate,
            [(accounts[p][n], runs[p].get(n, ())) for p, n in holders],
            sessions_before=[before[p] for p, _ in holders],
        )
        for candidate, holders in zip(joined.proposed, joined.holders, strict=True)
    )


def _added(scans: Sequence[Scan], unsure: Sequence[frozenset[str]], rule: FiveTimesRule) -> Scan:
    """All that was read, as one scan in which nothing is found yet."""
    redactions: Counter[str] = Counter()
    for scan in scans:
        redactions.update(scan.redactions)
    # what one team has alone on a line may be a password there, whatever another team calls so
    varied = {name for scan in scans for name in scan.varied}.difference(*unsure)
    return Scan(
        candidates=(),
        suppressed=(),
        sources=tuple(report for scan in scans for report in scan.sources),
        redactions=dict(sorted(redactions.items())),
        skipped=tuple(sentence for scan in scans for sentence in scan.skipped),
        rule=rule,
        events=sum(scan.events for scan in scans),
        actions=sum(scan.actions for scan in scans),
        sessions=sum(scan.sessions for scan in scans),
        persons=sum(scan.persons for scan in scans),
        varied=tuple(sorted(varied)),
        shared_names=tuple(sorted({name for scan in scans for name in scan.shared_names})),
        public_aliases=tuple(origin for scan in scans for origin in scan.public_aliases),
        compositions=joined_compositions(scan.compositions for scan in scans),
    )


def scan(request: scan_requests.Request, *, folder: Path, tick: pipeline.Tick = pipeline.quiet) -> Scan:
    """Scan a folder of teams by the workers that its engine names, and keep the result as the last scan of it.

    Args:
        request: as `scan_requests.from_events` makes it.
        folder: our own folder.
        tick: called with the stage and the share of it done.

    Raises:
        FivetimesError: there is no team, or nothing of any could be read.
    """
    mark = workspace.mark_of(request, folder)
    with workers_of(request.engine) as workers:
        found = run(request, workers, key=store.local_key(folder), approved=store.approved(folder), tick=tick).scan
    if not found.events:
        raise FivetimesError("nothing could be read. " + " ".join(found.skipped))  # and the last scan stays
    return workspace.keep(found, request, mark=mark, folder=folder)
