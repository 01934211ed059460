"""Invocation -> Alternative: the ways in which a step is done, and in each the positions at which words vary.

A word is kept as pieces (`v`, `1.4.2`), so that a value is found again within others; what it looks like is its shape.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fivetimes.conductors.invocations import Invocation, InvocationWord
from fivetimes.model.candidates import Step
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Kind
from fivetimes.shell import TokenForm

# Share from which the rule is taken from most and the others are exceptions: one row of five may have been matched by mistake or
# be done in a hurry, and a smaller share is no rule.
NEARLY_ALL = 0.8

# ---- values: their pieces and their shape

Pieces = tuple[str, ...]

MARK = "\0"  # a piece that begins with it stands for a parameter; no text of a source holds one

# Dates, weeks, versions and tickets are one thing to a person, so they are never cut. A letter or two before a short number
# (`w11`, `pr412`) say what is counted, so they are cut off; with more of either it may be a hash.
_PIECE = re.compile(
    r"\d{4}-\d\d-\d\d(?!\d)|\d{4}-?W\d\d(?!\d)|\d{4}-\d\d(?![\d-])|[A-Z][A-Z0-9]+-\d+(?![\w-])"
    r"|v(?=\d+\.\d)|[A-Za-z]{1,2}(?=\d{1,4}(?![^\W_]))|\d+(?:\.\d+)+(?:[-.]?(?:rc|alpha|beta|a|b|dev|post)\.?\d+)?|[^\W_]+|.",
    re.DOTALL,
)

_ENDING = r"\.(?:gz|bz2|xz|zst|zip|tgz|tar|md|txt|csv|json|ya?ml|toml|sql|py|js|ts|html|pdf|log|sh|dump)$"

# (shape, what matches it, an example), the most distinctive first
SHAPES: tuple[tuple[str, str, str], ...] = (
    ("version", r"v?\d+(?:\.\d+){1,2}(?:[-.]?(?:rc|alpha|beta|a|b|dev|post)\.?\d+)?", "1.4.2"),
    ("date", r"\d{4}-?(?:0\d|1[0-2])-?[0-3]\d", "2026-03-14"),
    ("week", r"\d{4}-?W[0-5]\d", "2026-W11"),
    ("month", r"\d{4}-(?:0\d|1[0-2])", "2026-03"),
    ("ticket", r"[A-Z][A-Z0-9]+-\d+", "OPS-412"),
    ("number", r"\d+", "412"),
    ("sha", r"[0-9a-f]{7,40}", "3f9a1c0"),
    ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "ana@example.net"),
    ("url", r"[a-z][a-z0-9+]*://\S+", "https://example.net/a"),
    ("host", rf"(?!\S+{_ENDING})(?:[\w.-]+@)?[\w-]+(?:\.[\w-]+){{2,}}|[\w.-]+@[\w-]+", "web.example.net"),
    ("file", r"(?:[\w.~+-]*/)*[\w.+-]*[\w+-]\.[A-Za-z][A-Za-z0-9]{0,5}", "src/app.py"),
    ("path", r"(?:[\w.~+-]*/)+[\w.+-]*", "src/app"),
    ("slug", r"[a-z0-9]+(?:[-_][a-z0-9]+)+", "five-times-a-week"),
    ("word", r"\w+", "amber"),
    ("text", r"(?s).*", "anything else"),
)
DISTINCTIVE = frozenset({"version", "date", "week", "month", "ticket", "sha", "email", "url"})
_SHAPES = tuple((name, re.compile(pattern)) for name, pattern, _ in SHAPES)


def pieces(text: str) -> Pieces:
    """Cut a value where one thing ends and another begins; joined again they are the value.

    Example:
        >>> pieces("content/posts/a-b.md")
        ('content', '/', 'posts', '/', 'a', '-', 'b', '.', 'md')
        >>> pieces("report-w7.pdf"), pieces("3f9a1c0")
        (('report', '-', 'w', '7', '.', 'pdf'), ('3f9a1c0',))
        >>> pieces("v1.4.2"), pieces("notes-2026-03-14.m4a")
        (('v', '1.4.2'), ('notes', '-', '2026-03-14', '.', 'm4a'))
    """
    return tuple(_PIECE.findall(text))


def is_word(piece: str) -> bool:
    """Whether a piece carries meaning, as against what stands between words."""
    return piece[0].isalnum()


def shape(values: Iterable[str]) -> str:
    """The shape that most of the values have.

    Example:
        >>> shape(["1.4.2", "1.5.0"]), shape(["amber", "fjord"]), shape(["3f9a1c0", "1234567"])
        ('version', 'word', 'sha')
    """
    each = Counter(values)
    total = each.total()
    for name, pattern in _SHAPES:
        fitting = sum(times for value, times in each.items() if pattern.fullmatch(value))
        if total and fitting >= NEARLY_ALL * total:
            return name
    return "text"


def affixes(rows: Sequence[Pieces], share: float) -> tuple[Pieces, Pieces]:
    """The pieces with which at least this share of the rows begin, and those with which they end.

    No row is used up: something is always left between the two.

    Example:
        >>> affixes([pieces("posts/a.md"), pieces("posts/b-c.md")], 0.9)
        (('posts', '/'), ('.', 'md'))
    """
    front, rest = _front(rows, share * len(rows))
    back, _ = _front([row[::-1] for row in rest], share * len(rows))
    return front, back[::-1]


def _front(rows: Sequence[Pieces], least: float) -> tuple[Pieces, list[Pieces]]:
    front: list[str] = []
    rest = list(rows)
    while rest:
        piece, times = Counter(row[0] for row in rest if row).most_common(1)[0] if any(rest) else ("", 0)
        shorter = [row[1:] for row in rest if row and row[0] == piece]
        if times < least or times == 0 or not all(shorter):
            break
        front.append(piece)
        rest = shorter
    return tuple(front), rest


# ---- alternatives

_HEAD = (Role.PROGRAM, Role.SUBCOMMAND)
# a position has the first of these roles that one of its words has: never less careful than with one alone
_MOST_CAREFUL = (
    Role.SECRET, Role.PROGRAM, Role.SUBCOMMAND, Role.FLAG, Role.SCRIPT, Role.NAME, Role.KEY, Role.COMMIT_KIND, Role.VALUE
)  # fmt: skip
# Share of a step's invocations from which another command is an alternative. Wrong matches may make up the rest of a step that is
# always done (`config.ALWAYS_SHARE`), so a rarer command may be one of them.
_OTHER_COMMAND = 0.05
# Share of one command's invocations: other flags are typed for a day and forgotten, so they must be one in five.
_OTHER_FLAGS = 0.2
_TWICE = 2  # invocations that an alternative must have: one may be a slip
# Share of one command's invocations: where the common sets of flags together have fewer, none of them stands for the others; the
# same for a named argument that is given in fewer.
_HALF = 0.5
_LONGEST_VALUE = 200  # characters; longer values are contents (a script, a message), not names of things


@dataclass(frozen=True, slots=True)
class Position:
    """A position of an alternative's words: what stood there in each invocation, by occurrence. `word` tells its role and key."""

    word: InvocationWord
    rows: tuple[tuple[int, Pieces], ...]
    several: bool = False  # any number of words may stand here

    @property
    def closed(self) -> bool:
        """Whether nothing of it is ever written: a secret, any number of words, what a shell puts in and a file may not hold."""
        return self.several or self.word.closed or self.word.role == Role.SECRET

    @property
    def values(self) -> list[str]:
        """The texts in the order of the invocations."""
        return ["".join(row) for _, row in self.rows]

    @property
    def readable(self) -> bool:
        """Whether its text may be looked at for values: not a secret, not contents."""
        return not self.closed and max(map(len, self.values)) <= _LONGEST_VALUE


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way of doing a step: its positions in order, the share of the step's occurrences that used it, and the action it is.

    `folder` is where it is done, if it is another than the run's.
    """

    kind: Kind
    positions: tuple[Position, ...]
    share: float
    action: str
    folder: Position | None = None

    @property
    def all_positions(self) -> tuple[Position, ...]:
        """The folder's and those of the words."""
        return self.positions if self.folder is None else (self.folder, *self.positions)

    @property
    def program(self) -> str:
        """The program, tool, skill or action; what is set before it (`STAGE=test deploy`) is none."""
        first = next((at for at in self.positions if at.word.role in (Role.PROGRAM, Role.NAME)), self.positions[0])
        return first.word.text

    def head(self, position: Position) -> tuple[str, ...]:
        """Program and subcommands, or the declared name, of the simple command in which a position stands."""
        head: list[str] = []
        nest = 0
        for each in self.positions:
            if each.word.form is TokenForm.OPERATOR or each.word.nest != nest:
                head, nest = [], each.word.nest
            if each is position:
                break
            if each.word.role in (*_HEAD, Role.NAME):
                head.append(each.word.text)
        return tuple(head)


