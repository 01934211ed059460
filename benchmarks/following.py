"""Simulated teams after approval -> a table: whether `fivetimes follow` finds what became of their conductors.

    python -m benchmarks.following [--seeds 1 2 3] [--nothing] [--library other]

A team of benchmarks/world works for half a year; its routines are scanned, drafted and approved. In the thirteen weeks that follow
each routine has a fate: its conductor is used, bypassed (two times of five by hand) or left aside, nobody does it any more,
a step is dropped, added or replaced by another tool, or it takes half or twice the time. What runs does not type: of its steps
the commits and the skills are seen, as they would be.

    standing      used, bypassed, worked around, obsolete: precision and recall of each
    drift         skipped and added steps: precision, recall, and the share of those found that are at the right step
    effect        the interval covers the planted factor: of the routines that were timed, and of 100 draws
    nothing       all conductors are used: how many findings there are in all (`--nothing`)

Judged are the conductors that were drafted of a planted routine; what was not drafted cannot be followed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import command
from benchmarks.scoring import found_in
from benchmarks.world import write
from benchmarks.world.background import Background
from benchmarks.world.library import LIBRARIES, Routine, Step, load, shell
from benchmarks.world.people import Team
from benchmarks.world.play import Player
from benchmarks.world.records import DAY, Event, Settings
from benchmarks.world.score import agreement, occurrences, read_truth
from benchmarks.world.simulate import beside, days_of

from fivetimes import conductors, followup, review, scan_requests, workspace
from fivetimes.model.decisions import Decision, Review
from fivetimes.review.folder import add_review
from fivetimes.review.ledger import mark

WEEKS, LATER = 26, 13
FATES = ("used", "bypassed", "by hand", "idle", "skip", "add", "replace", "fast", "slow")
LIVES = {"used": "used", "bypassed": "bypassed", "idle": "obsolete"}  # all others are worked around
FACTORS = {"fast": 0.5, "slow": 2.0}
MATCHED = 0.5  # F1 over events from which a conductor is a planted routine's


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a routine: the step that is dropped, the text of the one that is added, and behind which step."""

    kind: str
    dropped: Step | None = None
    added: str = ""
    behind: Step | None = None


class Later(Player):
    """Plays routines, from the approval on as their fate has it."""

    def __init__(self, team: Team, background: Background, approved: float, fates: Mapping[str, Fate]) -> None:
        super().__init__(team, background)
        self.approved, self.fates = approved, fates

    def _edition(self, routine: Routine, t: float) -> list[Step]:
        steps = super()._edition(routine, t)
        fate = self.fates.get(routine.id)
        if fate is None or t < self.approved:
            return steps
        out = []
        for step in steps:
            if step is not fate.dropped:
                out.append(step)
            if fate.added and step is fate.behind:
                out.append(shell("+f", fate.added))
        return out


def fate_of(routine: Routine, kind: str, team: Team) -> Fate:
    """A fate, with the steps that it is about drawn at random."""
    rng = team.settings.rng("fate", routine.id)
    commands = Counter(_command(step.text) for step in routine.steps)
    inner = range(1, len(routine.steps) - 1)
    sure = [n for n in inner if routine.steps[n].opt == 1.0 and commands[_command(routine.steps[n].text)] == 1]
    at = rng.choice([n for n in sure if not routine.steps[n].text.startswith("@")] or sure or [1])
    others = [text for text in team.library.added if "{" not in text and _command(text) not in commands]
    added = rng.choice(others)
    if kind == "skip":
        return Fate(kind, routine.steps[at])
    if kind == "add":
        return Fate(kind, None, added, routine.steps[at])
    if kind == "replace":
        return Fate(kind, routine.steps[at], added, routine.steps[at])
    return Fate(kind)


def _command(text: str) -> str:
    return " ".join(text.split()[:2])


@dataclass(frozen=True, slots=True)
class Ran:
    """A run of a conductor: of which routine, from when to when."""

    routine: str
    began: float
    ended: float


