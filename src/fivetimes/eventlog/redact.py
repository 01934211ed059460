"""RawBatch -> EventLog: `redact`, the only way in for work. Raw text ends here.

Of a command the log keeps what the closed vocabulary knows (programs, subcommand paths, flag names), typed placeholders for
values, keyed pseudonyms for unknown programs, scripts and requests in words, and declared names (skills, tools, argument keys). For
the run, and in memory only, each word has an id by which it is recognised again, and so has each piece of a value; a word in a
secret position has neither, nor has any word of a request.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fivetimes import redaction
from fivetimes.columns import EVENT_COLUMNS, KEPT_COLUMNS, EventLog, KeptRows, Lexicon
from fivetimes.eventlog.form_table import FormTable
from fivetimes.eventlog.growing import Ids
from fivetimes.eventlog.identities import Identify, is_account
from fivetimes.eventlog.kept import word_of, written
from fivetimes.eventlog.reconcile import FileRows, positions, reconcile
from fivetimes.eventlog.stamps import bulk_stamped, typed_lines
from fivetimes.eventlog.word_table import WordTable
from fivetimes.model.command_lines import Role
from fivetimes.model.events import By, Kind, TimeSource
from fivetimes.model.sources import RawBatch

_NOTHING_KNOWN = redaction.Known()


@dataclass(frozen=True, slots=True)
class RememberedFile:
    """What memory holds of one file: how it is called in outputs, whose it is (as `Source.person`), and its rows in order."""

    origin: str
    owner: str | None
    rows: KeptRows


@dataclass(frozen=True, slots=True)
class Remembered:
    """What memory holds of what is read. `people` are names and addresses by which records may call somebody who is known."""

    tags: redaction.Tags
    files: Sequence[RememberedFile]
    people: tuple[str, ...] = ()


def redact(
    raw: Iterable[RawBatch],
    *,
    key: bytes,
    identify: Identify,
    known: redaction.Known = _NOTHING_KNOWN,
    aliases: Callable[[str], Mapping[str, str]] = lambda _origin: {},
    remembered: Remembered | None = None,
) -> EventLog:
    """Keep of the raw rows what may be kept, and drop the rest.

    Args:
        raw: batches as readers yield them.
        key: the local key of pseudonyms and digests; never exported.
        identify: (owner of the source, the author as the record has it) → a person's name.
        known: names that exist on this machine or were approved: local extensions of the vocabulary.
        aliases: the aliases of the person whose record this origin is, with the lines that they stand for.
        remembered: rows that memory holds of the same files; those that stand in them no more are added.

    Example:
        >>> batch = RawBatch("bash", "h", ["git push origin main", "mysql -pHUNTER2 shop"])
        >>> log = redact([batch], key=bytes(32), identify=lambda owner, record: "me")
        >>> "HUNTER2" in " ".join(log.lexicon.labels)
        False
    """
    log = _Log(key=key, identify=identify, known=known, aliases=aliases, remembered=remembered)
    for batch in raw:
        log.add(batch)
    for file in remembered.files if remembered else ():
        log.recall(file)
    return log.freeze()


def file_rows(batches: Sequence[RawBatch], *, key: bytes, tags: redaction.Tags) -> FileRows:
    """The rows of one file as `reconcile` takes them.

    Args:
        batches: all of the file, in order.
        key: the local key of digests.
        tags: under memory's key.
    """
    digests: dict[Any, int] = {}
    columns: dict[str, list[Any]] = {"digest": [], "time": [], "key": []}
    for batch in batches:
        count = len(batch.text)
        for row, text in enumerate(batch.text):
            kind = batch.kind if isinstance(batch.kind, Kind) else batch.kind[row]
            args = batch.args[row] if batch.args is not None else None
            record = (kind, text, redaction.canonical(args) if args else None)
            if record not in digests:
                digests[record] = redaction.digest(kind, text, args, key=key)
            columns["digest"].append(digests[record])
        columns["time"].extend(batch.time if batch.time is not None else [np.nan] * count)
        columns["key"].extend(
            [0] * count if batch.key is None else [0 if one is None else tags(one) for one in batch.key]
        )
    return FileRows(
        np.array(columns["digest"], dtype=np.uint64),
        np.array(columns["time"], dtype=np.float64),
        np.array(columns["key"], dtype=np.uint64),
    )


class Keeper:
    """Makes the rows that memory keeps, from raw ones. Raw text ends here, as in `redact`.

    Args:
        key: the local key of pseudonyms and digests.
        tags: under memory's own key.
        known, aliases: as for `redact`.
    """

    def __init__(
        self,
        *,
        key: bytes,
        tags: redaction.Tags,
        known: redaction.Known = _NOTHING_KNOWN,
        aliases: Callable[[str], Mapping[str, str]] = lambda _origin: {},
    ) -> None:
        self._tags = tags
        remembered = Remembered(tags, ())
        self._log = _Log(
            key=key, identify=lambda _owner, _record: "", known=known, aliases=aliases, remembered=remembered
        )
        self._log.words.guarded = True

    def keep(self, batch: RawBatch, *, position: npt.NDArray[np.float64], at: float) -> KeptRows:
        """What memory keeps of a batch of one file.

        Args:
            batch: its new rows.
            position: of each row in the file.
            at: seconds since the epoch; when it was found.
        """
        log, count, tags = self._log, len(batch.text), self._tags
        form, parent, commit = Ids(), Ids(), Ids()
        numbers = log.forms_of(batch)
        texts = {number: written(log.forms.kept(number)) for number in dict.fromkeys(numbers)}
        digests = [log.forms.digest_of(number) for number in numbers]

        def tagged(given: Sequence[str | None] | None) -> npt.NDArray[np.uint64]:
            if given is None:
                return np.zeros(count, dtype=np.uint64)
            return np.array([0 if one is None else tags(one) for one in given], dtype=np.uint64)

        def called(name: str) -> int:
            return parent(written(log.words.kept(log.words.id(name, Role.NAME))))

        columns = {
            "position": position,
            "collected": np.full(count, at),
            "line": _column(batch.line, count, -1, "int64"),
            "time": _column(batch.time, count, np.nan, "float64"),
            "offset": _column(batch.offset, count, np.nan, "float32"),
            "by": _column(None if isinstance(batch.by, By) else batch.by, count, _one(batch.by), "uint8"),
            "exit": _column(batch.exit, count, np.nan, "float32"),
            "duration": _column(batch.duration, count, np.nan, "float32"),
            "session": tagged(batch.session),
            "where": tagged(batch.where),
            "key": tagged(batch.key),
            "person": tagged(batch.person),
            "digest": np.array(digests, dtype=np.uint64),
            "form": np.array([form(texts[number]) for number in numbers], dtype=np.int32),
            "parent": _ids_of(batch.parent, count, called),
            "commit": _ids_of(batch.commit, count, commit),
        }
        assert set(columns) == set(KEPT_COLUMNS)
        return KeptRows(batch.source, columns, tuple(form.of), tuple(parent.of), tuple(commit.of), batch.deduplicated)


def varied_programs(log: EventLog) -> tuple[str, ...]:
    """Pseudonyms of programs that were run with two or more different argument lists and never alone.

    A password typed into the shell by mistake stands alone on its line, or is always the same.
    """
    forms = log.forms
    lines: dict[int, set[tuple[int, ...]]] = {}
    words, bounds = forms.words.tolist(), forms.word_start.tolist()
    for kind, low, high in zip(forms.kind.tolist(), bounds, bounds[1:], strict=False):
        if kind == Kind.SHELL and high > low:
            lines.setdefault(words[low], set()).add(tuple(words[low + 1 : high]))
    varied = (log.lexicon.labels[program] for program, seen in lines.items() if () not in seen and len(seen) >= 2)
    return tuple(sorted(label for label in varied if redaction.is_pseudonym(label)))


_NAMING = (Role.PROGRAM, Role.SCRIPT, Role.NAME, Role.KEY)  # roles whose labels may be names that are in no vocabulary


def names_of_several(log: EventLog) -> tuple[str, ...]:
    """The pieces of names that two people or more used; accounts of bots are none. What one person alone has is not among them."""
    forms = log.forms
    naming = np.isin(forms.roles, _NAMING)
    labels = {word: log.lexicon.labels[word] for word in np.unique(forms.words[naming]).tolist()}
    own = {word: pieces for word, label in labels.items() if (pieces := tuple(redaction.own_pieces(label)))}
    at = np.flatnonzero(naming & np.isin(forms.words, list(own)))
    action = np.searchsorted(forms.word_start, at, side="right") - 1
    form = np.searchsorted(forms.action_start, action, side="right") - 1
    words: dict[int, set[int]] = defaultdict(set)
    for one, word in zip(form.tolist(), forms.words[at].tolist(), strict=True):
        words[one].add(word)
    done = np.isin(log.columns["form"], list(words))
    pairs = np.unique(np.stack([log.columns["form"][done], log.columns["person"][done]]), axis=1)
    users: dict[str, set[int]] = defaultdict(set)
    for one, person in pairs.T.tolist():
        if not is_account(log.persons[person]):
            for word in words[one]:
                for piece in own[word]:
                    users[piece.lower()].add(person)
    return tuple(sorted(piece for piece, who in users.items() if len(who) > 1))


# ---- batches -> columns


class _Log:
    """An event log under construction."""

    def __init__(
        self,
        *,
        key: bytes,
        identify: Identify,
        known: redaction.Known,
        aliases: Callable[[str], Mapping[str, str]],
        remembered: Remembered | None = None,
    ) -> None:
        grammar = redaction.public()
        self.aliases = aliases
        self.words = WordTable(key=key, grammar=grammar, known=known, tags=remembered.tags if remembered else None)
        self.tag = self.words.tag
        self.people = remembered.people if remembered else ()
        self.forms = FormTable(self.words, grammar, key)
        self.identify = identify
        self.parts: list[dict[str, npt.NDArray[Any]]] = []
        self.persons, self.sources, self.origins = Ids(), Ids(), Ids()
        self.commits, self.sessions, self.folders, self.keys = Ids(), Ids(), Ids(), Ids()
        self.order: Counter[int] = Counter()
        self.of_origin: dict[int, list[int]] = defaultdict(list)  # indexes of its parts
        self.who: dict[tuple[str | None, str | None], int] = {}
        self.deduplicated: set[int] = set()
        self.remembered: dict[str, int] = {}  # origin -> rows that stand in it no more

    def person(self, owner: str | None, record: str | None) -> int:
        found = self.who.get((owner, record))
        if found is None:
            found = self.who[owner, record] = self.persons(self.identify(owner, record))
        return found

    def add(self, batch: RawBatch) -> None:
        count = len(batch.text)
        origin = self.origins(batch.origin)
        if batch.deduplicated:
            self.deduplicated.add(origin)
        time = _column(batch.time, count, np.nan, "float64")
        self.of_origin[origin].append(len(self.parts))
        self.parts.append(
            {
                "person": self._persons_of(batch),
                "source": np.full(count, self.sources(batch.source), dtype=np.int16),
                "origin": np.full(count, origin, dtype=np.int32),
                "line": _column(batch.line, count, -1, "int64"),
                "commit": _ids_of(batch.commit, count, self.commits),
                "order": np.arange(self.order[origin], self.order[origin] + count, dtype=np.int64),
                "time": time,
                "offset": _column(batch.offset, count, np.nan, "float32"),
                "time_source": np.where(np.isnan(time), TimeSource.NONE, TimeSource.RECORDED).astype(np.uint8),
                "session": _ids_of(batch.session, count, lambda key: self.sessions((origin, self.tag(key)))),
                "where": _ids_of(batch.where, count, lambda folder: self.folders(self.tag(folder))),
                "by": _column(None if isinstance(batch.by, By) else batch.by, count, _one(batch.by), "uint8"),
                "exit": _column(batch.exit, count, np.nan, "float32"),
                "duration": _column(batch.duration, count, np.nan, "float32"),
                "form": np.array(self.forms_of(batch), dtype=np.int32),
                "key": _ids_of(batch.key, count, lambda key: self.keys((batch.source, self.tag(key)))),
                "parent": _ids_of(batch.parent, count, lambda name: self.words.id(name, Role.NAME)),
            }
        )
        self.order[origin] += count

    def forms_of(self, batch: RawBatch) -> list[int]:
        args, files = batch.args, batch.files
        of = self.forms.of
        if isinstance(batch.kind, Kind) and args is None and files is None:
            known = self.forms.known
            kind = batch.kind
            if kind is Kind.SHELL and (aliases := self.aliases(batch.origin)):
                of_line = {text: self.forms.of_line(text, aliases) for text in dict.fromkeys(batch.text)}
                return [of_line[text] for text in batch.text]
            if kind is Kind.SHELL:  # the commonest case, and most lines were seen before
                return [known[text] if text in known else of(kind, text, None, ()) for text in batch.text]
            return [of(kind, text, None, ()) for text in batch.text]
        kinds = [batch.kind] * len(batch.text) if isinstance(batch.kind, Kind) else batch.kind
        return [
            of(kinds[i], text, args[i] if args else None, files[i] if files else ())
            for i, text in enumerate(batch.text)
        ]

    def _persons_of(self, batch: RawBatch) -> npt.NDArray[Any]:
        if batch.person is None:
            return np.full(len(batch.text), self.person(batch.owner, None), dtype=np.int32)
        return np.array([self.person(batch.owner, who) for who in batch.person], dtype=np.int32)

    # ---- rows that memory holds

    def recall(self, file: RememberedFile) -> None:
        """Add the rows of a file that stand in it no more, in the places that they had."""
        rows = file.rows
        origin = self.origins(file.origin)
        if rows.once:
            self.deduplicated.add(origin)
        parts = [self.parts[index] for index in self.of_origin[origin]]
        now = self._rows_of(parts)
        kept = FileRows(rows.columns["digest"], rows.columns["time"], rows.columns["key"])
        known = reconcile(kept, now, once=origin in self.deduplicated).known
        place = positions(rows.columns["position"], known)
        gone = np.setdiff1d(np.arange(len(rows)), known)
        order = np.argsort(np.concatenate([rows.columns["position"][gone], place]), kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        self.remembered[file.origin] = len(gone)
        self.parts.append(self._recalled(file, origin, gone, rank[: len(gone)]))
        start = len(gone)
        for part in parts:
            part["order"] = rank[start : start + len(part["order"])]
            start += len(part["order"])

    def _rows_of(self, parts: Sequence[Mapping[str, npt.NDArray[Any]]]) -> FileRows:
        tags = [*(tag for _, tag in self.keys.listed), 0]
        form = np.concatenate([part["form"] for part in parts] or [np.zeros(0, dtype=np.int32)]).tolist()
        key = np.concatenate([part["key"] for part in parts] or [np.zeros(0, dtype=np.int32)]).tolist()
        return FileRows(
            np.array([self.forms.digest_of(number) for number in form], dtype=np.uint64),
            np.concatenate([part["time"] for part in parts] or [np.zeros(0)]),
            np.array([tags[number] for number in key], dtype=np.uint64),
        )

    def _recalled(
        self, file: RememberedFile, origin: int, gone: npt.NDArray[Any], order: npt.NDArray[Any]
    ) -> dict[str, npt.NDArray[Any]]:
        rows, source = file.rows, self.sources(file.rows.reader)
        columns = {name: column[gone] for name, column in rows.columns.items()}
        by_tag = {self.tag(text): text for text in (*self.people, *(record for _, record in self.who if record))}

        def ids(name: str, number: Callable[[int], int]) -> npt.NDArray[Any]:
            found = {tag: number(tag) if tag else -1 for tag in np.unique(columns[name]).tolist()}
            return np.array([found[tag] for tag in columns[name].tolist()], dtype=np.int32)

        def person(tag: int) -> int:
            return self.person(file.owner, by_tag.get(tag, f"{tag:010x}"))

        def listed(name: str, texts: Sequence[str], number: Callable[[str], int]) -> npt.NDArray[Any]:
            return np.array([number(texts[at]) if at >= 0 else -1 for at in columns[name].tolist()], dtype=np.int32)

        digests = columns["digest"].tolist()
        forms = [self.forms.recalled(rows.forms[f], d) for f, d in zip(columns["form"].tolist(), digests, strict=True)]
        known = ~np.isnan(columns["time"])
        return {
            "person": np.where(columns["person"] > 0, ids("person", person), self.person(file.owner, None)).astype(
                np.int32
            ),
            "source": np.full(len(gone), source, dtype=np.int16),
            "origin": np.full(len(gone), origin, dtype=np.int32),
            "line": np.full(len(gone), -1, dtype=np.int64),
            "commit": listed("commit", rows.commits, self.commits),
            "order": order,
            "time": columns["time"],
            "offset": columns["offset"],
            "time_source": np.where(known, TimeSource.RECORDED, TimeSource.NONE).astype(np.uint8),
            "session": ids("session", lambda tag: self.sessions((origin, tag))),
            "where": ids("where", self.folders),
            "by": columns["by"],
            "exit": columns["exit"],
            "duration": columns["duration"],
            "form": np.array(forms, dtype=np.int32),
            "key": ids("key", lambda tag: self.keys((rows.reader, tag))),
            "parent": listed("parent", rows.parents, lambda text: self.words.recalled(word_of(text))),
        }

    def freeze(self) -> EventLog:
        columns = {
            name: np.concatenate([part[name] for part in self.parts]) if self.parts else np.zeros(0, dtype=kind)
            for name, kind in EVENT_COLUMNS.items()
            if name not in _OF_FORMS
        }
        columns["form"] = self.forms.settled(columns)
        of_forms = (self.forms.tags, self.forms.subject, self.forms.digests)
        for name, each in zip(_OF_FORMS, of_forms, strict=True):
            columns[name] = np.array(each, dtype=EVENT_COLUMNS[name])[columns["form"]]
        forms = self.forms.freeze()
        bulk = bulk_stamped(columns, typed_lines(columns, forms, tuple(self.sources.of)))
        columns["time"] = np.where(bulk, np.nan, columns["time"])
        columns["time_source"] = np.where(bulk, TimeSource.NONE, columns["time_source"]).astype(np.uint8)
        pieces, labels = self.words.pieces, self.words.checked()
        return EventLog(
            columns=columns,
            forms=forms,
            lexicon=Lexicon(
                labels,
                np.array(pieces.start, dtype=np.int32),
                np.array(pieces.flat, dtype=np.int32),
                np.array(self.words.same, dtype=np.int32),
            ),
            persons=tuple(self.persons.of),
            sources=tuple(self.sources.of),
            origins=tuple(self.origins.of),
            commits=tuple(self.commits.of),
            redactions=dict(sorted(self.words.counts.items())),
            deduplicated=frozenset(self.deduplicated),
            public_aliases=self.forms.with_public,
            remembered=self.remembered,
        )


_OF_FORMS = ("tag", "subject", "digest")  # columns that a record's form decides


def _column(given: Sequence[Any] | None, count: int, missing: float, kind: str) -> npt.NDArray[Any]:
    if given is None:
        return np.full(count, missing, dtype=kind)
    return np.asarray(given, dtype=kind)


def _ids_of(given: Sequence[str | None] | None, count: int, number: Callable[[str], int]) -> npt.NDArray[Any]:
    if given is None:
        return np.full(count, -1, dtype=np.int32)
    return np.array([-1 if one is None else number(one) for one in given], dtype=np.int32)


def _one(by: By | Sequence[By]) -> int:
    return int(by) if isinstance(by, By) else 0