def alternatives(invocations: Sequence[Invocation], step: Step, *, loose: bool = False) -> list[Alternative]:
    """The alternatives of a step, the commonest first.

    Args:
        invocations: of this step in all occurrences; none gives no alternative.
        step: as the candidate has it; the alternatives that it names are kept however rare they are.
        loose: whether each command is one way, with any arguments.
    """
    known = {step.action, *(action for action, _ in step.alternatives)}
    total = len({each.occurrence for each in invocations})
    readable = [each for each in invocations if each.words]  # a construct is no way that could be written
    found: list[Alternative] = []
    for number, group in enumerate(_grouped(readable, _head)):
        named = number == 0 or (len(step.alternatives) > 0 and any(each.action in known for each in group))
        if named or _often(group, readable, _OTHER_COMMAND):
            # what cannot be written is missed as well
            least = NEARLY_ALL * len(group) * len(invocations) / len(readable)
            found = _with(found, list(_of_one_command(group, total=total, least=least, loose=loose)), total=total)
    return sorted(found, key=lambda alternative: -alternative.share)


def in_shared_folders(by_step: Sequence[Sequence[Alternative]]) -> list[list[Alternative]]:
    """The alternatives of several steps; those that are done in one folder, in nearly every run, share its position.

    Nobody goes to a folder anew for each step, so that two steps are in one is nothing that chance could explain.
    """
    groups: list[list[Position]] = []
    for at in (one.folder for found in by_step for one in found if one.folder is not None):
        group = next((each for each in groups if _is_one_folder(each[0], at)), None)
        if group is None:
            groups.append([at])
        else:
            group.append(at)
    shared: dict[int, Position] = {}
    for group in groups:
        shared.update(dict.fromkeys(map(id, group), _one_folder(group)))  # one object: a position is known by identity
    return [[replace(one, folder=shared.get(id(one.folder))) for one in found] for found in by_step]


