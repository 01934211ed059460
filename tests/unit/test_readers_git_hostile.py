"""A hostile repository, a hostile environment: nothing that they say is run, and no file elsewhere is read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reading import column, read
from repositories import CLEAN, commit, empty_repository, run

SIGNATURE = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n made=up\n -----END PGP SIGNATURE-----"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return empty_repository(tmp_path / "site")


def hostile(repository: Path, marks: Path) -> None:
    """Give a repository every setting by which one could hope to have a program run."""
    program = marks / "program"
    program.write_text(f'#!/bin/sh\ntouch "{marks}/ran-$(basename "$0")-$$"\nexit 1\n', encoding="utf-8")
    program.chmod(0o755)
    for name in ("git", "cat", "less", "gpg"):
        (repository / name).symlink_to(program)
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman"):
        (repository / ".git" / "hooks").mkdir(exist_ok=True)
        (repository / ".git" / "hooks" / hook).symlink_to(program)
    keys = (
        *(
            "core.fsmonitor",
            "core.pager",
            "pager.log",
            "gpg.program",
            "gpg.ssh.program",
            "diff.external",
            "diff.x.textconv",
        ),
        *(
            "diff.x.command",
            "core.sshCommand",
            "core.editor",
            "core.gitProxy",
            "alias.log",
            "filter.x.smudge",
            "filter.x.clean",
        ),
        *("credential.helper", "uploadpack.packObjectsHook", "core.alternateRefsCommand", "remote.origin.uploadpack"),
    )
    for key in keys:
        run(repository, "config", key, f"!{program}" if key == "alias.log" else str(program))
    for key, value in (
        *(("log.showSignature", "true"), ("core.hooksPath", str(repository)), ("protocol.allow", "always")),
        *(
            ("protocol.ext.allow", "always"),
            ("remote.origin.url", f"ext::{program}"),
            ("remote.origin.promisor", "true"),
        ),
        *(("extensions.partialClone", "origin"), ("core.repositoryFormatVersion", "1"), ("diff.orderFile", "nowhere")),
    ):
        run(repository, "config", key, value)
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* diff=x filter=x\n", encoding="utf-8")


def sign(repository: Path) -> None:
    signed = run(repository, "cat-file", "commit", "HEAD").replace("\n\n", f"\n{SIGNATURE}\n\n", 1) + "\n"
    made = run(repository, "hash-object", "-t", "commit", "-w", "--stdin", stdin=signed.encode())
    run(repository, "update-ref", "HEAD", made)


@pytest.mark.parametrize("missing", [False, True], ids=["whole", "with a missing tree"])
def test_a_hostile_repository_and_a_hostile_environment_have_nothing_run(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    commit(repository, "one", files=["a"])
    commit(repository, "two", files=["a"])
    sign(repository)
    if missing:
        tree = run(repository, "rev-parse", "HEAD^{tree}")
        (repository / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    hostile(repository, marks)
    program = str(marks / "program")
    for name, value in {
        "PATH": f"{repository}{os.pathsep}.{os.pathsep}{os.environ['PATH']}",
        "GIT_DIR": str(tmp_path / "nowhere"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": program,
        "GIT_EXTERNAL_DIFF": program,
        "GIT_PAGER": program,
        "PAGER": program,
        "GIT_SSH_COMMAND": program,
        "GIT_EXEC_PATH": str(repository),
        "GIT_TRACE": str(marks / "ran-trace"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(repository)
    before = dict(os.environ)
    found, _ = read("git", repository)
    assert column(found, "text") == ["one", "two"]
    assert list(marks.glob("ran-*")) == []
    assert dict(os.environ) == before
    if not missing:  # the trap is a trap: the plain command falls into it
        subprocess.run(["/usr/bin/env", "git", "log"], cwd=repository, env=CLEAN, capture_output=True, check=False)
        assert list(marks.glob("ran-*")) != []


def test_a_mailmap_that_is_a_link_or_a_pipe_is_not_read(repository: Path, tmp_path: Path) -> None:
    commit(repository, "one")
    (tmp_path / "map").write_text("Other <other@example.net> <ana@example.net>\n", encoding="utf-8")
    (repository / ".mailmap").symlink_to(tmp_path / "map")
    assert column(read("git", repository)[0], "person") == ["Ana <ana@example.net>"]
    (repository / ".mailmap").unlink()
    os.mkfifo(repository / ".mailmap")
    assert column(read("git", repository)[0], "person") == ["Ana <ana@example.net>"]
