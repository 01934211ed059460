"""Distinct actions -> tokens at LEVELS granularities, finest first (`tokens`).

No single granularity fits all: `kubectl rollout status` is one step for every service, while `python scripts/invoice.py` and
`python notes.py` are two.

    0  all its words, what it is piped into git checkout -b hotfix/OPS-7
    1  values that vary starred             git checkout -b *
    2  only program, subcommands and flags  git checkout -b *
    3  program and subcommand path          git checkout
    4  without the thing it is done on      git checkout

A path is such a thing: `pytest tests`. A word is none, for it may say what is done: `vboxmanage startvm`. `git` alone is no level:
a step that is anything that is done with one program says nothing. A commit, with a message or with one written in an editor, is
any commit at the coarsest level.

Which words are values is learnt from the data: many different ones in one position, or words that roam over several programs.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from fivetimes.actions.distinct import Distinct
from fivetimes.columns import LEVELS, Int32s
from fivetimes.model.command_lines import Role
from fivetimes.model.events import LABEL_PREFIX, Kind

Words = tuple[int, ...]  # what makes a token: ids of words, _STAR for whatever varies

_STAR = -1
_ANY_COMMIT = -2  # instead of a word: a commit of whatever kind
_FREE = frozenset({Role.VALUE, Role.SCRIPT, Role.SECRET})  # words that may be values; the others are structure
_GIVEN = _FREE - {Role.SCRIPT}  # of these, what a command is given; a script, or a target of make, is what it runs


def tokens(actions: Sequence[Distinct], labels: Sequence[str]) -> tuple[Int32s, tuple[str, ...]]:
    """The tokens of all distinct actions.

    Args:
        actions: distinct actions, aliases read as their programs.
        labels: of each word, by id.

    Returns:
        LEVELS token ids for each distinct action, shape (actions, LEVELS), and the label of each token.
    """
    constants = _ConstantWords(actions)
    ids: dict[tuple[Kind, Words], int] = {}
    levels = np.empty((len(actions), LEVELS), dtype=np.int32)
    for number, action in enumerate(actions):
        for level, words in enumerate(_levels(action, constants.of.get(number, ()), labels)):
            levels[number, level] = ids.setdefault((action.kind, words), len(ids))
        if action.kind is Kind.SHELL and _commits(action, labels):
            levels[number, -1] = ids.setdefault((Kind.COMMIT, (_ANY_COMMIT,)), len(ids))
    return levels, tuple(_label(kind, words, labels) if words else "" for kind, words in ids)


def without_false_subcommands(actions: Sequence[Distinct], *, unknown: set[int]) -> list[Distinct]:
    """The same, where the first words behind a program that no vocabulary knows are those of texts, with none as its subcommand.

    `note fix the tax`, `note add a page`: any word may stand there, also one that many programs have as a subcommand.

    Args:
        actions: distinct actions.
        unknown: programs that no vocabulary knows.
    """
    firsts: dict[int, Counter[int]] = defaultdict(Counter)
    for action in actions:
        if action.kind is Kind.SHELL and action.words and action.words[0] in unknown:
            first = next((word for word, role in action.arguments if role in (Role.SUBCOMMAND, Role.VALUE)), None)
            if first is not None:
                firsts[action.words[0]][first] += max(1, action.uses)
    anything = {program for program, counts in firsts.items() if looks_like_values(list(counts.values()), roaming=0.0)}
    return [
        _without_subcommand(action) if action.words[:1] and action.words[0] in anything else action
        for action in actions
    ]


def _without_subcommand(action: Distinct) -> Distinct:
    return replace(action, roles=tuple(Role.VALUE if role == Role.SUBCOMMAND else role for role in action.roles))


# ---- which words are values

_DEPTH = 8  # words after the program that are looked at; later ones are detail of one call
_MANY_WORDS, _MANY_SHARE = 4, 0.3  # so many words, and more than this share of the uses bring a new one: values
_ROAMING_WORDS, _ROAMING_SHARE = 3, 0.6  # so many words, and more than this share of the uses roam: values
_PERPLEXITY = 20.0  # words, as if all were equally frequent; from more on no list of fixed words is that long
_LENGTHS = 4.0  # numbers of words that follow, as if all were equally frequent; from more on it is a list or a text
_ROAMS, _ROAMS_SHARE = 3, 0.1  # a word roams if so many programs each have at least this share of its uses
_STANDS_OUT = 4  # uses, and times the median: so much more frequent than the values around it, a word is a constant
_SWAPPED = 3  # words in one position before the same rest: two may be two commands
_SWAPPED_SHARE = 0.5  # more than this share of the uses: most of them


def looks_like_values(counts: Sequence[int], *, roaming: float) -> bool:
    """Whether the words seen in one position are values of a parameter rather than fixed parts of the command.

    Args:
        counts: how often each different word stands there.
        roaming: share of all uses whose word is also a value of other programs.

    Example:
        >>> looks_like_values([1, 1, 2, 1], roaming=0.0), looks_like_values([9, 7, 8], roaming=0.0)
        (True, False)
    """
    uses = sum(counts)
    if len(counts) >= _MANY_WORDS and len(counts) > _MANY_SHARE * uses:
        return True
    if len(counts) >= _ROAMING_WORDS and roaming > _ROAMING_SHARE:
        return True
    return _perplexity(counts) > _PERPLEXITY


def _perplexity(counts: Sequence[int]) -> float:
    """How many there are, as if all were equally frequent."""
    uses = sum(counts)
    return math.exp(-sum(c / uses * math.log(c / uses) for c in counts))


def _roaming(actions: Sequence[Distinct]) -> set[int]:
    """Words that several programs take as values, each often enough: names of things, not parts of a command."""
    users: dict[int, Counter[int]] = defaultdict(Counter)
    for action in actions:
        if action.kind is not Kind.SHELL or not action.words:
            continue
        for word, role in action.arguments:
            if role in _FREE:
                users[word][action.words[0]] += action.uses
    least = {word: _ROAMS_SHARE * by.total() for word, by in users.items()}
    return {word for word, by in users.items() if sum(count >= least[word] for count in by.values()) >= _ROAMS}


def _standing_out(counts: Counter[int]) -> set[int]:
    """The words that are fixed parts of the command although values stand in their position, too."""
    median = sorted(counts.values())[len(counts) // 2]
    return {word for word, count in counts.items() if count >= _STANDS_OUT and count >= _STANDS_OUT * median}


class _ConstantWords:
    """The words of each action with what varies starred: `of[number]`; all actions of one program are compared, word by word.

    Commits and actions without words have no entry.
    """

    def __init__(self, actions: Sequence[Distinct]) -> None:
        self.of: dict[int, list[int]] = {}
        self._actions = actions
        self._roaming = _roaming(actions)
        programs: dict[tuple[Kind, int], list[int]] = defaultdict(list)
        for number, action in enumerate(actions):
            if action.words and action.kind is not Kind.COMMIT:
                programs[action.kind, action.words[0]].append(number)
                self.of[number] = [action.words[0]]
        for members in programs.values():
            self._decide([m for m in members if len(actions[m].words) > 1], 1)

    def _decide(self, members: list[int], position: int, *, text: bool = False) -> None:
        """Append the word at a position, or a star, for actions that are alike before it; and so on behind it.

        text: whether they are in a list or a text already, of which no word is a part of the command.
        """
        if not members or position > _DEPTH:
            return
        counts = self._uses(members, position)
        values = self._are_values(counts)
        text = text or (values and self._of_any_length(members, position))
        constant = _standing_out(counts) if values else set(counts)
        if text or self._is_swapped(members, position):
            constant = set()
        children: dict[int, list[int]] = defaultdict(list)
        for member in members:
            action = self._actions[member]
            word = action.words[position]
            if action.roles[position] in _FREE and word not in constant:
                word = _STAR
            self.of[member].append(word)
            if len(action.words) > position + 1:
                children[word].append(member)
        for word in sorted(children):
            self._decide(children[word], position + 1, text=text and word == _STAR)

    def _uses(self, members: list[int], position: int) -> Counter[int]:
        """How often each word is used at a position, where it may be a value."""
        counts: Counter[int] = Counter()
        for action in (self._actions[member] for member in members):
            if action.roles[position] in _FREE:
                counts[action.words[position]] += max(1, action.uses)
        return counts

    def _are_values(self, counts: Counter[int]) -> bool:
        roaming = sum(count for word, count in counts.items() if word in self._roaming)
        return bool(counts) and looks_like_values(list(counts.values()), roaming=roaming / counts.total())

    def _of_any_length(self, members: list[int], position: int) -> bool:
        """Whether any number of words may be given from a position on: `git branch -D a b c`, `note buy milk and bread`."""
        lengths: Counter[int] = Counter()
        for member in members:
            action = self._actions[member]
            words = takewhile(_GIVEN.__contains__, action.roles[position:])
            lengths[sum(1 for _ in words)] += max(1, action.uses)
        return _perplexity(list(lengths.values())) > _LENGTHS

    def _is_swapped(self, members: list[int], position: int) -> bool:
        """Whether the words after an option are names: most stand before a rest that three of them have, and there are fewer rests.

        `make -C web test`, `make -C api test`, …: the folder is a name, the target is not.
        """
        if self._actions[members[0]].roles[position - 1] != Role.FLAG:  # all members have the same words before
            return False
        words: dict[Words, set[int]] = defaultdict(set)
        uses: Counter[Words] = Counter()
        for member in members:
            action = self._actions[member]
            if action.roles[position] == Role.VALUE:
                rest = action.words[position + 1 :]
                words[rest].add(action.words[position])
                uses[rest] += max(1, action.uses)
        shared = {rest: found for rest, found in words.items() if rest and len(found) >= _SWAPPED}
        fewer = len(shared) < len(set().union(*words.values()))
        return fewer and sum(uses[rest] for rest in shared) > _SWAPPED_SHARE * uses.total()


# ---- the token of each level


def _levels(action: Distinct, starred: Sequence[int], labels: Sequence[str]) -> list[Words]:
    """What makes the action's token at each level, finest first. `starred`: its words with what varies starred."""
    if not action.words:
        return [()] * LEVELS
    if action.kind is Kind.COMMIT:
        return [action.words[:1]] * (LEVELS - 1) + [(_ANY_COMMIT,)]
    return _shell_levels(action, starred, labels) if action.kind is Kind.SHELL else _call_levels(action, starred)


