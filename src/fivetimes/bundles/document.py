"""RoutineProfiles <-> the text of a bundle: a JSON object on each line, which people can read and `diff`.

A bundle begins with a header, goes on with a line for each routine and one for each of its steps, and ends with a digest of all
lines before, by which one that was cut short is noticed. What is read is checked as if a stranger had written it: every label must
be one that `labels.shareable` would let out, every number one that we write. No message quotes what was refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import IO, Annotated, Literal

import msgspec

from fivetimes.bundles.labels import is_name, shareable
from fivetimes.bundles.profiles import RANGES, UNDATED, ProfileStep, RoutineProfile
from fivetimes.config import (
    BUNDLE_BYTES,
    BUNDLE_LINE_BYTES,
    BUNDLE_LINES,
    BUNDLE_ROUTINES,
    BUNDLE_STEPS,
)
from fivetimes.errors import FivetimesError
from fivetimes.model.events import Effect, Kind

FORMAT = 1  # of the text; another one is refused
SUFFIX = ".fivetimes"

_SERIES = re.compile(r"[0-9a-f]{32}")
_QUARTER = re.compile(r"(?:19|20)\d\d-Q[1-4]")
_TENTHS = frozenset(n / 10 for n in range(11))
_HIGHEST = 10_000  # of a number of bits or steps: no occurrence has so many

Range = Literal["1", "2", "3", "4", "5-9", "10-19", "20-49", "50+"]
KindName = Literal["shell", "tool", "skill", "commit", "action", "edit", "request"]
EffectName = Literal["none", "unknown", "rewrite", "delete", "send", "pay", "publish", "deploy"]
Number = Annotated[int, msgspec.Meta(ge=0, le=_HIGHEST)]


class BundleError(FivetimesError):
    """A bundle that is not taken; the sentence names the place."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one person shares.

    series: random, the same in all bundles of one person. revision: counts them; of a series the highest counts. names: words
    beyond the public vocabulary that its owner said yes to. A bundle without routines withdraws the series.
    """

    series: str
    revision: int
    routines: tuple[RoutineProfile, ...]
    names: tuple[str, ...] = ()


# ---- the lines, as msgspec reads and writes them


class _Line(msgspec.Struct, forbid_unknown_fields=True, tag_field="line"):
    """A line of a bundle; `line` says which."""


class _Header(_Line, tag="bundle"):
    format: int
    vocabulary: str
    series: str
    revision: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    names: list[str]
    routines: Number


class _RoutineLine(_Line, tag="routine"):
    times: dict[str, Range]
    bits: Number
    completion: float
    threaded: Number
    by_agent: float
    steps: Number


class _StepLine(_Line, tag="step", omit_defaults=True):
    action: str
    kind: KindName
    share: float
    most: Range
    effect: EffectName
    instead: list[str] = []


class _End(_Line, tag="end"):
    digest: str


_Any = _Header | _RoutineLine | _StepLine | _End


@lru_cache(maxsize=1)
def vocabulary_version() -> str:
    """A digest of the public vocabulary that this version ships."""
    packed = resources.files("fivetimes.redaction").joinpath("vocabulary.json.gz").read_bytes()
    return hashlib.blake2b(packed, digest_size=4).hexdigest()


def _digest(lines: Iterable[bytes]) -> str:
    made = hashlib.blake2b(digest_size=8)
    for line in lines:
        made.update(line + b"\n")
    return made.hexdigest()


# ---- Bundle -> text


def text_of(bundle: Bundle) -> str:
    """The text of a bundle: the same bytes for the same bundle, routines in the order of their ids."""
    ordered = sorted(bundle.routines, key=lambda one: (one.id, repr(one)))
    lines = [_encoded(_header(bundle))]
    for routine in ordered:
        lines += [b"", _encoded(_routine_line(routine)), *(_encoded(_step_line(step)) for step in routine.steps)]
    written = [*lines, b"", _encoded(_End(_digest(line for line in lines if line)))]
    return "".join(line.decode() + "\n" for line in written)


def _encoded(line: _Any) -> bytes:
    # with blanks behind commas and colons, as people read it; no text of ours holds one of these outside quotes
    return msgspec.json.format(msgspec.json.encode(line), indent=0)


def _header(bundle: Bundle) -> _Header:
    return _Header(
        FORMAT, vocabulary_version(), bundle.series, bundle.revision, sorted(bundle.names), len(bundle.routines)
    )


def _routine_line(one: RoutineProfile) -> _RoutineLine:
    times = {name: str(count) for name, count in one.times}
    line = {"times": times, "bits": min(one.bits, _HIGHEST), "completion": one.completion, "threaded": one.threaded}
    return msgspec.convert({"line": "routine", **line, "by_agent": one.by_agent, "steps": len(one.steps)}, _RoutineLine)


def _step_line(step: ProfileStep) -> _StepLine:
    line = {"action": step.action, "kind": step.kind.name.lower(), "share": step.share, "most": str(step.most)}
    effect = {"effect": step.effect.name.lower(), "instead": list(step.instead)}
    return msgspec.convert({"line": "step", **line, **effect}, _StepLine)


# ---- text -> Bundle


def read(path: Path) -> Bundle:
    """The bundle in a file. Bounded in time and memory, whatever the file holds.

    Raises:
        BundleError: it is no bundle, one of another version, cut short, or holds what no bundle of ours holds; the sentence
            names the file and the line.
    """
    try:
        if not path.is_file() or path.is_symlink():
            raise BundleError(f"{path}: no bundle: it is no plain file. Name the file itself.")
        size = path.stat().st_size
        if size > BUNDLE_BYTES:
            raise BundleError(f"{path}: no bundle: it has {size:,} bytes, and a bundle at most {BUNDLE_BYTES:,}.")
        with path.open("rb") as file:
            return _bundle(_BundleLines(file, str(path)))
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror}). Name a file that you may read.") from None


class _BundleLines:
    """The lines of a file, one by one, with the place for a message."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self._hash = hashlib.blake2b(digest_size=8)
        self.number = 0

    def refused(self, why: str) -> BundleError:
        """The error for the line that was read last."""
        return BundleError(f"{self._name}:{self.number}: {why}. Ask its owner to share it again.")

    def line(self) -> _Any:
        """The next line that is not empty."""
        while True:
            raw = self._file.readline(BUNDLE_LINE_BYTES + 1)
            self.number += 1
            if not raw:
                raise self.refused("the bundle ends here without its last line: it was cut short")
            if len(raw) > BUNDLE_LINE_BYTES:
                raise self.refused(f"a line of more than {BUNDLE_LINE_BYTES:,} bytes")
            if self.number > BUNDLE_LINES:
                raise self.refused(f"more than {BUNDLE_LINES:,} lines")
            if raw.strip():
                break
        try:
            made: _Any = msgspec.json.decode(raw, type=_Any)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise self.refused("no line of a bundle") from None
        if isinstance(made, _End):
            return made
        self._hash.update(raw.rstrip(b"\r\n") + b"\n")  # git may have changed the ends of lines on its way
        return made

    def next(self, kind: type[_Line]) -> _Line:
        """The next line, which must be of a kind."""
        made = self.line()
        if not isinstance(made, kind):
            raise self.refused("another line is due here than the one that stands here")
        return made

    def ended(self, end: _End) -> None:
        """Check the digest, and that nothing follows."""
        if end.digest != self._hash.hexdigest():
            raise self.refused("the digest is not that of the lines before: the bundle was changed or cut")
        if self._file.read(BUNDLE_LINE_BYTES).strip():
            raise self.refused("something stands behind the last line")


