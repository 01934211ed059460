"""LiveText -> Invocation: what was typed or called at each step, word by word, spelled as it was."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from fivetimes.model import Candidate, Command, CommandLine, Kind, LiveCommand, LiveText, Moment, Role, Word
from fivetimes.redaction import is_pseudonym
from fivetimes.shell import is_secret_key

Parse = Callable[[str], CommandLine]
Harmless = Callable[[str, Role], bool]

_PIPES = frozenset({"|", "|&"})
_OPERATORS = _PIPES | {"&&", "||", ";", "&"}
_REDIRECTION = re.compile(r"\d?(?:<|>|>>|<<<|&>|&>>|>\||<>)|\|&?")
_PUBLIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
_PLAIN_FLAG = re.compile(r"-[A-Za-z]|--[a-z][a-z-]+")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
# What follows these is prose: of a commit, a tag, a request. Nothing of it is kept but values known from elsewhere.
_PROSE = re.compile(r"-[a-z]*m|--?(?:message|title|body|notes|subject|description|comment|reason|text)")
_SUBSTITUTION = re.compile(r"[$<>]\(|`")  # blanks within are those of a command
# Wrappers that mean the same without their options, for lines whose spelling cannot be followed.
_BARE_WRAPPERS = frozenset({"sudo", "doas", "nohup", "time", "nice", "command", "exec", "env"})


@dataclass(frozen=True, slots=True)
class InvocationWord:
    """One word of an invocation. `lead` is what stands before its value within the word (`--since=`, `key=`).

    `key` is the flag or argument name it belongs to. `prose` is free text. An unsure word is one whose position in the
    command is not known. A bare word was typed without quotes: its `*` is the shell's.
    """

    text: str
    role: Role
    lead: str = ""
    key: str = ""
    prose: bool = False
    sure: bool = True
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was done at one moment of an occurrence (by number) at a step (by number)."""

    occurrence: int
    step: int
    kind: Kind
    action: str
    words: tuple[InvocationWord, ...]


def invocations(candidate: Candidate, live: LiveText, *, parse: Parse, harmless: Harmless) -> list[Invocation]:
    """Every moment of the candidate's steps whose source could be read again, in order.

    Args:
        candidate: the routine.
        live: the texts of its moments, one for one.
        parse: a command line -> its simple commands. What a pipe feeds belongs to the step that feeds it.
        harmless: whether a word in a role may stand in a file; a program's full spelling is kept only then.
    """
    found: list[Invocation] = []
    for number, (occurrence, texts) in enumerate(zip(candidate.occurrences, live.occurrences, strict=True)):
        for moment, command in zip(occurrence.moments, texts, strict=True):
            if moment.step is not None and command is not None:
                read = _invocation(moment, command, parse, harmless)
                found.extend(Invocation(number, moment.step, kind, moment.action, words) for kind, words in read)
    return found


def _invocation(
    moment: Moment, command: LiveCommand, parse: Parse, harmless: Harmless
) -> Iterator[tuple[Kind, tuple[InvocationWord, ...]]]:
    if command.kind == Kind.SHELL:
        words = _typed(command.text, moment, parse, harmless)
        if any(word.text for word in words):
            yield Kind.SHELL, words
    elif command.kind == Kind.COMMIT:
        # as a shell shows it, so that commits seen in either place are the same step
        front = (("git", Role.PROGRAM), ("commit", Role.SUBCOMMAND), ("-m", Role.FLAG))
        subject = InvocationWord(command.text.partition("\n")[0], Role.VALUE)
        yield Kind.SHELL, _with_keys([*(InvocationWord(text, role) for text, role in front), subject], "")
    else:
        yield command.kind, (InvocationWord(command.text, Role.NAME), *_arguments(command.args or {}))


def _typed(text: str, moment: Moment, parse: Parse, harmless: Harmless) -> tuple[InvocationWord, ...]:
    """The words of the simple command of a line that the moment stands for, with those of all that it is piped into."""
    commands = _steps(parse(text))
    public = _under_its_name(text, commands, moment.action)
    if public != text:
        text, commands = public, _steps(parse(public))
    heads = [index for index, each in enumerate(commands) if each.operator not in _PIPES]
    if moment.part >= len(heads):
        return ()
    return _with_keys(_with_fed(text, commands, heads[moment.part], harmless), text)


def _steps(line: CommandLine) -> list[Command]:
    """The commands of a line without what substitutions in their words run."""
    return [command for command in line.commands if not command.within]


def _under_its_name(text: str, commands: Sequence[Command], action: str) -> str:
    """The line with the program by the name that its action has, where somebody's own name for it, or a slip, stands there.

    Example:
        >>> typed = Command((Word("gp", Role.PROGRAM), Word("--tags", Role.FLAG)))
        >>> _under_its_name("gp --tags", [typed], "git-push --tags")
        'git-push --tags'
        >>> _under_its_name("gp --tags", [typed], "prog-1f2e3d --tags")
        'gp --tags'
    """
    known, typed = action.split(" ", 1)[0], commands[0].words[0].text if len(commands) == 1 else ""
    own = typed not in ("", known) and _PUBLIC.fullmatch(known) is not None and not is_pseudonym(known)
    # a name that runs another program, as `sudo` does, has that program's name behind it
    if not own or known in text.split() or not text.startswith(f"{typed} "):
        return text
    return known + text[len(typed) :]


def _arguments(args: Mapping[str, Any]) -> Iterator[InvocationWord]:
    for key, value in args.items():
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
        prose = re.search(r"\s", text) is not None
        role = Role.SECRET if is_secret_key(str(key)) else Role.VALUE
        yield InvocationWord(_clean(text), role, lead=f"{key}=", key=str(key), prose=prose)


