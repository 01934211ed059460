"""The words of a simple command -> the same words, each with its role."""

import re
from collections.abc import Sequence
from functools import lru_cache

from fivetimes.model.command_lines import Grammar, Role, Word
from fivetimes.shell.programs import COMMAND_SCRIPTS, OBJECT_FIRST, SCRIPT_RUNNERS, Many, ScriptRunner, name_of
from fivetimes.shell.secret_positions import (
    SecretPosition,
    attached_flag,
    is_secret_word,
    secret_position_of,
    suspicious,
    with_secrets_marked,
)

_FLAG_WITH_VALUE = re.compile(r"(--?[A-Za-z][A-Za-z0-9_.\-]*|/[A-Za-z]+)[=](.*)", re.DOTALL)
_LONG = re.compile(r"--[A-Za-z0-9].*", re.DOTALL)
_LETTERS = re.compile(r"-(?:[A-Za-z][A-Za-z\-]*|[0-9?#@])")

_word = lru_cache(maxsize=16384)(Word)  # names recur; values are not kept here


def words_with_roles(
    words: Sequence[str], redirections: Sequence[tuple[str, str]], *, grammar: Grammar
) -> tuple[Word, ...]:
    """Return the words with their roles, redirections last; a word in the position of a secret has the role SECRET.

    Args:
        words: of a simple command without leading assignments, at least one.
        redirections: (operator, target) each.
        grammar: what is known of public programs.

    Example:
        >>> from fivetimes.redaction import public
        >>> [f"{w.text}:{w.role.name}" for w in words_with_roles(["git", "-C", "web", "push", "-f"], [], grammar=public())]
        ['git:PROGRAM', '-C:FLAG', 'web:VALUE', 'push:SUBCOMMAND', '-f:FLAG']
    """
    program = name_of(words[0], grammar=grammar)
    first = _word(program, Role.PROGRAM)
    if len(words) == 1 and not redirections:
        return (first,)
    position = secret_position_of([program, *words[1:]])
    reading = _Reading(program, position, grammar)
    reading.out.append(first)
    reading.read(words)
    for operator, target in redirections:
        reading.out.append(_word(operator, Role.FLAG))
        if target:
            reading.out.append(Word(target, Role.VALUE))
    if position is not None or suspicious(" ".join([*words, *(target for _, target in redirections)])):
        return tuple(with_secrets_marked(reading.out, position=position))
    return tuple(reading.out)


