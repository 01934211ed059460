"""Scan -> the commands behind a candidate, read again just now, and which of their words may stand in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from fivetimes import conductors, evidence, ingest, redaction, shell, store
from fivetimes.desk.seat import Seat
from fivetimes.model import Candidate, CommandLine, Kind, LiveText, Role, Scan
from fivetimes.shell import is_secret_key


def recall(scan: Scan, candidate: Candidate, *, home: Path) -> LiveText:
    """The very commands behind a candidate, read again now; for the owner's eyes."""
    sources = [report.source for report in scan.sources]
    return evidence.recall(candidate, sources=sources, readers=ingest.READERS, key=store.local_key(home))


def recalled_for_a_file(seat: Seat) -> dict[str, LiveText]:
    """The lines behind every candidate, read again now, as far as they may stand in a file; for the owner's own page."""
    found = {}
    for candidate in seat.scan.candidates:
        text = recall(seat.scan, candidate, home=seat.home)
        found[candidate.id] = evidence.masked(text, parse=parsed, harmless=harmless(text, seat))
    return found


def withheld(candidate: Candidate, text: LiveText, seat: Seat) -> Mapping[str, str]:
    """What the constants of a candidate's draft stand for; for the person's own screen."""
    return conductors.withheld(candidate, text, parse=parsed, harmless=harmless(text, seat))


def parsed(text: str) -> CommandLine:
    """A command line without the commands that have no words, as the event log counts them."""
    line = shell.parse(text, grammar=redaction.public())
    return CommandLine(tuple(c for c in line.commands if c.words), line.sure)


def harmless(text: LiveText, seat: Seat) -> Callable[[str, Role], bool]:
    """Which words of the live commands may stand in a file; one that stood in a secret's place may not, wherever it stands."""
    pseudonyms = redaction.Pseudonyms(store.local_key(seat.home))
    lines = (command.text for row in text.occurrences for command in row if command and command.kind is Kind.SHELL)
    words = {word for line in lines for simple in parsed(line).commands for word in simple.words}
    secret = {word.text for word in words if word.role is Role.SECRET}
    given = (command.args or {} for row in text.occurrences for command in row if command)
    secret |= {redaction.scalar(value) for args in given for key, value in args.items() if is_secret_key(str(key))}
    programs = {word.text for word in words if word.role is Role.PROGRAM}
    varied = frozenset(p for p in programs if pseudonyms.of(p, kind="prog") in seat.scan.varied)
    sources = [report.source for report in seat.scan.sources]
    known = ingest.known_here(sources, seat.environ, approved=store.approved(seat.home), varied=varied)
    return lambda word, role: word not in secret and redaction.harmless(word, role=role, known=known)
