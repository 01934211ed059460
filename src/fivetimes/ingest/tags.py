"""The tags of a git repository -> RawBatch, as the commands that make such tags."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from fivetimes.config import BATCH_ROWS
from fivetimes.ingest import mailmap
from fivetimes.ingest.accounts import is_bot
from fivetimes.ingest.dates import moment_of
from fivetimes.ingest.repositories import Unfinished, stream
from fivetimes.model import Balance, By, Kind, RawBatch, Source

# fields end in NUL, a tag in byte 1 before the newline that git adds
_LIST = (
    "for-each-ref",
    "--sort=taggerdate",
    "--format=%(objectname)%00%(refname:lstrip=2)%00%(taggername)%00%(taggeremail)%00%(taggerdate:raw)%00%01",
    "refs/tags",
)


def batches(source: Source, balance: Balance, names: mailmap.Mailmap) -> Iterator[RawBatch]:
    """Yield the annotated tags with tagger and time, oldest first.

    A tag without a tagger is a bare name: nobody knows who gave it, or when, and so it is left out.
    """
    rows: list[tuple[str, str, str, tuple[float, float], By]] = []
    try:
        for mark, name, tagger, mail, date in _listed(source):
            balance.records += 1
            if not date:
                balance.ignored["tag without a time of its own"] += 1
                continue
            balance.events += 1
            author, address = mailmap.proper(tagger, mail.strip("<>"), names=names)
            by = By.BOT if is_bot(tagger, mail.strip("<>")) else By.HUMAN
            rows.append((mark, f"git tag -a {shlex.quote(name)}", f"{author} <{address}>", moment_of(date), by))
    except Unfinished:
        balance.records += 1
        balance.bad["tags break off"] += 1
    for start in range(0, len(rows), BATCH_ROWS):
        yield _batch(source, rows[start : start + BATCH_ROWS])


def _listed(source: Source) -> Iterator[tuple[str, str, str, str, str]]:
    rest = b""
    for piece in stream(source.path, _LIST):
        *whole, rest = (rest + piece).split(b"\x01\n")
        for tag in whole:
            mark, name, tagger, mail, date, *_ = (*tag.decode("utf-8", "surrogateescape").split("\0"), *"     ")
            yield mark, name, tagger, mail, date.strip()


def _batch(source: Source, rows: list[tuple[str, str, str, tuple[float, float], By]]) -> RawBatch:
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