def _is_one_folder(position: Position, other: Position) -> bool:
    """Whether both were the same in nearly all runs that have both."""
    known, given = dict(position.rows), dict(other.rows)
    both = known.keys() & given.keys()
    return bool(both) and sum(known[run] == given[run] for run in both) >= NEARLY_ALL * len(both)


def _one_folder(group: Sequence[Position]) -> Position:
    """Several positions as one: in each run what the first of them was."""
    rows: dict[int, Pieces] = {}
    for at in group:
        for number, row in at.rows:
            rows.setdefault(number, row)
    word = replace(group[0].word, closed=any(at.word.closed for at in group))
    return replace(group[0], word=word, rows=tuple(sorted(rows.items())))


# ---- the same command under another program's name


def _with(found: list[Alternative], more: list[Alternative], *, total: int) -> list[Alternative]:
    """The alternatives with more of them; where only the program differs, two share their positions and learn from each other.

    Where besides they are one action, one of the two programs is somebody's own name for the other, and they are one alternative.
    """
    for new in more:
        twin = next((index for index, other in enumerate(found) if _same_but_program(new, other)), None)
        if twin is None:
            found = [*found, new]
            continue
        old = found[twin]
        shared = tuple(_pooled(*pair) for pair in zip(old.positions[1:], new.positions[1:], strict=True))
        if old.action == new.action:
            found = [*found[:twin], _under_one_name(old, new, shared, total=total), *found[twin + 1 :]]
        else:
            pooled = [replace(each, positions=(each.positions[0], *shared)) for each in (old, new)]
            found = [*found[:twin], pooled[0], *found[twin + 1 :], pooled[1]]
    return found


