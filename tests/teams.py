"""Made-up profiles, bundles and histories of several people."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fivetimes.bundles import Bundle, CountRange, RoutineProfile
from fivetimes.bundles.profiles import ProfileStep
from fivetimes.model.events import Effect, Kind

RELEASE = ("git pull --rebase", "make test", "git tag *", "git push --tags", "twine upload *")
REVIEW = ("gh pr checkout *", "pytest -q", "gh pr review * --approve", "gh pr merge *")
SITE = ("npm run build", "npm test", "hugo deploy", "curl <url>")
ROUTINES = (RELEASE, REVIEW, SITE)


def step(label: str, kind: Kind = Kind.SHELL, *instead: str, share: float = 1.0) -> ProfileStep:
    effect = Effect.PUBLISH if label.startswith(("git push", "twine")) else Effect.NONE
    return ProfileStep(label, kind, share, CountRange.of(1), effect, instead)


def profile(labels: Iterable[str], *, count: int = 5, quarter: str = "2026-Q1") -> RoutineProfile:
    return RoutineProfile(
        tuple(map(step, labels)), ((quarter, CountRange.of(count)),), bits=40, completion=1.0, threaded=2, by_agent=0.0
    )


def series(number: int) -> str:
    return f"{number:032x}"


def bundle(number: int, *routines: RoutineProfile, revision: int = 1, names: Sequence[str] = ()) -> Bundle:
    return Bundle(series(number), revision, routines, tuple(names))


def history(path: Path, *, seed: int, routines: Sequence[Sequence[str]], times: int = 6) -> None:
    """A zsh history of half a year: each routine so many times, with values of its own, among everyday work."""
    rng = random.Random(f"team/{seed}")
    start = datetime(2026, 1, 5, 9, tzinfo=UTC).timestamp() + seed * 300
    everyday = ("git status", "vim notes.md", "git diff", "ls", "make lint", "less out.log", "git log", "cargo check")
    lines: list[tuple[float, str]] = []
    days = list(range(0, 170, 2))
    for number, routine in enumerate(routines):
        for day in sorted(rng.sample(days, times)):
            at = start + day * 86400 + number * 7200
            value = f"{rng.randint(1, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 30)}"
            for words in routine:
                at += rng.uniform(20, 200)
                lines.append((at, words.replace("*", value)))
    for day in days:
        at = start + day * 86400 + 5 * 3600
        for _ in range(rng.randint(3, 9)):
            at += rng.uniform(20, 900)
            lines.append((at, rng.choice(everyday)))
    lines.sort()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f": {int(at)}:0;{text}\n" for at, text in lines), encoding="utf-8")


# ---- five people, as docs/team.md has them

_RELEASE = ("git pull --rebase", "make test", "git tag v*", "git push --tags", "twine upload dist/*")
_REVIEW = ("gh pr checkout *", "pytest -q", "gh pr review * --approve", "gh pr merge * --squash")
_BACKUP = (
    "pg_dump shop > shop-*.sql",
    "gzip shop-*.sql",
    "gpg --encrypt shop-*.sql.gz",
    "rclone copy shop-*.sql.gz.gpg b:",
)
# name -> (what they do, how often): ana alone keeps backups; eli never reviews
FIVE = {
    "ana": ((_BACKUP, _RELEASE, _REVIEW), 6),
    "bo": ((_RELEASE, _REVIEW), 6),
    "chen": ((_RELEASE, _REVIEW), 6),
    "dara": ((_RELEASE, _REVIEW), 3),
    "eli": ((_RELEASE,), 3),
}


def ana(folder: Path) -> None:
    """Ana's history, and the bundles of the four others in `team/`."""
    from fivetimes import pipeline, scan_requests
    from fivetimes.bundles import profiles_of, text_of

    (folder / "team").mkdir(parents=True)
    for number, (name, (routines, times)) in enumerate(FIVE.items()):
        path = (
            folder / ".zsh_history"
            if name == "ana"
            else folder.parent / f"{folder.name}-others" / name / ".zsh_history"
        )
        history(path, seed=number, routines=routines, times=times)
        if name != "ana":
            scan = pipeline.run(scan_requests.from_paths([path]), key=name.encode().ljust(32))
            text = text_of(bundle(number, *profiles_of(scan, person="you").values()))
            (folder / "team" / f"{name}.fivetimes").write_text(text, encoding="utf-8")