def _shell_levels(action: Distinct, starred: Sequence[int], labels: Sequence[str]) -> list[Words]:
    words, roles = action.words, action.roles
    path = [word for word, role in zip(words, roles, strict=True) if role == Role.SUBCOMMAND]
    flags = [word if role in (Role.FLAG, Role.SUBCOMMAND) else _STAR for word, role in action.arguments]
    coarse = (words[0], *path)
    named = _first_named(roles)
    if not path and named < len(starred) and starred[named] != _STAR and roles[named] in (Role.SCRIPT, Role.VALUE):
        coarse = (words[0], starred[named])
        flags[named - 1] = starred[named]
    thing = len(coarse) > 1 and not path and _is_thing(labels[words[named]])
    return [
        words + action.fed,
        _one_star(starred),
        (words[0], *_one_star(flags)),
        coarse,
        words[:1] if thing else coarse,
    ]


def _first_named(roles: Sequence[int]) -> int:
    """The position of the script or target that a command runs, whatever flags stand before it; else of its first word."""
    return next((position for position, role in enumerate(roles) if role == Role.SCRIPT), 1)


def _is_thing(label: str) -> bool:
    """Whether the first word after a program names what it is done on, by its label; else it may say what is done."""
    return label.startswith("<") and label != "<str>"


def _call_levels(action: Distinct, starred: Sequence[int]) -> list[Words]:
    keys = tuple(word for word, role in action.arguments if role == Role.KEY)
    name = action.words[:1]
    return [action.words, tuple(starred), name + keys, name, name]


def _one_star(words: Iterable[int]) -> Words:
    """Stars side by side made one: `*` stands for one or more words."""
    out: list[int] = []
    for word in words:
        if word != _STAR or not out or out[-1] != _STAR:
            out.append(word)
    return tuple(out)


def _commits(action: Distinct, labels: Sequence[str]) -> bool:
    """Whether a command makes a commit of its own whose message is written in an editor: with a message its kind is another."""
    path = [labels[word] for word, role in action.arguments if role == Role.SUBCOMMAND]
    named = [labels[word] for word in action.words]
    return named[:1] == ["git"] and path == ["commit"] and "--amend" not in named


def _label(kind: Kind, words: Words, labels: Sequence[str]) -> str:
    if words == (_ANY_COMMIT,):
        return "commit"
    return LABEL_PREFIX.get(kind, "") + " ".join("*" if word == _STAR else labels[word] for word in words)
