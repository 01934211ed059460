"""Words -> ids, and labels that may be kept.

Of a word stays a label that may be kept, and ids by which it and its pieces are recognised again. Where memory takes part, texts
are recognised by keyed tags, so that what was kept of a text and the text itself have one id; else by themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

from fivetimes import redaction
from fivetimes.config import NAVIGATION
from fivetimes.eventlog.growing import Growing, Ids
from fivetimes.eventlog.kept import KeptWord
from fivetimes.model.command_lines import Grammar, Role
from fivetimes.shell import names_secret


def _itself(text: str) -> str:
    return text


_LONGEST = 200  # characters; longer argument values are content, not names: no pieces are taken from them
_SHORTEST = 3  # characters; shorter pieces stand everywhere and tie nothing together
_PIECES = re.compile(r"[^/:=.,@()\s'\"{}\[\]<>|;&$`]{3,}")  # of _SHORTEST or more
_NUMBERS = re.compile(r"(?<![0-9])[0-9]+(?:[._-][0-9]+)+")  # a version, a date, an address
_DAY = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])(?![0-9])")
_NUMBERED = re.compile(
    r"(?<![a-z])([a-z]+)[-_]?([0-9]+)(?![0-9]|[._-][0-9])"
)  # a ticket; the `store-2` of `store-2-5-10` is none


def identifiers(text: str) -> Iterator[str]:
    """What names one thing in a text, in one form: a version, a day, a ticket.

    Example:
        >>> sorted(identifiers("v1.4.2")), sorted(identifiers("store-1-4-2.tar.gz"))
        (['1.4.2'], ['1.4.2'])
        >>> sorted(identifiers("fix/ops-77-login")), sorted(identifiers("OPS-77")), sorted(identifiers("log-20260311"))
        (['ops77'], ['ops77'], ['2026.03.11', 'log20260311'])
    """
    text = text.lower()
    for found in _NUMBERS.findall(text):
        yield re.sub("[_-]", ".", found)
    for day in _DAY.findall(text):
        yield ".".join(day)
    for name, number in _NUMBERED.findall(text):
        yield name + number


class WordTable:
    """Gives each (word, role) an id and a label that may be kept."""

    def __init__(
        self, *, key: bytes, grammar: Grammar, known: redaction.Known, tags: redaction.Tags | None = None
    ) -> None:
        self.known = known
        self.tags = tags
        self.tag: Callable[[str], Hashable] = tags or _itself
        self.by_tag: dict[tuple[Hashable, Role, bool], int] = {}
        self.guarded = (
            False  # whether words that look like a token are looked for, as memory recognises none of them again
        )
        self.unlike: set[int] = set()  # such words
        self._here: dict[str, str] | None = None  # pseudonyms that memory may hold -> the names that are known by now
        self.secret: set[str] = set()
        self.local: dict[int, tuple[str, str]] = {}
        self.flags: dict[tuple[str, str], bool] = {}
        self.ids: dict[tuple[str, Role, bool], int] = {}
        self.labels: list[str] = []
        self.pieces = Growing()
        self.piece_id = Ids()
        self.same: list[int] = []
        self.text_id = Ids()
        self.keys: list[tuple[Hashable, Role, bool]] = []
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
            tag = self.tag(text)
            found = self.by_tag.get((tag, role, known))
            if found is None:
                found = self._new(self._label(text, role, known=known), (tag, role, known), self._pieces_of(text, role))
                if self.guarded and role in (Role.VALUE, Role.SCRIPT) and redaction.flagged(text) is not None:
                    self.unlike.add(found)
            self.ids[text, role, known] = found
        return found

    def _new(self, label: str, key: tuple[Hashable, Role, bool], pieces: Iterable[Hashable]) -> int:
        number = self.by_tag[key] = len(self.labels)
        self.labels.append(label)
        self.pieces.add(sorted({self.piece_id(piece) for piece in pieces}))
        self.same.append(self.text_id(key[0]))
        self.keys.append(key)
        return number

    # ---- what memory keeps of words, and what it kept

    def kept(self, word: int) -> KeptWord:
        """What memory keeps of a word: its label, and tags in the place of its text and pieces."""
        tag, role, known = self.keys[word]
        label = self.label(word)
        if not isinstance(tag, int) or word in self.unlike:
            return KeptWord(label, int(role), known, 0)
        tags = self.piece_id.listed
        pieces = self.pieces.flat[self.pieces.start[word] : self.pieces.start[word + 1]]
        return KeptWord(label, int(role), known, tag, tuple(tags[piece] for piece in pieces))

    def recalled(self, word: KeptWord) -> int:
        """The id of a word that memory kept; one that it does not recognise again is a word of its own."""
        role = Role(word.role)
        key = (word.tag or object(), role, word.known)
        found = self.by_tag.get(key)
        if found is None:
            found = self._new(self._recalled_label(word.label, role), key, word.pieces)
            if role is Role.PROGRAM and word.label and self.grammar.is_program(word.label):
                self.ids[word.label, role, word.known] = found
        return found

    def _recalled_label(self, label: str, role: Role) -> str:
        """The label as memory has it, or the name that is known here by now; it is about to get the next id."""
        if role not in (Role.PROGRAM, Role.SCRIPT):
            return label
        if self._here is None:
            self._here = self._known_by_now()
        named = self._here.get(label, label)
        kind = "prog" if role is Role.PROGRAM else "script"
        ours = self.known.program(named) if role is Role.PROGRAM else self.known.script(named)
        return self.name_here(named, kind) if ours else named

    def _known_by_now(self) -> dict[str, str]:
        known = self.known
        names = known.executables | known.approved | known.tracked_names
        scripts = known.tracked_files | known.targets | known.approved
        found = {self.pseudonyms.of(name, kind="prog"): name for name in names if known.program(name)}
        return found | {self.pseudonyms.of(name, kind="script"): name for name in scripts if known.script(name)}

    def _is_flag(self, program: str, flag: str) -> bool:
        found = self.flags.get((program, flag))
        if found is None:
            found = self.flags[program, flag] = self.grammar.is_flag(program, flag)
        return found

    def _pieces_of(self, text: str, role: Role) -> list[Hashable]:
        if role not in (Role.VALUE, Role.SCRIPT) or not _SHORTEST <= len(text) <= _LONGEST:
            return []
        if text.isalpha():  # one piece, which is the whole
            return [self.tag(text)]
        named = (one for one in identifiers(text) if len(one) >= _SHORTEST)
        return [self.tag(piece) for piece in (text, *_PIECES.findall(text), *named)]

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

    def label(self, word: int) -> str:
        """A word's label by what was seen so far."""
        text, kind = self.local.get(word, ("", ""))
        return self.pseudonyms.of(text, kind=kind) if text and text in self.secret else self.labels[word]

    def _label(self, text: str, role: Role, *, known: bool) -> str:
        return _LABELLERS[role](self, text, known)

    def count(self, rule: str) -> None:
        """Note that something was taken out or put right."""
        self.counts[rule] += 1

    def _count(self, rule: str, label: str) -> str:
        self.count(rule)
        return label