def _clean(text: str) -> str:
    return text.replace("\0", "")


def _with_keys(words: Sequence[InvocationWord], text: str) -> tuple[InvocationWord, ...]:
    """Give each value the flag before it as its key, and mark which are prose and which were typed bare."""
    done: list[InvocationWord] = []
    for word in words:
        before = done[-1] if done else None
        key = word.key
        if not key and before is not None and before.role == Role.FLAG and word.role in (Role.VALUE, Role.SECRET):
            key = before.text
        spaced = re.search(r"\s", word.text) and not _SUBSTITUTION.search(word.text)
        prose = word.role == Role.VALUE and bool(_PROSE.fullmatch(key) or spaced)
        bare = "*" in word.text and f" {word.text} " in f"{text} "
        done.append(replace(word, text=_clean(word.text), key=key, prose=prose, bare=bare))
    return tuple(done)


# ---- shell words, spelled as typed


def _with_fed(text: str, commands: Sequence[Command], head: int, harmless: Harmless) -> list[InvocationWord]:
    """The words of a command and of all that its output is piped into."""
    fed = takewhile(lambda index: commands[index].operator in _PIPES, range(head + 1, len(commands)))
    words = _shell_words(text, commands, head, harmless)
    for index in fed:
        words.append(InvocationWord(commands[index].operator, Role.FLAG))
        words.extend(_shell_words(text, commands, index, harmless))
    return words


def _shell_words(text: str, commands: Sequence[Command], index: int, harmless: Harmless) -> list[InvocationWord]:
    command = commands[index]
    segments = _segments(text)
    if segments is not None and len(segments) == len(commands):
        spelled = _aligned(_unquoted_remote(segments[index], command), command, harmless)
        if spelled is not None:
            return spelled
    wrappers = [InvocationWord(name, Role.PROGRAM) for name in command.via if name in _BARE_WRAPPERS]
    return wrappers + _glued(command.words, text)


def _segments(text: str) -> list[list[str]] | None:
    """The words of each simple command as the shell unquotes them; None for what is more than a list of commands."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:
        return None
    segments: list[list[str]] = [[]]
    for word in words:
        if word in _OPERATORS:
            segments.append([])
        else:
            segments[-1].append(word)
    return [segment for segment in segments if segment]


def _unquoted_remote(typed: list[str], command: Command) -> list[str]:
    """The words with the command of `ssh host 'command'` laid open: the far shell would read it the same way."""
    if not command.via or command.via[0] != "ssh" or not typed or " " not in typed[-1]:
        return typed
    try:
        return [*typed[:-1], *shlex.split(typed[-1])]
    except ValueError:
        return typed


def _aligned(typed: Sequence[str], command: Command, harmless: Harmless) -> list[InvocationWord] | None:
    """The typed words with the roles that the parser found; None where the two cannot be brought together."""
    words: list[InvocationWord] = []
    waiting = list(command.words)
    for text in typed:
        taken = _matched(text, waiting, harmless)
        if taken is None:
            words.append(_unmatched(text, command, harmless))
        else:
            words.append(taken[0])
            del waiting[: taken[1]]
    return None if waiting else words


def _matched(typed: str, waiting: Sequence[Word], harmless: Harmless) -> tuple[InvocationWord, int] | None:
    """The typed word with its role, and how many of the waiting words it used up."""
    if not waiting:
        return None
    first = waiting[0]
    if typed == first.text:
        return InvocationWord(typed, first.role), 1
    if first.role == Role.PROGRAM and typed.rpartition("/")[2].startswith(first.text):
        text = typed if harmless(typed, Role.PROGRAM) else first.text
        return InvocationWord(text, Role.PROGRAM), 1
    if first.role == Role.FLAG and len(waiting) > 1:
        for glue in ("=", ""):
            if typed == first.text + glue + waiting[1].text:
                return InvocationWord(waiting[1].text, waiting[1].role, lead=first.text + glue, key=first.text), 2
    return None


def _unmatched(typed: str, command: Command, harmless: Harmless) -> InvocationWord:
    """A word that the parser looked through: a wrapper, one of its options, an assignment."""
    if typed in command.via:
        return InvocationWord(typed, Role.PROGRAM)
    if _PLAIN_FLAG.fullmatch(typed):
        return InvocationWord(typed, Role.FLAG)
    assignment = _ASSIGNMENT.fullmatch(typed)
    # a variable's name is as free as its value: what looks like one may be a pasted key with its `=`
    if assignment and harmless(assignment[1], Role.VALUE):
        return InvocationWord(assignment[2], Role.VALUE, lead=f"{assignment[1]}=", key=assignment[1], sure=False)
    return InvocationWord(typed, Role.VALUE, sure=False)


def _glued(words: Sequence[Word], text: str) -> list[InvocationWord]:
    """The parser's words, a flag and its value in one word where the text has them so."""
    found: list[InvocationWord] = []
    for word in words:
        flag = found[-1].text if found and found[-1].role == Role.FLAG else ""
        if flag and word.role in (Role.VALUE, Role.SECRET) and f"{flag}=" in text and f"{flag} " not in text:
            found[-1] = InvocationWord(word.text, word.role, lead=f"{flag}=", key=flag)
        else:
            found.append(InvocationWord(word.text, word.role))
    return found


def redirects(word: str) -> bool:
    """Whether a word is an operator that sends input or output elsewhere, which is never quoted.

    Example:
        >>> redirects("2>"), redirects("|"), redirects("-o")
        (True, True, False)
    """
    return _REDIRECTION.fullmatch(word) is not None
