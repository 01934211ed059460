"""Subject, files, author and time -> a commit in a repository on disk, made by git without anybody's configuration."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

CLEAN = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}


def run(folder: Path, *arguments: str, stdin: bytes = b"", **environment: str) -> str:
    command = ["git", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", *arguments]
    done = subprocess.run(command, cwd=folder, env=CLEAN | environment, input=stdin, capture_output=True, check=True)
    return done.stdout.decode().strip()


def commit(
    folder: Path,
    subject: str,
    *,
    files: Sequence[str] = (),
    who: str = "Ana <ana@example.net>",
    at: str = "1700000000 +0100",
) -> str:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{subject}\n", encoding="utf-8")
    run(folder, "add", "-A")
    name, _, mail = who.rstrip(">").partition(" <")
    author = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail, "GIT_AUTHOR_DATE": at}
    committer = {"GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.net", "GIT_COMMITTER_DATE": at}
    run(folder, "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", subject, **author, **committer)
    return run(folder, "rev-parse", "HEAD")


def empty_repository(folder: Path) -> Path:
    """Make a repository at `folder`, on the branch main."""
    folder.mkdir()
    run(folder, "init", "-q")
    return folder