def simulated(settings: Settings, *, nothing: bool) -> tuple[Team, list[Event], list[Ran], dict[str, Fate], float]:
    """A team, all that it did, the runs of its conductors, and what became of each routine since the approval."""
    team = Team(replace(settings, weeks=WEEKS + LATER), load(settings.library))
    approved = team.start + WEEKS * 7 * DAY
    kinds = ["used"] if nothing else list(FATES)
    planted = [routine for routine in team.routines if routine.set != "few"]
    fates = {one.id: fate_of(one, kinds[(n + settings.seed) % len(kinds)], team) for n, one in enumerate(planted)}
    background = Background(team)
    player = Later(team, background, approved, fates)
    events: list[Event] = []
    runs: list[Ran] = []
    for routine in team.routines:
        rng = settings.rng("plan", routine.id)
        days = [*days_of(replace(settings, weeks=WEEKS), routine, rng)]
        if routine.id in fates and fates[routine.id].kind != "idle":
            days += sorted(WEEKS * 7 + day for day in rng.choices(range(LATER * 7 - 3), k=rng.randint(9, 14)))
        for number, day in enumerate(days):
            start = team.start + (day - max(0, day % 7 - 4)) * DAY + rng.uniform(9, 16.2) * 3600
            person = rng.choice(team.crew[routine.id])
            made = player.play(routine, number, person, start)
            if start >= approved:
                made = list(_since(made, fates[routine.id].kind, rng, runs, routine.id))
            events += made
    events += beside(events, background)
    events = [event for event in events if event.t < team.end]
    events.sort(key=lambda event: (event.t, event.person, event.text))
    for number, event in enumerate(events):
        event.id = number
    return team, events, runs, fates, approved


def _since(made: Sequence[Event], kind: str, rng: Random, runs: list[Ran], routine: str) -> Iterator[Event]:
    """The events of one execution since the approval: by a run, or by hand in so much time."""
    first = made[0].t
    if kind == "used" or (kind == "bypassed" and rng.random() > 0.4):
        runs.append(Ran(routine, first - 5, made[-1].t + 5))
        yield from (event for event in made if event.kind in ("commit", "skill") and event.tag)
        return
    factor = FACTORS.get(kind, 1.0)
    for event in made:
        event.t = first + (event.t - first) * factor
        yield event


# ---- conductors, approved at that time


def approved_conductors(team_file: Path, home: Path, folder: Path, at: datetime) -> None:
    """Scan, draft and approve everything that was seen five times."""
    command.run(["scan", "--config", str(team_file), "--yes"], home=home)
    known = workspace.known_scan(team_file, here=team_file.parent, folder=home)
    assert known is not None
    names = [one.id for one in known.candidates if one.tier.value != "noticed"]
    command.run(["draft", *names, "--config", str(team_file), "-o", str(folder)], home=home)
    for one in review.conductors_in(folder):
        on = conductors.fingerprint(one.document)
        seen = one.document["evidence"]["occurrences"]
        add_review(Review(one.id, Decision.APPROVE, "ana", at, "it is how we do it", on, seen, ""), folder=folder)


def written(run: Ran, number: int, conductor: str, folder: Path) -> None:
    """The record of a run, as `fivetimes run` leaves it."""
    name, before, rows = f"{conductor}-{number:04}", "", []
    for at, key, fields in (
        (run.began, "began", {"conductor": conductor, "by": "ana"}),
        (run.ended, "ended", {"result": "done"}),
    ):
        when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        row = json.dumps(
            {
                "schema": "fivetimes/run/1",
                "run": name,
                "key": key,
                "what": key,
                "at": when,
                **fields,
                "previous": before,
            }
        )
        before = mark(row)
        rows.append(row + "\n")
    (folder / "runs").mkdir(exist_ok=True)
    (folder / "runs" / f"{name}.jsonl").write_text("".join(rows), encoding="utf-8")


def routines_of(team_folder: Path, home: Path) -> dict[str, str]:
    """Conductor -> the planted routine that it is of, by the events of its evidence."""
    truth = read_truth(team_folder)
    report = _report(team_folder, home)
    named = [(candidate["id"], found) for candidate, found in zip(report["candidates"], found_in(report), strict=True)]
    table = sorted(
        ((agreement(one, occurrences(found, truth)), name, one.id) for name, found in named for one in truth.wanted),
        reverse=True,
    )
    chosen: dict[str, str] = {}
    for value, conductor, routine in table:
        if value >= MATCHED and conductor not in chosen and routine not in chosen.values():
            chosen[conductor] = routine
    return chosen


def _report(team_folder: Path, home: Path) -> Any:
    out = team_folder / "report.json"
    command.run(["report", "--config", str(team_folder / "fivetimes.toml"), "--json", str(out)], home=home)
    return json.loads(out.read_text(encoding="utf-8"))


# ---- the truth, and what is found


def _same(text: str, label: str) -> bool:
    """Whether a label is of a planted text: its program and its subcommand, where it shows them."""
    wanted, shown = text.split(), label.replace("commit:", "git commit ").replace("skill:", "").split()
    hidden = ("prog-", "script-", "<", "-", "*")
    return all(a == b or b.startswith(hidden) for a, b in zip(wanted[:2], shown[:2], strict=False))


def _step_text(step: Step) -> str:
    return f"git commit {step.text}" if step.kind == "commit" else step.text


