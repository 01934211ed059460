"""What shells' startup files say is read as text, and nothing of it is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.ingest import discover
from fivetimes.ingest.startup_files import StartupFiles, startup_files


def home(folder: Path, **files: str) -> StartupFiles:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return startup_files(folder, {})


SET = {
    "HISTFILE=~/h": "{home}/h",
    'export HISTFILE="$HOME/.cache/zsh/history"  # kept apart': "{home}/.cache/zsh/history",
    "HISTFILE=${XDG_STATE_HOME:-$HOME/.local/state}/zsh/history": "{home}/.local/state/zsh/history",
    "  typeset -gx HISTFILE='/data/h'": "/data/h",
    "set -gx HISTFILE ~/h": "{home}/h",
    "HISTFILE=$(mktemp)": None,
    "HISTFILE=`touch ran`": None,
    "HISTFILE=$NOWHERE/h": None,
    "# HISTFILE=~/h": None,
    "HISTFILE=relative": None,
}


@pytest.mark.parametrize("line", SET)
def test_a_variable_counts_if_the_line_says_its_value_outright(line: str, tmp_path: Path) -> None:
    found = home(tmp_path, dot_zshrc=f"{line}\n").variables.get("HISTFILE")
    wanted = SET[line]
    assert found == (None if wanted is None else (wanted.format(home=tmp_path),))


ALIASES = {
    "alias gs='git status'": ("gs", "git status"),
    'alias k="kubectl --context \\"a\\""': ("k", 'kubectl --context "a"'),
    "alias ll ls -l": ("ll", "ls -l"),
    "abbr -a gp git push": ("gp", "git push"),
    "abbr --add gp 'git push'": ("gp", "git push"),
    "Set-Alias k kubectl": ("k", "kubectl"),
    "New-Alias -Name tf -Value terraform": ("tf", "terraform"),
    "alias -- -='cd -'": ("-", "cd -"),
    "alias ls=ls": None,
    "unalias gs": None,
}


@pytest.mark.parametrize("line", ALIASES)
def test_an_alias_is_read_as_each_shell_writes_it(line: str, tmp_path: Path) -> None:
    found = home(tmp_path, dot_bashrc=f"{line}\n").aliases
    assert found == ({} if ALIASES[line] is None else dict([ALIASES[line]]))


def test_a_file_that_another_one_names_is_read_as_well_and_once(tmp_path: Path) -> None:
    found = home(
        tmp_path,
        dot_bashrc='[ -f ~/mine ] && source "$HOME/mine"\n. ~/.bashrc\n',
        mine="alias d=docker\nsource ~/mine\nsource $(echo ~/other)\n",
        other="alias x=y\n",
    )
    assert found.aliases == {"d": "docker"}


def test_histories_that_only_startup_files_name_are_found(tmp_path: Path) -> None:
    home(
        tmp_path,
        dot_zshenv="export ZDOTDIR=$HOME/.config/z\n",
        dot_config__z__dot_zshrc="HISTFILE=$ZDOTDIR/../deep/history\n",
        dot_bashrc="HISTFILE=~/elsewhere/bash_history\n",
        dot_config__deep__history=": 1700000000:0;make\n",
        elsewhere__bash_history="make\n",
        dot_config__z__dot_zsh_history=": 1700000000:0;ls\n",
    )
    found, missing = discover(tmp_path, tmp_path, {})
    assert missing == []
    assert {(source.reader, source.path.resolve().relative_to(tmp_path.resolve()).as_posix()) for source in found} == {
        ("zsh", ".config/deep/history"),
        ("bash", "elsewhere/bash_history"),
        ("zsh", ".config/z/.zsh_history"),
    }


@given(st.text(st.sampled_from("HISTFILEalias=~/$ {}:-'\"\\\n#&|.source `()"), max_size=120))
def test_no_text_makes_the_reading_raise(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        home(Path(folder), dot_zshrc=text)
