"""One short line of a test -> what it stands for on disk."""

from __future__ import annotations

from pathlib import Path

from fixtures.build import build, make_repository, read_commits

ATELIER = Path(__file__).parents[1] / "fixtures" / "teams" / "atelier"


def git_repo(script: str, folder: Path) -> list[str]:
    """Make a repository at `folder` of commits written as TOML (see fixtures/build.py); returns their hashes."""
    return make_repository(folder, read_commits(script))


def atelier(folder: Path) -> dict[str, list[str]]:
    """Build the sample team at `folder`; returns its commits' hashes by repository, in the order of repos/*.toml."""
    return build(ATELIER, folder)
