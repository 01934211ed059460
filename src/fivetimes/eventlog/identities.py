"""Records' authors -> persons and bots: who did what (`person_resolver`, `mark_bots`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from fivetimes.accounts import is_agent, is_bot
from fivetimes.columns import EventLog, Ints
from fivetimes.config import BOT_COMMITS, Person
from fivetimes.model.events import By

Identify = Callable[[str | None, str | None], str]

_MAIL = re.compile(r"<([^<>]*)>\s*$")
OWNER = "you"  # who it was when neither the source nor the record names anybody


# ---- persons


def person_resolver(persons: Sequence[Person], *, own: Iterable[str] = ()) -> Identify:
    """A function (owner of the source, author as the record has it) -> a person's name.

    The owner of a source is taken as it stands. An author is known by mail address or by name; anybody else becomes a number,
    counted in order of appearance: no name or address is kept that was only found in a record. Accounts of agents and bots
    are counted apart, see `is_account`.

    Args:
        persons: those that the configuration names.
        own: addresses under which the owner of sources without a name commits: they are one person.

    Example:
        >>> who = person_resolver([Person("ana", emails=("ana@example.net",))])
        >>> who("ana", None), who(None, "Ana A. <ANA@example.net>"), who(None, "Zoe <z@example.net>"), who(None, None)
        ('ana', 'ana', 'person 1', 'you')
    """
    by_mail = {mail.lower(): OWNER for mail in own}
    by_mail |= {mail.lower(): person.name for person in persons for mail in person.emails}
    by_name = {person.name.lower(): person.name for person in persons}
    named = {person.name for person in persons} | {OWNER}
    numbers: dict[str, dict[str, str]] = {_PERSON: {}, _AGENT: {}, _BOT: {}}

    def author(record: str) -> str:
        match = _MAIL.search(record)
        if match and match.group(1).lower() in by_mail:
            return by_mail[match.group(1).lower()]
        name = _MAIL.sub("", record).strip() or record
        return by_name.get(name.lower(), name)

    def identify(owner: str | None, record: str | None) -> str:
        name = owner if owner is not None else OWNER if record is None else author(record)
        if name in named:
            return name
        kind = _PERSON if owner is not None or record is None else _kind_of(record)
        return numbers[kind].setdefault(name, f"{kind} {len(numbers[kind]) + 1}")

    return identify


def is_account(name: str) -> bool:
    """Whether a person's name, as `person_resolver` gives it, is that of an agent's or a bot's account: nobody is behind it.

    Example:
        >>> who = person_resolver([])
        >>> [is_account(who(None, record)) for record in ("Claude <noreply@anthropic.com>", "Zoe <z@example.net>")]
        [True, False]
    """
    return _ACCOUNT.fullmatch(name) is not None


def people_in(log: EventLog) -> int:
    """How many people events are of; accounts that nobody is behind are none."""
    return sum(not is_account(log.persons[number]) for number in np.unique(log.columns["person"]).tolist())


_PERSON, _AGENT, _BOT = "person", "agent", "bot"
_ACCOUNT = re.compile(rf"(?:{_AGENT}|{_BOT}) [0-9]+")


def _kind_of(record: str) -> str:
    match = _MAIL.search(record)
    mail = match[1] if match else ""
    return _AGENT if is_agent(mail) else _BOT if is_bot(_MAIL.sub("", record), mail) else _PERSON


# ---- accounts that never sleep

_NIGHT = 5  # hours; a person has so many in the day in which hardly anything is committed
_EVEN = _NIGHT / 24  # share of the commits that falls into so many hours where the hour plays no part
_AWAKE = 0.5  # of that share: whoever commits more than so much in the quietest hours never sleeps


def mark_bots(log: EventLog, *, persons: Iterable[str] = ()) -> EventLog:
    """The log with the commits of accounts that never sleep as a bot's, whatever the account is called.

    An account with many commits never sleeps if even its quietest five hours of the day, on its own clock, hold more than half
    of what five hours hold where the hour plays no part. What an agent did, and who is named in the configuration, stays.

    Args:
        log: redacted events.
        persons: those that the configuration names: they are people.

    Returns:
        The same log where nobody is one; else a copy with another column `by`.
    """
    columns = log.columns
    known = [number for number, name in enumerate(log.persons) if name in set(persons)]
    rows = np.flatnonzero((columns["commit"] >= 0) & (columns["by"] == By.HUMAN) & ~np.isnan(columns["time"]))
    rows = rows[~np.isin(columns["person"][rows], known)]
    awake = [number for number in np.unique(columns["person"][rows]) if _never_sleeps(log, rows, int(number))]
    if not awake:
        return log
    by = columns["by"].copy()
    by[rows[np.isin(columns["person"][rows], awake)]] = By.BOT
    return replace(log, columns={**columns, "by": by})


def _never_sleeps(log: EventLog, rows: Ints, person: int) -> bool:
    columns = log.columns
    own = rows[columns["person"][rows] == person]
    if len(own) < BOT_COMMITS:
        return False
    offset = np.nan_to_num(columns["offset"][own].astype(np.float64), nan=0.0)
    hour = np.floor((columns["time"][own] + 60.0 * offset) / 3600.0 % 24.0).astype(np.int64)
    per_hour = np.bincount(hour, minlength=24)
    quietest = min(int(np.roll(per_hour, -start)[:_NIGHT].sum()) for start in range(24))
    return quietest > _AWAKE * _EVEN * len(own)
