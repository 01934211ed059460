"""Rows of a history -> which of them are slips of the fingers, by what their person typed before and behind (`slipped`).

A program's name with two neighbouring letters swapped may be a slip (`gti push`), or somebody's own name (`ggp`, beside `gpg`); so
may a subcommand with a letter too few (`git pus`), or somebody's alias.
The spelling alone does not say which. A slip is put right at once, or is rare beside what was meant; what a person goes on typing
on one day after the other is a name.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints
from fivetimes.model.command_lines import Grammar

_SHORTEST = 3  # letters; shorter names are often somebody's own
_LONGEST = 64  # letters; no public program's name has half of that, and each letter is swapped in a copy of the word
_NEXT = 2  # lines within which a slip is put right: at once, or after one look at what was typed
_OWN_DAYS = 3  # days on which a word stands uncorrected: once is overlooked, twice may be, the third time it is meant
_BESIDE = 10  # times as often as the word, at least, the program that was meant is typed: few slips come to one in ten
_DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of an event log under construction, as far as slips depend on them.

    Attributes:
        form: of each row; a negative one is ~n of a line that may be a slip, n an index into what is asked.
        program: of each row the id of the word that its line begins with.
        person, origin, order, time: as in the event log.
    """

    form: Int32s
    program: Int32s
    person: Int32s
    origin: Int32s
    order: Ints
    time: Floats


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line that may hold a slip: what may be misspelt in it, the program that would be meant, by id, and the form as meant.

    `program` and `form` are -1 where nobody ever typed that program, or that line.
    """

    word: Hashable
    program: int
    form: int


def unslipped(text: str, grammar: Grammar) -> str:
    """A line whose program or subcommand nobody knows, but would be known if one slip were put right: as it may have been meant.

    Of a program's name, two neighbouring letters were swapped; of its subcommand, one of few words, a letter may also be missing or
    one too many. Only where one public name alone fits, and only for names of three letters or more. Whether it was a slip,
    `slipped` says.

    Example:
        >>> from fivetimes.redaction import public
        >>> unslipped("gti push origin", public()), unslipped("zqxctl up", public())
        ('git push origin', 'zqxctl up')
        >>> unslipped("git stauts", public()), unslipped("git pus -f", public()), unslipped("git ci -a", public())
        ('git status', 'git push -f', 'git ci -a')
    """
    program, space, rest = text.partition(" ")
    if not grammar.is_program(program):
        swapped = (program[:at] + program[at + 1] + program[at] + program[at + 2 :] for at in range(len(program) - 1))
        return _meant(program, filter(grammar.is_program, swapped)) + space + rest
    word, behind, more = rest.partition(" ")
    if grammar.is_subcommand(program, (word,)):
        return text
    meant = _meant(word, (name for name in grammar.subcommands(program) if _is_slip(word, name)))
    return program + space + meant + behind + more


def _meant(word: str, names: Iterable[str]) -> str:
    """The only name that a word may be a slip of; itself where there is none, or several, or it is too short or long."""
    if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
        return word
    found = set(names)
    return found.pop() if len(found) == 1 else word


def _is_slip(word: str, name: str) -> bool:
    """Whether two neighbouring letters are swapped in a word, or one is missing or too many.

    Example:
        >>> [_is_slip(word, "push") for word in ("puhs", "pus", "pushh", "puch", "shup")]
        [True, True, True, False, False]
    """
    if abs(len(word) - len(name)) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    if len(word) == len(name):
        return word[same : same + 2] == name[same : same + 2][::-1] and word[same + 2 :] == name[same + 2 :]
    longer, shorter = (word, name) if len(word) > len(name) else (name, word)
    return longer[same + 1 :] == shorter[same:]


def slipped(rows: Rows, suspects: Mapping[int, Suspect]) -> tuple[Bools, Bools]:
    """Whether each row is a slip of the fingers, and whether it is one that was put right: then nothing was done by it.

    A person's word is one if most of its lines stand there again within the next two, spelt right; or if it stood uncorrected on
    fewer than three days, and that person typed the program that was meant ten times as often. Lines without times
    count as days of their own.

    Where what was meant does not follow, it is taken for done: a shell that drops repeated lines may have kept no other.

    Args:
        rows: of all sources.
        suspects: by the negative form of their rows.
    """
    found: Bools = np.zeros(len(rows.form), dtype=np.bool_)
    asked = np.flatnonzero(rows.form < 0)
    corrected = _corrected(rows, suspects)
    uses: dict[tuple[int, Hashable], list[int]] = {}
    for row in asked.tolist():
        uses.setdefault((int(rows.person[row]), suspects[int(rows.form[row])].word), []).append(row)
    persons = int(rows.person.max(initial=0)) + 1
    typed = rows.program >= 0
    both, times = np.unique(rows.program[typed].astype(np.int64) * persons + rows.person[typed], return_counts=True)
    often = dict(zip(both.tolist(), times.tolist(), strict=True))
    for (person, _), mine in uses.items():
        left = [row for row in mine if not corrected[row]]
        if 2 * len(left) < len(mine):
            found[mine] = True
            continue
        program = suspects[int(rows.form[mine[0]])].program
        meant = often.get(program * persons + person, 0) if program >= 0 else 0
        found[mine] = meant >= _BESIDE * len(mine) and _days(rows.time[left]) < _OWN_DAYS
    return found, found & corrected


def _corrected(rows: Rows, suspects: Mapping[int, Suspect]) -> Bools:
    """Whether the line that was meant stands among the next ones of the same history."""
    order = np.lexsort((rows.order, rows.origin))
    form, origin = rows.form[order], rows.origin[order]
    meant = np.array([suspects[f].form if f < 0 else -1 for f in form.tolist()], dtype=np.int64)
    right: Bools = np.zeros(len(form), dtype=np.bool_)
    for ahead in range(1, min(_NEXT, len(form) - 1) + 1):
        right[:-ahead] |= (meant[:-ahead] >= 0) & (form[ahead:] == meant[:-ahead]) & (origin[ahead:] == origin[:-ahead])
    corrected = np.zeros_like(right)
    corrected[order] = right
    return corrected


def _days(times: Floats) -> int:
    known = times[~np.isnan(times)]
    return len(np.unique(known // _DAY)) + len(times) - len(known)
