"""Scan -> Conductor: the commands behind a routine, read again now, and the draft that is made of them.

What people decided and wrote before holds: a rejection stops a draft, and their words stay in it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from fivetimes import conductors, evidence, redaction, shell, store, workspace
from fivetimes.errors import FivetimesError, RuleError
from fivetimes.model.candidates import Candidate
from fivetimes.model.command_lines import CommandLine, Role
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Standing
from fivetimes.model.events import Kind
from fivetimes.model.live_text import LiveText
from fivetimes.model.scans import Scan
from fivetimes.review import ledger
from fivetimes.review.folder import (
    ReviewContext,
    Taken,
    conductor_path,
    option_of,
    read_conductor,
    standings,
    write_conductor,
)
from fivetimes.shell import is_secret_key

# ---- live text: read for one answer, kept nowhere


def read_live(scan: Scan, candidate: Candidate, *, home: Path) -> LiveText:
    """The commands behind a candidate, read again now; for the owner's screen only."""
    (text,) = read_live_all(scan, [candidate], home=home)
    return text


def read_live_all(scan: Scan, candidates: Sequence[Candidate], *, home: Path) -> Iterator[LiveText]:
    """As `read_live`, for several candidates in turn; each source is read once for all of them."""
    from fivetimes import ingest

    sources = [report.source for report in scan.sources]
    return evidence.recall_all(
        candidates, sources=sources, readers=ingest.READERS, key=store.local_key(home), meant=lines_meant(scan)
    )


def lines_meant(scan: Scan) -> evidence.Meant:
    """From a line of a scan's sources to the line that its shell ran: aliases are expanded as they were for the scan."""
    from fivetimes import eventlog, ingest

    own = ingest.aliases_of([report.source for report in scan.sources], os.environ, public=eventlog.PUBLIC_ALIASES.get)
    here = ingest.known_here((), os.environ).executables if scan.public_aliases else frozenset()
    public = {
        name: line for aliases in eventlog.PUBLIC_ALIASES.values() for name, line in aliases.items() if name not in here
    }

    def meant(origin: str, text: str) -> str:
        line = eventlog.expanded(text, own(origin))
        return eventlog.expanded_where_used(text, public) if line == text and origin in scan.public_aliases else line

    return meant


def read_live_masked(context: ReviewContext) -> dict[str, LiveText]:
    """The commands behind every candidate, by id, with only the words that may stand in a file; for the owner's own page."""
    known = names_known(context.scan, home=context.home, environ=context.environ)
    return {
        text.candidate: evidence.masked(
            text, parse=parse_line, harmless=harmless_words(text, context.scan, home=context.home, known=known)
        )
        for text in read_live_all(context.scan, context.scan.candidates, home=context.home)
    }


def live_constants(candidate: Candidate, text: LiveText, context: ReviewContext) -> Mapping[str, str]:
    """The live values of a draft's constants, by name; for the reviewer's own screen."""
    known = names_known(context.scan, home=context.home, environ=context.environ)
    harmless = harmless_words(text, context.scan, home=context.home, known=known)
    return conductors.withheld(candidate, text, parse=parse_line, harmless=harmless)


def parse_line(text: str) -> CommandLine:
    """A command line without its commands that have no words: the event log does not count those."""
    line = shell.parse(text, grammar=redaction.public())
    return CommandLine(tuple(c for c in line.commands if c.words), line.sure)


def names_known(scan: Scan, *, home: Path, environ: Mapping[str, str]) -> redaction.Known:
    """The names that exist on this machine, in the repositories of a scan, or that a person approved, as they are now."""
    from fivetimes import ingest

    sources = [report.source for report in scan.sources]
    return ingest.known_here(sources, environ, approved=store.approved(home))


