"""RawBatch -> UnknownName: program, script and declared names that no vocabulary knows, for a person to look at; in memory only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fivetimes import redaction, shell
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Kind
from fivetimes.model.sources import RawBatch

_ROLES = (Role.PROGRAM, Role.SCRIPT)


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name as it was typed. Only a terminal may show it. `alone` is how often it was all that stood on its line."""

    word: str
    role: Role
    lines: int
    alone: int


@dataclass(slots=True)
class _Seen:
    role: Role
    lines: int = 0
    alone: int = 0


@dataclass(slots=True)
class _UnknownWords:
    known: redaction.Known
    seen: dict[str, _Seen] = field(default_factory=dict)
    secret: set[str] = field(default_factory=set)
    forms: dict[str, list[tuple[str, Role, bool]]] = field(default_factory=lambda: defaultdict(list))

    def line(self, text: str) -> None:
        if text not in self.forms:
            self.forms[text] = list(self._asked(text))
        for word, role, alone in self.forms[text]:
            seen = self.seen.setdefault(word, _Seen(role))
            seen.lines += 1
            seen.alone += alone

    def _asked(self, text: str) -> Iterator[tuple[str, Role, bool]]:
        found = shell.parse(text, grammar=redaction.public()).commands
        for command in found:
            self.secret |= {word.text for word in command.words if word.role is Role.SECRET}
            alone = len(found) == 1 and len(command.words) == 1
            yield from (
                (word.text, word.role, alone)
                for word in command.words
                if word.role in _ROLES and _is_unknown(word.text, word.role, self.known)
            )


def _is_unknown(word: str, role: Role, known: redaction.Known) -> bool:
    if redaction.harmless(word, role=role, known=known):
        return False
    return redaction.is_local_name(word) and redaction.flagged(word) is None


def unknown_names(raw: Iterable[RawBatch], *, known: redaction.Known) -> list[UnknownName]:
    """Return the names that a person may be asked about, the commonest first.

    Left out are names that stood in a secret position, and what looks like a secret to either detector.

    Args:
        raw: batches as readers yield them.
        known: names that exist here or were approved before.

    Example:
        >>> batch = RawBatch("bash", "h", ["zqctl up web", "zqctl down", "git push", "zqctl"])
        >>> unknown_names([batch], known=redaction.Known())
        [UnknownName(word='zqctl', role=<Role.PROGRAM: 0>, lines=3, alone=1)]
    """
    words = _UnknownWords(known)
    for batch in raw:
        kinds = [batch.kind] * len(batch.text) if isinstance(batch.kind, Kind) else batch.kind
        for text, kind in zip(batch.text, kinds, strict=True):
            if kind is Kind.SHELL:
                words.line(text)
    found = [UnknownName(word, seen.role, seen.lines, seen.alone) for word, seen in words.seen.items()]
    return sorted((u for u in found if u.word not in words.secret), key=lambda u: (-u.lines, u.word))
