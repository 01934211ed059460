"""A git repository -> RawBatch: its commits, with names of paths but no contents, and its annotated tags."""

from __future__ import annotations

import logging
import os
import re
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from fivetimes.accounts import is_agent, is_bot, is_co_author_agent
from fivetimes.config import BATCH_ROWS, LONGEST_TEXT, MOST_PATHS
from fivetimes.ingest.base import Machine, ReaderSpec
from fivetimes.ingest.formats import repository
from fivetimes.ingest.formats.budget import more
from fivetimes.ingest.formats.repository import (
    NoHead,
    Unfinished,
    is_bare,
    is_repository,
    printed,
    repository_around,
    stream,
)
from fivetimes.ingest.formats.values import git_moment
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

logger = logging.getLogger(__name__)

# A commit begins with byte 1; fields end in NUL. The order is the order of work: no commit before its parents.
_LOG = (
    "log",
    "-z",
    "--reverse",
    "--date-order",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
    "--no-mailmap",
    "--no-notes",
    "--no-color",
    "--encoding=UTF-8",
    "--date=raw",
    "--format=%x01%H%x00%an%x00%ae%x00%ad%x00%s%x00%b",
)
_NAMES = ("--raw", "--no-renames", "--diff-merges=off", "--abbrev=4", "-O" + os.devnull)
_NO_NAMES = ("--no-patch",)
_HEAD = ("--end-of-options", "HEAD")
_BRANCHES = ("--branches", "--remotes")  # HEAD may name a branch that nobody has made

_FILES = 500_000  # names of paths in one batch, at most
_MAILMAP_BYTES = 4 << 20
_ANSWER_BYTES = 1 << 12  # of a word or two

# What `git cherry-pick -x` writes into the message of the copy
_PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{40,64})\)$", re.MULTILINE)
_CO_AUTHOR = re.compile(r"^co-authored-by:[^<\n]*<([^<>\n]*)>", re.MULTILINE | re.I)


@dataclass(frozen=True, slots=True)
class _Commit:
    hash: str
    name: str
    mail: str
    date: str
    subject: str
    body: str
    files: tuple[str, ...]


@dataclass(slots=True)
class _CommitRows:
    commits: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    by: list[By] = field(default_factory=list)
    files: list[tuple[str, ...]] = field(default_factory=list)
    names: int = 0


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commits that HEAD has, oldest first, merges too; then the tags that have an author.

    The time is the author's, for that is when the work was done. The person is "Name <address>" after the repository's
    .mailmap. A copy that names the commit that it was picked from is a duplicate where that one is there. Where objects are
    missing (a partial clone), nothing is fetched: from there on the names of paths are left out.

    Raises:
        ReadError: there is no repository, or git refuses it.
    """
    names = parse_mailmap(_mailmap(source.path))
    rows, seen = _CommitRows(), set[str]()
    try:
        for commit in _commits(source.path):
            balance.records += 1
            seen.add(commit.hash)
            if _is_copy(commit, seen):
                balance.duplicates += 1
                continue
            balance.events += 1
            _add(rows, commit, names)
            if len(rows.commits) >= BATCH_ROWS or rows.names >= _FILES:
                yield _batch(source, rows)
                rows = _CommitRows()
    except Unfinished:
        if balance.events == 0:
            raise
        balance.records += 1
        balance.bad["history breaks off"] += 1
    if rows.commits:
        yield _batch(source, rows)
    yield from _tags(source, balance, names)


def _is_copy(commit: _Commit, seen: set[str]) -> bool:
    picked = _PICKED.findall(commit.body) if "cherry picked" in commit.body else ()
    return not seen.isdisjoint(picked)


def _author(commit: _Commit) -> By:
    """Who made it: a machine's account, an agent that is author or named as co-author, or a person."""
    if (by := _account(commit.name, commit.mail)) is not By.HUMAN:
        return by
    co_authors = _CO_AUTHOR.findall(commit.body) if "uthored-" in commit.body else ()
    return By.AGENT if any(map(is_co_author_agent, co_authors)) else By.HUMAN


def _account(name: str, mail: str) -> By:
    return By.AGENT if is_agent(mail) else By.BOT if is_bot(name, mail) else By.HUMAN


