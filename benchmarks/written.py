"""A seed -> text as shells and agents write it, of many shapes: what the readers are measured on."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial

COMMANDS = (
    "git status",
    "make test",
    "cd src/app",
    "docker compose up -d",
    "git commit -m 'fix: a thing'",
    "vim a b.md",
)
SHORT = ("ls", "gs", "make", "cd ..", "git st", "fg", "k get po")
LONG = ("docker run --rm -v /home/dev/work/shop:/app -e NAME=value --network host " * 5,)
FOREIGN = ("git commit -m 'Füge die Übersicht hinzu'", "echo 'こんにちは世界、今日は良い天気ですね'")
LOOPS = (*COMMANDS, "for f in *.csv; do\n  python load.py $f\n  mv $f done/\ndone")
QUOTED = ("sed -e 's/a\\/b/c\\.d/' list", "printf 'a\\tb\\n'")
FOLDER = "/home/dev/work/shop"


def _commands(rng: random.Random, among: tuple[str, ...] = COMMANDS) -> Iterator[tuple[int, str]]:
    clock = 1_700_000_000
    while True:
        clock += rng.randint(1, 90)
        yield clock, rng.choice(among) if among is SHORT else f"{rng.choice(among)} {rng.randrange(500)}"


def _zsh(rng: random.Random, among: tuple[str, ...] = COMMANDS) -> Iterator[str]:
    # one command in twenty goes on in the next line, and durations differ
    for clock, text in _commands(rng, among):
        more = "\n  --all" if among is COMMANDS and rng.random() < 0.05 else ""
        written = f"{text}{more}".replace("\n", "\\\n")
        yield f": {clock}:{rng.choice((0, 0, 3, 17, 240))};{written if written.isascii() else _metafied(written)}\n"


def _metafied(text: str) -> str:
    written = (bytes([0x83, byte ^ 0x20]) if 0x83 <= byte <= 0xA2 else bytes([byte]) for byte in text.encode())
    return b"".join(written).decode("utf-8", "surrogateescape")


def _stamped(rng: random.Random, mark: str, among: tuple[str, ...] = COMMANDS) -> Iterator[str]:
    for clock, text in _commands(rng, among):
        yield f"{mark}{clock}\n{text}\n"


def _fish(rng: random.Random, among: tuple[str, ...] = COMMANDS) -> Iterator[str]:
    for clock, text in _commands(rng, among):
        escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
        paths = "  paths:\n    - load.py\n" if among is not COMMANDS and rng.random() < 0.2 else ""
        yield f"- cmd: {escaped}\n  when: {clock}\n{paths}"


def _plain(rng: random.Random, among: tuple[str, ...] = COMMANDS, newline: str = "\n") -> Iterator[str]:
    for _, text in _commands(rng, among):
        yield text.replace("\n", newline) + "\n"


def _said(rng: random.Random, most: int) -> str:
    return "a line of output\n" * rng.randint(1, most)


def _claude(rng: random.Random, most: int = 150) -> Iterator[str]:
    shared = {"sessionId": "s", "cwd": FOLDER, "version": "2.1.173", "gitBranch": "main", "userType": "external"}
    for number, (_, text) in enumerate(_commands(rng)):
        at = {"timestamp": f"2026-11-20T09:{number // 60 % 60:02d}:{number % 60:02d}.000Z", "uuid": f"u{number}"}
        key = f"toolu_{number:024d}"
        use = {"type": "tool_use", "id": key, "name": "Bash", "input": {"command": text, "description": "run it"}}
        result = {"type": "tool_result", "tool_use_id": key, "content": _said(rng, most), "is_error": False}
        for kind, content in (
            ("assistant", [{"type": "text", "text": _said(rng, 10)}]),
            ("assistant", [use]),
            ("user", [result]),
        ):
            extra = {"toolUseResult": {"stdout": _said(rng, most)}} if kind == "user" else {}
            yield (
                json.dumps({**shared, **at, "type": kind, "message": {"role": kind, "content": content}, **extra})
                + "\n"
            )


def _codex(rng: random.Random, most: int = 150) -> Iterator[str]:
    for number, (_, text) in enumerate(_commands(rng)):
        at = f"2026-11-20T09:{number // 60 % 60:02d}:{number % 60:02d}.000Z"
        call = {"call_id": f"call_{number:024d}"}
        arguments = json.dumps({"cmd": text, "workdir": FOLDER})
        said = f"Wall time: 2.4 seconds\nProcess exited with code 0\nOutput:\n{_said(rng, most)}"
        for item in (
            {"type": "reasoning", "encrypted_content": "x" * rng.randint(400, 3000)},
            {"type": "function_call", "name": "exec_command", "arguments": arguments, **call},
            {"type": "function_call_output", "output": said, **call},
        ):
            yield json.dumps({"timestamp": at, "type": "response_item", "payload": item}) + "\n"


def _counted(rng: random.Random, *, said: bool) -> Iterator[str]:
    """Codex with small records: calls with a line of output, and with `said` what stands between them, messages and counts."""
    spent = dict.fromkeys(("input_tokens", "cached_input_tokens", "output_tokens", "total_tokens"), 1200)
    count = {"type": "token_count", "info": {"total_token_usage": spent, "last_token_usage": spent}}
    for number, line in enumerate(_codex(rng, 1)):
        if '"reasoning"' not in line:
            yield line
        elif said:
            at = {"timestamp": f"2026-11-20T09:{number // 60 % 60:02d}:{number % 60:02d}.000Z"}
            yield json.dumps({**at, "type": "event_msg", "payload": count}) + "\n"
            message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
            yield json.dumps({**at, "type": "response_item", "payload": message}) + "\n"


# what is measured -> (reader, writer)
WRITERS: Mapping[str, tuple[str, Callable[[random.Random], Iterator[str]]]] = {
    "zsh": ("zsh", _zsh),
    "zsh, short": ("zsh", partial(_zsh, among=SHORT)),
    "zsh, long": ("zsh", partial(_zsh, among=LONG)),
    "zsh, loops": ("zsh", partial(_zsh, among=LOOPS)),
    "zsh, backslashes": ("zsh", partial(_zsh, among=QUOTED)),
    "zsh, not ASCII": ("zsh", partial(_zsh, among=FOREIGN)),
    "bash": ("bash", partial(_stamped, mark="#")),
    "bash, short": ("bash", partial(_stamped, mark="#", among=SHORT)),
    "bash, loops": ("bash", partial(_stamped, mark="#", among=LOOPS)),
    "bash, not ASCII": ("bash", partial(_stamped, mark="#", among=FOREIGN)),
    "bash, no times": ("bash", _plain),
    "fish": ("fish", _fish),
    "fish, short": ("fish", partial(_fish, among=SHORT)),
    "fish, loops": ("fish", partial(_fish, among=LOOPS)),
    "fish, backslashes": ("fish", partial(_fish, among=QUOTED)),
    "tcsh": ("tcsh", partial(_stamped, mark="#+")),
    "powershell, loops": ("powershell", partial(_plain, among=LOOPS, newline="`\n")),
    "nushell, loops": ("nushell", partial(_plain, among=LOOPS, newline="<\\n>")),
    "claude_code": ("claude_code", _claude),
    "claude_code, short": ("claude_code", partial(_claude, most=1)),
    "claude_code, large": ("claude_code", partial(_claude, most=2000)),
    "codex": ("codex", _codex),
    "codex, short": ("codex", partial(_counted, said=True)),
    "codex, short calls alone": ("codex", partial(_counted, said=False)),
    "codex, large": ("codex", partial(_codex, most=2000)),
}