def _bundle(reading: _BundleLines) -> Bundle:
    header = reading.next(_Header)
    assert isinstance(header, _Header)
    if header.format != FORMAT:
        raise reading.refused(f"format {header.format} of bundles, and this version reads {FORMAT}")
    if not _SERIES.fullmatch(header.series) or header.routines > BUNDLE_ROUTINES:
        raise reading.refused(f"a series that is none, or more than {BUNDLE_ROUTINES} routines")
    if not all(map(is_name, header.names)):
        raise reading.refused("a name that may not be named")
    names = frozenset(header.names)
    same = header.vocabulary == vocabulary_version()
    routines = tuple(_routine(reading, names, same_vocabulary=same) for _ in range(header.routines))
    end = reading.next(_End)
    assert isinstance(end, _End)
    reading.ended(end)
    return Bundle(header.series, header.revision, routines, tuple(sorted(names)))


def _routine(reading: _BundleLines, names: frozenset[str], *, same_vocabulary: bool) -> RoutineProfile:
    line = reading.next(_RoutineLine)
    assert isinstance(line, _RoutineLine)
    if not line.times or not all(name == UNDATED or _QUARTER.fullmatch(name) for name in line.times):
        raise reading.refused("a quarter that is none")
    if not {line.completion, line.by_agent} <= _TENTHS or not 1 <= line.steps <= BUNDLE_STEPS:
        raise reading.refused("a number that no bundle holds")
    steps = tuple(_step(reading, names, same_vocabulary=same_vocabulary) for _ in range(line.steps))
    times = tuple(sorted((name, RANGES[count]) for name, count in line.times.items()))
    return RoutineProfile(steps, times, line.bits, line.completion, line.threaded, line.by_agent)


