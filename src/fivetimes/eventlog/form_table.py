"""Records -> forms: each distinct thing done has a number, and its actions and words stand in columns.

A line that may be read in two ways, by a public alias or a slip of the fingers, gets its form when all lines are known. What memory
keeps of a form, and what it kept, is made and read here too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from fivetimes import redaction, shell
from fivetimes.columns import Forms
from fivetimes.eventlog.commits import commit_kind, commit_message, is_commit, tag_made
from fivetimes.eventlog.growing import Growing, Ids
from fivetimes.eventlog.kept import KeptAction, KeptForm, KeptMeaning, KeptQuestion, form_of
from fivetimes.eventlog.requests import Requests
from fivetimes.eventlog.shell_aliases import OH_MY_ZSH, expanded, in_use, names_in
from fivetimes.eventlog.slips import Rows, Suspect, slipped, unslipped
from fivetimes.eventlog.word_table import WordTable
from fivetimes.model.command_lines import Command, Grammar, Role
from fivetimes.model.events import Effect, Kind
from fivetimes.shell import is_secret_key


@dataclass(frozen=True, slots=True)
class _Open:
    """A line that may be read in two ways, until all lines are known: as it was typed, or as it would be meant.

    typed, meant: make its form; nothing: that of a line by which nothing was done. word: its first one, by its tag. program: the
    public one that would be meant. line: the line that would be meant, None where memory alone has it; digest: its digest, own:
    that of the line as typed (0: memory has no part).
    """

    typed: Callable[[], int]
    meant: Callable[[], int]
    nothing: Callable[[], int]
    word: Hashable
    program: str
    line: str | None
    digest: int = 0
    own: int = 0


_READ_AS = ("", "slip: read as what was meant", "slip: put right, nothing was done")  # by how a line is read
_NO_FORM = np.iinfo(np.int32).max  # of a row of which nothing is asked


def _is_no_program(command: Command) -> bool:
    """Whether a command is a number, an answer or what a mouse sent to a terminal, or what another command printed."""
    text = command.words[0].text
    return text.isdigit() or (len(command.words) == 1 and text.startswith(("$(", "`")))


class FormTable:
    """Gives each distinct thing done a number, and lays its actions and words out in columns."""

    def __init__(self, words: WordTable, grammar: Grammar, key: bytes) -> None:
        self.words = words
        self.grammar = grammar
        self.key = key
        self.tag = words.tag
        self.known: dict[Any, int] = {}  # -1, -2, …: the line is a suspect, and `settled` decides
        self.at: dict[
            tuple[int, int], int
        ] = {}  # (digest, tag of the line that it stands for or 0) -> form; with memory alone
        self.expanded: dict[int, int] = {}  # form -> that tag
        self.of_kept: dict[tuple[str, int], int] = {}  # (kept form, digest) -> form
        self.suspects: list[_Open] = []
        self.public: dict[int, frozenset[str]] = {}  # number of a suspect -> the public aliases in it
        self.with_public: frozenset[int] = frozenset()  # origins in which such are read
        self.meant: dict[tuple[int, str], str] = {}  # (whose aliases, line) -> the line with them expanded
        self.digests: list[int] = []  # of each form
        self.subject: list[int] = []  # of each form, -1: it is no commit
        self.actions = Growing()
        self.kind: list[int] = []
        self.effect: list[int] = []
        self.via: list[int] = []
        self.wrappers = Ids()
        self.wrappers(())
        self.action_words = Growing()
        self.roles: list[int] = []
        self.fed: list[tuple[int, ...]] = []
        self.subjects = Ids()
        self.tag_names = Ids()
        self.tags: list[int] = []  # of each form the tag that it makes, -1: none

    @cached_property
    def requests(self) -> Requests:
        """Made when the first request comes: its random numbers take NumPy's generator, which loads slowly."""
        return Requests(self.key)

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
            self.at[self.suspects[-1].own, 0] = found
        if found is None:
            found = self.known[cache] = self._new(kind, text, text, args, files)
            self.at[self.digests[found], 0] = found
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
            if self.words.tags is not None:
                self.expanded[found] = self.words.tags(meant)
                self.at[self.digests[found], self.expanded[found]] = found
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
            self.suspects.append(self._opened(text, meant))
        return meant != text

    def _opened(self, text: str, meant: str) -> _Open:
        def read(as_: str) -> int:
            return self._new(Kind.SHELL, text, as_, None, ())

        program, typed = meant.partition(" ")[0], text.split(" ", 2)
        # the program, else its subcommand, may be misspelt
        word = typed[0] if typed[0] != program else " ".join(typed[:2])
        digests = (self._digest(meant), self._digest(text)) if self.words.tags is not None else (0, 0)
        forms = (lambda: read(text), lambda: read(meant), lambda: read(""))
        return _Open(*forms, self.tag(word), program, meant, *digests)

    def _digest(self, text: str, kind: Kind = Kind.SHELL, args: Mapping[str, Any] | None = None) -> int:
        return redaction.digest(kind, text, args, key=self.key) & 0xFFFFFFFFFFFFFFFF

    def _new(self, kind: Kind, text: str, meant: str, args: Mapping[str, Any] | None, files: Sequence[str]) -> int:
        """A new form of what was meant; its digest is of the text as it stands in the source."""
        self.subject.append(self._add(kind, meant, args, files))
        self.digests.append(self._digest(text, kind, args))
        return len(self.digests) - 1

    def settled(self, columns: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """The forms of all rows, those of lines that may be slips decided: as they stand there, as they were meant, or nothing."""
        form = columns["form"].copy()
        asked = form < 0
        if not asked.any():
            return form
        rows = Rows(form, self._programs(form), *(columns[name] for name in ("person", "origin", "order", "time")))
        of_slips = {-n: self._suspect(one) for n, one in enumerate(self.suspects, 1) if n - 1 not in self.public}
        rows = replace(rows, form=np.where(np.isin(form, list(of_slips)) | ~asked, form, _NO_FORM).astype(np.int32))
        slips, put_right = slipped(rows, of_slips)
        # 0: as it stands there, 1: as it was meant, 2: nothing was done
        reading = (slips | self._public_aliases(columns)).astype(np.int64) + put_right
        at = np.flatnonzero(asked)
        # the rows of each suspect together, by how they are read
        decided = -3 * columns["form"][at].astype(np.int64) + reading[at]
        order = np.argsort(decided, kind="stable")
        keys, begins = np.unique(decided[order], return_index=True)
        for key, rows_of_it in zip(keys.tolist(), np.split(at[order], begins[1:]), strict=True):
            suspect = self.suspects[key // 3 - 1]
            form[rows_of_it] = (suspect.typed, suspect.meant, suspect.nothing)[key % 3]()
            if key % 3:
                self.words.count(_READ_AS[key % 3])
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

    def _suspect(self, one: _Open) -> Suspect:
        program = self.words.ids.get((one.program, Role.PROGRAM, False), -1)
        form = self.known.get(one.line, self.at.get((one.digest, 0), -1) if one.digest else -1)
        return Suspect(one.word, program, form)

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
            if not command.words or _is_no_program(command):
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
                self.tags[-1] = self.tag_names(self.tag(tag))
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
        return self.subjects(self.tag(subject))

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

    # ---- what memory keeps of forms, and what it kept

    def kept(self, number: int) -> KeptForm:
        """What memory keeps of a form; of one that is not decided yet both ways to read it."""
        if number >= 0:
            return KeptForm(self._meaning(number), self.expanded.get(number, 0))
        one = self.suspects[-number - 1]
        public = tuple(sorted(self.public.get(-number - 1, ())))
        meant = self._meaning(one.meant())
        tag = one.word if isinstance(one.word, int) else 0
        return KeptForm(self._meaning(one.typed()), 0, KeptQuestion(meant, tag, one.program, one.digest, public))

    def _meaning(self, form: int) -> KeptMeaning:
        subjects, names = self.subjects.listed, self.tag_names.listed
        actions = tuple(map(self._kept_action, range(self.actions.start[form], self.actions.start[form + 1])))
        subject, tag = self.subject[form], self.tags[form]
        return KeptMeaning(actions, subjects[subject] if subject >= 0 else 0, names[tag] if tag >= 0 else 0)

    def _kept_action(self, action: int) -> KeptAction:
        words = self.action_words.flat[self.action_words.start[action] : self.action_words.start[action + 1]]
        return KeptAction(
            int(self.kind[action]),
            int(self.effect[action]),
            self.wrappers.listed[self.via[action]],
            tuple(map(self.words.kept, words)),
            tuple(map(self.words.kept, self.fed[action])),
        )

    def digest_of(self, number: int) -> int:
        """The digest of a form, also of one that is not decided yet."""
        return self.digests[number] if number >= 0 else self.suspects[-number - 1].own

    def recalled(self, text: str, digest: int) -> int:
        """The number of a form that memory kept, by its text and the digest of its record."""
        found = self.of_kept.get((text, digest))
        if found is None:
            form = form_of(text)
            found = self.at.get((digest, form.expanded))
            if found is None:
                found = self.at[digest, form.expanded] = self._recalled(form, digest)
            self.of_kept[text, digest] = found
        return found

    def _recalled(self, form: KeptForm, digest: int) -> int:
        question = form.question
        if question is None:
            return self._placed(form.typed, digest)
        if question.public:
            self.public[len(self.suspects)] = frozenset(question.public)

        def read(as_: KeptMeaning) -> int:
            return self._placed(as_, digest)

        meant = question.meant
        one = _Open(
            lambda: read(form.typed),
            lambda: read(meant),
            lambda: read(KeptMeaning((), 0, 0)),
            question.word,
            question.program,
            None,
            question.digest,
            digest,
        )
        self.suspects.append(one)
        return -len(self.suspects)

    def _placed(self, meaning: KeptMeaning, digest: int) -> int:
        first = len(self.kind)
        for action in meaning.actions:
            words = [(self.words.recalled(word), Role(word.role)) for word in action.words]
            self._action(Kind(action.kind), Effect(action.effect), action.via, words)
            self.fed[-1] = tuple(map(self.words.recalled, action.fed))
        self.tags.append(self.tag_names(meaning.tag) if meaning.tag else -1)
        self.actions.add(range(first, len(self.kind)))
        self.subject.append(self.subjects(meaning.subject) if meaning.subject else -1)
        self.digests.append(digest)
        return len(self.digests) - 1

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
    return redaction.effect_of([word.text for word in command.words], via=command.via)
