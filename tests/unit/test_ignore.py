"""What its owner does not want read is not, and is counted."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.errors import ReadError
from fivetimes.ingest import IgnoreRules, ignore_rules, without_ignored
from fivetimes.ingest.ignore import divided, glob, lines_of, literal
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

HERE = PurePosixPath("/home/ana")
SOURCE = Source("bash", Path("/home/ana/.bash_history"), "h")


def rules(text: str) -> IgnoreRules:
    return IgnoreRules(lines=lines_of(text, base=HERE, home=HERE))


def left(
    unwanted: IgnoreRules, *texts: str, where: list[str | None] | None = None, kind: Kind = Kind.SHELL
) -> tuple[list[str], Balance]:
    """What stays, and the account of it."""
    balance = Balance(records=len(texts), events=len(texts))
    batch = RawBatch(
        "bash", "h", list(texts), kind=kind, where=where, line=list(range(len(texts))), time=[1.0] * len(texts)
    )
    found = list(without_ignored([batch], SOURCE, balance, unwanted))
    assert balance.holds
    assert all(len(b.text) == len(b.line) == len(b.time) for b in found)
    return [text for b in found for text in b.text], balance


GLOBS = [
    ("ls", "ls", True),
    ("ls", "ls -l", False),
    ("cd *", "cd x/y", True),
    ("?", "l", True),
    ("[bf]g", "fg", True),
    ("[!b]g", "bg", False),
    ("(ls|cd)", "cd", True),
    ("a|b", "b", True),
    (r"\*", "*", True),
    (r"\*", "x", False),
    ("[z-a]", "[z-a]", True),
    ("(", "(", False),
    ("[", "[", True),
    (")", ")", True),
    ("*secret*", "echo secret\nx", True),
    ("[]]", "]", True),
    ("a.b", "axb", False),
]


@pytest.mark.parametrize(("pattern", "text", "fits"), GLOBS, ids=str)
def test_a_pattern_means_what_it_means_to_a_shell(pattern, text, fits):
    assert glob(pattern).fits(text) is fits


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_pattern_can_be_asked_and_a_literal_fits_itself_alone(pattern, text):
    assert glob(literal(text)).fits(text)
    assert glob(literal(text)).fits(pattern) is (text == pattern)


@given(st.text("ab*?", max_size=8), st.text("ab\n", max_size=8))
def test_stars_and_question_marks_mean_what_they_mean_to_python(pattern, text):
    assert glob(pattern).fits(text) is fnmatchcase(text, pattern)


def test_a_pattern_of_many_stars_is_answered_at_once():
    many = "*a" * 20 + "*c"  # one way after another, as a backtracking matcher goes, this would not end
    assert not glob(many).fits("a" * 20_000)
    assert glob(many).fits("a" * 20_000 + "c")


def test_bytes_that_are_no_text_fit_a_pattern_and_themselves():
    assert glob("caf?").fits("caf\udce9")
    assert glob("caf\udce9").fits("caf\udce9")
    assert not glob("caf\udce9").fits("caf\udcea")


def test_histignore_leaves_out_whole_lines_that_fit():
    stays, balance = left(IgnoreRules(bash=divided("ls:pass *:&")), "ls", "ls -l", "pass show web", "make", "make")
    assert stays == ["ls -l", "make"]
    assert balance.ignored == {"HISTIGNORE": 3}


def test_history_ignore_is_one_pattern():
    stays, balance = left(IgnoreRules(zsh="(pass|op) *"), "pass x", "op item", "make")
    assert stays == ["make"]
    assert balance.ignored == {"HISTORY_IGNORE": 2}


@pytest.mark.parametrize(
    "line",
    ["FIVETIMES_OFF=1 make", "make && FIVETIMES_OFF=yes ./x", "export FIVETIMES_OFF=1", "env FIVETIMES_OFF=1 make"],
)
def test_a_command_that_says_off_is_left_out(line):
    stays, balance = left(IgnoreRules(), "git push", line)
    assert stays == ["git push"]
    assert balance.ignored == {"FIVETIMES_OFF": 1}


@pytest.mark.parametrize(
    "line", ["FIVETIMES_OFF=0 make", "FIVETIMES_OFF= make", "echo $FIVETIMES_OFF", "MY_FIVETIMES_OFF=1 x"]
)
def test_a_command_that_does_not_say_off_stays(line):
    assert left(IgnoreRules(), line)[0] == [line]


def test_off_in_the_environment_leaves_out_everything():
    made = ignore_rules(
        {"FIVETIMES_OFF": "1"}, root=Path("/nowhere"), home=Path("/nowhere"), histignore=None, history_ignore=None
    )
    stays, balance = left(made, "make", "ls")
    assert stays == []
    assert balance.ignored == {"FIVETIMES_OFF": 2}


PROGRAMS = [
    ("pass", "pass show web"),
    ("*vault*", "ansible-vault edit x"),
    ("psql", "make && psql -c x"),
    ("ssh", "ssh host uptime"),
    ("op", "sudo op x"),
]


@pytest.mark.parametrize(("line", "command"), PROGRAMS, ids=str)
def test_a_program_is_left_out_wherever_it_stands_in_a_line(line, command):
    stays, balance = left(rules(line), "git status", command)
    assert stays == ["git status"]
    assert balance.ignored == {".fivetimesignore": 1}


FOLDERS = [
    ("clients/", "/home/ana/work/clients/a", True),
    ("clients/", "/srv/clients", False),
    ("work/*/secret", "/home/ana/work/x/secret/y", True),
    ("/srv/data", "/srv/data/deep", True),
    ("~/private/**", "/home/ana/private/x", True),
    ("work/secret", "/home/ana/other/secret", False),
    ("clients", "/home/ana/clientside", False),
    ("/work", "/home/ana/work/x", True),
]


@pytest.mark.parametrize(("line", "folder", "ignored"), FOLDERS, ids=str)
def test_a_folder_is_left_out_with_all_below_it(line, folder, ignored):
    stays, _ = left(rules(line), "make", where=[folder])
    assert stays == ([] if ignored else ["make"])


def test_of_several_lines_the_last_that_fits_counts():
    unwanted = rules("# clients\nclients/\n!clients/open\npass*\n!passport")
    where = ["/home/ana/clients/x", "/home/ana/clients/open/y", None, None]
    assert left(unwanted, "make", "make site", "pass x", "passport y", where=where)[0] == ["make site", "passport y"]


def test_what_is_no_command_is_asked_by_its_folder_alone():
    assert left(rules("Edit"), "Edit", kind=Kind.TOOL)[0] == ["Edit"]


def test_a_source_in_such_a_folder_is_left_out_whole():
    balance, batch = Balance(records=1, events=1), RawBatch("git", "r", ["fix: x"], kind=Kind.COMMIT)
    found = list(without_ignored([batch], Source("git", Path("/home/ana/clients/r"), "r"), balance, rules("clients/")))
    assert [b.text for b in found] == [[]]
    assert balance.ignored == {".fivetimesignore": 1}


def test_both_files_and_both_variables_are_heard(tmp_path):
    for name in ("home", "root"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".fivetimesignore").write_text(f"only-{name}\n")
    made = ignore_rules(
        {"HISTIGNORE": "a:b", "HISTORY_IGNORE": "c"},
        root=tmp_path / "root",
        home=tmp_path / "home",
        histignore="d",
        history_ignore="e",
    )
    assert left(made, "a", "b", "c", "d", "e", "only-home", "only-root", "f")[0] == ["f"]


def test_an_ignore_file_that_cannot_be_read_stops_everything(tmp_path):
    (tmp_path / ".fivetimesignore").mkdir()
    with pytest.raises(ReadError, match="fivetimesignore"):
        ignore_rules({}, root=tmp_path, home=tmp_path, histignore=None, history_ignore=None)
