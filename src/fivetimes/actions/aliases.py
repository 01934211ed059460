"""Distinct actions -> the same, with a person's own name for a program read as the program (`read_aliases`).

A name that no public vocabulary knows, used by one person, may stand for the program whose arguments it shares: `k rollout
status`, `k describe`, `k logs --since` look like kubectl. How distinctive an argument is: one over the number of programs that
take it. Shared arguments only say which program it may be. It is read as that program where it also stands in the
program's place: behind the same steps and before the same steps (`places`), and where its owner does not type both.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from fivetimes.actions.distinct import Distinct
from fivetimes.actions.places import ActionRows, Places
from fivetimes.columns import Bools, Bytes, EventLog, Int32s
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Kind
from fivetimes.redaction import is_pseudonym

_DISTINCTIVE = 0.5  # one over the programs that take an argument, at least: two programs at most
_SHARE = 0.6  # of a name's uses, at least, must be like one other program's: most of them, with room for what it adds
_FORMS = 2  # different distinctive arguments, at least: one alone is an accident
_AHEAD = 4  # words of a name within which the program that it runs must stand: `ssh host sudo systemctl`
_BARE = 2  # bare words after a program that may be its subcommand path


def read_aliases(
    actions: Sequence[Distinct], *, unknown: set[int], same: Sequence[int], plain: set[int], timeline: ActionRows
) -> list[Distinct]:
    """The actions with aliases read as the programs they stand for, or looked through; in the same order.

    A name that nobody knows may also be somebody's own for `sudo` or `npx`: then what it runs is what was done.

    Args:
        actions: distinct actions.
        unknown: programs that no vocabulary knows and one person alone uses; see `private_programs`.
        same: for each word an id of its text, whatever its role.
        plain: words that are no paths, numbers or other typed values.
        timeline: all rows of these actions.
    """
    shell = [a for a in actions if a.kind is Kind.SHELL and a.words]
    uses = _uses(shell, same, plain)
    aliases = aliases_among(uses, unknown=unknown)
    runners = _runners(shell, uses, unknown=unknown - aliases.keys(), same=same, plain=plain)
    spellings = _spellings(shell, same) if aliases or runners else {}
    while True:
        read = [_read(action, aliases, runners, spellings, same) for action in actions]
        names = sorted(aliases.keys() | runners.keys())
        if not names:
            return read
        places = Places(timeline, actions, read)
        # a name that is not proven is no longer read so, and the places of the others are looked at again without it
        unproven = {n for n in names if not places.stands_like(n)}
        unproven |= {n for n, program in aliases.items() if places.typed_often(program, n)}
        if not unproven:
            return read
        aliases = {n: program for n, program in aliases.items() if n not in unproven}
        runners = {n: programs for n, programs in runners.items() if n not in unproven}


def _read(
    action: Distinct,
    aliases: Mapping[int, int],
    runners: Mapping[int, Mapping[int, int]],
    spellings: Mapping[int, _Spelling],
    same: Sequence[int],
) -> Distinct:
    if action.kind is not Kind.SHELL or not action.words:
        return action
    name = action.words[0]
    if name in aliases:
        return _renamed(action, aliases[name], spellings[aliases[name]], same)
    inside = next(_inside(action, runners.get(name, {}), same), None)
    return action if inside is None else _renamed(inside, inside.words[0], spellings[inside.words[0]], same)


# ---- which names may be aliases


def private_programs(events: EventLog) -> set[int]:
    """Programs that no vocabulary knows and one person alone uses."""
    forms, persons = events.forms, max(1, len(events.persons))
    private = np.array([is_pseudonym(label) for label in events.lexicon.labels] or [False])
    commands = np.flatnonzero((forms.kind == Kind.SHELL) & (np.diff(forms.word_start) > 0))
    commands = commands[private[forms.words[forms.word_start[commands]]]]  # those whose program has no public name
    of_form: dict[int, list[int]] = defaultdict(list)
    owner = np.searchsorted(forms.action_start, commands, side="right") - 1
    for action, form in zip(commands.tolist(), owner.tolist(), strict=True):
        of_form[form].append(int(forms.words[forms.word_start[action]]))
    there = np.isin(events.columns["form"], np.array(list(of_form), dtype=np.int64))
    pairs = np.unique(events.columns["form"][there].astype(np.int64) * persons + events.columns["person"][there])
    users: dict[int, set[int]] = defaultdict(set)
    for form, person in zip((pairs // persons).tolist(), (pairs % persons).tolist(), strict=True):
        for word in of_form[form]:
            users[word].add(person)
    return {word for word, who in users.items() if len(who) == 1}


# ---- a name that stands for a program


def _features(action: Distinct, same: Sequence[int], plain: set[int]) -> set[int]:
    """The words that decide what a command does: of the first bare words the plain ones, and all flags."""
    bare = [w for w, r in action.arguments if r in (Role.SUBCOMMAND, Role.VALUE)][:_BARE]
    return {same[w] for w in bare if w in plain} | {same[w] for w, r in action.arguments if r == Role.FLAG}


def _uses(actions: Sequence[Distinct], same: Sequence[int], plain: set[int]) -> dict[int, Counter[int]]:
    """For each program how often each feature was used with it."""
    uses: dict[int, Counter[int]] = defaultdict(Counter)
    for action in actions:
        for feature in _features(action, same, plain):
            uses[action.words[0]][feature] += max(1, action.uses)
    return uses


def aliases_among(uses: Mapping[int, Counter[int]], *, unknown: set[int]) -> dict[int, int]:
    """Which programs may be somebody's own name for which other one, by the arguments that they share.

    Args:
        uses: for each program how often each feature (flag, subcommand word) was used with it.
        unknown: programs that no vocabulary knows and one person alone uses.
    """
    takers: Counter[int] = Counter(feature for seen in uses.values() for feature in seen)
    known: dict[int, list[int]] = defaultdict(list)  # for each feature the programs with a public name that take it
    for program in uses.keys() - unknown:
        for feature in uses[program]:
            known[feature].append(program)
    found = {}
    for name in sorted(unknown & uses.keys()):
        shared: Counter[int] = Counter()
        forms: Counter[int] = Counter()
        for feature, count in uses[name].items():
            others = known.get(feature, ())
            if others and 1 / len(others) >= _DISTINCTIVE:
                for other in others:
                    shared[other] += count
                    forms[other] += 1
        total = sum(count for feature, count in uses[name].items() if takers[feature] > 1)
        best = max(shared, key=lambda p: (shared[p], -p), default=None)
        if best is not None and forms[best] >= _FORMS and shared[best] >= _SHARE * total:
            found[name] = best
    return found


_Spelling = tuple[dict[int, int], dict[int, tuple[int, int]]]


def _spellings(actions: Sequence[Distinct], same: Sequence[int]) -> dict[int, _Spelling]:
    """For each program, by text: its subcommand words, and its flags and scripts with their roles."""
    found: dict[int, _Spelling] = defaultdict(lambda: ({}, {}))
    for action in actions:
        path, other = found[action.words[0]]
        for word, role in action.arguments:
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
    for word, role in action.arguments:
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
    """The names that mostly run other programs, with features that these have elsewhere; for each its programs by their text.

    Args:
        actions: distinct shell actions; `words[0]` is the program.
        uses, unknown: see `aliases_among`.
        same, plain: see `read_aliases`.
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
        shared = {
            (c.words[0], f)
            for c in _inside(action, programs, same)
            for f in _features(c, same, plain) & uses[c.words[0]].keys()
        }
        run[name] += max(1, action.uses) if shared else 0
        forms[name] |= shared
    found = {name for name in all_uses if run[name] >= _SHARE * all_uses[name] and len(forms[name]) >= _FORMS}
    return {name: {same[program]: program for program, _ in forms[name]} for name in sorted(found)}


# ---- what an alias does to others


def effects_through_aliases(effect: Bytes, coarse: Int32s, alias: Bools) -> Bytes:
    """What each action does to others: one under an alias does what its program does, where that is seen under its own name.

    Of an unknown program only the words could be judged: `k describe deploy/api` would count as a deployment.

    Args:
        effect: of each action, as its own words have it.
        coarse: of each action, the token of its subcommand path; aliases are read as their programs.
        alias: whether each action was typed under an alias.
    """
    known = np.full(int(coarse.max(initial=0)) + 1, -1, dtype=np.int64)
    np.maximum.at(known, coarse[~alias], effect[~alias].astype(np.int64))
    seen = alias & (known[coarse] >= 0)
    return np.where(seen, known[coarse], effect).astype(effect.dtype)