class _Reading:
    """One pass over the words of a command."""

    __slots__ = (
        "_command",
        "_flag",
        "_grammar",
        "_open",
        "_path",
        "_program",
        "_secret_position",
        "_taken",
        "_unsure",
        "out",
    )

    def __init__(self, program: str, secret_position: SecretPosition | None, grammar: Grammar) -> None:
        self._program = program
        self._command = program  # the program with its subcommand path
        self._path: tuple[str, ...] = ()
        self._secret_position = secret_position
        self._grammar = grammar
        self._open = True  # a subcommand may still come
        self._taken = False  # the script or target is known, or none can come
        self._flag = ""  # the flag whose value the next word is
        self._unsure = False  # the flag before is unknown: the next word may be its value
        self.out: list[Word] = []

    def read(self, words: Sequence[str]) -> None:
        """Give each word after the program its role."""
        for index, word in enumerate(words[1:], start=1):
            if word == "--":
                self.out.append(_word(word, Role.FLAG))
                for rest in words[index + 1 :]:
                    self._bare(rest)
                return
            if self._flag:
                self._value_of_flag(word)
            elif word[:1] == "-" and len(word) > 1:
                self._option(word)
            else:
                self._bare(word)

    # ---- flags

    def _option(self, word: str) -> None:
        hidden = attached_flag(self._secret_position, word)
        if hidden is not None:
            self.out += [_word(hidden, Role.FLAG), Word(word[len(hidden) :], Role.SECRET)]
            return
        if "=" in word:
            split = _FLAG_WITH_VALUE.fullmatch(word)
            if split is not None and (word[1] == "-" or "." not in split[1]):
                self._long(split[1], split[2])
                return
        if self._open and self._is_subcommand(word):
            self._subcommand(word)  # `-Syu` of pacman
        elif self._is_name(word):
            self._name(word)
        else:
            self._split(word)

    def _is_name(self, word: str) -> bool:
        """Whether the word is one flag: long, one letter, a known one, or letters whose first takes no value."""
        if len(word) == 2 or _LONG.fullmatch(word):
            return _LETTERS.fullmatch(word) is not None or len(word) > 2
        if _LETTERS.fullmatch(word) is None:
            return False
        return self._grammar.is_flag(self._program, word) or not self._grammar.takes_value(self._command, word[:2])

    def _name(self, word: str) -> None:
        """Note a flag that stands alone, and whether the next word is its value."""
        self.out.append(_word(word, Role.FLAG))
        rule = self._runner()
        runs = rule is not None and not self._taken and word in rule.code | rule.naming
        if runs or self._grammar.takes_value(self._command, word):
            self._flag = word
            self._taken = self._taken or (rule is not None and word in rule.code)
        else:
            self._unsure = self._open and not self._grammar.is_flag(self._program, word)

    def _long(self, flag: str, value: str) -> None:
        self.out.append(_word(flag, Role.FLAG))
        rule = self._runner()
        named = rule is not None and flag in rule.naming
        if value:
            self.out.append(Word(value, Role.SCRIPT if named else Role.VALUE))
        self._unsure = False

    def _split(self, word: str) -> None:
        """`-j4`, `-Dname=value`: the letter is the flag. `-20` is a number."""
        self._unsure = False
        if _LETTERS.fullmatch(word[:2]) is None or word[1:].isdigit():
            self.out.append(Word(word, Role.VALUE))
        else:
            self.out += [_word(word[:2], Role.FLAG), Word(word[2:], Role.VALUE)]

    def _value_of_flag(self, word: str) -> None:
        rule = self._runner()
        named = rule is not None and self._flag in rule.naming
        self._flag = ""
        self.out.append(Word(word, Role.SCRIPT if named else Role.VALUE))
        if rule is not None and named and rule.many is not Many.ALL:
            self._taken = True

    def _runner(self) -> ScriptRunner | None:
        """What the command runs by name; a program that builds several targets does, too, where the first of them is public."""
        whole = SCRIPT_RUNNERS.get(self._program)
        several = whole is not None and whole.many is Many.ALL
        return SCRIPT_RUNNERS.get(self._command, whole if several else None)

    # ---- plain words

    def _bare(self, word: str) -> None:
        if self._open:
            if self._is_subcommand(word):
                self._subcommand(word)
                return
            if self._unsure:
                self._unsure = False
                self.out.append(Word(word, Role.VALUE))
                return
            self._open = self._program in OBJECT_FIRST
        self.out.append(Word(word, Role.SCRIPT if self._is_script(word) else Role.VALUE))

    def _is_subcommand(self, word: str) -> bool:
        """Whether the word goes on with the subcommand path; what is run by name, or may be a secret, is one by its pages alone."""
        path = (*self._path, word)
        if self._grammar.has_subcommand(self._program, path):
            return True
        by_position = self._secret_position is not None or self._runner() is not None
        by_pages = by_position and self._grammar.is_program(self._program)
        return not by_pages and self._grammar.is_subcommand(self._program, path)

    def _subcommand(self, word: str) -> None:
        self._path = (*self._path, word)
        self._command = f"{self._command} {word}"
        self._unsure = False
        self.out.append(_word(word, Role.SUBCOMMAND))

    def _is_script(self, word: str) -> bool:
        if self._taken:
            return False
        rule = self._runner()
        if rule is None or rule.many is Many.NONE or not word or word == "-" or "=" in word:
            self._taken = rule is None
            return False
        self._taken = rule.many is Many.FIRST and not _takes_command(word, rule)
        return not is_secret_word(word)


def _takes_command(word: str, rule: ScriptRunner) -> bool:
    """Whether a script takes a command's name itself (`python manage.py migrate`)."""
    return word in COMMAND_SCRIPTS and rule.command != word
