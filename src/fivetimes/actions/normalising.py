"""EventLog -> ActionLog: which commands count as the same step.

Each action carries tokens at LEVELS granularities, finest first, because no single one fits all: `kubectl rollout status` is
one step for every service, while `python scripts/invoice.py` and `python notes.py` are two.

    0  all its words, what it is piped into git checkout -b hotfix/OPS-7
    1  values that vary starred             git checkout -b *
    2  only program, subcommands and flags  git checkout -b *
    3  program and subcommand path          git checkout
    4  program                              git

Which words are values is learnt from the data: many different ones in one place, or words that roam over several programs.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from fivetimes.actions.aliases import Distinct, read_own_names
from fivetimes.config import NAVIGATION
from fivetimes.model import (
    COARSE,
    LEVELS,
    ActionLog,
    Bools,
    Bytes,
    Effect,
    EventLog,
    Floats,
    Forms,
    Int32s,
    Ints,
    Kind,
    Role,
)
from fivetimes.redaction import is_pseudonym

_STAR = -1
_DEPTH = 8  # words after the program that a token may name
_SWAPPED = 3  # words in one place before the same rest: two may be two commands
_FREE = frozenset({Role.VALUE, Role.SCRIPT, Role.SECRET})  # words that may be values; the others are structure

Token = tuple[int, ...]


def _cut(flat: Int32s, start: Int32s) -> Iterator[bytes]:
    """The bytes of each list of a CSR."""
    size, whole, bounds = flat.itemsize, flat.tobytes(), start.tolist()
    return (whole[size * low : size * high] for low, high in pairwise(bounds))


def _distinct(forms: Forms, uses: Ints) -> tuple[list[Distinct], Int32s]:
    """The distinct actions, and for each action of the forms the number of its distinct one."""
    number: dict[tuple[int, bytes, bytes], int] = {}
    numbers = [
        number.setdefault(one, len(number))
        for one in zip(
            forms.kind.tolist(), _cut(forms.words, forms.word_start), _cut(forms.fed, forms.fed_start), strict=True
        )
    ]
    of = np.array(numbers, dtype=np.int32)
    total = np.bincount(of, weights=uses, minlength=len(number)).astype(np.int64)
    first = np.unique(of, return_index=True)[1] if len(of) else np.zeros(0, dtype=np.int64)
    found = []
    for which, action in enumerate(first):
        low, high = forms.word_start[action], forms.word_start[action + 1]
        words, roles = tuple(forms.words[low:high].tolist()), tuple(forms.roles[low:high].tolist())
        fed = tuple(forms.fed[forms.fed_start[action] : forms.fed_start[action + 1]].tolist())
        found.append(Distinct(Kind(int(forms.kind[action])), words, roles, int(total[which]), fed))
    return found, of


def _roaming(actions: Sequence[Distinct]) -> set[int]:
    """Words that several programs take as values, each often enough: names of things, not parts of a command."""
    users: dict[int, Counter[int]] = defaultdict(Counter)
    for action in actions:
        if action.kind is not Kind.SHELL or not action.words:
            continue
        for word, role in zip(action.words[1:], action.roles[1:], strict=True):
            if role in _FREE:
                users[word][action.words[0]] += action.uses
    return {word for word, by in users.items() if sum(count >= 0.1 * by.total() for count in by.values()) >= 3}


def looks_like_values(counts: Sequence[int], *, roaming: float) -> bool:
    """Whether the words seen in one place are values of a parameter rather than fixed parts of the command.

    Args:
        counts: how often each different word stands there.
        roaming: share of all uses whose word is also a value of other programs.

    Example:
        >>> looks_like_values([1, 1, 2, 1], roaming=0.0), looks_like_values([9, 7, 8], roaming=0.0)
        (True, False)
    """
    uses = sum(counts)
    if len(counts) >= 4 and len(counts) > 0.3 * uses:
        return True
    if len(counts) >= 3 and roaming > 0.6:
        return True
    return math.exp(-sum(c / uses * math.log(c / uses) for c in counts)) > 20


def _kept(counts: Counter[int], roaming: set[int]) -> set[int]:
    """The words of one place that stay words; the others become a star."""
    mass = sum(count for word, count in counts.items() if word in roaming) / counts.total()
    if not looks_like_values(list(counts.values()), roaming=mass):
        return set(counts)
    middle = sorted(counts.values())[len(counts) // 2]
    return {word for word, count in counts.items() if count >= 4 and count >= 4 * middle}


class _Settling:
    """Walks the words of all actions of one program, place by place, and stars what varies."""

    def __init__(self, actions: Sequence[Distinct], roaming: set[int]) -> None:
        self.actions = actions
        self.roaming = roaming
        self.settled: dict[int, list[int]] = {}

    def walk(self, members: list[int]) -> None:
        """Settle level 1 of some actions that have the same program."""
        for member in members:
            self.settled[member] = [self.actions[member].words[0]]
        self._place([m for m in members if len(self.actions[m].words) > 1], 1)

    def _swapped(self, members: list[int], place: int) -> bool:
        """Whether the words after an option are names: most stand before a rest that three of them have, and there are fewer rests.

        `make -C web test`, `make -C api test`, …: the folder is a name, the target is not.
        """
        if self.actions[members[0]].roles[place - 1] != Role.FLAG:  # who stands here has the same words before
            return False
        words: dict[Token, set[int]] = defaultdict(set)
        uses: Counter[Token] = Counter()
        for member in members:
            action = self.actions[member]
            if action.roles[place] == Role.VALUE:
                rest = action.words[place + 1 :]
                words[rest].add(action.words[place])
                uses[rest] += max(1, action.uses)
        shared = {rest: found for rest, found in words.items() if rest and len(found) >= _SWAPPED}
        fewer = len(shared) < len(set().union(*words.values()))
        return fewer and 2 * sum(uses[rest] for rest in shared) > uses.total()

    def _place(self, members: list[int], place: int) -> None:
        if not members or place > _DEPTH:
            return
        counts: Counter[int] = Counter()
        for member in members:
            action = self.actions[member]
            if action.roles[place] in _FREE:
                counts[action.words[place]] += max(1, action.uses)
        swapped = self._swapped(members, place)
        kept = _kept(counts, self.roaming) if counts and not swapped else set()
        children: dict[int, list[int]] = defaultdict(list)
        for member in members:
            action = self.actions[member]
            word = action.words[place]
            if action.roles[place] in _FREE and word not in kept:
                word = _STAR
            self.settled[member].append(word)
            if len(action.words) > place + 1:
                children[word].append(member)
        for word in sorted(children):
            self._place(children[word], place + 1)


def _without_runs(words: Iterable[int]) -> Token:
    """Stars side by side made one: `*` stands for one or more words."""
    out: list[int] = []
    for word in words:
        if word != _STAR or not out or out[-1] != _STAR:
            out.append(word)
    return tuple(out)


def _shell_levels(action: Distinct, settled: Sequence[int]) -> list[Token]:
    words, roles = action.words, action.roles
    path = [word for word, role in zip(words, roles, strict=True) if role == Role.SUBCOMMAND]
    flags = [
        word if role in (Role.FLAG, Role.SUBCOMMAND) else _STAR for word, role in zip(words[1:], roles[1:], strict=True)
    ]
    coarse = (words[0], *path)
    if not path and len(settled) > 1 and settled[1] != _STAR and roles[1] in (Role.SCRIPT, Role.VALUE):
        coarse = (words[0], settled[1])
        flags[0] = settled[1]
    return [words + action.fed, _without_runs(settled), (words[0], *_without_runs(flags)), coarse, words[:1]]


def _call_levels(action: Distinct, settled: Sequence[int]) -> list[Token]:
    keys = tuple(w for w, role in zip(action.words[1:], action.roles[1:], strict=True) if role == Role.KEY)
    name = action.words[:1]
    return [action.words, tuple(settled), name + keys, name, name]


def _levels(action: Distinct, settled: Sequence[int], commit: int) -> list[Token]:
    if not action.words:
        return [()] * LEVELS
    if action.kind is Kind.COMMIT:
        kind = action.words[:1]
        return [kind] * (LEVELS - 1) + [(commit,)]
    if action.kind is Kind.SHELL:
        return _shell_levels(action, settled)
    return _call_levels(action, settled)


_PREFIX = {
    Kind.SHELL: "",
    Kind.TOOL: "tool:",
    Kind.SKILL: "skill:",
    Kind.COMMIT: "commit:",
    Kind.ACTION: "",
    Kind.EDIT: "edit:",
}


def _label(kind: Kind, token: Token, labels: Sequence[str]) -> str:
    if kind is Kind.COMMIT:
        return f"commit:{labels[token[0]]}" if token[0] >= 0 else "commit"
    return _PREFIX[kind] + " ".join("*" if word == _STAR else labels[word] for word in token)


def _tokens(events: EventLog, actions: Sequence[Distinct]) -> tuple[Int32s, tuple[str, ...]]:
    """LEVELS token ids for each distinct action, and the label of each token."""
    settling = _Settling(actions, _roaming(actions))
    groups: dict[tuple[Kind, int], list[int]] = defaultdict(list)
    for number, action in enumerate(actions):
        if action.words and action.kind is not Kind.COMMIT:
            groups[action.kind, action.words[0]].append(number)
    for group in groups.values():
        settling.walk(group)
    ids: dict[tuple[Kind, Token], int] = {}
    levels = np.empty((len(actions), LEVELS), dtype=np.int32)
    for number, action in enumerate(actions):
        for depth, token in enumerate(_levels(action, settling.settled.get(number, ()), -2)):
            levels[number, depth] = ids.setdefault((action.kind, token), len(ids))
    labels = tuple(_label(kind, token, events.lexicon.labels) if token else "" for kind, token in ids)
    return levels, labels


def _pieces(events: EventLog, actions: Sequence[Distinct]) -> tuple[Int32s, Int32s]:
    """CSR of the value pieces of each distinct action."""
    start, flat = [0], list[int]()
    lexicon = events.lexicon
    bounds, pieces = lexicon.piece_start.tolist(), lexicon.pieces.tolist()
    for action in actions:
        found: set[int] = set()
        for word, role in zip(action.words, action.roles, strict=True):
            if role in (Role.VALUE, Role.SCRIPT):
                found.update(pieces[bounds[word] : bounds[word + 1]])
        for word in action.fed:
            found.update(pieces[bounds[word] : bounds[word + 1]])
        flat.extend(sorted(found))
        start.append(len(flat))
    return np.array(start, dtype=np.int32), np.array(flat, dtype=np.int32)


def _spread(start: Int32s, flat: Int32s, rows: Int32s) -> tuple[Int32s, Int32s]:
    """The CSR of `rows`, each an index into another CSR."""
    length = start[rows + 1] - start[rows]
    out = np.concatenate(([0], np.cumsum(length)))
    at = np.repeat(start[rows] - out[:-1], length) + np.arange(out[-1])
    return out.astype(np.int32), flat[at]


def _telling(start: Int32s, values: Int32s) -> tuple[Int32s, Int32s]:
    """Only pieces seen more than once and not all over the place: a value in every fiftieth action ties nothing together."""
    rows = len(start) - 1
    uses = np.bincount(values) if len(values) else np.zeros(0, dtype=np.int64)
    keep = (uses[values] >= 2) & (uses[values] <= max(20, 0.02 * rows))
    lengths = (
        np.add.reduceat(np.append(keep, False).astype(np.int64), start[:-1]) if rows else np.zeros(0, dtype=np.int64)
    )
    lengths[start[:-1] == start[1:]] = 0
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int32), values[keep]


def _clock(events: EventLog) -> Floats:
    """Seconds for ordering: the time where there is one; else a clock of its own per origin, a minute per line."""
    columns = events.columns
    own = columns["origin"].astype(np.float64) * 1e7 - 1e12 + 60.0 * columns["order"]
    return np.where(np.isnan(columns["time"]), own, columns["time"])


def normalise(events: EventLog) -> ActionLog:
    """Turn events into steps on each person's timeline.

    Args:
        events: redacted and fused.
    """
    forms = events.forms
    form = events.columns["form"]
    per_form = np.bincount(form, minlength=len(forms.action_start) - 1)
    size = np.diff(forms.action_start)
    distinct, of = _distinct(forms, np.repeat(per_form, size))
    plain = {word for word, label in enumerate(events.lexicon.labels) if label == "<str>" or not label.startswith("<")}
    same = events.lexicon.same.tolist()
    typed, distinct = distinct, read_own_names(distinct, unknown=_private_names(events), same=same, plain=plain)
    levels, labels = _tokens(events, distinct)

    clock = _clock(events)
    order = np.lexsort((events.columns["order"], events.columns["origin"], clock, events.columns["person"]))
    event = np.repeat(order, size[form[order]]).astype(np.int32)
    first = np.repeat(np.cumsum(size[form[order]]) - size[form[order]], size[form[order]])
    action = forms.action_start[form[event]] + (np.arange(len(event)) - first)
    which = of[action] if len(of) else np.zeros(0, dtype=np.int32)
    own_name = np.array([a.words[:1] != b.words[:1] for a, b in zip(typed, distinct, strict=True)], dtype=np.bool_)
    value_start, values = _telling(*_spread(*_pieces(events, distinct), which))
    return ActionLog(
        events=events,
        event=event,
        person=events.columns["person"][event],
        clock=clock[event],
        timed=~np.isnan(events.columns["time"][event]),
        levels=levels[which] if len(levels) else np.zeros((0, LEVELS), dtype=np.int32),
        labels=labels,
        kind=forms.kind[action],
        effect=_effects(forms.effect[action], levels[which, COARSE], own_name[which])
        if len(levels)
        else forms.effect[action],
        context=_is_context(events, forms, action),
        value_start=value_start,
        values=values,
    )


def _effects(effect: Bytes, coarse: Int32s, own_name: Bools) -> Bytes:
    """What each action does to others: one under an own name does what its program does, where that is seen under its own.

    Of an unknown program only the words could be judged: `k describe deploy/api` would count as a deployment.
    """
    known = np.full(int(coarse.max(initial=0)) + 1, -1, dtype=np.int64)
    np.maximum.at(known, coarse[~own_name], effect[~own_name].astype(np.int64))
    told = own_name & (known[coarse] >= 0)
    return np.where(told, known[coarse], effect).astype(effect.dtype)


def _private_names(events: EventLog) -> set[int]:
    """Programs that no vocabulary knows and one person alone uses."""
    forms, persons = events.forms, max(1, len(events.persons))
    private = np.array([is_pseudonym(label) for label in events.lexicon.labels] or [False])
    said = np.flatnonzero((forms.kind == Kind.SHELL) & (np.diff(forms.word_start) > 0))
    said = said[private[forms.words[forms.word_start[said]]]]  # actions whose program has no public name
    of_form: dict[int, list[int]] = defaultdict(list)
    for action, form in zip(said.tolist(), np.searchsorted(forms.action_start, said, side="right") - 1, strict=True):
        of_form[int(form)].append(int(forms.words[forms.word_start[action]]))
    there = np.isin(events.columns["form"], np.array(list(of_form), dtype=np.int64))
    pairs = np.unique(events.columns["form"][there].astype(np.int64) * persons + events.columns["person"][there])
    users: dict[int, set[int]] = defaultdict(set)
    for form, person in zip((pairs // persons).tolist(), (pairs % persons).tolist(), strict=True):
        for word in of_form[form]:
            users[word].add(person)
    return {word for word, who in users.items() if len(who) == 1}


def _is_context(events: EventLog, forms: Forms, action: Ints) -> np.ndarray:
    """Navigation that nothing is done with (`ls | xargs rm` is none), and lines that hold no word at all."""
    navigation = np.array([label in NAVIGATION for label in events.lexicon.labels] or [False])
    empty = forms.word_start[:-1] == forms.word_start[1:]
    first = forms.words[np.minimum(forms.word_start[:-1], max(0, len(forms.words) - 1))] if len(forms.words) else empty
    looks = (forms.kind == Kind.SHELL) & (forms.effect == Effect.NONE)
    context = empty | (looks & navigation[first])
    return np.asarray(context[action])