def _add(rows: _CommitRows, commit: _Commit, names: Mailmap) -> None:
    name, mail = proper_author(commit.name, commit.mail, names=names)
    time, offset = git_moment(commit.date)
    rows.commits.append(commit.hash)
    rows.subjects.append(commit.subject[:LONGEST_TEXT])
    rows.persons.append(f"{name} <{mail}>")
    rows.times.append(time)
    rows.offsets.append(offset)
    rows.by.append(_author(commit))
    rows.files.append(commit.files)
    rows.names += len(commit.files)


def _batch(source: Source, rows: _CommitRows) -> RawBatch:
    return RawBatch(
        source.reader,
        source.origin,
        rows.subjects,
        kind=Kind.COMMIT,
        commit=rows.commits,
        person=rows.persons,
        time=rows.times,
        offset=rows.offsets,
        where=[source.origin] * len(rows.commits),
        by=rows.by,
        files=rows.files,
        owner=source.person,
    )


# ---- the output of git log


def _commits(path: Path) -> Iterator[_Commit]:
    try:
        yield from _reachable(path, _HEAD)
    except NoHead:
        yield from _reachable(path, _BRANCHES)


def _reachable(path: Path, revisions: tuple[str, ...]) -> Iterator[_Commit]:
    read = 0
    try:
        for commit in _parsed(stream(path, (*_LOG, *_NAMES, *revisions))):
            read += 1
            yield commit
    except Unfinished as error:
        if not more():
            raise
        logger.warning("%s Read on without the names of paths.", error)
        yield from islice(_parsed(stream(path, (*_LOG, *_NO_NAMES, *revisions))), read, None)


def _parsed(pieces: Iterator[bytes]) -> Iterator[_Commit]:
    """Read fields in their order, so that no subject and no path, whatever it holds, is taken for something else."""
    fields = _fields(pieces)
    head = next(fields, b"")
    while len(head) > 1:
        name, mail, date, subject, body = (_decoded(next(fields, b"")) for _ in range(5))
        files, following = list[str](), b""
        for field_ in fields:
            if field_[:1] == b"\x01":
                following = field_
                break
            if field_.lstrip(b"\n")[:1] == b":":
                path = next(fields, b"")
                if len(files) < MOST_PATHS:
                    files.append(_decoded(path))
        yield _Commit(head[1:].decode("ascii", "replace"), name, mail, date, subject, body, tuple(files))
        head = following


def _fields(pieces: Iterator[bytes]) -> Iterator[bytes]:
    begun: list[bytes] = []
    for piece in pieces:
        first, *more = piece.split(b"\0")
        begun.append(first)
        if more:
            yield b"".join(begun)
            yield from more[:-1]
            begun = more[-1:]
    if any(begun):
        yield b"".join(begun)


def _decoded(field_: bytes) -> str:
    return field_.decode("utf-8", "surrogateescape")


# ---- tags


# fields end in NUL, a tag in byte 1 before the newline that git adds
_LIST_TAGS = (
    "for-each-ref",
    "--sort=taggerdate",
    "--format=%(objectname)%00%(refname:lstrip=2)%00%(taggername)%00%(taggeremail)%00%(taggerdate:raw)%00%01",
    "refs/tags",
)


def _tags(source: Source, balance: Balance, names: Mailmap) -> Iterator[RawBatch]:
    """Yield the annotated tags with tagger and time, oldest first.

    A tag without a tagger is a bare name: nobody knows who gave it, or when, and so it is left out.
    """
    rows: list[tuple[str, str, str, tuple[float, float], By]] = []
    try:
        for mark, name, tagger, mail, date in _listed_tags(source):
            balance.records += 1
            if not date:
                balance.ignored["tag without a time of its own"] += 1
                continue
            balance.events += 1
            author, address = proper_author(tagger, mail.strip("<>"), names=names)
            by = _account(tagger, mail.strip("<>"))
            rows.append((mark, f"git tag -a {shlex.quote(name)}", f"{author} <{address}>", git_moment(date), by))
    except Unfinished:
        balance.records += 1
        balance.bad["tags break off"] += 1
    for start in range(0, len(rows), BATCH_ROWS):
        yield _tag_batch(source, rows[start : start + BATCH_ROWS])


def _listed_tags(source: Source) -> Iterator[tuple[str, str, str, str, str]]:
    rest = b""
    for piece in stream(source.path, _LIST_TAGS):
        *whole, rest = (rest + piece).split(b"\x01\n")
        for tag in whole:
            mark, name, tagger, mail, date, *_ = (*tag.decode("utf-8", "surrogateescape").split("\0"), *"     ")
            yield mark, name, tagger, mail, date.strip()