def harmless_words(text: LiveText, scan: Scan, *, home: Path, known: redaction.Known) -> Callable[[str, Role], bool]:
    """The test of which live words may stand in a file. A word that was ever in a secret position never may.

    Args:
        text: whose words are tested.
        scan: that it is of.
        home: our own folder, with the local key.
        known: of `names_known`.
    """
    pseudonyms = redaction.Pseudonyms(store.local_key(home))
    lines = (command.text for row in text.occurrences for command in row if command and command.kind is Kind.SHELL)
    words = {word for line in lines for simple in parse_line(line).commands for word in simple.words}
    secret = {word.text for word in words if word.role is Role.SECRET}
    given = (command.args or {} for row in text.occurrences for command in row if command)
    secret |= {redaction.scalar(value) for args in given for key, value in args.items() if is_secret_key(str(key))}
    programs = {word.text for word in words if word.role is Role.PROGRAM}
    varied = frozenset(p for p in programs if pseudonyms.of(p, kind="prog") in scan.varied)
    known = replace(known, programs_with_varied_arguments=varied)
    return lambda word, role: word not in secret and redaction.harmless(word, role=role, known=known)


# ---- drafts


def draft(
    name: str, context: ReviewContext, *, use_live: bool = True, override: tuple[str, str] | None = None
) -> Conductor:
    """Draft a conductor and keep its evidence; words that a person wrote into the file that it replaces stay.

    Args:
        name: a candidate's id, or the beginning of one.
        context: who drafts where.
        use_live: read the sources again; otherwise only the closed vocabulary is used.
        override: who drafts it below the rule, and why.

    Raises:
        UnknownId: no candidate has this id, or several do.
        RuleError: as `preview_draft`.
    """
    candidate = workspace.candidate_of(context.scan, name)
    made = preview_draft(candidate, context, use_live=use_live, override=override)
    keep_evidence(candidate, made, home=context.home)
    return made


def keep_evidence(candidate: Candidate, conductor: Conductor, *, home: Path) -> None:
    """Keep the evidence of a draft, so that it can be verified later."""
    store.keep_evidence(candidate, digest=conductor.document["evidence"]["digest"], folder=home)


def preview_draft(
    candidate: Candidate, context: ReviewContext, *, use_live: bool = True, override: tuple[str, str] | None = None
) -> Conductor:
    """The draft that `draft` would make; nothing is written or kept.

    Args:
        candidate: of the context's scan.
        context: who drafts where.
        use_live: read the sources again; otherwise only the closed vocabulary is used.
        override: who drafts it below the rule, and why.

    Raises:
        RuleError: it was seen too rarely, it would contain a secret, or a person rejected it and little was seen since.
    """
    standing = ledger.standing_of(candidate.id, standings(context.folder))
    if ledger.stays_away(standing, count=candidate.count):
        raise RuleError(_rejected_message(candidate, standing, context.folder))
    new = _new_draft(candidate, context, use_live=use_live, override=override)
    path = conductor_path(context.folder, new.id)
    return conductors.kept(new, read_conductor(path)) if path.exists() else new


@dataclass(frozen=True, slots=True)
class Previews:
    """Drafts for a report, by the ids of their candidates, and which names may be passed on.

    Those are the names that a person agreed to, and the pieces that two people or more used, of labels in all work and of other
    words in the runs of a routine; bots are no people.
    """

    drafts: Mapping[str, Conductor]
    names: redaction.OwnNames


def preview_drafts(context: ReviewContext) -> Previews:
    """The draft of every candidate that the rule admits, whatever people decided on it before.

    A draft that would contain a secret is left out: `draft` says so, and a report is about all the others too.
    """
    rule = context.scan.rule
    made: dict[str, Conductor] = {}
    shared = {*store.approved(context.home), *context.scan.shared_names}
    admitted = [each for each in context.scan.candidates if each.counted(rule.by) >= rule.extract]
    here = [each for each in admitted if not each.merged]  # what was merged has no sources to read again
    texts = read_live_all(context.scan, here, home=context.home)
    known = names_known(context.scan, home=context.home, environ=context.environ) if here else None
    for candidate in admitted:
        text = None if candidate.merged else next(texts)
        if text is not None and candidate.people > 1:
            shared |= _typed_by_several(candidate, text)
        read = None if text is None or known is None else (text, known)
        with suppress(RuleError):
            made[candidate.id] = _drafted(candidate, read, context, override=None)
    return Previews(made, redaction.OwnNames(store.local_key(context.home), shared=sorted(shared)))


