"""Distinct actions -> the same, with a person's own name for a program read as the program.

A name that no public vocabulary knows, used by one person, whose arguments are those of one other program and hardly of any
else: `k rollout status`, `k describe`, `k logs --since` can only be kubectl. How telling an argument is: one over the number of
programs that take it. Nothing is folded on paths or values alone, for every editor opens the same files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fivetimes.model import Kind, Role

_TELLING = 0.5  # an argument that at most two programs take
_SHARE = 0.6  # of the name's telling uses must be the other program's too
_FORMS = 2  # different telling arguments at least
_AHEAD = 4  # words of a name within which the program that it runs must stand: `ssh host sudo systemctl`


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


def own_names(uses: Mapping[int, Counter[int]], *, unknown: set[int]) -> dict[int, int]:
    """Which programs are somebody's own name for which other one.

    Args:
        uses: what each program is told to do, and how often.
        unknown: programs that no vocabulary knows and one person alone uses.
    """
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


_Spelling = tuple[dict[int, int], dict[int, tuple[int, int]]]


def _spellings(actions: Sequence[Distinct], same: Sequence[int]) -> dict[int, _Spelling]:
    """For each program, by text: its subcommand words, and its flags and scripts with their roles."""
    found: dict[int, _Spelling] = defaultdict(lambda: ({}, {}))
    for action in actions:
        path, other = found[action.words[0]]
        for word, role in zip(action.words[1:], action.roles[1:], strict=True):
            if role == Role.SUBCOMMAND:
                path[same[word]] = word
            elif role in (Role.FLAG, Role.SCRIPT):
                other[same[word]] = word, role
    return found


def _renamed(action: Distinct, program: int, spelling: _Spelling, same: Sequence[int]) -> Distinct:
    """The action with every word read as that program has it: an unknown name's flags and scripts are not known as such."""
    path, other = spelling
    words, roles = [program], [int(Role.PROGRAM)]
    leading = True
    for word, role in zip(action.words[1:], action.roles[1:], strict=True):
        subcommand = path.get(same[word]) if leading and role == Role.VALUE else None
        leading = leading and (subcommand is not None or role != Role.VALUE)
        if subcommand is not None:
            known = subcommand, int(Role.SUBCOMMAND)
        else:
            known = other.get(same[word], (word, role)) if role in (Role.VALUE, Role.FLAG) else (word, role)
        words.append(known[0])
        roles.append(known[1])
    return replace(action, words=tuple(words), roles=tuple(roles))


# ---- a name that stands for what runs another program: `sudo`, `npx`, `bundle exec`


def _inside(action: Distinct, programs: Mapping[int, int], same: Sequence[int]) -> Iterator[Distinct]:
    """The commands that a name may be given to run: each from one of its first words on that is a program."""
    for at in range(1, min(len(action.words), _AHEAD + 1)):
        program = programs.get(same[action.words[at]])
        if program is not None:
            rest = at + 1
            yield replace(
                action, words=(program, *action.words[rest:]), roles=(int(Role.PROGRAM), *action.roles[rest:])
            )


def _runners(
    actions: Sequence[Distinct],
    uses: Mapping[int, Counter[int]],
    *,
    unknown: set[int],
    same: Sequence[int],
    plain: set[int],
) -> dict[int, dict[int, int]]:
    """The names that mostly run other programs, told to do what these are told elsewhere; for each its programs by their text.

    Args:
        actions: distinct shell actions; `words[0]` is the program.
        uses, unknown: see `own_names`.
        same: for each word an id of its text, whatever its role.
        plain: words that are no paths, numbers or other typed values.
    """
    programs = {same[p]: p for p in sorted(uses.keys() - unknown, reverse=True)}
    all_uses: Counter[int] = Counter()
    run: Counter[int] = Counter()
    forms: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for action in actions:
        name = action.words[0]
        if name not in unknown:
            continue
        all_uses[name] += max(1, action.uses)
        told = {
            (c.words[0], f)
            for c in _inside(action, programs, same)
            for f in _features(c, same, plain) & uses[c.words[0]].keys()
        }
        run[name] += max(1, action.uses) if told else 0
        forms[name] |= told
    found = {name for name in all_uses if run[name] >= _SHARE * all_uses[name] and len(forms[name]) >= _FORMS}
    return {name: {same[program]: program for program, _ in forms[name]} for name in sorted(found)}


def read_own_names(
    actions: Sequence[Distinct], *, unknown: set[int], same: Sequence[int], plain: set[int]
) -> list[Distinct]:
    """The actions with own names read as the programs they stand for, or looked through; in the same order.

    See `own_names`. A name that nobody knows may also be somebody's own for `sudo` or `npx`: then what it runs is what was done.
    """
    shell = [a for a in actions if a.kind is Kind.SHELL and a.words]
    uses = _uses(shell, same, plain)
    names = own_names(uses, unknown=unknown)
    runners = _runners(shell, uses, unknown=unknown - names.keys(), same=same, plain=plain)
    spellings = _spellings(shell, same) if names or runners else {}

    def read(action: Distinct) -> Distinct:
        if action.kind is not Kind.SHELL or not action.words:
            return action
        name = action.words[0]
        if name in names:
            return _renamed(action, names[name], spellings[names[name]], same)
        inside = next(_inside(action, runners.get(name, {}), same), None)
        return action if inside is None else _renamed(inside, inside.words[0], spellings[inside.words[0]], same)

    return [read(action) for action in actions]
