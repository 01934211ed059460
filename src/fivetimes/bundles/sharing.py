"""Scan -> the bundle that its owner may say yes to: `prepared`, `agree`, `write`. And bundles -> a team's scan: `merged_scan`.

Our own folder keeps the series of this machine, what its owner said yes to, and from which bundles reports were made: random ids,
numbers and digests.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from fivetimes import atomic, store
from fivetimes.bundles.document import Bundle, BundleError, read, read_all, text_of
from fivetimes.bundles.labels import is_name
from fivetimes.bundles.profiles import RoutineProfile, profiles_of
from fivetimes.bundles.release import Release, released
from fivetimes.bundles.report import as_scan
from fivetimes.config import CONTRIBUTORS, FiveTimesRule
from fivetimes.errors import FivetimesError
from fivetimes.model.scans import Scan
from fivetimes.words import id_of

_SERIES = "series.json"
_RELEASES = "releases.json"
_SERIES_BYTES = 16  # random: nobody meets another's by chance
_MOST_RELEASES = 200  # reports that are looked back on: four years of one a week


class Series(msgspec.Struct, frozen=True):
    """The series of bundles of this machine.

    id: random, made on first use. revision: of the last bundle that was written; 0 before the first. agreed: digest of the text
    that its owner said yes to last; empty before.
    """

    id: str
    revision: int = 0
    agreed: str = ""


_Kept = TypeVar("_Kept")


def _kept(kind: type[_Kept], path: Path, otherwise: _Kept) -> _Kept:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return otherwise
    except (OSError, msgspec.DecodeError):
        # a new series in the place of a lost one would count one person twice
        raise FivetimesError(
            f"{path}: cannot be read, so it is not known what was shared or shown before. Put it back, or delete it to begin anew."
        ) from None


def _keep(name: str, value: object, folder: Path) -> None:
    store.keep_record(name, msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n", folder=folder)


# ---- what is shared


@dataclass(frozen=True, slots=True)
class Choice:
    """What an owner lets out. held_back: ids, or their beginnings. only: the ids that may leave; None: all that are not held back.
    names: words beyond the public vocabulary that they say yes to."""

    held_back: tuple[str, ...] = ()
    only: frozenset[str] | None = None
    names: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Sharing:
    """A bundle before its owner said yes: its text, and what is in it and what is not.

    listed: (id, title, how often) of each routine in it. held_back: of the others, by id, why. agreed: whether the owner agreed to
    this very text before.
    """

    text: str
    listed: tuple[tuple[str, str, str], ...]
    held_back: tuple[tuple[str, str], ...]
    agreed: bool
    series: Series


def prepared(scan: Scan | None, *, person: str, choice: Choice, folder: Path, target: Path | None = None) -> Sharing:
    """The bundle of a person's routines; an empty one, which withdraws the series, where no scan is given.

    What was written before and has not changed keeps its revision, so the same routines make the same bytes.

    Args:
        scan: the person's own, with what they rejected left out.
        person: as the scan calls them.
        choice: what may leave.
        folder: our own.
        target: where it will be written; a bundle of this series that stands there is followed.

    Raises:
        FivetimesError: a name may not be named, an id is unknown, or what stands at the target is none of this series.
    """
    bad = sum(not is_name(name) for name in choice.names)
    if bad:
        raise FivetimesError(
            f"{bad} of the names may not be named: they look like a secret or like prose. Leave them out."
        )
    found = {} if scan is None else profiles_of(scan, person=person, names=choice.names)
    out = {} if scan is None else dict(_held_back(scan, found, choice))
    kept = {name: profile for name, profile in found.items() if name not in out}
    series = _kept(Series, folder / _SERIES, Series(secrets.token_hex(_SERIES_BYTES)))
    series = _after(series, target)
    used = tuple(sorted(name for name in choice.names if any(_names(name, one) for one in kept.values())))
    text = text_of(Bundle(series.id, max(1, series.revision), tuple(kept.values()), used))
    if series.revision and _digest(text) != series.agreed:
        text = text_of(Bundle(series.id, series.revision + 1, tuple(kept.values()), used))
    titles = {} if scan is None else {one.id: one.title for one in scan.candidates}
    return Sharing(
        text=text,
        listed=tuple((name, titles[name], str(profile.count)) for name, profile in kept.items()),
        held_back=tuple(out.items()),
        agreed=_digest(text) == series.agreed,
        series=series,
    )


def _held_back(scan: Scan, found: dict[str, RoutineProfile], choice: Choice) -> Iterable[tuple[str, str]]:
    """The ids that do not leave, each with why."""
    known = [one.id for one in scan.candidates]
    named = [id_of(name, known, otherwise="none") for name in choice.held_back]
    for name in known:
        if name in named:
            yield name, "held back"
        elif choice.only is not None and name not in choice.only:
            yield name, "not approved"
        elif name not in found:
            yield name, "not done by you twice, or of fewer than three steps with public names"


def _names(name: str, profile: RoutineProfile) -> bool:
    labels = (label for step in profile.steps for label in (step.action, *step.instead))
    return any(name in label.replace(":", " ").split(" ") or label.endswith(name) for label in labels)


def _after(series: Series, target: Path | None) -> Series:
    """The series, not behind the bundle that stands at the target."""
    if target is None or not target.exists():
        return series
    try:
        there = read(target)
    except BundleError:
        raise FivetimesError(f"{target}: something stands there that is no bundle. Name another file.") from None
    if there.series != series.id:
        raise FivetimesError(f"{target}: the bundle of somebody else stands there. Name another file.")
    newer = there.revision > series.revision
    return Series(series.id, there.revision, _digest(text_of(there)) if newer else series.agreed) if newer else series


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def agree(sharing: Sharing, *, folder: Path) -> None:
    """Keep that the owner said yes to this text: its digest."""
    _keep(_SERIES, Series(sharing.series.id, sharing.series.revision, _digest(sharing.text)), folder)


def write(sharing: Sharing, target: Path, *, folder: Path) -> None:
    """Write the bundle, for others to read; from now on it is the last one of its series.

    Raises:
        FivetimesError: it cannot be written.
    """
    atomic.write_all({target.name: sharing.text}, directory=target.parent)
    _keep(_SERIES, Series(sharing.series.id, read(target).revision, _digest(sharing.text)), folder)


# ---- what is merged


def merged_scan(files: Sequence[Path], *, folder: Path) -> Scan:
    """What a report may show of the bundles in these files and folders; from which of them is kept in our folder.

    Raises:
        FivetimesError: no bundle could be taken, or a report now would show by difference what fewer than three people do.
    """
    bundles, refused = read_all(files)
    if not bundles:
        raise FivetimesError("\n".join(["there is no bundle to merge.", *refused]))
    earlier: list[Release] = [*_kept(list[dict[str, str]], folder / _RELEASES, [])]
    merged, release = released(bundles, earlier)
    if len(release) >= CONTRIBUTORS and release not in earlier[-1:]:
        # of fewer people nothing is shown, so nothing can be seen by difference
        _keep(_RELEASES, [*earlier, release][-_MOST_RELEASES:], folder)
    return as_scan(merged, rule=FiveTimesRule(), refused=refused)
