"""A repository's reflog, as git writes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import repositories
from fivetimes.ingest import discover, sniff
from reading import column, read, read_bytes

WHO = {
    "GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.net",
    "GIT_COMMITTER_NAME": "Ana", "GIT_COMMITTER_EMAIL": "ana@example.net",
    "GIT_COMMITTER_DATE": "1700000100 -0330",
}  # fmt: skip


def test_checkouts_resets_rebases_pulls_and_fast_forwards_are_the_commands_that_make_them(tmp_path: Path) -> None:
    folder = repositories.empty_repository(tmp_path / "r")
    for step in (
        ("commit", "-q", "--allow-empty", "-m", "one"),
        ("checkout", "-q", "-b", "topic"),
        ("commit", "-q", "--allow-empty", "-m", "two"),
        ("checkout", "-q", "main"),
        ("merge", "-q", "topic"),
        ("commit", "-q", "--allow-empty", "-m", "three"),
        ("checkout", "-q", "topic"),
        ("rebase", "-q", "main"),
        ("reset", "-q", "--hard", "HEAD~1"),
        ("pull", "-q", "--ff-only", ".", "main"),
    ):
        repositories.run(folder, *step, **WHO)
    path = folder / ".git" / "logs" / "HEAD"
    assert sniff(path) == "reflog"
    found, balance = read("reflog", path)
    texts = column(found, "text")
    assert [text for text in texts if not text.startswith("git rebase")] == [
        "git checkout topic",
        "git checkout main",
        "git merge topic",
        "git checkout topic",
        "git reset 'HEAD~1'",
        "git pull",
    ]
    assert set(column(found, "person")) == {"Ana <ana@example.net>"}
    assert set(column(found, "time")) == {1700000100.0}
    assert set(column(found, "offset")) == {-210.0}
    assert "the clone itself" not in balance.ignored
    assert balance.bad == {}


def test_what_made_the_clone_is_no_step() -> None:
    head = "0" * 40 + " " + "1" * 40 + " Ana <ana@example.net> 1700000000 +0000\t"
    found, balance = read_bytes("reflog", f"{head}clone: from host:shop.git\n".encode())
    assert not found
    assert balance.ignored == {"the clone itself": 1}


def test_a_linked_working_tree_and_a_submodule_have_a_reflog_of_their_own(tmp_path: Path) -> None:
    main = repositories.empty_repository(tmp_path / "r")
    repositories.run(main, "commit", "-q", "--allow-empty", "-m", "one", **WHO)
    repositories.run(main, "worktree", "add", "-q", "../w", "-b", "topic", **WHO)
    repositories.run(tmp_path / "w", "checkout", "-q", "-b", "other", **WHO)
    repositories.run(tmp_path / "w", "checkout", "-q", "topic", **WHO)
    allowed = ("-c", "protocol.file.allow=always")
    repositories.run(main, *allowed, "submodule", "--quiet", "add", str(tmp_path / "w"), "part", **WHO)
    repositories.run(main / "part", "checkout", "-q", "-b", "third", **WHO)
    for here, checkouts in ((tmp_path / "w", ["other", "topic"]), (main / "part", ["third"])):
        found, _ = discover(tmp_path, here, {})
        [source] = [one for one in found if one.reader == "reflog"]
        assert column(read("reflog", source.path)[0], "text") == [f"git checkout {name}" for name in checkouts]


@pytest.mark.parametrize("written", ["", "gitdir: ", "gitdir: nowhere", "gitdir: \0", "x" * 5000])
def test_a_git_file_that_names_no_folder_is_no_problem(written: str, tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(written, encoding="utf-8")
    assert [one.reader for one in discover(tmp_path, tmp_path, {})[0] if one.reader != "git"] == []


@given(
    st.lists(st.text(st.sampled_from("0123456789abcdef <>+-\tcheckout: moving from to\n"), max_size=120), max_size=4)
)
def test_no_text_makes_the_reader_of_a_reflog_raise(rows: list[str]) -> None:
    head = "0" * 40 + " " + "1" * 40 + " A <a@b> 1700000000 +0000\t"
    read_bytes("reflog", "\n".join(f"{head}{row}" for row in rows).encode())
