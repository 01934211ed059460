"""Simulated teams -> a table: whether drafts hold what was planted: steps, alternatives, data flow, gates.

    python -m benchmarks.drafts [--seeds 1 2 3] [--stress]

Each routine planted five times or more is judged by the draft of the candidate that holds most of its events. Drafted steps are
aligned, in order, with the library's by the words that do not vary. Then, as F1 over all routines (none drafted counts as missed):

    steps         steps aligned
    optional      marked so, against left out in more than 5 % of the runs that were really done
    alternatives  several ways given, against done in several ways
    repeats       marked so, against done again in some run
    data flow     pairs of aligned steps that share an input, against pairs that share a value of the routine
    gates asked   share of the steps with `gate: true` that have a gate directly before them
    gates right   share of the gates that stand before such a step; `gate: may` counts neither way
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml
from benchmarks import scoring, team
from benchmarks.command import run
from rich.console import Console
from rich.table import Table

from fivetimes.conductor_document import ConductorDocument, DocumentStep, most_repeats, references, step_alternatives

ALIKE = 0.5  # share of common words from which a drafted step is the library's
ALWAYS = 0.95
MARKS = ("steps", "optional", "alternatives", "repeats", "data flow")

Found = tuple[int, int, int]  # right, surplus, missing


@dataclass(frozen=True, slots=True)
class Step:
    """A planted step: the words of its forms, the values it takes, what the runs show, and whether it is to be asked for."""

    forms: Sequence[frozenset[str]]
    values: frozenset[str]
    marks: Mapping[str, bool]
    gate: object


def _words(text: str) -> frozenset[str]:
    # the names of a skill's arguments are no words of what is planted
    plain = re.sub(r"\{\{.*?\}\}|\{\w+\}", "\0", re.sub(r"(?<=\s)\w+=\{\{.*?\}\}", "\0", text.lower()))
    return frozenset(word.strip("'\"") for word in re.split(r"[\s=:]+", plain) if word and "\0" not in word)


def planted(routine: Mapping[str, Any], done: Sequence[Sequence[Sequence[int]]]) -> list[Step]:
    """The steps of a routine with what its runs show of them.

    Args:
        routine: of the library.
        done: for each run, (step, alternative) of each thing done.
    """
    per_run = [Counter(step for step, _ in one) for one in done]
    ways = [{way for one in done for number, way in one if number == n} for n in range(len(routine["steps"]))]
    out = []
    for number, step in enumerate(routine["steps"]):
        command = str(step.get("with", {}).get("command", ""))
        texts = [command] if command else [str(text) for text in step.get("any") or [step["do"]]]
        if step.get("in") == "commit":
            texts = [f'git commit -m "{text}"' for text in texts]
        text = " ".join([*texts, *map(str, step.get("with", {}).values())])
        marks = {
            "optional": sum(number in one for one in per_run) < ALWAYS * len(per_run),
            "alternatives": len(ways[number]) > 1,
            "repeats": max((one[number] for one in per_run), default=0) > 1,
        }
        values = frozenset(re.findall(r"\{(\w+)\}", text)) & routine.get("values", {}).keys()
        out.append(Step([_words(text) for text in texts], values, marks, step.get("gate", False)))
    return out


def _texts(step: DocumentStep) -> list[str]:
    return [one["run"] for one in step_alternatives(step)]


def _likeness(step: Step, drafted: DocumentStep) -> float:
    written = [_words(text) for text in _texts(drafted)]
    return max((len(a & b) / len(a | b) for a in step.forms for b in written if a | b), default=0.0)


def aligned(steps: Sequence[Step], drafted: Sequence[DocumentStep]) -> list[tuple[int, int]]:
    """The pairs (planted, drafted) of the best alignment that keeps the order of both."""
    best: list[list[tuple[float, tuple[tuple[int, int], ...]]]] = [[(0.0, ())] * (len(drafted) + 1)]
    for i, step in enumerate(steps):
        row: list[tuple[float, tuple[tuple[int, int], ...]]] = [(0.0, ())]
        for j, other in enumerate(drafted):
            choices = [best[i][j + 1], row[j]]
            alike = _likeness(step, other)
            if alike >= ALIKE:
                choices.append((best[i][j][0] + alike, (*best[i][j][1], (i, j))))
            row.append(max(choices, key=lambda choice: choice[0]))
        best.append(row)
    return list(best[-1][-1][1])


def _inputs(step: DocumentStep) -> set[str]:
    return {found.name for found in references(json.dumps(step)) if found.space == "inputs"}


def _marked(step: DocumentStep) -> dict[str, bool]:
    return {
        "optional": bool(step.get("optional")),
        "alternatives": len(_texts(step)) > 1,
        "repeats": most_repeats(step) > 1,
    }


def judged(steps: Sequence[Step], drafted: Sequence[DocumentStep]) -> dict[str, Found]:
    """Right, surplus and missing of everything, one routine against its draft."""
    pairs = aligned(steps, drafted)
    of = dict(pairs)
    found = {"steps": (len(pairs), len(drafted) - len(pairs), len(steps) - len(pairs))}
    for mark in ("optional", "alternatives", "repeats"):
        both = [(step.marks[mark], n in of and _marked(drafted[of[n]])[mark]) for n, step in enumerate(steps)]
        found[mark] = (both.count((True, True)), both.count((False, True)), both.count((True, False)))
    ties = [
        (bool(steps[a].values & steps[b].values), bool(_inputs(drafted[of[a]]) & _inputs(drafted[of[b]])))
        for a, b in combinations(sorted(of), 2)
    ]
    found["data flow"] = (ties.count((True, True)), ties.count((False, True)), ties.count((True, False)))
    asked = {n for n, step in enumerate(steps) if step.gate is True}
    gated = [next((n for n, d in pairs if d == index), None) for index, step in enumerate(drafted) if "gate" in step]
    right = sum(n in asked for n in gated)
    may = sum(n is not None and steps[n].gate == "may" for n in gated)
    found["gates"] = (right, len(gated) - may - right, len(asked) - right)
    return found


def _drafts(folder: Path) -> tuple[dict[str, Any], dict[str, ConductorDocument]]:
    """The report, and the drafts by id."""
    config, home, out = str(folder / "fivetimes.toml"), folder / "home", folder / "drafts"
    run(["scan", "--config", config, "--yes", "--json", str(folder / "report.json")], home=home)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    ids = [one["id"] for one in report["candidates"] if one["tier"] != "noticed"]
    run(["draft", *ids, "--config", config, "-o", str(out)], home=home)
    return report, {one: yaml.safe_load((out / f"{one}.yaml").read_text(encoding="utf-8")) for one in ids}


def _rows(folder: Path) -> Iterator[dict[str, Found]]:
    report, drafts = _drafts(folder)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["routines"]
    library = {one["id"]: one for one in yaml.safe_load(team.LIBRARY.read_text(encoding="utf-8"))["routines"]}
    events = [
        {scoring.event(place) for occurrence in one["occurrences"] for place in occurrence["events"]}
        for one in report["candidates"]
    ]
    for routine in truth:
        if routine["habit"] or len(routine["instances"]) < scoring.EXTRACT:
            continue
        own = {scoring.event(place) for moments in routine["instances"] for places in moments for place in places}
        best = max(range(len(events)), key=lambda n: len(own & events[n]), default=None)  # used at once
        draft = drafts.get(report["candidates"][best]["id"]) if best is not None and own & events[best] else None
        yield judged(planted(library[routine["id"]], routine["done"]), draft["steps"] if draft else [])


def _f1(found: Sequence[Found]) -> str:
    right, surplus, missing = (sum(column) for column in zip(*found, strict=True))
    return f"{2 * right / (2 * right + surplus + missing):.3f}" if right + surplus + missing else "-"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drafts", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--stress", action="store_true")
    options = parser.parse_args()
    table = Table("seed", *MARKS, "gates asked", "gates right")
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            settings = replace(team.STRESS if options.stress else team.Settings(), seed=seed)
            team.make(Path(folder, "team"), settings)
            rows = list(_rows(Path(folder, "team")))
        right, surplus, missing = (sum(row["gates"][n] for row in rows) for n in range(3))
        scores = [_f1([row[mark] for row in rows]) for mark in MARKS]
        table.add_row(str(seed), *scores, _share(right, right + missing), _share(right, right + surplus))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
