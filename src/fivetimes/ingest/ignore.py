"""RawBatch -> RawBatch without what its owner does not want read; every row left out is counted under its rule.

Four ways to say so: HISTIGNORE (bash) and HISTORY_IGNORE (zsh), from the environment or the `[ignore]` table of fivetimes.toml;
`.fivetimesignore` beside fivetimes.toml (else in the folder where fivetimes is called) and in the home folder; FIVETIMES_OFF=1,
in our own environment for everything or before a command for that command. Lines that begin with a blank are the readers' care.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import compress
from pathlib import Path, PurePosixPath
from typing import Any

import re2

from fivetimes import redaction, shell
from fivetimes.errors import ReadError
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

OFF = "FIVETIMES_OFF"
FILE = ".fivetimesignore"
_OFF_INSIDE = re.compile(r"(?:^|[\s;&|(])FIVETIMES_OFF=(?!0?(?:[\s;&|)]|$))")
_MOST_BYTES = 1 << 20  # of a .fivetimesignore


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """One pattern of a .fivetimesignore: with a slash it is about folders, without one about folders below `base` and programs."""

    pattern: str
    base: PurePosixPath
    wanted: bool = False  # `!`: read it all the same

    def is_folder(self, path: PurePosixPath) -> bool:
        """Whether it names a folder or file, or a folder that it lies in."""
        pattern = self.pattern.rstrip("/").removesuffix("/**")
        if "/" not in pattern:
            inside = path.relative_to(self.base).parts if path.is_relative_to(self.base) else ()
            return any(glob(pattern).fits(part) for part in inside)
        whole = {pattern, f"{self.base}/{pattern.lstrip('/')}"} if pattern[0] == "/" else {f"{self.base}/{pattern}"}
        folders = [str(folder) for folder in (path, *path.parents)]
        return any(glob(each, path=True).fits(folder) for each in whole for folder in folders)

    def is_program(self, name: str) -> bool:
        """Whether it names a program."""
        return "/" not in self.pattern and glob(self.pattern).fits(name)


def lines_of(text: str, *, base: PurePosixPath, home: PurePosixPath) -> tuple[IgnorePattern, ...]:
    """The patterns of a .fivetimesignore; `#` begins a comment, `~/` is the home folder.

    Example:
        >>> here = PurePosixPath("/w")
        >>> [(line.pattern, line.wanted) for line in lines_of("# mine\\npass*\\n!passport\\n~/x/", base=here, home=here)]
        [('pass*', False), ('passport', True), ('/w/x/', False)]
    """
    found = []
    for line in map(str.strip, text.splitlines()):
        pattern = line.removeprefix("!")
        if pattern.strip("/") and not line.startswith("#"):
            pattern = f"{home}/{pattern[2:]}" if pattern.startswith("~/") else pattern
            found.append(IgnorePattern(pattern, base, line.startswith("!")))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """What is not to be read. `everything` is FIVETIMES_OFF; of the lines that fit, the last one counts."""

    everything: bool = False
    bash: tuple[str, ...] = ()
    zsh: str = ""
    lines: tuple[IgnorePattern, ...] = ()

    def command(self, text: str, *, before: str) -> str | None:
        """The rule by which a command line is left out, None where there is none; `before` is the line before it."""
        if "FIVETIMES_OFF" in text and _OFF_INSIDE.search(text):
            return OFF
        if self.zsh and glob(self.zsh).fits(text):
            return "HISTORY_IGNORE"
        if self.bash and self._histignore(text, before):
            return "HISTIGNORE"
        return FILE if self.lines and any(map(self._program, _programs(text))) else None

    def _histignore(self, text: str, before: str) -> bool:
        repeats = [pattern for pattern in self.bash if "&" in pattern]
        if glob(*(pattern for pattern in self.bash if "&" not in pattern)).fits(text):
            return True
        return any(glob(re.sub(r"(?<!\\)&", lambda _: literal(before), pattern)).fits(text) for pattern in repeats)

    def _program(self, name: str) -> bool:
        last = next((line for line in reversed(self.lines) if line.is_program(name)), None)
        return last is not None and not last.wanted

    def folder(self, path: str) -> bool:
        """Whether what was done in a folder is left out."""
        pure = PurePosixPath(os.path.normpath(path))
        last = next((line for line in reversed(self.lines) if line.is_folder(pure)), None)
        return last is not None and not last.wanted


def _programs(text: str) -> set[str]:
    found = shell.parse(text, grammar=redaction.public()).commands
    return {name for command in found for name in (*command.via, *(word.text for word in command.words[:1]))}


def ignore_rules(
    environ: Mapping[str, str], *, root: Path, home: Path, histignore: str | None, history_ignore: str | None
) -> IgnoreRules:
    """Collect what the owner wants left out.

    Args:
        environ: for FIVETIMES_OFF, HISTIGNORE, HISTORY_IGNORE.
        root: the folder of fivetimes.toml, or where fivetimes is called.
        home: the home folder.
        histignore: what fivetimes.toml has, in bash's form; added to the environment's.
        history_ignore: the same in zsh's form.

    Raises:
        ReadError: a .fivetimesignore is there and cannot be read: then nobody knows what must not be.
    """
    zsh = "|".join(f"({pattern})" for pattern in (environ.get("HISTORY_IGNORE"), history_ignore) if pattern)
    found: list[IgnorePattern] = []
    for folder in dict.fromkeys((home.absolute(), root.absolute())):
        found += _file(folder, home)
    return IgnoreRules(
        everything=environ.get(OFF, "") not in ("", "0"),
        bash=divided(environ.get("HISTIGNORE", "")) + divided(histignore or ""),
        zsh=zsh,
        lines=tuple(found),
    )


def _file(folder: Path, home: Path) -> tuple[IgnorePattern, ...]:
    path = folder / FILE
    try:
        if not path.exists():
            return ()
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8-sig", "surrogateescape")
    except OSError as error:
        raise ReadError(f"{path}: it cannot be read ({error.strerror}). Let it be read, or take it away.") from error
    return lines_of(text, base=PurePosixPath(folder), home=PurePosixPath(home.absolute()))


# ---- leaving out


def without_ignored(
    batches: Iterable[RawBatch], source: Source, balance: Balance, unwanted: IgnoreRules
) -> Iterator[RawBatch]:
    """Yield the batches of a source without the rows that are to be ignored, and account for those.

    Example:
        >>> balance, batch = Balance(records=2, events=2), RawBatch("bash", "h", ["make", "pass show web"])
        >>> rules = IgnoreRules(lines=lines_of("pass", base=PurePosixPath("/"), home=PurePosixPath("/")))
        >>> [b.text for b in without_ignored([batch], Source("bash", Path("/h"), "h"), balance, rules)]
        [['make']]
        >>> balance.ignored, balance.holds
        (Counter({'.fivetimesignore': 1}), True)
    """
    all_of_it = OFF if unwanted.everything else FILE if unwanted.folder(str(source.path.absolute())) else None
    rules = _Rules(unwanted)
    for batch in batches:
        found = [all_of_it] * len(batch.text) if all_of_it else rules.of(batch)
        left_out = Counter(rule for rule in found if rule is not None)
        if left_out:
            balance.ignored.update(left_out)
            balance.events -= left_out.total()
            batch = kept(batch, [rule is None for rule in found])  # noqa: PLW2901  # the rest of it
        yield batch


class _Rules:
    """The rule for each row; what was asked once is not asked again."""

    def __init__(self, unwanted: IgnoreRules) -> None:
        self._unwanted = unwanted
        self._folder = lru_cache(maxsize=4096)(unwanted.folder)
        self._command = lru_cache(maxsize=65_536)(lambda text: unwanted.command(text, before=""))
        self._any = bool(unwanted.lines or unwanted.bash or unwanted.zsh)
        self._repeats = any("&" in pattern for pattern in unwanted.bash)

    def of(self, batch: RawBatch) -> list[str | None]:
        found: list[str | None] = [None] * len(batch.text)
        if not self._any and OFF not in "\n".join(batch.text):
            return found
        kinds = [batch.kind] * len(batch.text) if isinstance(batch.kind, Kind) else batch.kind
        for row, (text, kind) in enumerate(zip(batch.text, kinds, strict=True)):
            where = batch.where[row] if batch.where is not None else None
            if where and self._folder(where):
                found[row] = FILE
            elif kind is Kind.SHELL:
                found[row] = self._of_command(text, batch.text[row - 1] if row else "")
        return found

    def _of_command(self, text: str, before: str) -> str | None:
        return self._unwanted.command(text, before=before) if self._repeats else self._command(text)


def kept(batch: RawBatch, stays: Sequence[bool]) -> RawBatch:
    """The rows of a batch that stay."""
    columns: dict[str, Any] = {
        field.name: list(compress(column, stays))
        for field in fields(batch)
        if (column := getattr(batch, field.name)) is not None and not isinstance(column, str | int | bool)
    }
    return replace(batch, **columns)


# ---- patterns as shells and ignore files have them

_OPTIONS = re2.Options()
_OPTIONS.dot_nl, _OPTIONS.log_errors = True, False
# Bytes that are no UTF-8 are surrogates in our texts; RE2 takes none, so they are matched as private characters.
_PRIVATE = {0xDC00 + byte: 0xF700 + byte for byte in range(0x80, 0x100)}


class Glob:
    r"""Shells' patterns for a whole text: `*`, `?`, `[a-z]`, `(a|b)`, and a backslash before any.

    Wraps google-re2, which takes time linear in the text whatever the pattern; with Python's `re`, six stars and 400
    letters took three minutes. What is no pattern, such as a range that runs backwards, means itself.

    Args:
        patterns: as HISTIGNORE, HISTORY_IGNORE or a line of .fivetimesignore has them; one of them must fit.
        path: whether `*` and `?` stop at a slash, and `**` goes over it.

    Example:
        >>> [Glob("(ls|cd)*").fits(line) for line in ("ls -l", "cd", "lsof", "make ls")]
        [True, True, True, False]
        >>> Glob("/home/*/clients/**", path=True).fits("/home/ana/clients/a/b")
        True
    """

    def __init__(self, *patterns: str, path: bool = False) -> None:
        known = [_expression(pattern.translate(_PRIVATE), path) for pattern in patterns]
        try:
            self._any = [re2.compile("|".join(f"(?:{one})" for one in known), _OPTIONS)] if known else []
        except re2.error:  # too large for one
            self._any = [re2.compile(one, _OPTIONS) for one in known]

    def fits(self, text: str) -> bool:
        """Whether the whole text fits."""
        try:
            return any(one.fullmatch(text) is not None for one in self._any)
        except UnicodeEncodeError:
            return any(one.fullmatch(text.translate(_PRIVATE)) is not None for one in self._any)


@lru_cache(maxsize=512)
def glob(*patterns: str, path: bool = False) -> Glob:
    """The patterns, translated once."""
    return Glob(*patterns, path=path)


def _expression(pattern: str, path: bool) -> str:
    made, at, depth = "", 0, 0
    while at < len(pattern):
        piece, at, depth = _translated(pattern, at, depth, path)
        made += piece
    made += ")" * depth
    try:
        re2.compile(made, _OPTIONS)
    except re2.error:
        return str(re2.escape(pattern))
    return made


def _translated(pattern: str, at: int, depth: int, path: bool) -> tuple[str, int, int]:
    """One sign of a pattern: what it is as an expression, where the next begins, and how many brackets are open."""
    sign = pattern[at]
    if path and pattern.startswith("**", at):
        wide = pattern.startswith("**/", at)
        return ("(?:.*/)?" if wide else ".*"), at + 2 + wide, depth
    if sign == "\\" and at + 1 < len(pattern):
        return re2.escape(pattern[at + 1]), at + 2, depth
    if sign == "[" and (end := pattern.find("]", at + 2)) > 0:
        return _set(pattern[at + 1 : end]), end + 1, depth
    if sign in "()" and (sign == "(" or depth):
        return ("(?:", at + 1, depth + 1) if sign == "(" else (")", at + 1, depth - 1)
    any_number = {"*": "[^/]*", "?": "[^/]"} if path else {"*": ".*", "?": "."}
    return any_number.get(sign) or ("|" if sign == "|" else re2.escape(sign)), at + 1, depth


def _set(inside: str) -> str:
    body = inside[1:] if inside[0] in "!^" else inside
    escaped = re.sub(r"([\\\[\]&~|])", r"\\\1", body)
    return f"[{'^' if body != inside else ''}{escaped}]" if body else re2.escape(f"[{inside}]")


def literal(text: str) -> str:
    r"""A pattern that means a text and nothing else.

    Example:
        >>> literal("ls *.py")
        'ls \\*.py'
    """
    return re.sub(r"([*?\[\]()|\\])", r"\\\1", text)


def divided(value: str) -> tuple[str, ...]:
    r"""The patterns of HISTIGNORE, which colons divide; `\:` is a colon.

    Example:
        >>> divided(r"ls:cd *:a\:b::")
        ('ls', 'cd *', 'a:b')
    """
    return tuple(part.replace("\\:", ":") for part in re.split(r"(?<!\\):", value) if part)
