"""What starts a collection: written where it belongs, taken out exactly, felt by nobody at a prompt."""

from __future__ import annotations

import fcntl
import json
import os
import plistlib
import pty
import re
import shutil
import stat
import subprocess
import termios
import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import commands
from fivetimes import __main__ as entry
from fivetimes import atomic, cli, ingest
from fivetimes.config import HookTarget
from fivetimes.errors import FivetimesError
from fivetimes.memory.hooks import ENVIRONMENT, Hook, HookCall, Hooks, hooks_of, installed, uninstalled

SHELLS = {HookTarget.ZSH: "zsh", HookTarget.BASH: "bash", HookTarget.FISH: "fish"}
AGENTS = {HookTarget.CLAUDE: "SessionEnd", HookTarget.CODEX: "Stop"}


def hooks(target: HookTarget, home: Path, *words: str, program: Path = Path("/opt/it's here/fivetimes")) -> Hooks:
    return hooks_of(target, HookCall(program, words, {"HOME": str(home)}, home))


# ---- into a file and out of it


@pytest.mark.parametrize("target", HookTarget)
@pytest.mark.parametrize("before", ["", "x\n", "x", "\n\n", "a\r\nb\udcff\n", None])
def test_what_is_installed_is_taken_out_exactly(target: HookTarget, before: str | None, tmp_path: Path) -> None:
    for hook in hooks(target, tmp_path).files:
        text = "{}\n" if before and hook.event else before
        if (hook.event and text == "") or (hook.whole and text is not None):
            with pytest.raises(FivetimesError, match=re.escape(str(hook.path))):
                installed(text, hook)
            continue
        there = installed(text, hook)
        assert hook.text in (
            there if not hook.event else str(json.loads(there)["hooks"][hook.event][0]["hooks"][0]["command"])
        )
        assert installed(there, hook) == there
        assert uninstalled(there, hook) == text


_NAMES = st.text('abehks SEnd"\\', max_size=4) | st.sampled_from(["hooks", "SessionEnd", "Stop"])
_ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"hooks": st.lists(st.fixed_dictionaries({"type": st.just("command"), "command": _NAMES}), max_size=2)}
    ),
    max_size=2,
)
_SETTINGS = st.dictionaries(_NAMES.filter(lambda name: name != "hooks"), st.integers() | st.lists(_NAMES), max_size=3)
_HOOKS = st.dictionaries(st.sampled_from(["SessionEnd", "Stop", "PreToolUse"]), _ENTRIES, max_size=3)


@given(_SETTINGS, st.none() | _HOOKS, st.sampled_from([None, 0, 2, "\t"]), st.sampled_from(sorted(AGENTS)))
def test_everything_else_in_a_file_of_settings_stays_byte_for_byte(settings, others, indent, target) -> None:
    (hook,) = hooks(target, Path("/home/ana")).files
    before = json.dumps(settings if others is None else settings | {"hooks": others}, indent=indent)
    there = installed(before, hook)
    assert uninstalled(there, hook) == before
    document = json.loads(there)
    mine = document["hooks"][hook.event].pop(0)
    assert mine == {"hooks": [{"type": "command", "command": hook.text}]}
    assert document["hooks"] == {hook.event: []} | (others or {})
    assert {name: value for name, value in document.items() if name != "hooks"} == settings


@given(_HOOKS, st.sampled_from(sorted(AGENTS)))
def test_an_entry_is_recognised_when_another_program_has_written_the_file_anew(others, target) -> None:
    (hook,) = hooks(target, Path("/home/ana")).files
    document = json.loads(installed(json.dumps({"hooks": others}), hook))
    document["hooks"][hook.event].append(document["hooks"][hook.event].pop(0))
    anew = json.dumps(document, indent=4)
    assert installed(anew, hook) == anew
    assert json.loads(uninstalled(anew, hook) or "") == {"hooks": {hook.event: []} | others}


def test_an_older_hook_is_replaced_where_it_stands(tmp_path: Path) -> None:
    for target in HookTarget:
        old, new = hooks(target, tmp_path, program=Path("/old/fivetimes")), hooks(target, tmp_path)
        for before, after in zip(old.files, new.files, strict=True):
            text = installed(None, before)
            assert uninstalled(installed(text, after), after) is None or after.event
            assert "/old/" not in installed(text, after)


def test_lines_without_their_mark_are_left_to_the_person(tmp_path: Path) -> None:
    (hook,) = hooks(HookTarget.ZSH, tmp_path).files
    half = installed("x\n", hook).replace("# <<< fivetimes <<<\n", "")
    for change in (installed, uninstalled):
        with pytest.raises(FivetimesError, match="no pair"):
            change(half, hook)


