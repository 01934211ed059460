"""The closed vocabulary: what is a public program, subcommand, flag or value."""

import gzip
import json
import secrets
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.config import LIKE_PACMAN, PACMAN_OPERATIONS
from fivetimes.redaction import public


def test_the_shipped_file_is_packed_without_a_time() -> None:
    packed = resources.files("fivetimes.redaction").joinpath("vocabulary.json.gz").read_bytes()
    assert packed[4:8] == bytes(4)
    assert set(json.loads(gzip.decompress(packed))) == {"programs", "subcommands", "flags", "words"}


def test_what_is_taken_is_attributed() -> None:
    text = resources.files("fivetimes.redaction").joinpath("ATTRIBUTION.txt").read_text("utf-8")
    assert "tldr" in text
    assert "CC-BY 4.0" in text
    assert "@withfig/autocomplete" in text


@pytest.mark.parametrize("program", "git cd pytest kubectl uv zsh terraform [ export ansible-playbook Rscript".split())
def test_public_programs_are_known(program: str) -> None:
    assert public().is_program(program)


SUBCOMMANDS = {
    ("git", "stash", "drop"): True,
    ("gh", "pr", "merge"): True,
    ("aws", "s3", "sync"): True,
    ("alembic", "upgrade"): True,
    ("gh", "pr", "12"): False,
    ("kubectl", "get", "pods"): False,  # what is got is a value
    ("grep", "memory"): False,  # a word of somebody's pipe
    ("git", "feature"): False,
    ("dotgit", "commit"): True,  # somebody's own name for a program
    ("dotgit", "stash"): True,
    ("dotgit", "commit", "push"): False,
    ("dotgit", "zshrc"): False,
    ("python", "commit"): False,  # a public program that has no subcommands
    ("bun", "deploy"): True,  # one that has others
    ("hledger", "incomestatement"): True,
    ("hledger", "deploy", "check"): False,
}


@pytest.mark.parametrize(("path", "known"), SUBCOMMANDS.items(), ids=str)
def test_a_subcommand_is_one_and_a_value_is_none(path: tuple[str, ...], known: bool) -> None:
    assert public().is_subcommand(path[0], path[1:]) is known


@pytest.mark.parametrize(("program", "shown"), [("git", "push"), ("git", "deploy"), ("dotgit", "push")])
def test_its_own_pages_show_fewer_subcommands_than_there_may_be(program: str, shown: str) -> None:
    assert public().is_subcommand(program, (shown,))
    assert public().has_subcommand(program, (shown,)) is ((program, shown) == ("git", "push"))


def test_flags_and_their_values() -> None:
    grammar = public()
    assert grammar.takes_value("git", "-C")
    assert grammar.takes_value("kubectl", "--namespace")
    assert grammar.takes_value("docker compose", "-f")
    assert not grammar.takes_value("git", "--amend")
    assert grammar.is_flag("frobnicate", "--verbose")
    assert not grammar.is_flag("git", "--" + secrets.token_hex(4))


@given(st.text(min_size=1, max_size=20))
def test_asking_for_any_word_is_harmless(text: str) -> None:
    grammar = public()
    assert grammar.is_subcommand(text, (text,)) in (True, False)
    assert grammar.is_flag(text, text) in (True, False)
    assert grammar.takes_value(text + " " + text, text) in (True, False)


def test_what_the_pages_lack_stands_in_the_hand_tables_and_in_the_shipped_file():
    for line in (
        "git flow feature start",
        "git svn dcommit",
        "pyenv virtualenv",
        "vboxmanage startvm",
        "yum install",
        "ip addr show",
        "brew cask reinstall",
    ):
        program, *path = line.split()
        assert public().is_program(program), line
        assert public().is_subcommand(program, tuple(path)), line


@pytest.mark.parametrize("program", LIKE_PACMAN)
def test_what_pacman_does_stands_in_the_shipped_file_for_all_that_is_used_like_it(program: str) -> None:
    assert public().is_program(program)
    assert {*PACMAN_OPERATIONS["upgrade"], *PACMAN_OPERATIONS["look at"]} <= public().subcommands(program)
    assert public().is_flag(program, "-Rnsu")  # letters in an order that no table has


def test_a_subcommand_of_an_unknown_program_is_one_of_several_public_ones() -> None:
    content = json.loads(
        gzip.decompress(resources.files("fivetimes.redaction").joinpath("vocabulary.json.gz").read_bytes())
    )
    rows = [row.split("\t")[0].split("|") for row in content["programs"].values()]
    for word in content["subcommands"].split():
        assert sum(any(path.split(" ")[0] == word for path in paths) for paths in rows) >= 5, word
