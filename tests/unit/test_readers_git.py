"""The reader of git repositories: what it gives, and whose it says that it is."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.accounts import is_bot
from fivetimes.errors import ReadError
from fivetimes.ingest import advice_on
from fivetimes.ingest.readers import git
from fivetimes.model.events import By
from fivetimes.pipeline import survey
from fivetimes.scan_requests import from_paths
from reading import column, read
from repositories import commit, empty_repository, run


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return empty_repository(tmp_path / "site")


def test_commits_come_oldest_first_with_author_time_offset_and_names_of_paths(repository: Path) -> None:
    hashes = [
        commit(repository, "add: site", files=["a b.md", "é/ü.txt"], at="1700000000 -0330"),
        commit(repository, "nothing", at="1700000000 +0100"),
        commit(repository, "fix: again", files=["a b.md"], at="1700000000 +0100"),
    ]
    (batch,), _ = read("git", repository)
    assert batch.commit == hashes
    assert batch.text == ["add: site", "nothing", "fix: again"]
    assert batch.files == [("a b.md", "é/ü.txt"), (), ("a b.md",)]
    assert batch.person == ["Ana <ana@example.net>"] * 3
    assert batch.time == [1700000000] * 3
    assert batch.offset == [-210, 60, 60]
    assert batch.where == [repository.name] * 3


def test_a_merge_is_a_commit_without_files_and_follows_both_its_parents(repository: Path) -> None:
    commit(repository, "one", files=["a"])
    run(repository, "checkout", "-q", "-b", "side")
    commit(repository, "side", files=["b"])
    run(repository, "checkout", "-q", "main")
    commit(repository, "main", files=["c"])
    run(
        repository,
        "merge",
        "-q",
        "-m",
        "merge side",
        "side",
        GIT_AUTHOR_NAME="A",
        GIT_AUTHOR_EMAIL="a@b",
        GIT_COMMITTER_NAME="A",
        GIT_COMMITTER_EMAIL="a@b",
    )
    (batch,), _ = read("git", repository)
    assert (batch.text[0], batch.text[-1]) == ("one", "merge side")
    assert batch.files is not None
    assert batch.files[-1] == ()
    assert set(batch.text) == {"one", "side", "main", "merge side"}


def test_no_path_and_no_subject_is_taken_for_the_next_commit(repository: Path) -> None:
    odd = ["\x01looks like a commit", ":000000 looks like a record", "two\nlines"]
    for name in odd:
        commit(repository, f"\x01{name[:3]}", files=[name])
    (batch,), balance = read("git", repository)
    assert batch.files == [(name,) for name in odd]
    assert balance.events == 3


def test_an_empty_repository_gives_nothing_and_a_head_without_commits_gives_the_branches(repository: Path) -> None:
    assert read("git", repository)[0] == []
    commit(repository, "one")
    run(repository, "symbolic-ref", "HEAD", "refs/heads/elsewhere")
    assert column(read("git", repository)[0], "text") == ["one"]


def test_a_bare_repository_and_a_linked_working_tree_are_read(repository: Path, tmp_path: Path) -> None:
    (repository / ".mailmap").write_text("Anna <anna@example.net> <ana@example.net>\n", encoding="utf-8")
    commit(repository, "one", files=["a"])
    run(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    run(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    for folder in (repository, tmp_path / "bare.git", tmp_path / "linked"):
        assert column(read("git", folder)[0], "person") == ["Anna <anna@example.net>"]


@pytest.mark.parametrize("inside", ["nowhere", "empty"])
def test_what_is_no_repository_is_a_sentence_even_inside_one(repository: Path, inside: str) -> None:
    (repository / "empty").mkdir()
    with pytest.raises(ReadError, match=r"there is no git repository\. Name the folder"):
        read("git", repository / inside)


def test_a_broken_repository_is_a_sentence_and_the_one_around_it_is_not_read_instead(repository: Path) -> None:
    commit(repository, "outer")
    (repository / "inner" / ".git").mkdir(parents=True)
    with pytest.raises(ReadError, match="git finds no repository in it"):
        read("git", repository / "inner")


def test_a_repository_with_missing_trees_is_read_without_names_of_paths(
    repository: Path, caplog: pytest.LogCaptureFixture
) -> None:
    commit(repository, "one", files=["a"])
    commit(repository, "two", files=["b"])
    tree = run(repository, "rev-parse", "HEAD^{tree}")
    lost = repository / ".git" / "objects" / tree[:2] / tree[2:]
    lost.chmod(stat.S_IWUSR)
    lost.unlink()
    with caplog.at_level(logging.WARNING):
        (batch,), _ = read("git", repository)
    assert batch.text == ["one", "two"]
    assert "without the names of paths" in caplog.text


def test_a_repository_with_a_missing_commit_is_a_sentence(repository: Path) -> None:
    lost = commit(repository, "one")
    commit(repository, "two")
    (repository / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(ReadError, match=r"git stopped before the end .*\. Look at it with: git fsck"):
        read("git", repository)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_somebody_else_is_refused_until_its_reader_says_that_they_trust_it(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repository, "one")
    run(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for folder in (repository, tmp_path / "bare.git"):
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 12345, 12345)
        (tmp_path / ".gitconfig").write_text("", encoding="utf-8")
        with pytest.raises(ReadError, match=r"belongs to somebody else.* git config --global --add safe.directory"):
            read("git", folder)
        name = folder.name
        for value in (folder.resolve(), f"~/{name}", "*", f"{tmp_path.resolve()}/*", "~/*"):
            (tmp_path / ".gitconfig").write_text(f"[safe]\n\tdirectory = {value}\n", encoding="utf-8")
            assert column(read("git", folder)[0], "text") == ["one"], value
        (tmp_path / "trusted").write_text(f"[safe]\n\tdirectory = ~/{name}\n", encoding="utf-8")
        (tmp_path / ".gitconfig").write_text("[include]\n\tpath = ~/trusted\n", encoding="utf-8")
        assert column(read("git", folder)[0], "text") == ["one"]
        for value in (f"~/{name}x", f"~/{name}\n\tdirectory ="):  # an empty value takes back what stands before it
            (tmp_path / ".gitconfig").write_text(f"[safe]\n\tdirectory = {value}\n", encoding="utf-8")
            with pytest.raises(ReadError, match="belongs to somebody else"):
                read("git", folder)


# ---- who it was

ANA = "Ana <ana@old.example>"


@pytest.mark.parametrize(
    "line",
    [
        "Ana Roe <ana@old.example>",
        "<ana@new.example> <ana@old.example>",
        "A <a@b> <ANA@OLD.example> # c",
        "A <a@b> Ana <ana@old.example>",
        "A <a@b> Bo <ana@old.example>",
        "# A <a@b> <ana@old.example>",
        "no address",
        "<> <ana@old.example>",
    ],
)
def test_a_mailmap_says_what_git_says(repository: Path, line: str) -> None:
    (repository / ".mailmap").write_text(f"{line}\n", encoding="utf-8")
    commit(repository, "one", who=ANA)
    assert column(read("git", repository)[0], "person") == [run(repository, "log", "--format=%aN <%aE>")]


@given(st.text(st.sampled_from("Ab <>@#\n"), max_size=40))
def test_no_mailmap_makes_its_parser_raise(text: str) -> None:
    names = git.parse_mailmap(text)
    assert len(git.proper_author("A", "b@b", names=names)) == 2


@pytest.mark.parametrize(
    ("name", "mail", "bot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.example", True),
        ("Renovate Bot", "bot@renovate.example", True),
        ("release", "release-bot@example.net", True),
        ("bot12", "bot12@example.net", True),
        ("k8s-ci-robot", "k8s@example.net", True),
        ("github-actions", "actions@example.net", True),
        ("Ann Abbot", "a.abbot@example.net", False),
        ("Botond", "botond@example.net", False),
        ("Ana", "1234+ana@users.noreply.example", False),
    ],
)
def test_a_bot_is_known_by_the_form_of_its_name(name: str, mail: str, bot: bool) -> None:
    assert is_bot(name, mail) is bot


@pytest.mark.parametrize(
    ("who", "by"),
    [
        ("Claude <noreply@anthropic.com>", By.AGENT),
        ("codex <codex@openai.com>", By.AGENT),
        ("Cursor Agent <cursoragent@cursor.com>", By.AGENT),
        ("copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>", By.AGENT),
        ("devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@users.noreply.github.com>", By.AGENT),
        ("google-labs-jules[bot] <161369871+google-labs-jules[bot]@users.noreply.github.com>", By.AGENT),
        ("GitHub Actions <actions@github.com>", By.BOT),
        ("github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>", By.BOT),
        ("Jane Doe <jane@anthropic.com>", By.HUMAN),
        ("Claude Monet <claude@example.net>", By.HUMAN),
        ("Ana <1234+ana@users.noreply.github.com>", By.HUMAN),
        ("Ann Jenkins <ann@example.net>", By.HUMAN),
    ],
)
def test_a_commit_is_an_agents_a_bots_or_a_persons_by_the_account(repository: Path, who: str, by: By) -> None:
    commit(repository, "fix", who=who)
    assert column(read("git", repository)[0], "by") == [by]


def test_a_number_in_a_name_of_a_mailmap_is_no_comment_and_a_line_of_comment_is_one() -> None:
    names = git.parse_mailmap("# Bo <bo@new.example> <bo@example.net>\nAna #1 Roe <ana@example.net> <ana@old.example>")
    assert git.proper_author("A", "ana@old.example", names=names) == ("Ana #1 Roe", "ana@example.net")
    assert git.proper_author("Bo", "bo@example.net", names=names) == ("Bo", "bo@example.net")


def test_the_addresses_of_the_configuration_are_ones_own_also_as_the_mailmap_has_them(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (home / ".gitconfig").write_text("[user]\n\temail = ana@home.example\n")
    with (repository / ".git" / "config").open("a") as file:
        file.write("[user]\n\temail = ana@work.example\n")
    (repository / ".mailmap").write_text("Ana Roe <ana@example.net> <ana@work.example>\n")
    assert {"ana@home.example", "ana@work.example", "ana@example.net"} <= git.own_addresses(repository)


def test_a_commit_of_a_bot_is_marked_so(repository: Path) -> None:
    commit(repository, "chore: deps", who="renovate[bot] <renovate@example.net>")
    commit(repository, "fix", who="Ana <ana@example.net>")
    assert column(read("git", repository)[0], "by") == [By.BOT, By.HUMAN]


# ---- tags, copies, co-authors, reach

TAGGER = {
    "GIT_COMMITTER_NAME": "Bo",
    "GIT_COMMITTER_EMAIL": "bo@old.example",
    "GIT_COMMITTER_DATE": "1700000200 +0530",
}


def test_an_annotated_tag_has_its_tagger_and_time_and_a_bare_one_is_left_out(repository: Path) -> None:
    commit(repository, "one", files=["a"])
    (repository / ".mailmap").write_text("Bo Roe <bo@example.net> <bo@old.example>\n", encoding="utf-8")
    run(repository, "tag", "-a", "-m", "Release 1.2\n\x01 and more", "v1.2", **TAGGER)
    run(repository, "tag", "nightly")
    (_, batch), balance = read("git", repository)
    assert batch.text == ("git tag -a v1.2",)
    assert batch.commit == (run(repository, "rev-parse", "v1.2"),)
    assert batch.person == ("Bo Roe <bo@example.net>",)
    assert (batch.time, batch.offset) == ([1700000200], [330])
    assert balance.ignored == {"tag without a time of its own": 1}


def test_a_commit_picked_from_one_that_is_there_is_a_copy(repository: Path) -> None:
    commit(repository, "one")
    original = commit(repository, "fix: two")
    commit(repository, f"fix: two\n\n(cherry picked from commit {original})")
    commit(repository, f"fix: far\n\n(cherry picked from commit {'ab' * 20})")
    (batch,), balance = read("git", repository)
    assert batch.text == ["one", "fix: two", "fix: far"]
    assert balance.duplicates == 1


@pytest.mark.parametrize(
    ("trailer", "by"),
    [
        ("Co-authored-by: Claude <noreply@anthropic.com>", By.AGENT),
        ("co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>", By.AGENT),
        ("Co-authored-by: Bo <bo@example.net>", By.HUMAN),
        ("Signed-off-by: Claude <noreply@anthropic.com>", By.HUMAN),
    ],
)
def test_a_commit_with_an_agent_among_its_authors_is_the_agent_s(repository: Path, trailer: str, by: By) -> None:
    commit(repository, f"feat: x\n\nWhy.\n\n{trailer}")
    (batch,), _ = read("git", repository)
    assert batch.by == [by]
    assert batch.person == ["Ana <ana@example.net>"]


def test_a_shallow_clone_says_how_far_it_reaches(repository: Path, tmp_path: Path) -> None:
    for number in range(3):
        commit(repository, f"step {number}", at=f"{1700000000 + 86400 * number} +0000")
    run(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    (report,), trouble = survey(from_paths([tmp_path / "shallow"]))
    assert trouble == []
    (sentence,) = advice_on(report)
    assert sentence.startswith("A shallow clone: nothing before 2023-11-16 is in it.")
    (report,), _ = survey(from_paths([repository]))
    assert advice_on(report) == []