def test_settings_that_are_no_json_or_of_another_form_are_left_as_they_are(tmp_path: Path) -> None:
    (hook,) = hooks(HookTarget.CLAUDE, tmp_path).files
    for text in ("{", "[]", '{"hooks": []}', '{"hooks": {"SessionEnd": {}}}'):
        with pytest.raises(FivetimesError, match=re.escape(str(hook.path))):
            installed(text, hook)


def test_a_file_keeps_its_link_its_mode_and_its_bytes(tmp_path: Path) -> None:
    (hook,) = hooks(HookTarget.BASH, tmp_path).files
    dotfiles = tmp_path / "dotfiles" / "bashrc"
    dotfiles.parent.mkdir()
    dotfiles.write_bytes(b"alias caf\xe9=ls\r\n")
    dotfiles.chmod(0o640)
    hook.path.symlink_to(dotfiles)
    atomic.edit(hook.path, lambda before: installed(before, hook))
    assert hook.path.is_symlink()
    assert stat.S_IMODE(dotfiles.stat().st_mode) == 0o640
    assert dotfiles.read_bytes().startswith(b"alias caf\xe9=ls\r\n\n# >>> fivetimes >>>\n")
    atomic.edit(hook.path, lambda before: uninstalled(before, hook))
    assert dotfiles.read_bytes() == b"alias caf\xe9=ls\r\n"


def test_units_and_job_hold_what_a_service_would_not_know(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "FIVETIMES_HOME": "/data/100%", "HISTIGNORE": "pass *", "EDITOR": "vi"}
    call = HookCall(Path("/opt/a $b%/fivetimes"), ("--config", "/w/fivetimes.toml"), environ, tmp_path)
    service = hooks_of(HookTarget.SYSTEMD, call).files[0].text
    assert 'ExecStart="/opt/a $$b%%/fivetimes" "collect" "--quiet" "--config" "/w/fivetimes.toml"' in service
    assert 'Environment="FIVETIMES_HOME=/data/100%%"\nEnvironment="HISTIGNORE=pass *"\n' in service
    assert "EDITOR" not in service
    job = plistlib.loads(hooks_of(HookTarget.LAUNCHD, call).files[0].text.encode())
    assert job["ProgramArguments"] == call.argv("--quiet")
    assert job["EnvironmentVariables"] == {"FIVETIMES_HOME": "/data/100%", "HISTIGNORE": "pass *"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    program = tmp_path / "fivetimes"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for hook in hooks(HookTarget.SYSTEMD, tmp_path, program=program).files:
        hook.path.parent.mkdir(parents=True, exist_ok=True)
        hook.path.write_text(hook.text)
    units = [str(hook.path) for hook in hooks(HookTarget.SYSTEMD, tmp_path).files]
    done = subprocess.run(["systemd-analyze", "--user", "verify", *units], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "fivetimes" in line] == []


def test_every_folder_that_a_variable_names_is_known_to_services() -> None:
    sources = "".join(path.read_text() for path in Path(ingest.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'(?:in_own|named_by)\("(\w+)"', sources)) - {"APPDATA"}
    assert len(named) > 5
    assert named <= set(ENVIRONMENT)


def test_a_path_that_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FivetimesError, match="such a character"):
        hooks(HookTarget.ZSH, tmp_path, "/a\nb")


