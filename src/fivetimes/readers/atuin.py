"""Atuin's history database -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fivetimes.model import Balance, By, Kind, RawBatch, Source
from fivetimes.readers import records
from fivetimes.readers.databases import Table, rows
from fivetimes.readers.lines import NAN

TABLE = Table(
    "history",
    frozenset({"timestamp", "duration", "exit", "command", "cwd", "session"}),
    {
        name: name
        for name in (
            "timestamp duration exit command cwd session hostname deleted_at author author_kind"  # the last three are new
        ).split()
    },
    order="timestamp",
)

_AGENT = 1  # in author_kind


def _exit(value: object) -> float:
    found = records.exit_if_known(value)
    return found if found >= 0 else NAN  # -1: not known


def _seconds(value: object) -> float:
    return records.seconds_if_known(value) / 1e9


def _folder(value: object) -> str | None:
    return None if value == "unknown" else records.text_if_known(value)  # so it is in what was imported


LAYOUT: records.Layout = {
    "text": ("command", records.command),
    "time": ("timestamp", records.time_if_known),
    "duration": ("duration", _seconds),
    "exit": ("exit", _exit),
    "where": ("cwd", _folder),
    "session": ("session", records.text_if_known),
    "by": ("by", lambda value: By.AGENT if value else By.HUMAN),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of an Atuin database; deleted ones are left out, those of an agent are marked so."""
    found = ((number, _marked(row)) for number, row in rows(source.path, balance, table=TABLE))
    return records.batches(source, balance, found, kind=Kind.SHELL, layout=LAYOUT)


def _marked(row: Mapping[str, object]) -> Mapping[str, object]:
    kind, author = row["author_kind"], row["author"]
    user = str(row["hostname"]).rpartition(":")[2]
    by_agent = kind == _AGENT if kind is not None else bool(author) and author != user
    left_out = {"command": records.Rule("deleted")} if row["deleted_at"] is not None else {}
    return {**row, **left_out, "by": by_agent}