def _tag_batch(source: Source, rows: list[tuple[str, str, str, tuple[float, float], By]]) -> RawBatch:
    marks, texts, persons, moments, by = zip(*rows, strict=True)
    return RawBatch(
        source.reader,
        source.origin,
        texts,
        kind=Kind.SHELL,
        commit=marks,
        person=persons,
        time=[time for time, _ in moments],
        offset=[offset for _, offset in moments],
        where=[source.origin] * len(rows),
        by=by,
        owner=source.person,
    )


# ---- .mailmap


# a `#` begins a comment at the start of a line only: people are called `Ana #1`
_MAILMAP_LINE = re.compile(r"(?!#)\s*([^<>]*)<([^<>]*)>(?:([^<>]*)<([^<>]*)>)?")

# (address, name or None for any), both in small letters -> (name, address), None where the recorded one stays
Mailmap = Mapping[tuple[str, str | None], tuple[str | None, str | None]]


def parse_mailmap(text: str) -> Mailmap:
    """Read the lines of a .mailmap in the four forms of gitmailmap(5); every other line is passed over.

    Example:
        >>> parse_mailmap("Ana Roe <ana@example.net> <ana@old.example>")
        {('ana@old.example', None): ('Ana Roe', 'ana@example.net')}
    """
    found: dict[tuple[str, str | None], tuple[str | None, str | None]] = {}
    for line in text.splitlines():
        parts = _MAILMAP_LINE.match(line)
        if parts is None or not parts[2].strip():
            continue
        name, mail, old_name, old_mail = ((part or "").strip() for part in parts.groups())
        key = (old_mail.lower(), old_name.lower() or None) if old_mail else (mail.lower(), None)
        before = found.get(key, (None, None))
        found[key] = (name or before[0], mail if old_mail else before[1])
    return found


def proper_author(name: str, mail: str, *, names: Mailmap) -> tuple[str, str]:
    """The name and address to use for a recorded author.

    Example:
        >>> proper_author("ana", "Ana@old.example", names=parse_mailmap("Ana Roe <ana@old.example>"))
        ('Ana Roe', 'Ana@old.example')
    """
    found = names.get((mail.lower(), name.lower())) or names.get((mail.lower(), None)) or (None, None)
    return found[0] or name, found[1] or mail


def _mailmap(path: Path) -> str:
    try:
        if is_bare(path):
            found = printed(path, ("cat-file", "blob", "HEAD:.mailmap"), most=_MAILMAP_BYTES)
        else:
            found = _file(path / ".mailmap")
    except OSError:
        return ""
    return found.decode("utf-8", "surrogateescape")


def own_addresses(path: Path) -> frozenset[str]:
    """The addresses under which whoever runs this commits in a repository, also as its .mailmap has them."""
    names = parse_mailmap(_mailmap(path))
    own = repository.own_addresses(path)
    return frozenset(address for mail in own for address in (mail, proper_author("", mail, names=names)[1]))


def _file(path: Path) -> bytes:
    # as git does: a link may lead anywhere, and a pipe would never end
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        return file.read(_MAILMAP_BYTES) if stat.S_ISREG(os.fstat(handle).st_mode) else b""


def _paths(machine: Machine) -> Iterator[Path]:
    yield from repository_around(machine.here)


def _advice(report: SourceReport) -> Iterator[str]:
    since = report.first.strftime("%Y-%m-%d") if report.first else "its oldest commit"
    if _answer(report.source, "rev-parse", "--is-shallow-repository") == "true":
        yield f"A shallow clone: nothing before {since} is in it. Fetch the rest yourself: git fetch --unshallow"
    if _answer(report.source, "config", "--local", "--get", "extensions.partialClone"):
        yield "A partial clone: names of paths are read as far as they are here, and nothing is fetched."


def _answer(source: Source, *arguments: str) -> str:
    return printed(source.path, arguments, most=_ANSWER_BYTES).decode("utf-8", "replace").strip()


def _is_repository(path: Path) -> bool:
    return path.is_dir() and is_repository(path)


READER = ReaderSpec("git", read, recognises=_is_repository, default_paths=_paths, advice=_advice)
