"""A command line, parsed (`shell`): words with their roles, simple commands, and what a grammar knows of programs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class Role(IntEnum):
    """What a word is in its command; decides what may be kept of it."""

    PROGRAM = 0
    SUBCOMMAND = 1
    SCRIPT = 2  # the file that an interpreter runs, or the target that a build tool makes
    FLAG = 3  # a flag's name, without its value
    VALUE = 4
    SECRET = 5  # stands where a secret would: nothing of it is kept
    KEY = 6  # the name of a tool's or skill's argument
    NAME = 7  # declared: a skill, a tool, an action of a generic log
    COMMIT_KIND = 8  # `fix` of `fix(api): …`


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command, unquoted, with its role. A flag's `=value` is a word of its own after the flag."""

    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words from the program on, the wrappers looked through, the operator before it.

    `via` holds wrapper programs, outermost first (`("sudo",)`); `operator` is one of ``"" | "|" | "|&" | "&&" | "||" | ";" | "&"``
    (empty for the first command of a line; newlines and loop bodies count as ``;``). `wrapper_args` are the arguments
    of the wrappers: the host of `ssh`, the container of `docker exec`. `within` marks what a substitution in another command's
    words runs, in `$( )`, backticks or `<( )`: it is an argument of that command, which comes behind it, and no step of its own.
    """

    words: tuple[Word, ...]
    via: tuple[str, ...] = ()
    operator: str = ""
    wrapper_args: tuple[str, ...] = ()
    within: bool = False


@dataclass(frozen=True, slots=True)
class CommandLine:
    """All simple commands of a line in the order in which they stand. `sure` is false when the grammar had to guess."""

    commands: tuple[Command, ...]
    sure: bool = True


class Grammar(Protocol):
    """What is known of public programs: names and structure, never values."""

    def is_program(self, name: str) -> bool:
        """Whether this is the name of a public program or shell builtin."""
        ...

    def is_subcommand(self, program: str, path: tuple[str, ...]) -> bool:
        """Whether `path` (one or more words) is a subcommand path of the program, or the beginning of one."""
        ...

    def has_subcommand(self, program: str, path: tuple[str, ...]) -> bool:
        """The same by the public pages of this very program alone."""
        ...

    def subcommands(self, program: str) -> frozenset[str]:
        """The first words of the program's subcommand paths."""
        ...

    def is_flag(self, program: str, flag: str) -> bool:
        """Whether this is a flag name that the public pages of the program show."""
        ...

    def takes_value(self, program: str, flag: str) -> bool:
        """Whether the flag is known to take the next word as its value."""
        ...
