"""A made-up scan in a few lines: candidates with their occurrences, the commands behind them, what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fivetimes.conductors import draft
from fivetimes.config import ALWAYS_SHARE, FiveTimesRule
from fivetimes.model.candidates import Boundaries, Candidate, Confidence, Cost, Rhythm, Step, Tier, Variant
from fivetimes.model.conductors import Conductor
from fivetimes.model.events import Effect, Kind
from fivetimes.model.live_text import LiveCommand, LiveText
from fivetimes.model.occurrences import Location, Moment, Occurrence
from fivetimes.model.scans import Scan
from fivetimes.model.sources import Balance, Source, SourceReport
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import SearchTrace
from fivetimes.redaction import Known, harmless, public
from fivetimes.shell import parse

AT = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)
RULE = FiveTimesRule()
START = datetime(2026, 1, 2, 14, 0, tzinfo=UTC)  # a Friday

Way = str | tuple[str, Mapping[str, Any]]  # a command, or a skill with its arguments; `commit: …` is a commit's subject


def command(way: Way) -> LiveCommand:
    """The live text of a moment."""
    if isinstance(way, tuple):
        return LiveCommand(Kind.SKILL, way[0], way[1])
    if way.startswith("commit: "):
        return LiveCommand(Kind.COMMIT, way.removeprefix("commit: "))
    return LiveCommand(Kind.SHELL, way)


def action(way: Way) -> str:
    """A label for it: what it is given never shows."""
    if isinstance(way, tuple):
        return f"skill:{way[0]}"
    if way.startswith("commit: "):
        return "git commit"
    program, *words = way.split() or ["<str>"]  # a label is never blank
    return " ".join(
        [program, *(word for word in words[:1] if word.isalpha()), *("<file>" for word in words[:1] if "." in word)]
    )


def candidate(
    runs: Sequence[Sequence[Way | None]],
    *,
    effects: Mapping[int, Effect] | None = None,
    title: str = "Publish post",
    name: str = "publish-post-3f9a",
    people: Sequence[str] = ("ana", "bo"),
) -> tuple[Candidate, LiveText]:
    """A routine from its runs: one entry per step, None where it was left out. Every run is a week after the one before."""
    steps = tuple(
        _step(column, len(runs), (effects or {}).get(n, Effect.NONE))
        for n, column in enumerate(zip(*runs, strict=True))
    )
    occurrences = tuple(_occurrence(number, run, people[number % len(people)]) for number, run in enumerate(runs))
    paths = Counter(tuple(action(way) for way in run if way is not None) for run in runs)
    found = Candidate(
        id=name,
        title=title,
        tier=Tier.CANONICAL if len(runs) >= 10 else Tier.EXTRACT if len(runs) >= 5 else Tier.NOTICED,
        count=len(runs),
        sessions=len(runs),
        days=len(runs),
        people=len({occurrence.person for occurrence in occurrences}),
        at_least=False,
        confidence=Confidence("sure", 412.0, 0.86, 4),
        reasons=(f"seen {len(runs)} times", f"on {len(runs)} days", f"{len(steps)} steps, in the same order"),
        steps=steps,
        variants=tuple(Variant(path, times) for path, times in sorted(paths.items(), key=lambda p: (-p[1], p[0]))),
        occurrences=occurrences,
        duration=(900.0, 1500.0, 2400.0),
        score=1.0,
        first=occurrences[0].start,
        last=occurrences[-1].start,
        rhythm=Rhythm("weekly", 4, len(runs), len(runs), f"on Fridays ({len(runs)} of {len(runs)} days), about weekly"),
        cost=Cost(round(len(runs) * 0.42, 2), round(len(runs) * 0.38, 2), "from the first step to the last"),
        boundaries=Boundaries(1.0, 0.9, "begins and ends with the session"),
        broken=1,
        by=(0.9, 0.1, 0.0),
        bus_factor=1,
    )
    live = tuple(tuple(command(way) for way in run if way is not None) for run in runs)
    return found, LiveText(name, live, 0)


def _step(column: Sequence[Way | None], runs: int, effect: Effect) -> Step:
    seen = Counter(action(way) for way in column if way is not None)
    (first, _), *others = seen.most_common()
    kind = command(next(way for way in column if way is not None)).kind
    share = seen.total() / runs
    return Step(first, kind, share, (1, 1), tuple((other, times / runs) for other, times in others), effect)


def _occurrence(number: int, run: Sequence[Way | None], person: str) -> Occurrence:
    start = START + timedelta(days=7 * number)
    moments = tuple(
        Moment(step, action(way), start + timedelta(minutes=3 * step), (_place(number, step, way, person),))
        for step, way in enumerate(run)
        if way is not None
    )
    return Occurrence(person, start, moments[-1].time, number, 0.0, moments)


def _place(number: int, step: int, way: Way, person: str) -> Location:
    if command(way).kind == Kind.COMMIT:
        return Location("repos/site", commit=f"{number:020x}{step:020x}", digest=1 + number * 100 + step)
    return Location(f"people/{person}/.zsh_history", line=1 + number * 100 + step, digest=1 + number * 100 + step)


def friday(times: int) -> tuple[Candidate, LiveText]:
    """The Friday routine: commits to a published post, its slug and week running through."""
    return candidate([_post(week) for week in range(times)], effects={7: Effect.PUBLISH, 8: Effect.DEPLOY})


def _post(number: int) -> list[Way | None]:
    slug = f"{('amber', 'birch', 'coral', 'delta', 'ember')[number % 5]}-notes-{number + 3}"
    week = (START + timedelta(days=7 * number)).strftime("%G-W%V")
    post = f"content/posts/{slug}.md"
    return [
        ("harvest-commits", {"since": week}),
        ("summarize", {"source": f"commits-{week}.md"}),
        ("draft-post", {"slug": slug, "notes": f"summary-{week}.md"}),
        f"vim {post}" if number % 3 else None,
        ("queue-images", {"post": post}),
        ("rigor-check", {"post": post}),
        f"commit: post: {slug}",
        "git push origin main",
        "hugo deploy --target production" if number % 2 else "make deploy",
    ]


def release(times: int) -> tuple[Candidate, LiveText]:
    """A release with its version running through, tested in two ways."""
    runs = [_release(number) for number in range(times)]
    return candidate(
        runs,
        effects={5: Effect.PUBLISH, 6: Effect.UNKNOWN},
        title="Release version",
        name="release-version-77c1",
        people=("bo",),
    )


def _release(number: int) -> list[Way | None]:
    version = f"1.{number}.{number % 3}"
    return [
        "git checkout main",
        "pytest -q" if number % 3 else "make test",
        f"bump2version --new-version {version} patch",
        f'git commit -am "release: v{version}"',
        f"git tag v{version}",
        "git push --follow-tags",
        "./announce.sh",
    ]


def review(times: int) -> tuple[Candidate, LiveText]:
    """A small routine, seen too rarely."""
    runs: list[list[Way | None]] = [
        ["git fetch --all", f"git checkout review/{n}", "pytest -x", "gh pr review"] for n in range(times)
    ]
    return candidate(runs, title="Review request", name="review-request-09be")


def scan(*candidates: Candidate) -> Scan:
    """A scan that found these."""
    histories = Balance(
        records=12_480, events=12_101, duplicates=41, ignored=Counter({"leading space": 212, "comment": 120})
    )
    histories.bad.update({"not UTF-8": 6})
    commits = Balance(records=603, events=603)
    last = START + timedelta(days=91)
    return Scan(
        candidates=candidates,
        suppressed=(
            Suppressed(("git status", "git diff"), 240, SuppressionRule.BROWSING),
            Suppressed(("vim <file>", "python <file.py>"), 61, SuppressionRule.TWO_STEPS),
            Suppressed(("git pull", "make", "./run"), 9, SuppressionRule.CHANCE),
        ),
        sources=(
            SourceReport(
                Source("zsh", Path("/none/a"), "people/ana/.zsh_history", "ana"), histories, START, last, False
            ),
            SourceReport(Source("git", Path("/none/site"), "repos/site"), commits, START, last, False),
        ),
        redactions={"argument value": 20_411, "path": 9_120, "in a secret's place": 12},
        skipped=("people/cy/.bash_history: cannot be opened. Give it back to its owner.",),
        rule=RULE,
        events=12_704,
        actions=13_310,
        sessions=611,
        persons=3,
    )


def nothing_proposed() -> Scan:
    """A scan that proposes nothing, though some of it came near."""
    missed = (
        Suppressed(("vim <file>", "make check", "ansible-playbook *"), 14, SuppressionRule.NO_CORE),
        Suppressed(("git pull", "make", "./run"), 9, SuppressionRule.CHANCE),
        Suppressed(("ls", "top"), 99, SuppressionRule.BROWSING),
        Suppressed(("git tag *", "git push", "gh release create *"), 9, SuppressionRule.PART),
        Suppressed(("a", "b", "c", "d"), 2, SuppressionRule.BROKEN_OFF, (("completion", 0.25),)),
        Suppressed(("vim <file>", "make"), 622, SuppressionRule.TWO_STEPS),
    )
    totals = {"context": 900, "seed-by-chance": 312, "two-steps": 7, "no-core": 8, "chance": 3, "part": 40}
    return replace(scan(), suppressed=missed, trace=SearchTrace(totals=totals))


def drafted(found: Candidate, live: LiveText | None, **more: Any) -> Conductor:
    """The draft of a candidate, with the public grammar and nothing known of this machine."""
    return draft(
        found,
        live,
        rule=RULE,
        parse=lambda text: parse(text, grammar=public()),
        harmless=lambda word, role: harmless(word, role=role, known=Known()),
        at=AT,
        **more,
    )


def conductor(*runs: str | Mapping[str, Any], name: str = "made-up-0000") -> Conductor:
    """A conductor from its templates: a text is a step of the shell, a mapping is merged into such a step."""
    whole = drafted(*friday(6))
    steps = [_made_step(number, run) for number, run in enumerate(runs, 1)]
    return Conductor(
        name, {**whole.document, "id": name, "inputs": {}, "state": [], "steps": steps, "alternatives": []}
    )


def _made_step(number: int, given: str | Mapping[str, Any]) -> dict[str, Any]:
    more = {"run": given} if isinstance(given, str) else dict(given)
    run = more.get("run", "")
    step = {
        "id": f"s{number}",
        "action": run[:60] or "x",
        "run": run,
        "share": 1.0,
        "reversible": True,
        "expects": None,
    }
    step["specialist"] = {"kind": "shell", "name": (run.split() or ["x"])[0]}
    step |= more
    if step["share"] < ALWAYS_SHARE:
        step["optional"] = True
    if "any" in step:
        del step["run"]
    return step


GATE: Mapping[str, Any] = {"ask": "Is it ready to be seen?", "answerer": None, "on_no": "stop"}