def _under_one_name(
    alternative: Alternative, other: Alternative, shared: tuple[Position, ...], *, total: int
) -> Alternative:
    """Two alternatives as one: under the program that the action is known by, else under the longer: own names are short."""
    known = alternative.action.split(" ", 1)[0]
    named = max(alternative, other, key=lambda each: (each.program == known, len(each.program)))
    word = named.positions[0].word
    rows = tuple((number, (word.text,)) for number, _ in alternative.positions[0].rows + other.positions[0].rows)
    share = len({number for number, _ in rows}) / total
    return replace(alternative, positions=(Position(word, rows), *shared), share=share)


def _same_but_program(alternative: Alternative, other: Alternative) -> bool:
    if alternative.kind != Kind.SHELL or other.kind != Kind.SHELL:
        return False
    if len(alternative.positions) != len(other.positions) or len(alternative.positions) < 2:
        return False
    if alternative.program == other.program or (alternative.folder is None) != (other.folder is None):
        return False
    return all(_alike(*pair) for pair in zip(alternative.positions[1:], other.positions[1:], strict=True))


def _alike(position: Position, other: Position) -> bool:
    if position.several or other.several or position.word.lead != other.word.lead:
        return False
    # an unknown program's subcommands look like values: what never varies in either must be the same in both
    fixed = _is_fixed(position.word) or _is_fixed(other.word)
    constant = len(set(position.values)) == 1 or len(set(other.values)) == 1
    return (
        set(position.values) == set(other.values)
        if fixed
        else not constant or bool({*position.values} & {*other.values})
    )


def _pooled(position: Position, other: Position) -> Position:
    """Two positions as one, with the more careful role: the parser knows a public program's words better."""
    word = min(position.word, other.word, key=lambda word: (_MOST_CAREFUL.index(word.role), not word.prose))
    return Position(word, position.rows + other.rows)


def _grouped(invocations: Iterable[Invocation], key: Callable[[Invocation], Hashable]) -> list[list[Invocation]]:
    """The invocations by a key, the largest group first."""
    groups: dict[Hashable, list[Invocation]] = defaultdict(list)
    for each in invocations:
        groups[key(each)].append(each)
    return [group for _, group in sorted(groups.items(), key=lambda item: (-len(item[1]), str(item[0])))]


def _often(group: Sequence[Invocation], whole: Sequence[Invocation], share: float) -> bool:
    return len(group) >= max(_TWICE, share * len(whole))


def _head(invocation: Invocation) -> Hashable:
    return invocation.kind, tuple(word.text for word in invocation.words if word.role in (*_HEAD, Role.NAME))


def _of_one_command(group: list[Invocation], *, total: int, least: float, loose: bool) -> Iterator[Alternative]:
    """The ways of one command: one for each common set of flags.

    Where these do not give back the least number of lines that is asked for, there is one more: the next set of flags if that is
    enough, else any arguments. These stand for all lines where few have anything in common, or where it must be loose.
    """
    if group[0].kind != Kind.SHELL:
        yield _alternative(group, _named_positions(group), total)
        return
    shapes = _grouped(group, _flags)
    common = [each for each in shapes if each is shapes[0] or _often(each, group, _OTHER_FLAGS)]
    if loose or (len(shapes) > len(common) and sum(map(len, common)) < _HALF * len(group)):
        common = []
    for invocations in common:
        yield _alternative(invocations, list(_positions(invocations)), total)
    rest = shapes[len(common) :]
    lacking = least - sum(map(len, common))
    if common and rest and len(rest[0]) >= max(_TWICE, lacking) and lacking > 0:
        yield _alternative(rest[0], list(_positions(rest[0])), total)
    elif not common or (lacking > 0 and sum(map(len, rest)) >= _TWICE):
        every = [one for each in rest for one in each]
        yield _alternative(every, _loose_positions(every), total)


