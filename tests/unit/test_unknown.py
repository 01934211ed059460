"""Names of this machine: found, asked about, kept; and never what stood in a secret's place."""

from __future__ import annotations

import json
import secrets
import stat
import subprocess

import pytest

import logs
import repositories
from fivetimes import store
from fivetimes.eventlog import redact, unknown_names
from fivetimes.ingest import known_here
from fivetimes.ingest.known_names import targets
from fivetimes.model.command_lines import Role
from fivetimes.model.sources import Source
from fivetimes.redaction import Known, is_pseudonym

FILES = {
    "Makefile": "site proofs: x\n\techo y: z\nCC := gcc\n.PHONY: site\n",
    "ops/justfile": "publish-zq env='x':\n  ./run\n@lint-zq:\n",
    "web/package.json": '{"scripts": {"build:zq": "x"}}',
    "zz/package.json": "{broken",
    "tools/zqreport.py": "pass\n",
}


@pytest.fixture
def repository(tmp_path):
    folder = repositories.empty_repository(tmp_path / "repo")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    repositories.commit(folder, "feat: x")
    return folder


def test_targets_are_read_from_what_is_committed(repository):
    (repository / "Makefile").write_text("hunter2: x\n")
    assert targets(repository, list(FILES)) == {"site", "proofs", "publish-zq", "lint-zq", "build:zq"}


def test_where_there_is_no_repository_there_are_no_targets(tmp_path):
    assert targets(tmp_path, ["Makefile"]) == frozenset()


def test_what_exists_here_is_known(repository, tmp_path):
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "zqprogram"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    known = known_here(
        [Source("git", repository, "repo")], {"PATH": str(tmp_path / "bin")}, approved=frozenset({"zqapproved"})
    )
    assert known.program("zqprogram")
    assert known.program("zqreport.py")
    assert known.program("zqapproved")
    assert known.script("tools/zqreport.py")
    assert known.script("./tools/zqreport.py")
    assert known.script("build:zq")
    assert not known.program("zqelse")


def test_of_a_branch_here_no_part_is_a_name_and_of_a_remotes_branch_what_follows_the_remote(repository):
    for ref in ("refs/heads/wip/zqpart", "refs/remotes/zqfork/zqshared"):
        subprocess.run(["git", "-C", str(repository), "update-ref", ref, "HEAD"], check=True)
    known = known_here([Source("git", repository, "repo")], {"PATH": ""})
    assert {"wip/zqpart", "zqfork/zqshared", "zqshared"} <= known.branches
    assert "zqpart" not in known.branches
    assert known.remotes == {"zqfork"}


def test_known_names_stay_names_in_the_event_log():
    known = Known(
        executables=frozenset({"zqctl"}), targets=frozenset({"proofs"}), tracked_files=frozenset({"tools/zq.py"})
    )
    batch = logs.shell(
        ["zqctl up", "make proofs", "python tools/zq.py", "zqother", "python zqelse.py", "python -m pytest"]
    )
    labels = redact([batch], key=logs.KEY, identify=logs.who, known=known).lexicon.labels
    assert {"zqctl", "proofs", "tools/zq.py", "pytest"} <= set(labels)
    assert sum(map(is_pseudonym, labels)) == 2


def test_a_name_that_also_stands_in_a_secrets_place_becomes_a_pseudonym():
    known = Known(executables=frozenset({"zqctl"}))
    batch = logs.shell(["zqctl up", "mysql -pzqctl shop"])
    log = redact([batch], key=logs.KEY, identify=logs.who, known=known)
    assert "zqctl" not in log.lexicon.labels
    assert log.redactions["prog: seen as a secret"] == 1


def test_unknown_names_are_counted_and_secrets_are_not_among_them():
    secret = "Q" + secrets.token_hex(9)
    lines = ["zqctl up", "zqctl down", "zqctl", "python zqrun.py", "git push", secret, "zqpass", "mysql -pzqpass x"]
    found = {
        name.word: (name.role, name.lines, name.alone) for name in unknown_names([logs.shell(lines)], known=Known())
    }
    assert found == {"zqctl": (Role.PROGRAM, 3, 1)}  # zqrun.py may be written for its ending


def test_an_approved_name_is_asked_about_no_more():
    assert unknown_names([logs.shell(["zqctl up"])], known=Known(approved=frozenset({"zqctl"}))) == []


def test_approved_names_are_kept_beside_the_key_for_the_owner_alone(tmp_path):
    folder = tmp_path / "home"
    store.approve(["b"], folder=folder)
    store.approve(["a"], folder=folder)
    assert store.approved(folder) == {"a", "b"}
    assert json.loads((folder / "names.json").read_text()) == ["a", "b"]
    assert stat.S_IMODE((folder / "names.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{}", "[1]", "[", '"x"'])
def test_a_broken_file_of_names_means_none(tmp_path, content):
    (tmp_path / "names.json").write_text(content)
    assert store.approved(tmp_path) == frozenset()
