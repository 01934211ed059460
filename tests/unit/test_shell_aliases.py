"""Aliases of shells, of git and of oh-my-zsh are read as what they stand for, wherever a program stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs
from fivetimes.eventlog import redact
from fivetimes.eventlog.shell_aliases import OH_MY_ZSH, expanded, in_use
from fivetimes.ingest import USUAL_IN_GIT, aliases_of
from fivetimes.model.events import Effect
from fivetimes.model.sources import RawBatch, Source
from fivetimes.redaction import public

OWN = {"g": "git", "gp": "git push", "ls": "ls --color", "up": "git pull && make", "a": "b", "b": "a", "git ps": "push",
       "git x": "!f() { git push origin; }; f", "k": "kubectl", "git say": "!hub say", **USUAL_IN_GIT}  # fmt: skip
LINES = {
    "gp origin main": "git push origin main",
    "make && gp": "make && git push",
    "(gp; k get pods) | less": "(git push; kubectl get pods) | less",
    "A=1 gp": "A=1 git push",
    "if true; then gp; fi": "if true; then git push; fi",
    "ls -l": "ls -l",  # an alias that adds options to its own program changes no step
    "up": "git pull && make",
    "echo gp": "echo gp",
    "echo 'a; gp'": "echo 'a; gp'",
    'echo "x && gp"': 'echo "x && gp"',
    r"\gp": r"\gp",
    "gpx": "gpx",
    "git ps origin main": "git push origin main",
    "git -C web ps": "git -C web push",
    "git push ps": "git push ps",
    "git x": "f() { git push origin; }; f",
    "cat <<E\ngp\nE": "cat <<E\ngp\nE",
    # who writes a message means no command of git's that takes none
    "git co main": "git checkout main",
    "git co -m main": "git checkout -m main",
    "git co -m 'mend a gate'": "git co -m 'mend a gate'",
    'git co -am "mend a gate"': 'git co -am "mend a gate"',
    'git co -m "mend a gate\n\nits hinge"': 'git co -m "mend a gate\n\nits hinge"',
    "git co -m 'main' -- a b": "git checkout -m 'main' -- a b",
    "git co -v --message='mend a gate'": "git co -v --message='mend a gate'",
    "git ci -m 'mend a gate' && git co x": "git commit -m 'mend a gate' && git checkout x",
    "git say -m 'mend a gate'": "hub say -m 'mend a gate'",
}


@pytest.mark.parametrize("line", LINES)
def test_an_alias_is_replaced_where_a_shell_would_run_it(line: str) -> None:
    assert expanded(line, OWN) == LINES[line]


@given(st.text(st.sampled_from("ab gk;&|('\"\\\n<=$`)"), max_size=40))
def test_any_line_is_expanded_in_the_end_and_one_without_a_name_is_left_alone(line: str) -> None:
    expanded(line, {"a": "b a", "b": "a; b", "g": "g g", "git k": "k"})
    assert expanded(line, {"zz": "make"}) == line


def test_the_table_of_oh_my_zsh_holds_what_its_readme_lists() -> None:
    wanted = {"gst": "git status", "ga": "git add", "gaa": "git add --all", "gcmsg": "git commit --message", "gp": "git push",
              "gl": "git pull", "gco": "git checkout", "gcb": "git checkout -b",
              "gpf!": "git push --force", "grhh": "git reset --hard",
              "gd": "git diff", "gca!": "git commit --verbose --all --amend", "gstp": "git stash pop"}  # fmt: skip
    assert {name: OH_MY_ZSH[name] for name in wanted} == wanted
    assert len(OH_MY_ZSH) > 150
    assert all(line.startswith("git") for line in OH_MY_ZSH.values())


def test_three_of_them_show_that_they_are_in_use_unless_all_are_programs() -> None:
    assert in_use([(1, "gst"), (1, "gp"), (1, "gcmsg"), (2, "gst"), (2, "gp")], public()) == {1}
    programs = [name for name in OH_MY_ZSH if public().is_program(name)]
    assert in_use([(1, name) for name in programs], public()) == set()


def effects(*lines: str, aliases: dict[str, str] | None = None) -> list[Effect]:
    batch = RawBatch("zsh", "h", list(lines), line=list(range(1, len(lines) + 1)), owner="ana")
    log = redact([batch], key=logs.KEY, identify=logs.who, aliases=lambda _origin: aliases or {})
    start = log.forms.action_start
    return [Effect(int(max(log.forms.effect[start[form] : start[form + 1]]))) for form in log.columns["form"].tolist()]


def test_what_an_alias_does_to_others_is_what_its_line_does() -> None:
    assert effects("ship", "make", aliases={"ship": "git push origin main"})[0] is Effect.PUBLISH
    assert effects("gst", "ga .", 'gcmsg "x"', "gp")[3] is Effect.PUBLISH
    assert effects("gp", "make", "ls")[0] is not Effect.PUBLISH


def test_aliases_are_those_of_the_home_folder_above_a_history_and_of_git_with_its_includes(tmp_path: Path) -> None:
    files = {
        "home/.zshrc": "alias d=docker\n",
        "home/.gitconfig": "[user]\n\tname = A\n[alias]\n\tst = status -sb ; short\n[include]\n\tpath = more\n"
        '[includeIf "gitdir:~/x/"]\n\tpath = ~/other\n',
        "home/more": '[alias] ps = "push"\n[include]\npath = more\n',
        "home/other": "[alias]\n\tci = commit\n",
        "home/.local/h": "ls\n",
        "home/team/ana/.zsh_history": "ls\n",
        "home/team/bo/.bash_history": "ls\n",
        "home/team/bo/.bashrc": "alias k=kubectl\n",
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    home = tmp_path / "home"
    sources = [
        Source("zsh", home / ".local" / "h", "h"),
        Source("zsh", home / "team" / "ana" / ".zsh_history", "ana", "ana"),
        Source("bash", home / "team" / "bo" / ".bash_history", "bo", "bo"),
    ]
    of = aliases_of(sources, {"HOME": str(home)}, public={}.get)
    mine = {"d": "docker", "git st": "status -sb", "git ps": "push", "git ci": "commit"}
    known = [USUAL_IN_GIT | mine, USUAL_IN_GIT, USUAL_IN_GIT | {"k": "kubectl"}, {}]
    assert [of(origin) for origin in ("h", "ana", "bo", "elsewhere")] == known


def test_a_startup_file_that_loads_oh_my_zsh_brings_its_aliases(tmp_path: Path) -> None:
    (tmp_path / ".zshrc").write_text("plugins=(git)\nsource $ZSH/oh-my-zsh.sh\nalias gp=own\n", encoding="utf-8")
    (tmp_path / ".zsh_history").write_text("gst\n", encoding="utf-8")
    of = aliases_of([Source("zsh", tmp_path / ".zsh_history", "h")], {}, public={"oh-my-zsh": OH_MY_ZSH}.get)
    assert (of("h")["gst"], of("h")["gp"]) == ("git status", "own")


def test_what_is_usual_in_git_stands_below_what_a_file_says(tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").write_text("[alias]\nco = commit\n", encoding="utf-8")
    (tmp_path / ".zsh_history").write_text("git co\n", encoding="utf-8")
    (tmp_path / "bo").mkdir()
    (tmp_path / "bo" / ".zsh_history").write_text("git co\n", encoding="utf-8")
    sources = [
        Source("zsh", tmp_path / ".zsh_history", "h"),
        Source("zsh", tmp_path / "bo" / ".zsh_history", "bo", "bo"),
    ]
    of = aliases_of(sources, {}, public={}.get)
    assert expanded("git -C web co -b x && git st", of("h")) == "git -C web commit -b x && git status"
    assert expanded("git co -b x", of("bo")) == "git checkout -b x"