def _typed_by_several(candidate: Candidate, text: LiveText) -> set[str]:
    """The pieces of names that two people or more typed in runs of a routine."""
    from fivetimes import eventlog

    users: dict[str, set[str]] = defaultdict(set)
    for occurrence, row in zip(candidate.occurrences, text.occurrences, strict=True):
        if not eventlog.is_account(occurrence.person):
            given = (f"{one.text} {' '.join(map(redaction.scalar, (one.args or {}).values()))}" for one in row if one)
            for piece in {piece.lower() for words in given for piece in redaction.own_pieces(words)}:
                users[piece].add(occurrence.person)
    return {piece for piece, who in users.items() if len(who) > 1}


def preview_closed(candidate: Candidate, context: ReviewContext) -> Conductor:
    """The draft of the closed vocabulary alone, without what people wrote into a file of it: for a reader who obeys text.

    Args:
        candidate: of the context's scan, or what is left of one.
        context: who drafts where; no source is read.

    Raises:
        RuleError: it was seen too rarely, or it would contain a secret.
    """
    return _new_draft(candidate, context, use_live=False, override=None)


def _new_draft(
    candidate: Candidate, context: ReviewContext, *, use_live: bool, override: tuple[str, str] | None
) -> Conductor:
    rule = context.scan.rule
    reads = use_live and not context.scan.merged  # what was merged has no sources to read again
    if reads and candidate.counted(rule.by) < rule.extract and override is None:
        # which refuses: nothing is read for it
        return _maker(context, override)(candidate, None, harmless=_nothing_harmless)
    if not reads:
        return _drafted(candidate, None, context, override=override)
    text = read_live(context.scan, candidate, home=context.home)
    known = names_known(context.scan, home=context.home, environ=context.environ)
    return _drafted(candidate, (text, known), context, override=override)


def _drafted(
    candidate: Candidate,
    read: tuple[LiveText, redaction.Known] | None,
    context: ReviewContext,
    *,
    override: tuple[str, str] | None,
) -> Conductor:
    """A draft of what was read just now, with the names known here; of the closed vocabulary where nothing was."""
    make = _maker(context, override)
    if read is None:
        return conductors.locked(partial(make, conductors.without_names(candidate), None), _nothing_harmless)
    text, known = read
    harmless = harmless_words(text, context.scan, home=context.home, known=known)
    return conductors.locked(partial(make, candidate, text), harmless)


def _maker(context: ReviewContext, override: tuple[str, str] | None) -> Callable[..., Conductor]:
    return partial(
        conductors.draft,
        rule=context.scan.rule,
        by=context.by.strip() or None,
        # one draft looks at each line many times; what was typed is kept no longer than that
        parse=cache(parse_line),
        at=context.clock(),
        override=override,
    )


def _nothing_harmless(_word: str, _role: Role) -> bool:
    return False


def _rejected_message(candidate: Candidate, standing: Standing, folder: Path) -> str:
    last = standing.last
    decided = f"by {last.by} on {last.at:%Y-%m-%d} ({last.why})." if last is not None else "before."
    return (
        f"{candidate.id} was rejected {decided} It is proposed again from {ledger.returns_at(standing)} times on and was seen "
        f"{candidate.count} times. To take that back: "
        f"fivetimes decide {candidate.id}{option_of(folder)} --defer --by NAME --why TEXT"
    )


def write_draft(conductor: Conductor, context: ReviewContext, *, taken: Taken = Taken.IS_REFUSED) -> tuple[Path, bool]:
    """Write the YAML of a draft. A file that is this conductor's is replaced: what people wrote into it is in the new one.

    Returns:
        The path, and whether something else stood there, which is gone.

    Raises:
        FivetimesError: something else stands there, or the folder cannot be written.
    """
    path = conductor_path(context.folder, conductor.id)
    is_anothers = path.exists() and not _is_of(conductor, path)
    if is_anothers and taken is Taken.IS_REFUSED:
        raise FivetimesError(
            f"{path}: something stands there that is not {conductor.id}; nothing was written. "
            "Move it away, name another folder, or say --force to overwrite it."
        )
    return write_conductor(conductor, folder=context.folder), is_anothers


def _is_of(conductor: Conductor, path: Path) -> bool:
    try:
        return read_conductor(path).id == conductor.id
    except FivetimesError:
        return False
