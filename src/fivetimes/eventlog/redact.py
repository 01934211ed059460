"""RawBatch -> EventLog: `redact`, the only way in for work. Raw text ends here.

Of a command the log keeps what the closed vocabulary knows (programs, subcommand paths, flag names), typed placeholders for
values, keyed pseudonyms for unknown programs, scripts and requests in words, and declared names (skills, tools, argument keys). For
the run, and in memory only, each word has an id by which it is recognised again, and so has each piece of a value; a word in a
secret position has neither, nor has any word of a request.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from fivetimes import redaction, shell
from fivetimes.eventlog.commits import commit_kind, commit_message, is_commit, tag_made
from fivetimes.eventlog.identities import Identify
from fivetimes.eventlog.requests import Requests
from fivetimes.eventlog.shell_aliases import OH_MY_ZSH, expanded, in_use, names_in
from fivetimes.eventlog.slips import Rows, Suspect, slipped, unslipped
from fivetimes.eventlog.stamps import bulk_stamped, typed_lines
from fivetimes.model import (
    EVENT_COLUMNS,
    By,
    Command,
    Effect,
    EventLog,
    Forms,
    Grammar,
    Kind,
    Lexicon,
    RawBatch,
    Role,
    TimeSource,
)
from fivetimes.shell import is_secret_key, names_secret

_NOTHING_KNOWN = redaction.Known()


def redact(
    raw: Iterable[RawBatch],
    *,
    key: bytes,
    identify: Identify,
    known: redaction.Known = _NOTHING_KNOWN,
    aliases: Callable[[str], Mapping[str, str]] = lambda _origin: {},
) -> EventLog:
    """Keep of the raw rows what may be kept, and drop the rest.

    Args:
        raw: batches as readers yield them.
        key: the local key of pseudonyms and digests; never exported.
        identify: (owner of the source, the author as the record has it) → a person's name.
        known: names that exist on this machine or were approved: local extensions of the vocabulary.
        aliases: the aliases of the person whose record this origin is, with the lines that they stand for.

    Example:
        >>> batch = RawBatch("bash", "h", ["git push origin main", "mysql -pHUNTER2 shop"])
        >>> log = redact([batch], key=bytes(32), identify=lambda owner, record: "me")
        >>> "HUNTER2" in " ".join(log.lexicon.labels)
        False
    """
    log = _Log(key=key, identify=identify, known=known, aliases=aliases)
    for batch in raw:
        log.add(batch)
    return log.freeze()


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
    ) -> None:
        grammar = redaction.public()
        self.aliases = aliases
        self.words = _WordTable(key=key, grammar=grammar, known=known)
        self.forms = _FormTable(self.words, grammar, key)
        self.identify = identify
        self.parts: list[dict[str, npt.NDArray[Any]]] = []
        self.persons, self.sources, self.origins = _Ids(), _Ids(), _Ids()
        self.commits, self.sessions, self.folders, self.keys = _Ids(), _Ids(), _Ids(), _Ids()
        self.order: Counter[int] = Counter()
        self.who: dict[tuple[str | None, str | None], int] = {}
        self.deduplicated: set[int] = set()

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
        self.parts.append(
            {
                "person": self._persons_of(batch),
                "source": np.full(count, self.sources(batch.source), dtype=np.int16),
                "origin": np.full(count, origin, dtype=np.int32),
                "line": _column(batch.line, count, -1, "int64"),
                "commit": self._ids_of(batch.commit, count, self.commits),
                "order": np.arange(self.order[origin], self.order[origin] + count, dtype=np.int64),
                "time": time,
                "offset": _column(batch.offset, count, np.nan, "float32"),
                "time_source": np.where(np.isnan(time), TimeSource.NONE, TimeSource.RECORDED).astype(np.uint8),
                "session": self._ids_of(batch.session, count, lambda key: self.sessions((origin, key))),
                "where": self._ids_of(batch.where, count, self.folders),
                "by": _column(None if isinstance(batch.by, By) else batch.by, count, _one(batch.by), "uint8"),
                "exit": _column(batch.exit, count, np.nan, "float32"),
                "duration": _column(batch.duration, count, np.nan, "float32"),
                "form": np.array(self._forms_of(batch), dtype=np.int32),
                "key": self._ids_of(batch.key, count, lambda key: self.keys((batch.source, key))),
                "parent": self._ids_of(batch.parent, count, lambda name: self.words.id(name, Role.NAME)),
            }
        )
        self.order[origin] += count

    def _forms_of(self, batch: RawBatch) -> list[int]:
        args, files = batch.args, batch.files
        of = self.forms.of
        if isinstance(batch.kind, Kind) and args is None and files is None:
            known = self.forms.known
            kind = batch.kind
            if kind is Kind.SHELL and (aliases := self.aliases(batch.origin)):
                return [self.forms.of_line(text, aliases) for text in batch.text]
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

    def _ids_of(self, given: Sequence[str | None] | None, count: int, number: Callable[[str], int]) -> npt.NDArray[Any]:
        if given is None:
            return np.full(count, -1, dtype=np.int32)
        return np.array([-1 if one is None else number(one) for one in given], dtype=np.int32)

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
        )


_NO_FORM = np.iinfo(np.int32).max  # of a row of which nothing is asked

_OF_FORMS = ("tag", "subject", "digest")  # columns that a record's form decides


def _column(given: Sequence[Any] | None, count: int, missing: float, kind: str) -> npt.NDArray[Any]:
    if given is None:
        return np.full(count, missing, dtype=kind)
    return np.asarray(given, dtype=kind)


def _one(by: By | Sequence[By]) -> int:
    return int(by) if isinstance(by, By) else 0


# ---- records -> forms


class _FormTable:
    """Gives each distinct thing done a number, and lays its actions and words out in columns."""

    def __init__(self, words: _WordTable, grammar: Grammar, key: bytes) -> None:
        self.words = words
        self.grammar = grammar
        self.key = key
        self.known: dict[Any, int] = {}  # -1, -2, …: the line is a suspect, and `settled` decides
        self.suspects: list[
            tuple[str, str]
        ] = []  # lines that may be slips: as they stand there, as they would be meant
        self.public: dict[int, frozenset[str]] = {}  # number of a suspect -> the public aliases in it
        self.with_public: frozenset[int] = frozenset()  # origins in which such are read
        self.meant: dict[tuple[int, str], str] = {}  # (whose aliases, line) -> the line with them expanded
        self.digests: list[int] = []  # of each form
        self.subject: list[int] = []  # of each form, -1: it is no commit
        self.actions = _Growing()
        self.kind: list[int] = []
        self.effect: list[int] = []
        self.via: list[int] = []
        self.wrappers = _Ids()
        self.wrappers(())
        self.action_words = _Growing()
        self.roles: list[int] = []
        self.fed: list[tuple[int, ...]] = []
        self.requests = Requests(key)
        self.subjects = _Ids()
        self.tag_names = _Ids()
        self.tags: list[int] = []  # of each form the tag that it makes, -1: none

    def of(self, kind: Kind, text: str, args: Mapping[str, Any] | None, files: Sequence[str]) -> int:
        """The number of one record's form."""
        if kind is Kind.SHELL:
            cache: Any = text
        elif kind is Kind.COMMIT:
            cache = (kind, text, tuple(files))
        else:
            cache = (kind, text, redaction.canonical(args))
        found = self.known.get(cache)
        if found is None and kind is Kind.SHELL and self._suspected(text):
            found = self.known[cache] = -len(self.suspects)
        if found is None:
            found = self.known[cache] = self._new(kind, text, text, args, files)
        return found

    def of_line(self, text: str, aliases: Mapping[str, str]) -> int:
        """The number of the form of a line in which some names stand for others."""
        meant = self.meant.get((id(aliases), text))
        if meant is None:
            meant = self.meant[id(aliases), text] = expanded(text, aliases)
        if meant == text:
            return self.of(Kind.SHELL, text, None, ())
        found = self.known.get((Kind.SHELL, text, meant))
        if found is None:
            self.words.count("alias: read as what it stands for")
            found = self.known[Kind.SHELL, text, meant] = self._new(Kind.SHELL, text, meant, None, ())
        return found

    def _suspected(self, text: str) -> bool:
        """Whether a line may mean another one: by public aliases, or by a slip of the fingers; both are decided by all lines."""
        public = {
            name: OH_MY_ZSH[name] for name in names_in(text, OH_MY_ZSH) if name not in self.words.known.executables
        }
        if public:
            self.public[len(self.suspects)] = frozenset(public)
        meant = expanded(text, public) if public else unslipped(text, self.grammar)
        if meant != text:
            self.suspects.append((text, meant))
        return meant != text

    def _new(self, kind: Kind, text: str, meant: str, args: Mapping[str, Any] | None, files: Sequence[str]) -> int:
        """A new form of what was meant; its digest is of the text as it stands in the source."""
        self.subject.append(self._add(kind, meant, args, files))
        self.digests.append(redaction.digest(kind, text, args, key=self.key) & 0xFFFFFFFFFFFFFFFF)
        return len(self.digests) - 1

    def settled(self, columns: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """The forms of all rows, those of lines that may be slips decided: as they stand there, or as they were meant."""
        form = columns["form"].copy()
        asked = form < 0
        if not asked.any():
            return form
        rows = Rows(form, self._programs(form), *(columns[name] for name in ("person", "origin", "order", "time")))
        slips = self._public_aliases(columns)
        of_slips = {-n: self._suspect(*lines) for n, lines in enumerate(self.suspects, 1) if n - 1 not in self.public}
        rows = replace(rows, form=np.where(np.isin(form, list(of_slips)) | ~asked, form, _NO_FORM).astype(np.int32))
        slips |= slipped(rows, of_slips)
        at = np.flatnonzero(asked)
        # the rows of each suspect together: first those as they stand there, then those as they were meant
        decided = -2 * columns["form"][at].astype(np.int64) + slips[at]
        order = np.argsort(decided, kind="stable")
        keys, begins = np.unique(decided[order], return_index=True)
        for key, rows_of_it in zip(keys.tolist(), np.split(at[order], begins[1:]), strict=True):
            text, meant = self.suspects[key // 2 - 1]
            read = meant if key % 2 else text
            form[rows_of_it] = self._new(Kind.SHELL, text, read, None, ())
            if read != text:
                self.words.count("program: read as the one that was meant")
        return form

    def _public_aliases(self, columns: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Whether each row holds public aliases, of a person who uses such."""
        form, person = columns["form"], columns["person"]
        holding = np.flatnonzero(np.isin(form, [-number - 1 for number in self.public]))
        typed = {(int(person[row]), name) for row in holding.tolist() for name in self.public[-int(form[row]) - 1]}
        using = in_use(typed, self.grammar)
        found = np.zeros(len(form), dtype=np.bool_)
        found[holding] = np.isin(person[holding], list(using))
        self.with_public = frozenset(columns["origin"][found].tolist())
        return found

    def _suspect(self, text: str, meant: str) -> Suspect:
        program = self.words.ids.get((meant.partition(" ")[0], Role.PROGRAM, False), -1)
        return Suspect(text.partition(" ")[0], program, self.known.get(meant, -1))

    def _programs(self, form: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Of each row the first word of its form's first action; -1 where there is none, or the form is not decided."""
        action = self.actions.start
        words, first = self.action_words.flat, self.action_words.start
        of = [words[first[low]] if low < high and first[low] < first[low + 1] else -1 for low, high in pairwise(action)]
        return np.where(form < 0, -1, np.array([*of, -1])[np.maximum(form, -1)])

    def _add(self, kind: Kind, text: str, args: Mapping[str, Any] | None, files: Sequence[str]) -> int:
        first = len(self.kind)
        subject = -1
        self.tags.append(-1)
        if kind is Kind.SHELL:
            subject = self._add_line(text)
        elif kind is Kind.COMMIT:
            subject = self._add_commit(text, files)
        elif kind is Kind.REQUEST:
            self._add_request(text)
        else:
            self._add_call(kind, text, args)
        self.actions.add(range(first, len(self.kind)))
        return subject

    def _action(self, kind: Kind, effect: Effect, via: tuple[str, ...], words: Sequence[tuple[int, Role]]) -> None:
        self.kind.append(kind)
        self.effect.append(effect)
        self.via.append(self.wrappers(via))
        self.action_words.add(word for word, _ in words)
        self.roles.extend(role for _, role in words)
        self.fed.append(())

    def _add_line(self, text: str) -> int:
        subject, first = -1, len(self.kind)
        within: list[Command] = []  # what substitutions run, until the command comes that holds them
        for command in shell.parse(text, grammar=self.grammar).commands:
            if not command.words:
                continue
            if command.within:
                within.append(command)
                continue
            if command.operator in ("|", "|&"):
                # what a pipe feeds is detail of the step that feeds it, but what it does is done: `… | mail ana@…` sends
                self._take_in(command, within)
                continue
            message = commit_message([w.text for w in command.words]) if is_commit(command) else None
            if message is not None:
                subject = self._add_commit(message.split("\n", 1)[0].strip(), ())
            else:
                self._add_command(command)
            self._take_in(None, within)
            if command.words[0].text == "git" and (tag := tag_made([w.text for w in command.words])):
                self.tags[-1] = self.tag_names(tag)
        if len(self.kind) > first:  # the substitutions of a loop's redirection stand behind it
            self._take_in(None, within)
        return subject

    def _take_in(self, fed: Command | None, within: list[Command]) -> None:
        """Make what a pipe feeds, and what substitutions run, detail of the last action: what they do is done by it."""
        for command in [*within, *([fed] if fed else [])]:
            self.effect[-1] = max(self.effect[-1], _effect(command))
            self.fed[-1] += tuple(word for word, _ in self._words_of(command))
        within.clear()

    def _add_command(self, command: Command) -> None:
        self._action(Kind.SHELL, _effect(command), command.via, self._words_of(command))
        self.fed[-1] = tuple(self.words.id(word, Role.VALUE) for word in command.wrapper_args)

    def _words_of(self, command: Command) -> list[tuple[int, Role]]:
        program = command.words[0].text
        return [(self.words.id(w.text, w.role, program=program), w.role) for w in command.words]

    def _add_commit(self, subject: str, files: Sequence[str]) -> int:
        kind = commit_kind(subject)
        for sort, path in redaction.edits_of(files):
            edit = [(self.words.id(sort, Role.NAME), Role.NAME)]
            if path is not None:
                edit.append((self.words.id(path, Role.VALUE), Role.VALUE))
            self._action(Kind.EDIT, Effect.NONE, (), edit)
        words = [(self.words.id(kind, Role.COMMIT_KIND), Role.COMMIT_KIND)]
        words += [(self.words.id(value, Role.VALUE), Role.VALUE) for value in subject.split()]
        self._action(Kind.COMMIT, Effect.NONE, (), words)
        return self.subjects(subject)

    def _add_request(self, text: str) -> None:
        # no word of it has an id: what it asks for is known by its group alone
        self.words.count("request: pseudonym")
        self._action(Kind.REQUEST, Effect.UNKNOWN, (), [(self.words.id(self.requests.of(text), Role.NAME), Role.NAME)])

    def _add_call(self, kind: Kind, name: str, args: Mapping[str, Any] | None) -> None:
        words = [(self.words.id(name, Role.NAME, several=kind is Kind.ACTION), Role.NAME)]
        for key, value in sorted((args or {}).items(), key=lambda pair: str(pair[0])):
            words.append((self.words.id(str(key), Role.KEY), Role.KEY))
            role = Role.SECRET if is_secret_key(str(key)) else Role.VALUE
            words.append((self.words.id(redaction.scalar(value), role), role))
        self._action(kind, redaction.effect_of_name(name), (), words)

    def freeze(self) -> Forms:
        return Forms(
            action_start=np.array(self.actions.start, dtype=np.int32),
            kind=np.array(self.kind, dtype=np.uint8),
            effect=np.array(self.effect, dtype=np.uint8),
            via=np.array(self.via, dtype=np.int32),
            wrappers=tuple(self.wrappers.of),
            word_start=np.array(self.action_words.start, dtype=np.int32),
            words=np.array(self.action_words.flat, dtype=np.int32),
            roles=np.array(self.roles, dtype=np.uint8),
            fed_start=np.cumsum([0, *map(len, self.fed)], dtype=np.int32),
            fed=np.array([word for words in self.fed for word in words], dtype=np.int32),
        )


def _effect(command: Command) -> Effect:
    return redaction.effect_of([word.text for word in command.words])


# ---- words -> ids, and labels that may be kept

_LONGEST = 200  # characters; longer argument values are content, not names: no pieces are taken from them
_SHORTEST = 3  # characters; shorter pieces stand everywhere and tie nothing together
_PIECES = re.compile(r"[^/:=.,@()\s'\"{}\[\]<>|;&$`]{3,}")  # of _SHORTEST or more


class _WordTable:
    """Gives each (word, role) an id and a label that may be kept."""

    def __init__(self, *, key: bytes, grammar: Grammar, known: redaction.Known) -> None:
        self.known = known
        self.secret: set[str] = set()
        self.local: dict[int, tuple[str, str]] = {}
        self.flags: dict[tuple[str, str], bool] = {}
        self.ids: dict[tuple[str, Role, bool], int] = {}
        self.labels: list[str] = []
        self.pieces = _Growing()
        self.piece_id = _Ids()
        self.same: list[int] = []
        self.text_id = _Ids()
        self.counts: Counter[str] = Counter()
        self.grammar = grammar
        self.pseudonyms = redaction.Pseudonyms(key)

    def id(self, text: str, role: Role, *, program: str = "", several: bool = False) -> int:
        """The id of a word; words in a secret position all have the same one. A name may be of `several` words."""
        if role is Role.SECRET:
            self.secret.add(text)
            text = ""
        known = several or (role is Role.FLAG and self._is_flag(program, text))
        found = self.ids.get((text, role, known))
        if found is None:
            found = self.ids[text, role, known] = len(self.labels)
            self.labels.append(self._label(text, role, known=known))
            self.pieces.add(self._piece_ids(text, role))
            self.same.append(self.text_id(text))
        return found

    def _is_flag(self, program: str, flag: str) -> bool:
        found = self.flags.get((program, flag))
        if found is None:
            found = self.flags[program, flag] = self.grammar.is_flag(program, flag)
        return found

    def _piece_ids(self, text: str, role: Role) -> list[int]:
        if role not in (Role.VALUE, Role.SCRIPT) or not _SHORTEST <= len(text) <= _LONGEST:
            return []
        if text.isalnum():  # one piece, which is the whole
            return [self.piece_id(text)]
        return sorted({self.piece_id(piece) for piece in (text, *_PIECES.findall(text))})

    def name_here(self, text: str, kind: str) -> str:
        """Keep a name that exists on this machine, unless it turns out to stand in a secret position too."""
        self.local[len(self.labels)] = (text, kind)
        return text

    def checked(self) -> tuple[str, ...]:
        """All labels; a local name that also stood in a secret position is a pseudonym after all."""
        for word, (text, kind) in self.local.items():
            if text in self.secret:
                self.labels[word] = self._count(f"{kind}: seen as a secret", self.pseudonyms.of(text, kind=kind))
        return tuple(self.labels)

    def _label(self, text: str, role: Role, *, known: bool) -> str:
        return _LABELLERS[role](self, text, known)

    def count(self, rule: str) -> None:
        """Note that something was taken out or put right."""
        self.counts[rule] += 1

    def _count(self, rule: str, label: str) -> str:
        self.count(rule)
        return label


def _program(words: _WordTable, text: str, _: bool) -> str:
    if words.grammar.is_program(text):
        return text
    if words.known.program(text):
        return words.name_here(text, "prog")
    return words._count("program: pseudonym", words.pseudonyms.of(text, kind="prog"))


def _script(words: _WordTable, text: str, _: bool) -> str:
    public = redaction.public()
    if public.is_word(text) or public.is_program(text) or public.is_subcommand_word(text):
        return text
    if words.known.script(text):
        return words.name_here(text, "script")
    return words._count("script: pseudonym", words.pseudonyms.of(text, kind="script"))


def _flag(words: _WordTable, text: str, known: bool) -> str:
    if known or redaction.is_sign(text):
        return text
    return words._count("flag: not in the vocabulary", "<flag>")


def _name(words: _WordTable, text: str, several: bool) -> str:
    if (
        redaction.declared(text)
        or redaction.is_pseudonym(text)
        or (several and redaction.is_activity(text, names_secret=names_secret))
    ):
        return text
    return words._count("name: pseudonym", words.pseudonyms.of(text, kind="name"))


_LABELLERS: Mapping[Role, Callable[[_WordTable, str, bool], str]] = {
    Role.PROGRAM: _program,
    Role.SUBCOMMAND: lambda _words, text, _known: text,
    Role.SCRIPT: _script,
    Role.FLAG: _flag,
    Role.VALUE: lambda words, text, _known: words._count("value: placeholder", redaction.placeholder(text)),
    Role.SECRET: lambda words, _text, _known: words._count("secret position", "<secret>"),
    Role.KEY: lambda words, text, _known: (
        text if redaction.declared(text) else words._count("key: not a name", "<key>")
    ),
    Role.NAME: _name,
    Role.COMMIT_KIND: lambda _words, text, _known: text,
}


# ---- arrays that grow


class _Ids:
    """Numbers distinct things in order of appearance."""

    def __init__(self) -> None:
        self.of: dict[Any, int] = {}

    def __call__(self, key: Any) -> int:
        return self.of.setdefault(key, len(self.of))


class _Growing:
    """A CSR under construction."""

    def __init__(self) -> None:
        self.start = [0]
        self.flat: list[int] = []

    def add(self, entries: Iterable[int]) -> None:
        self.flat.extend(entries)
        self.start.append(len(self.flat))