def _step(reading: _BundleLines, names: frozenset[str], *, same_vocabulary: bool) -> ProfileStep:
    line = reading.next(_StepLine)
    assert isinstance(line, _StepLine)
    kind = Kind[line.kind.upper()]
    if line.share not in _TENTHS or not line.share:
        raise reading.refused("a share that no bundle holds")
    if any(shareable(label, kind=kind, names=names) != label for label in (line.action, *line.instead)):
        other = "" if same_vocabulary else "; it was made with another vocabulary, so use the same version of fivetimes"
        raise reading.refused(f"a label beyond the public vocabulary and the names of this bundle{other}")
    return ProfileStep(
        line.action, kind, line.share, RANGES[line.most], Effect[line.effect.upper()], tuple(line.instead)
    )


# ---- several files


def bundle_files(named: Sequence[Path]) -> Iterator[Path]:
    """The files that were named, and those of named folders whose names end in `.fivetimes`, in order; links are not followed.

    Raises:
        BundleError: a folder holds none.
    """
    for path in named:
        if not path.is_dir():
            yield path
            continue
        found = sorted(one for one in path.rglob(f"*{SUFFIX}") if one.is_file() and not one.is_symlink())
        if not found:
            raise BundleError(f"{path}: there is no *{SUFFIX} here. Name the folder that the bundles are in.")
        yield from found


def read_all(named: Sequence[Path]) -> tuple[list[Bundle], list[str]]:
    """The bundle of each series that counts, sorted by series, and a sentence for each file that was not taken.

    Of a series counts the highest revision; files with the same bytes count once. Two different bundles of one series and
    revision contradict each other, and none of the series counts.
    """
    newest: dict[str, list[tuple[Bundle, Path]]] = {}
    refused = []
    for path in bundle_files(named):
        try:
            bundle = read(path)
        except BundleError as error:
            refused.append(str(error))
            continue
        held = newest.setdefault(bundle.series, [])
        if held and bundle.revision < held[0][0].revision:
            continue
        if held and bundle.revision > held[0][0].revision:
            held.clear()
        if all(bundle != one for one, _ in held):
            held.append((bundle, path))
    for held in newest.values():
        if len(held) > 1:
            places = ", ".join(str(path) for _, path in held)
            refused.append(f"{places}: two bundles of one series and revision differ, so neither counts. Share again.")
    return [held[0][0] for _, held in sorted(newest.items()) if len(held) == 1], refused
