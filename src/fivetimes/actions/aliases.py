"""Distinct actions -> the same, with a person's own name for a program read as the program.

A name that no public vocabulary knows, used by one person, whose arguments are those of one other program and hardly of any
else: `k rollout status`, `k describe`, `k logs --since` can only be kubectl. How telling an argument is: one over the number of
programs that take it. Nothing is folded on paths or values alone, for every editor opens the same files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fivetimes.model import Kind, Role

_TELLING = 0.5  # an argument that at most two programs take
_SHARE = 0.6  # of the name's telling uses must be the other program's too
_FORMS = 2  # different telling arguments at least


@dataclass(frozen=True, slots=True)
class Distinct:
    """One distinct action: its kind, its words with roles, how often it was done, and the words of what it is piped into."""

    kind: Kind
    words: tuple[int, ...]
    roles: tuple[int, ...]
    uses: int
    fed: tuple[int, ...] = ()


def _features(action: Distinct, same: Sequence[int], plain: set[int]) -> set[int]:
    """The words that say what a command is told to do: of the first two bare words the plain ones, and all flags."""
    told = list(zip(action.words[1:], action.roles[1:], strict=True))
    bare = [w for w, r in told if r in (Role.SUBCOMMAND, Role.VALUE)][:2]
    return {same[w] for w in bare if w in plain} | {same[w] for w, r in told if r == Role.FLAG}


def _uses(actions: Sequence[Distinct], same: Sequence[int], plain: set[int]) -> dict[int, Counter[int]]:
    uses: dict[int, Counter[int]] = defaultdict(Counter)
    for action in actions:
        for feature in _features(action, same, plain):
            uses[action.words[0]][feature] += max(1, action.uses)
    return uses


def own_names(
    actions: Sequence[Distinct], *, unknown: set[int], same: Sequence[int], plain: set[int]
) -> dict[int, int]:
    """Which programs are somebody's own name for which other one.

    Args:
        actions: distinct shell actions; `words[0]` is the program.
        unknown: programs that no vocabulary knows and one person alone uses.
        same: for each word an id of its text, whatever its role.
        plain: words that are no paths, numbers or other typed values.
    """
    uses = _uses(actions, same, plain)
    takers: Counter[int] = Counter(feature for seen in uses.values() for feature in seen)
    found = {}
    for name in sorted(unknown & uses.keys()):
        shared: Counter[int] = Counter()
        forms: Counter[int] = Counter()
        for feature, count in uses[name].items():
            others = [p for p in uses if p != name and p not in unknown and feature in uses[p]]
            if others and 1 / len(others) >= _TELLING:
                for other in others:
                    shared[other] += count
                    forms[other] += 1
        told = sum(count for feature, count in uses[name].items() if takers[feature] > 1)
        best = max(shared, key=lambda p: (shared[p], -p), default=None)
        if best is not None and forms[best] >= _FORMS and shared[best] >= _SHARE * told:
            found[name] = best
    return found


def _paths(actions: Sequence[Distinct], same: Sequence[int]) -> dict[int, dict[int, int]]:
    """For each program its subcommand words by text."""
    paths: dict[int, dict[int, int]] = defaultdict(dict)
    for action in actions:
        for word, role in zip(action.words[1:], action.roles[1:], strict=True):
            if role == Role.SUBCOMMAND:
                paths[action.words[0]][same[word]] = word
    return paths


def _renamed(action: Distinct, program: int, path: Mapping[int, int], same: Sequence[int]) -> Distinct:
    words, roles = [program], [int(Role.PROGRAM)]
    leading = True
    for word, role in zip(action.words[1:], action.roles[1:], strict=True):
        subcommand = path.get(same[word]) if leading and role == Role.VALUE else None
        leading = leading and (subcommand is not None or role != Role.VALUE)
        words.append(word if subcommand is None else subcommand)
        roles.append(role if subcommand is None else int(Role.SUBCOMMAND))
    return replace(action, words=tuple(words), roles=tuple(roles))


def read_own_names(
    actions: Sequence[Distinct], *, unknown: set[int], same: Sequence[int], plain: set[int]
) -> list[Distinct]:
    """The actions with own names read as the programs they stand for; in the same order. See `own_names`."""
    shell = [a for a in actions if a.kind is Kind.SHELL and a.words]
    names = own_names(shell, unknown=unknown, same=same, plain=plain)
    paths = _paths(shell, same) if names else {}
    return [
        _renamed(a, names[a.words[0]], paths.get(names[a.words[0]], {}), same)
        if a.kind is Kind.SHELL and a.words and a.words[0] in names
        else a
        for a in actions
    ]