_ACTIVATES = re.compile(r"(?:[^\0]*[/\\])?(?:bin|Scripts)[/\\]activate(?:\.(?:bat|csh|fish|ps1))?", re.IGNORECASE)


def _program(words: WordTable, text: str, _: bool) -> str:
    if words.grammar.is_program(text) or text in NAVIGATION:
        return text
    if text.endswith("/"):
        return "cd"  # a folder as a command is gone to
    if words.known.program(text):
        return words.name_here(text, "prog")
    return words._count("program: pseudonym", words.pseudonyms.of(text, kind="prog"))


def _script(words: WordTable, text: str, _: bool) -> str:
    public = redaction.public()
    if public.is_word(text) or public.is_program(text) or public.is_subcommand_word(text):
        return text
    if _ACTIVATES.fullmatch(text):
        return "activate"  # of an environment of Python, whatever it is called
    if words.known.script(text):
        return words.name_here(text, "script")
    return words._count("script: pseudonym", words.pseudonyms.of(text, kind="script"))


def _flag(words: WordTable, text: str, known: bool) -> str:
    if known or redaction.is_sign(text):
        return text
    return words._count("flag: not in the vocabulary", "<flag>")


def _name(words: WordTable, text: str, several: bool) -> str:
    if (
        redaction.declared(text)
        or redaction.is_pseudonym(text)
        or (several and redaction.is_activity(text, names_secret=names_secret))
    ):
        return text
    return words._count("name: pseudonym", words.pseudonyms.of(text, kind="name"))


_LABELLERS: Mapping[Role, Callable[[WordTable, str, bool], str]] = {
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