def judged(
    found: followup.FollowUp, fates: Mapping[str, Fate], of: Mapping[str, str], documents: Mapping[str, Any]
) -> Counter[str]:
    """What is right, surplus and missing."""
    out: Counter[str] = Counter()
    for one in found.conductors:
        if one.id not in of:
            continue
        fate = fates[of[one.id]]
        life = LIVES.get(fate.kind, "worked around")
        out["conductors"] += 1
        out[f"{one.life.value} right" if one.life.value == life else f"{one.life.value} surplus"] += 1
        out[f"{life} planted"] += 1
        actions = {step["id"]: step["action"] for step in documents[one.id]["steps"]}
        _judge_drift(out, one, fate, actions)
        if one.effect is not None and fate.kind in ("by hand", *FACTORS):
            out["effect stated"] += 1
            out["effect covers"] += one.effect.low <= FACTORS.get(fate.kind, 1.0) <= one.effect.high
    return out


def _judge_drift(out: Counter[str], one: followup.Conduct, fate: Fate, actions: Mapping[str, str]) -> None:
    drafted = fate.dropped is not None and any(_same(_step_text(fate.dropped), action) for action in actions.values())
    wanted = {"skip": drafted, "add": bool(fate.added)}
    hit = {"skip": False, "add": False}
    for test in one.drifting:
        kind = test.change.value
        if kind == "skip" and fate.dropped is not None and _same(_step_text(fate.dropped), actions[test.what[0]]):
            hit["skip"] = True
        elif kind == "add" and fate.added and _same(fate.added, test.what[0]):
            hit["add"] = True
            assert fate.behind is not None
            out["add located"] += bool(test.after) and (
                _same(_step_text(fate.behind), actions[test.after]) or fate.kind == "replace"
            )
        else:
            out[f"{kind} surplus"] += 1
            sys.stderr.write(f"  surplus: {one.id} ({fate.kind}) {test}\n")
    for kind, wants in wanted.items():
        out[f"{kind} planted"] += wants
        out[f"{kind} right"] += hit[kind] and wants


def measured(seed: int, library: str, *, nothing: bool) -> Counter[str]:
    """One team."""
    settings = Settings(seed=seed, library=library)
    team, events, runs, fates, approved = simulated(settings, nothing=nothing)
    at = datetime.fromtimestamp(approved, UTC)
    with tempfile.TemporaryDirectory() as name:
        work, home, folder = Path(name, "team"), Path(name, "home"), Path(name, "conductors")
        os.environ["FIVETIMES_HOME"] = str(home)
        write.make(work, team, [event for event in events if event.t < approved])
        approved_conductors(work / "fivetimes.toml", home, folder, at)
        of = routines_of(work, home)
        back = {routine: conductor for conductor, routine in of.items()}
        for number, run in enumerate(runs):
            if run.routine in back:
                written(run, number, back[run.routine], folder)
        write.make(work, team, events)
        request = scan_requests.from_config(work / "fivetimes.toml")
        found = followup.follow(request, conductors=folder, folder=home)
        documents = {one.id: one.document for one in review.conductors_in(folder)}
        return judged(found, fates, of, documents)


def covered(draws: int) -> int:
    """In how many draws the interval of an effect covers the planted factor: 5 to 20 times each, log-normal."""
    hits = 0
    for number in range(draws):
        rng = Random(f"effect/{number}")
        factor, spread = math.exp(rng.uniform(-1, 1)), rng.uniform(0.2, 0.9)
        before = [rng.lognormvariate(5, spread) for _ in range(rng.randint(5, 20))]
        since = [factor * rng.lognormvariate(5, spread) for _ in range(rng.randint(5, 20))]
        found = followup.effect(before, since)
        hits += found is not None and found.low <= factor <= found.high
    return hits


def _share(right: int, of: int) -> str:
    return f"{right / of:.2f}" if of else "–"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.following", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--library", choices=LIBRARIES, default="development")
    parser.add_argument(
        "--nothing", action="store_true", help="all conductors are used: how much is found all the same"
    )
    given = parser.parse_args()
    total: Counter[str] = Counter()
    for seed in given.seeds:
        total += measured(seed, given.library, nothing=given.nothing)
    out = [f"{len(given.seeds)} teams, {total['conductors']} conductors"]
    for kind in ("used", "bypassed", "worked around", "obsolete", "new", "skip", "add"):
        right, surplus, planted = (total[f"{kind} {part}"] for part in ("right", "surplus", "planted"))
        out.append(
            f"{kind:14} precision {_share(right, right + surplus)}  recall {_share(right, planted)}  planted {planted}"
        )
    out.append(f"added steps behind the right step: {_share(total['add located'], total['add right'])}")
    out.append(
        f"effect: covers the factor in {total['effect covers']} of {total['effect stated']} conductors, {covered(100)} of 100 draws"
    )
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