# ---- at a prompt


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A stand-in that notes how it was called and where, prints, and fails."""
    path = tmp_path / "bin dir" / "fivetimes"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nsleep 0.2\necho "$PWD|$*" >> "{tmp_path}/calls"\necho noise; echo noise >&2; exit 3\n')
    path.chmod(0o755)
    return path


def at_a_prompt(shell: str, home: Path, *typed: str) -> str:
    """Type lines into an interactive shell at a terminal; gives what the screen showed."""
    ours, theirs = pty.openpty()
    words = {"bash": ["bash", "-i"], "zsh": ["zsh", "-i"], "fish": ["fish", "-i"]}[shell]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "PS1": "$? > ", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        words,
        cwd="/",
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # job control needs it; one thread here
    ) as process:
        os.close(theirs)
        for line in typed:
            time.sleep(0.3)  # a line editor may drop what comes before its first prompt
            os.write(ours, f"{line}\n".encode())
        shown = commands.all_shown(ours)
        process.wait()
    os.close(ours)
    return shown.decode("utf-8", "replace")


def calls(folder: Path, *, of: int) -> list[str]:
    """The notes of the stand-in, once there are so many, or after a while."""
    for _ in range(100):
        if (folder / "calls").exists() and len(found := (folder / "calls").read_text().splitlines()) >= of:
            return found
        time.sleep(0.05)
    return (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []


def with_startup_file(target: HookTarget, folder: Path, program: Path, before: str = "") -> Hook:
    if shutil.which(SHELLS[target]) is None:
        pytest.skip(f"no {SHELLS[target]} here")
    (hook,) = hooks(target, folder, program=program).files
    hook.path.parent.mkdir(parents=True, exist_ok=True)
    hook.path.write_text(before + hook.text)
    return hook


@pytest.mark.parametrize("target", sorted(SHELLS))
def test_a_prompt_starts_one_collection_in_the_background_and_shows_nothing(target, program, tmp_path) -> None:
    with_startup_file(target, tmp_path, program)
    shown = at_a_prompt(
        SHELLS[target],
        tmp_path,
        "true",
        "sh -c 'exit 7'",
        "echo code=$?" if target != "fish" else "echo code=$status",
        "exit",
    )
    assert calls(tmp_path, of=1) == [f"{tmp_path}|collect --every 15 --quiet"]
    assert "code=7" in shown
    assert not re.search(r"noise|Done|done|\[1\]|Exit|Job|fivetimes", shown), shown


@pytest.mark.parametrize("target", sorted(SHELLS))
def test_a_prompt_is_as_before_when_fivetimes_is_gone(target, program, tmp_path) -> None:
    with_startup_file(target, tmp_path, program)
    program.unlink()
    shown = at_a_prompt(SHELLS[target], tmp_path, "echo here", "exit")
    assert "here" in shown
    assert not re.search(r"fivetimes|No such|not found|unknown", shown, re.IGNORECASE), shown


@pytest.mark.parametrize(
    "before", ["PROMPT_COMMAND='c=$?; echo was $c'\n", "PROMPT_COMMAND=('echo was $?' true)\n", "set -u\n"]
)
def test_what_bash_does_before_a_prompt_is_still_done_with_the_code_of_the_command(before, program, tmp_path) -> None:
    hook = with_startup_file(HookTarget.BASH, tmp_path, program, before)
    shown = at_a_prompt("bash", tmp_path, f". '{hook.path}'", "sh -c 'exit 7'", "exit")
    assert ("was 7" in shown) == ("was" in before)
    assert "unbound" not in shown
    assert len(calls(tmp_path, of=1)) == 1


@pytest.mark.parametrize("target", sorted(AGENTS))
def test_the_command_of_an_agent_returns_at_once_prints_nothing_and_succeeds(target, program, tmp_path) -> None:
    (hook,) = hooks(target, tmp_path, "/w/a b", program=program).files
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(["sh", "-c", hook.text], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert calls(tmp_path, of=1) == [f"{tmp_path}|collect --every 15 --quiet /w/a b"]
    program.unlink()
    gone = subprocess.run(["sh", "-c", hook.text], env=environment, capture_output=True, text=True, check=False)
    assert (gone.returncode, gone.stdout, gone.stderr) == (0, "", "")


# ---- the command


def test_the_command_shows_what_it_writes_asks_and_gives_the_file_back(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ZDOTDIR", raising=False)
    path, run = tmp_path / ".zshrc", partial(CliRunner().invoke, cli.app)
    path.write_text("bindkey -e")
    refused = run(["collect", "--install", "zsh"], input="n\n")
    assert (refused.exit_code, path.read_text()) == (1, "bindkey -e")
    done = run(["collect", "/w/a b", "--install", "zsh"], input="y\n")
    text = path.read_text().removeprefix("bindkey -e\n")
    assert done.exit_code == 0
    assert f"{path}\n\n{text}" in done.stdout
    assert "collect --every 15 --quiet '/w/a b'" in text
    assert "there already" in run(["collect", "/w/a b", "--install", "zsh"]).stdout
    assert run(["collect", "--uninstall", "zsh", "--yes"]).exit_code == 0
    assert path.read_text() == "bindkey -e"
    assert "not there" in run(["collect", "--uninstall", "zsh"]).stdout
    assert run(["collect", "--install", "zsh", "--uninstall", "zsh"]).exit_code == 2


# ---- a call that has nothing to do


def test_a_hook_that_is_not_due_ends_before_the_command_line_is_there(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FIVETIMES_HOME", str(tmp_path))
    words = ["collect", "--every", "15", "--quiet"]
    assert not entry._not_due(words)
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "collected").touch()
    assert entry._not_due(words)
    assert entry._not_due([*words, "--config", "a.toml"])
    for other in (
        ["scan"],
        [*words, "--install", "zsh"],
        [*words, "--help"],
        ["collect", "--every", "x", "--quiet"],
        words[:2],
    ):
        assert not entry._not_due(other)
    for moved in (-3600, 3600):  # an hour ago, and a clock that was set back an hour
        os.utime(tmp_path / "memory" / "collected", (time.time() + moved,) * 2)
        assert not entry._not_due(words)
