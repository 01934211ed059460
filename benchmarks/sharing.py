"""Simulated teams -> a table: what is found when everybody scans alone and shares, beside one scan of all histories together.

    python -m benchmarks.sharing [--seeds 1 2 3] [--settings plain crew4 …]

Every person of the harder world (benchmarks/world) scans their own sources and the repositories, shares all that was noticed, and
the bundles' texts are merged. A candidate of a scan is of the planted routine that owns half of its events or more, of none if
everyday work does; a joined routine is of the one that most of its members are of.

    shared          planted routines that two people or more did twice or more, each within what can be seen, and five times in all
    joint           share of these that the scan of all histories has among its candidates above noticed
    merged          of these same routines, the share of which one joined routine holds two people or more and reaches five times
    of joint        share of the routines that the joint scan has, that the merged answer has too: 0.95 is asked for
    precision       of the joined routines (the joint candidates) of two people or more that reach five times, the share that is the
                    first of a planted routine
    split           planted routines that two joined routines of two people or more are of
    lower bound     share of the merged routines whose lowest count is no more than the joint count, and the mean of their quotient
    shown           of the shared routines that three people or more did twice or more, the share that a report may show
    shown count     mean of the count that is shown / the joint count
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.world import write
from benchmarks.world.records import Settings
from benchmarks.world.score import Truth, read_truth
from benchmarks.world.simulate import simulate

from fivetimes import pipeline, scan_requests
from fivetimes.bundles import Bundle, JoinedRoutine, Merged, merge, profiles_of, read, text_of
from fivetimes.bundles.release import shown
from fivetimes.config import FLOOR
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.scans import Scan

TWICE, THREE = 2, 3
PLAIN = Settings()
SETTINGS: Mapping[str, Settings] = {
    "plain": PLAIN,
    "crew 4": replace(PLAIN, crew=4),
    "crew 8": replace(PLAIN, crew=8),
    "crew 4, background 1": replace(PLAIN, crew=4, background=1),
    "crew 4, tools 1": replace(PLAIN, crew=4, tools=1),
    "crew 4, slips 1": replace(PLAIN, crew=4, slips=1),
    "crew 4, families 1": replace(PLAIN, crew=4, families=1),
    "crew 4, handover 1": replace(PLAIN, crew=4, handover=1),
    "other library, crew 4": replace(PLAIN, crew=4, library="other"),
}
Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the scans gave: the joint one, everybody's own, and the merged bundles with the planted routine of each profile."""

    joint: Scan
    merged: Merged
    owner: Mapping[tuple[str, str], str | None]  # (contributor, id of the profile) -> planted routine


def _config(root: Path, name: str, persons: Sequence[Mapping[str, Any]], repositories: Sequence[str]) -> Path:
    lines = []
    for person in persons:
        lines += ["[[person]]", *(f"{key} = {json.dumps(value)}" for key, value in person.items())]
    lines += [line for path in repositories for line in ("[[repository]]", f"path = {json.dumps(path)}")]
    path = root / f"{name}.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _scan(config: Path) -> Scan:
    """With a key of its own, as each machine has one."""
    return pipeline.run(scan_requests.from_config(config), key=config.stem.encode().ljust(32, b"."))


def planted(candidate: Candidate, truth: Truth, person: str | None = None) -> str | None:
    """The planted routine that owns at least half of a candidate's events; None where none does."""
    own: Counter[str | None] = Counter()
    for occurrence in candidate.occurrences:
        if person in (None, occurrence.person):
            places = {
                (at.path, at.commit or at.line) for m in occurrence.moments if m.step is not None for at in m.locations
            }
            numbers = {truth.event_at[place] for place in places if place in truth.event_at}  # type: ignore[index]
            own.update(truth.owner.get(number) for number in numbers)
    name, times = own.most_common(1)[0] if own else (None, 0)
    return name if 2 * times >= own.total() else None


def answers(root: Path, truth: Truth) -> Answers:
    """Scan everybody alone and all together, share and merge."""
    document = tomllib.loads((root / "fivetimes.toml").read_text(encoding="utf-8"))
    repositories = [one["path"] for one in document["repository"]]
    bundles, owner = [], {}
    for number, person in enumerate(document["person"]):
        own = _scan(_config(root, f"own-{person['name']}", [person], repositories))
        found = profiles_of(own, person=person["name"])
        series = f"{number:032x}"
        path = root / f"{person['name']}.fivetimes"
        path.write_text(text_of(Bundle(series, 1, tuple(found.values()))), encoding="utf-8")
        bundles.append(read(path))
        by_id = {one.id: one for one in own.candidates}
        for name, profile in found.items():
            owner[series, repr(profile)] = planted(by_id[name], truth, person["name"])
    return Answers(_scan(_config(root, "joint", document["person"], repositories)), merge(bundles), owner)