def _alternative(invocations: Sequence[Invocation], positions: Sequence[Position], total: int) -> Alternative:
    action = Counter(each.action for each in invocations).most_common(1)[0][0]
    share = len({each.occurrence for each in invocations}) / total
    return Alternative(invocations[0].kind, tuple(positions), share, action, _folder(invocations))


def _folder(invocations: Sequence[Invocation]) -> Position | None:
    """Where a command is done, if its lines go there."""
    rows = [(each.occurrence, each.folder) for each in invocations if each.folder is not None]
    return _position(rows) if len(rows) == len(invocations) else None


# ---- shell commands: the fixed words, with what varies between them


def _is_fixed(word: InvocationWord) -> bool:
    return word.role in (*_HEAD, Role.FLAG) and not word.lead


def _parts(invocation: Invocation) -> list[list[InvocationWord]]:
    """The words, values that follow one another taken together: their number often varies."""
    parts: list[list[InvocationWord]] = []
    for (plain, _), group in groupby(invocation.words, lambda word: (not _is_fixed(word) and not word.lead, word.nest)):
        words = list(group)
        parts.extend([words] if plain else [[word] for word in words])
    return parts


def _flags(invocation: Invocation) -> Hashable:
    """The fixed words and the leads of an invocation, in order, and whether it goes elsewhere: equal for one set of flags."""
    words = tuple(part[0].text if _is_fixed(part[0]) else (part[0].lead,) for part in _parts(invocation))
    return words, invocation.folder is not None


def _positions(invocations: Sequence[Invocation]) -> Iterator[Position]:
    for parts in zip(*(_parts(each) for each in invocations), strict=True):
        size, times = Counter(map(len, parts)).most_common(1)[0]
        if times < NEARLY_ALL * len(parts):
            rows = tuple(
                (each.occurrence, (" ".join(word.text for word in part),))
                for each, part in zip(invocations, parts, strict=True)
            )
            yield Position(parts[0][0], rows, several=True)
            continue
        fitting = [(each, part) for each, part in zip(invocations, parts, strict=True) if len(part) == size]
        for index in range(size):
            yield _position([(each.occurrence, part[index]) for each, part in fitting])


def _position(rows: Sequence[tuple[int, InvocationWord]]) -> Position:
    """A position with one word in each invocation: prose or closed if it is in one of them, known if it is in all."""
    word = replace(
        rows[0][1],
        prose=any(word.prose for _, word in rows),
        sure=all(word.sure for _, word in rows),
        form=Counter(word.form for _, word in rows).most_common(1)[0][0],
        closed=any(word.closed for _, word in rows),
    )
    return Position(word, tuple((number, pieces(word.text)) for number, word in rows))


def _loose_positions(group: Sequence[Invocation]) -> list[Position]:
    """Program and subcommands, and one position for all the rest, which is never twice the same."""
    heads = [word for word in group[0].words if word.role in _HEAD]
    fixed = [Position(word, tuple((each.occurrence, (word.text,)) for each in group)) for word in heads]
    rest = [[word.text for word in each.words if word.role not in _HEAD] for each in group]
    rows = tuple((each.occurrence, (shlex.join(words),)) for each, words in zip(group, rest, strict=True))
    return [*fixed, Position(InvocationWord("", Role.VALUE, key="--arguments"), rows, several=True)]


# ---- skills and tools: a position for each named argument


def _named_positions(group: Sequence[Invocation]) -> list[Position]:
    by_key: dict[str, list[tuple[int, InvocationWord]]] = defaultdict(list)
    for each in group:
        for word in each.words[1:]:
            by_key[word.key].append((each.occurrence, word))
    name = group[0].words[0]
    positions = [Position(name, tuple((each.occurrence, (name.text,)) for each in group))]
    positions.extend(_position(rows) for rows in by_key.values() if len(rows) >= _HALF * len(group))
    return positions
