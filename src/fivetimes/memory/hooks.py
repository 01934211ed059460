"""What should start `fivetimes collect` -> the files that make it so: `hooks_of`, `installed`, `uninstalled`. Texts only, no disk.

A hook runs where people work: it must not be seen, felt or missed. Each text here starts the collection in the background, in the
home folder (a `fivetimes.toml` of whatever folder somebody stands in is not obeyed), with nothing printed, and does nothing when
the program is gone. Shells call it before a prompt, at most once in a quarter of an hour; agents at the end of a session or a turn.

Between marked lines of a file everything is ours, all else is kept byte for byte. A JSON file has no comments: there one entry is
ours, recognised by the end of its command, and nothing around it is written anew.
"""

from __future__ import annotations

import json
import plistlib
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fivetimes.config import HookTarget
from fivetimes.errors import FivetimesError

BEGIN = "# >>> fivetimes >>>"
END = "# <<< fivetimes <<<"
MINUTES = 15  # between two collections: shells keep hundreds of lines and agents weeks, so nothing is lost within it

_OURS = "# fivetimes collect"  # ends the command of an entry in JSON
# What decides what is read, what is left out and where it is kept. Shells and agents hand their environment down; services have
# another one. A test holds this against what the readers ask for.
ENVIRONMENT = (
    "PATH", "FIVETIMES_HOME", "FIVETIMES_OFF", "HISTIGNORE", "HISTORY_IGNORE", "HISTFILE", "ZDOTDIR",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
    "CLAUDE_CONFIG_DIR", "CLINE_DIR", "CODEX_HOME", "COPILOT_HOME", "KIMI_CODE_HOME", "KIMI_SHARE_DIR", "PI_CODING_AGENT_DIR",
    "QWEN_HOME",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hook:
    """One file and what is ours in it.

    Attributes:
        path: of the file.
        text: ours: whole lines between the marked ones, or the command of an entry.
        event: in a JSON file the event whose entry it is; empty: the text is lines.
        whole: the file is ours from its beginning to its end.
    """

    path: Path
    text: str
    event: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Hooks:
    """The files of a target, and what a person has to do besides; empty: nothing."""

    files: tuple[Hook, ...]
    then: str = ""
    before_leaving: str = ""


@dataclass(frozen=True, slots=True)
class HookCall:
    """What a hook starts, and from what it is made.

    Attributes:
        program: the full path of `fivetimes`.
        words: what follows `collect`: sources or a configuration, by full paths.
        environ: of the person who installs it.
        home: their home folder.
    """

    program: Path
    words: tuple[str, ...]
    environ: Mapping[str, str]
    home: Path

    def argv(self, *options: str) -> list[str]:
        """The whole command as words."""
        return [str(self.program), "collect", *options, *self.words]


def hooks_of(target: HookTarget, call: HookCall) -> Hooks:
    """What belongs into which file.

    Raises:
        FivetimesError: a path holds a control character, which not every one of these files can hold.
    """
    for word in call.argv():
        if not word.isprintable():
            raise FivetimesError(
                f"{word!r}: a path with such a character cannot be written into a hook. Name another one."
            )
    return _TARGETS[target](call)


def _lines(*lines: str) -> str:
    return "\n".join(
        [BEGIN, "# Written by `fivetimes collect --install`; `--uninstall` takes it out again.", *lines, END, ""]
    )


def _bash(call: HookCall) -> Hooks:
    seconds, words = MINUTES * 60, shlex.join(call.argv("--every", str(MINUTES), "--quiet"))
    text = _lines(
        "__fivetimes_collect() {",
        "  local code=$?  # of the command before, which the prompt may show",
        f'  if [ "$((SECONDS - ${{__fivetimes_at:--{seconds}}}))" -ge {seconds} ] && [ -x {_program(call)} ]; then',
        "    __fivetimes_at=$SECONDS",
        f"    ( {{ builtin cd && exec {words}; }} </dev/null >/dev/null 2>&1 & )",
        "  fi",
        "  return $code",
        "}",
        'case "${PROMPT_COMMAND-}" in',
        "  *__fivetimes_collect*) ;;",
        "  *) PROMPT_COMMAND=__fivetimes_collect${PROMPT_COMMAND:+$'\\n'$PROMPT_COMMAND} ;;",
        "esac",
    )
    return Hooks((Hook(call.home / ".bashrc", text),))


def _zsh(call: HookCall) -> Hooks:
    seconds, words = MINUTES * 60, shlex.join(call.argv("--every", str(MINUTES), "--quiet"))
    text = _lines(
        "__fivetimes_collect() {",
        "  emulate -L zsh",
        "  setopt no_bg_nice  # some systems refuse it with a message",
        f"  (( SECONDS - ${{__fivetimes_at:--{seconds}}} >= {seconds} )) && [[ -x {_program(call)} ]] || return 0",
        "  typeset -g __fivetimes_at=$SECONDS",
        f"  ( {{ builtin cd && exec {words}; }} </dev/null >/dev/null 2>&1 & )",
        "}",
        "autoload -Uz add-zsh-hook && add-zsh-hook precmd __fivetimes_collect",
    )
    return Hooks((Hook(Path(call.environ.get("ZDOTDIR") or call.home) / ".zshrc", text),))


def _fish(call: HookCall) -> Hooks:
    seconds = MINUTES * 60
    words = " ".join(map(_fish_word, call.argv("--every", str(MINUTES), "--quiet")))
    text = _lines(
        "function __fivetimes_collect --on-event fish_prompt",
        "    set -l now (command date +%s)",
        f"    if not set -q __fivetimes_at; or test (math $now - $__fivetimes_at) -ge {seconds}",
        "        set -g __fivetimes_at $now",
        f"        if test -x {_fish_word(str(call.program))}",
        "            # a job of another shell: fish has none to report about",
        f"""            command sh -c 'cd && "$0" "$@" </dev/null >/dev/null 2>&1 &' {words}""",
        "        end",
        "    end",
        "end",
    )
    settings = Path(call.environ.get("XDG_CONFIG_HOME") or call.home / ".config")
    return Hooks((Hook(settings / "fish" / "conf.d" / "fivetimes.fish", text, whole=True),))


def _fish_word(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _systemd(call: HookCall) -> Hooks:
    folder = Path(call.environ.get("XDG_CONFIG_HOME") or call.home / ".config") / "systemd" / "user"
    given = [f"{name}={call.environ[name]}" for name in ENVIRONMENT if call.environ.get(name)]
    given = [f"Environment={_unit_word(word)}" for word in given if word.isprintable()]
    service = _lines(
        "[Unit]",
        "Description=fivetimes: remember, redacted, what shells and agents will forget",
        f"ConditionFileIsExecutable={str(call.program).replace('%', '%%')}",
        "",
        "[Service]",
        "Type=oneshot",
        "WorkingDirectory=~",
        *given,
        f"ExecStart={' '.join(_unit_word(word, command=True) for word in call.argv('--quiet'))}",
        "Nice=19",
        "IOSchedulingClass=idle",
    )
    timer = _lines(
        "[Unit]",
        "Description=fivetimes collect, every quarter of an hour",
        "",
        "[Timer]",
        "OnStartupSec=2min",
        f"OnUnitActiveSec={MINUTES}min",
        "",
        "[Install]",
        "WantedBy=timers.target",
    )
    name = "fivetimes-collect"
    return Hooks(
        (
            Hook(folder / f"{name}.service", service, whole=True),
            Hook(folder / f"{name}.timer", timer, whole=True),
        ),
        then=f"Start it: systemctl --user daemon-reload && systemctl --user enable --now {name}.timer",
        before_leaving=f"Stop it first: systemctl --user disable --now {name}.timer",
    )


def _unit_word(word: str, *, command: bool = False) -> str:
    """A word of a unit in quotes: `%` begins a specifier, and in a command `$` a variable."""
    quoted = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{quoted.replace("$", "$$") if command else quoted}"'


def _launchd(call: HookCall) -> Hooks:
    label = "fivetimes.collect"
    path = call.home / "Library" / "LaunchAgents" / f"{label}.plist"
    job = {
        "Label": label,
        "ProgramArguments": call.argv("--quiet"),
        "EnvironmentVariables": {name: call.environ[name] for name in ENVIRONMENT if call.environ.get(name)},
        "WorkingDirectory": str(call.home),
        "StartInterval": MINUTES * 60,
        "ProcessType": "Background",
        "StandardOutPath": "/dev/null",
        "StandardErrorPath": "/dev/null",
    }
    head, mark, body = plistlib.dumps(job).decode().partition("<plist")
    text = f"{head}<!--\n{BEGIN}\n-->\n{mark}{body}<!--\n{END}\n-->\n"
    return Hooks(
        (Hook(path, text, whole=True),),
        then=f"Start it: launchctl bootstrap gui/$(id -u) {shlex.quote(str(path))}",
        before_leaving=f"Stop it first: launchctl bootout gui/$(id -u)/{label}",
    )


def _claude(call: HookCall) -> Hooks:
    folder = Path(call.environ.get("CLAUDE_CONFIG_DIR") or call.home / ".claude")
    return Hooks((Hook(folder / "settings.json", _detached(call), "SessionEnd"),))


def _codex(call: HookCall) -> Hooks:
    # Its SessionEnd is new in 2026; Stop, after each turn, is known to every version that has hooks, and --every makes it cheap
    folder = Path(call.environ.get("CODEX_HOME") or call.home / ".codex")
    return Hooks(
        (Hook(folder / "hooks.json", _detached(call), "Stop"),),
        then="Codex runs a hook only after you have trusted it: type /hooks there once.",
    )


def _detached(call: HookCall) -> str:
    """The command for a program that ends, or ends what it started, without waiting."""
    return _in_background(f"[ -x {_program(call)} ]", call.argv("--every", str(MINUTES), "--quiet"))


def _in_background(is_there: str, argv: Sequence[str]) -> str:
    return f"{is_there} && (cd && nohup {shlex.join(argv)} </dev/null >/dev/null 2>&1 &); exit 0 {_OURS}"


def plugin_hooks() -> str:
    """The `hooks/hooks.json` of our plugin for Claude Code: what `--install claude` writes, with the program that PATH has."""
    command = _in_background(
        "command -v fivetimes >/dev/null 2>&1", ["fivetimes", "collect", "--every", str(MINUTES), "--quiet"]
    )
    entry = {"hooks": [{"type": "command", "command": command}]}
    return json.dumps({"hooks": {"SessionEnd": [entry]}}, indent=2) + "\n"


def _program(call: HookCall) -> str:
    return shlex.quote(str(call.program))


_TARGETS: Mapping[HookTarget, Callable[[HookCall], Hooks]] = {
    HookTarget.ZSH: _zsh,
    HookTarget.BASH: _bash,
    HookTarget.FISH: _fish,
    HookTarget.SYSTEMD: _systemd,
    HookTarget.LAUNCHD: _launchd,
    HookTarget.CLAUDE: _claude,
    HookTarget.CODEX: _codex,
}


# ---- into a file and out of it


def installed(before: str | None, hook: Hook) -> str:
    """The file with the hook; the same text when it is there already.

    Args:
        before: the file; None: there is none.
        hook: what belongs there.

    Raises:
        FivetimesError: the file is not what such a file is, or its marked lines are no pair; the sentence says what to do.

    Example:
        >>> hook = Hook(Path(".zshrc"), f"{BEGIN}\\nprecmd() {{ :; }}\\n{END}\\n")
        >>> uninstalled(installed("bindkey -e", hook), hook)
        'bindkey -e'
    """
    if hook.event:
        return _with_entry(before, hook)
    place = _marked(before or "", hook)
    if place is None and hook.whole and before is not None:
        raise FivetimesError(f"{hook.path}: this file is not ours. Give it another name, then install again.")
    if place is not None:
        return (before or "")[: place.start] + hook.text + (before or "")[place.stop :]
    # the newline ends a last line that has none, and is taken out with the rest
    return hook.text if before is None else f"{before}\n{hook.text}"


def uninstalled(before: str | None, hook: Hook) -> str | None:
    """The file without the hook; None: nothing else was ever in it. The same text when the hook is not there."""
    if before is None:
        return None
    if hook.event:
        return _without_entry(before, hook)
    place = _marked(before, hook)
    if place is None:
        return before
    if place.start == 0 and place.stop == len(before):
        return None
    start = place.start - 1 if before[: place.start].endswith("\n") else place.start
    return before[:start] + before[place.stop :]


def _marked(text: str, hook: Hook) -> slice | None:
    """Where the lines between the marked ones are, with them; None: there are none."""
    begins = [found.start() for found in re.finditer(f"^{re.escape(BEGIN)}$", text, re.MULTILINE)]
    ends = [found.end() for found in re.finditer(f"^{re.escape(END)}$", text, re.MULTILINE)]
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise FivetimesError(f"{hook.path}: the lines `{BEGIN}` and `{END}` are no pair. Take them out by hand.")
    if hook.whole:
        return slice(0, len(text))
    return slice(begins[0], ends[0] + (text[ends[0] : ends[0] + 1] == "\n"))


# ---- one entry of a JSON file, the rest byte for byte

_Span = tuple[Any, int, int]  # (key or index, start, end) of a value in a text


def _children(text: str, start: int) -> Iterator[_Span]:
    """The values of the object or the array that begins there, which is known to be JSON."""
    decoder, at, number = json.JSONDecoder(), _behind_blanks(text, start + 1), 0
    while text[at] not in "}]":
        key: Any = number
        if text[start] == "{":
            key, at = decoder.raw_decode(text, at)
            at = _behind_blanks(text, _behind_blanks(text, at) + 1)
        _, end = decoder.raw_decode(text, at)
        yield key, at, end
        at = _behind_blanks(text, end)
        at = _behind_blanks(text, at + 1) if text[at] == "," else at
        number += 1


def _behind_blanks(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def _found(text: str, path: Path, *, event: str) -> tuple[int, list[str]]:
    """Where the innermost of document, `hooks` and the event's list begins that is there, and the names of those that are not."""
    try:
        json.loads(text)
    except ValueError as error:
        raise FivetimesError(f"{path}: no JSON ({error}). Mend it, then install again.") from error
    names, place = ["hooks", event], _behind_blanks(text, 0)
    for depth, opening in enumerate("{{["):
        if text[place] != opening:
            break
        # of equal keys the last one counts
        inner = [start for key, start, _ in _children(text, place) if key in names[depth : depth + 1]]
        if not inner:
            return place, names[depth:]
        place = inner[-1]
    raise FivetimesError(f"{path}: its hooks have a form that is not known. Write the hook by hand.")


def _written(command: str, missing: Sequence[str]) -> str:
    entry = json.dumps({"hooks": [{"type": "command", "command": command}]})
    for name in reversed(missing):
        entry = f'"{name}": ' + (f"{{{entry}}}" if name == "hooks" else f"[{entry}]")
    return entry


def _with_entry(before: str | None, hook: Hook) -> str:
    if before is None:
        return f"{{{_written(hook.text, ['hooks', hook.event])}}}\n"
    ours = _ours(before, hook)
    if any(command == hook.text for command, _, _ in ours):
        return before
    text = (_without_entry(before, hook) if ours else before) or "{}\n"
    place, missing = _found(text, hook.path, event=hook.event)
    comma = "," if any(_children(text, place)) else ""
    return f"{text[: place + 1]}\n  {_written(hook.text, missing)}{comma}{text[place + 1 :]}"


def _without_entry(before: str, hook: Hook) -> str | None:
    if before == f"{{{_written(hook.text, ['hooks', hook.event])}}}\n":
        return None
    for missing in (
        ["hooks", hook.event],
        [hook.event],
        [],
    ):  # as it was written, with the lists that were written around it
        for comma in (",", ""):
            ours = f"\n  {_written(hook.text, missing)}{comma}"
            if before.count(ours) == 1 and _is_whole(without := before.replace(ours, "")):
                return without
    for _, start, end in reversed(_ours(before, hook)):  # another program has written the file anew
        before = before[:start] + before[end:]
    return before


def _is_whole(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _ours(text: str, hook: Hook) -> list[tuple[str, int, int]]:
    """(command, start, end) of each entry of ours with its comma; of an entry that has other commands too, of the command alone."""
    place, missing = _found(text, hook.path, event=hook.event)
    if missing:
        return []
    found = []
    entries = list(_children(text, place))
    for number, (_, start, _end) in enumerate(entries):
        inner = (
            next((at for key, at, _ in _children(text, start) if key == "hooks"), None) if text[start] == "{" else None
        )
        commands = list(_children(text, inner)) if inner is not None and text[inner] == "[" else []
        for which, (_, low, high) in enumerate(commands):
            value = json.loads(text[low:high])
            command = value.get("command") if isinstance(value, dict) else None
            if isinstance(command, str) and command.endswith(_OURS):
                siblings, index = (entries, number) if len(commands) == 1 else (commands, which)
                found.append((command, *_with_comma(siblings, index)))
    return found


def _with_comma(siblings: Sequence[_Span], index: int) -> tuple[int, int]:
    """From where to where a value and one comma beside it are."""
    if index + 1 < len(siblings):
        return siblings[index][1], siblings[index + 1][1]
    return siblings[index - 1][2] if index else siblings[index][1], siblings[index][2]