def _done_by(root: Path) -> dict[str, Counter[str]]:
    """Of each planted routine, how often each person did it, of the runs that one person did alone and that can be seen."""
    who = {}
    with (root / "events.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            who[row["id"]] = row["person"]
    done: dict[str, Counter[str]] = defaultdict(Counter)
    for routine in json.loads((root / "truth.json").read_text(encoding="utf-8"))["routines"]:
        for run in routine["instances"]:
            core = [moment["id"] for moment in run["moments"] if moment["core"]]
            people = {who[one] for one in core if one in who}
            if len(people) == 1 and len(core) >= max(TWICE, 0.5 * run["core"]):
                done[routine["id"]][people.pop()] += 1
    return done


def _of(joined: JoinedRoutine, given: Answers) -> str | None:
    owners = Counter(given.owner[one.contributor, repr(one.profile)] for one in joined.members)
    return owners.most_common(1)[0][0]


def figures(root: Path) -> Figures:
    """The columns of the table for one team."""
    truth = read_truth(root)
    given = answers(root, truth)
    done = _done_by(root)
    people = {name: sum(times >= TWICE for times in by.values()) for name, by in done.items()}
    wanted = {one.id for one in truth.wanted if people.get(one.id, 0) >= TWICE}
    joint: dict[str, Candidate] = {}
    for candidate in given.joint.candidates:
        name = planted(candidate, truth)
        if name is not None and candidate.tier is not Tier.NOTICED:
            joint.setdefault(name, candidate)
    several = [one for one in given.merged.joined if len(one.members) >= TWICE and one.count.low >= FLOOR]
    groups: dict[str, list[JoinedRoutine]] = defaultdict(list)
    for one in several:
        name = _of(one, given)
        if name is not None:
            groups[name].append(one)
    found = {name: max(group, key=lambda one: one.count.low) for name, group in groups.items()}
    both = [name for name in wanted if name in joint and name in found]
    three = [name for name in wanted if people[name] >= THREE]
    visible = {name: made for name in found if (made := shown(found[name])) is not None}
    teams = [one for one in given.joint.candidates if one.people >= TWICE and one.tier is not Tier.NOTICED]
    return {
        "shared": float(len(wanted)),
        "joint": _share(name in joint for name in wanted),
        "merged": _share(name in found for name in wanted),
        "of joint": _share(name in found for name in wanted if name in joint),
        "precision joint": len({planted(one, truth) for one in teams} - {None}) / max(1, len(teams)),
        "precision": len(found) / max(1, len(several)),
        "split": float(sum(len(group) > 1 for group in groups.values())),
        "lower bound": _share(found[name].count.low <= joint[name].count for name in both),
        "low / joint": _mean(found[name].count.low / joint[name].count for name in both),
        "three": float(len(three)),
        "shown": _share(name in visible for name in three),
        "shown count": _mean(
            visible[name].count / joint[name].count for name in three if name in joint and name in visible
        ),
    }


def _share(found: Iterator[bool]) -> float | None:
    known = list(found)
    return sum(known) / len(known) if known else None


def _mean(values: Iterator[float]) -> float | None:
    known = list(values)
    return fmean(known) if known else None


def _text(column: str, rows: Sequence[Figures]) -> str:
    known = [value for row in rows if (value := row[column]) is not None]
    return (
        f"{fmean(known):.1f}"
        if known and column in ("shared", "three", "split")
        else f"{fmean(known):.2f}"
        if known
        else "-"
    )


def main() -> None:
    """Measure, and print a table in Markdown: means over the seeds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sharing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS), metavar="SETTING")
    options = parser.parse_args()
    head: list[str] = []
    for name in options.settings:
        rows = []
        for seed in options.seeds:
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder, "team")
                write.make(root, *simulate(replace(SETTINGS[name], seed=seed)))
                rows.append(figures(root))
        if not head:
            head = list(rows[0])
            sys.stdout.write(f"| setting | {' | '.join(head)} |\n|{'---|' * (len(head) + 1)}\n")
        sys.stdout.write(f"| {name} | {' | '.join(_text(column, rows) for column in head)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
