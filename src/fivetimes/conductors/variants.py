"""A value -> its pieces and its shape: where it may be cut, and what it looks like.

Call -> Way: the ways in which a step was done, and in each the places where words vary.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from fivetimes.conductors.invocations import Call, Said
from fivetimes.model import Kind, Role, Step

# ---- pieces


Pieces = tuple[str, ...]

MARK = "\0"  # a piece that begins with it stands for a variable; no text of a source holds one

# Dates, weeks, versions and tickets are one thing to a person, so they are never cut. A letter or two before a short number
# (`w11`, `pr412`) say what is counted, so they are cut off; with more of either it may be a hash.
_PIECE = re.compile(
    r"\d{4}-\d\d-\d\d(?!\d)|\d{4}-?W\d\d(?!\d)|\d{4}-\d\d(?![\d-])|[A-Z][A-Z0-9]+-\d+(?![\w-])"
    r"|v(?=\d+\.\d)|[A-Za-z]{1,2}(?=\d{1,4}(?![^\W_]))|\d+(?:\.\d+)+(?:[-.]?(?:rc|alpha|beta|a|b|dev|post)\.?\d+)?|[^\W_]+|.",
    re.DOTALL,
)

_ENDING = r"\.(?:gz|bz2|xz|zst|zip|tgz|tar|md|txt|csv|json|ya?ml|toml|sql|py|js|ts|html|pdf|log|sh|dump)$"

# (shape, what matches it, an example), the most telling first
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
TELLING = frozenset({"version", "date", "week", "month", "ticket", "sha", "email", "url"})
_SHAPES = tuple((name, re.compile(pattern)) for name, pattern, _ in SHAPES)
_FITTING = 0.8


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
        if total and fitting >= _FITTING * total:
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


# ---- ways


_HEAD = (Role.PROGRAM, Role.SUBCOMMAND)
# a place is taken for the first of these that one of its words has: never less careful than with one alone
_TELLING = (
    Role.SECRET, Role.PROGRAM, Role.SUBCOMMAND, Role.FLAG, Role.SCRIPT, Role.NAME, Role.KEY, Role.COMMIT_KIND, Role.VALUE
)  # fmt: skip
_OTHER_WAY = 0.05  # least share of a step's calls for another command to be a way of its own
_OTHER_FLAGS = 0.2  # the same for other flags of one command, which are often a passing fancy
_FEW = 2  # a way is done at least so often: once may be a slip
_SETTLED = 0.5  # least share of the calls that the commonest flags must have to stand for all
_MOST = 0.8
_LONGEST = 200  # characters; longer values are contents, not names of things


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a way: what stood there in each call, by occurrence. `said` is its first word, for role and key."""

    said: Said
    rows: tuple[tuple[int, Pieces], ...]
    several: bool = False  # any number of words may stand here

    @property
    def values(self) -> list[str]:
        """The texts in the order of the calls."""
        return ["".join(row) for _, row in self.rows]

    @property
    def open(self) -> bool:
        """Whether its text may be looked at for values: not a secret, not contents."""
        return self.said.role != Role.SECRET and not self.several and max(map(len, self.values)) <= _LONGEST


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing a step: its places in order, the share of the step's occurrences that used it, and the action it is."""

    kind: Kind
    slots: tuple[Slot, ...]
    share: float
    action: str

    @property
    def program(self) -> str:
        """The program, tool, skill or action."""
        return self.slots[0].said.text

    @property
    def head(self) -> tuple[str, ...]:
        """Program and subcommands, or the declared name; not those of what a pipe feeds."""
        own = takewhile(lambda slot: not slot.said.text.startswith("|"), self.slots)
        return tuple(slot.said.text for slot in own if slot.said.role in (*_HEAD, Role.NAME))


def ways(said: Sequence[Call], step: Step) -> list[Way]:
    """The ways of a step, the commonest first.

    Args:
        said: the calls of this step in all occurrences; none gives no way.
        step: what the candidate says of it; the alternatives it names are ways however rare they are.
    """
    known = {step.action, *(action for action, _ in step.alternatives)}
    total = len({call.occurrence for call in said})
    found: list[Way] = []
    for number, (_, group) in enumerate(_grouped(said, _head)):
        vetted = number == 0 or (len(step.alternatives) > 0 and any(call.action in known for call in group))
        if vetted or _often(group, said, _OTHER_WAY):
            found = _with(found, list(_ways_of_one_command(group, total=total)), total=total)
    return sorted(found, key=lambda way: -way.share)


# ---- the same command under another program's name


def _with(found: list[Way], more: list[Way], *, total: int) -> list[Way]:
    """The ways with more of them; where only the program differs, two ways share their places and learn from each other.

    Where besides they are one action, one of the two programs is somebody's own name for the other, and they are one way.
    """
    for way in more:
        twin = next((place for place, other in enumerate(found) if _same_but_program(way, other)), None)
        if twin is not None:
            shared = tuple(_pooled(*pair) for pair in zip(found[twin].slots[1:], way.slots[1:], strict=True))
            if found[twin].action == way.action:
                found = [*found[:twin], _under_one_name(found[twin], way, shared, total=total), *found[twin + 1 :]]
                continue
            found = [*found[:twin], replace(found[twin], slots=(found[twin].slots[0], *shared)), *found[twin + 1 :]]
            way = replace(way, slots=(way.slots[0], *shared))  # noqa: PLW2901  # what follows is about the pooled way
        found = [*found, way]
    return found


def _under_one_name(way: Way, other: Way, shared: tuple[Slot, ...], *, total: int) -> Way:
    """Two ways as one: under the program that the action is known by, else under the longer one, for own names are short."""
    known = way.action.split(" ", 1)[0]
    named = max(way, other, key=lambda each: (each.program == known, len(each.program)))
    told = named.slots[0].said
    rows = tuple((number, (told.text,)) for number, _ in way.slots[0].rows + other.slots[0].rows)
    return replace(way, slots=(Slot(told, rows), *shared), share=len({number for number, _ in rows}) / total)


def _same_but_program(way: Way, other: Way) -> bool:
    if way.kind != Kind.SHELL or other.kind != Kind.SHELL or len(way.slots) != len(other.slots) or len(way.slots) < 2:
        return False
    return all(_alike(*pair) for pair in zip(way.slots[1:], other.slots[1:], strict=True))


def _alike(slot: Slot, other: Slot) -> bool:
    if slot.several or other.several or slot.said.lead != other.said.lead:
        return False
    # an unknown program's subcommands look like values
    return not (_is_fixed(slot.said) or _is_fixed(other.said)) or set(slot.values) == set(other.values)


def _pooled(slot: Slot, other: Slot) -> Slot:
    """Two places as one, with the role that tells more: the parser knows a public program's words better."""
    said = min(slot.said, other.said, key=lambda said: (_TELLING.index(said.role), not said.prose))
    return Slot(said, slot.rows + other.rows)


def _grouped(said: Iterable[Call], key: Callable[[Call], Hashable]) -> list[tuple[Hashable, list[Call]]]:
    groups: dict[Hashable, list[Call]] = defaultdict(list)
    for call in said:
        groups[key(call)].append(call)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), str(group[0])))


def _often(group: Sequence[Call], said: Sequence[Call], share: float) -> bool:
    return len(group) >= max(_FEW, share * len(said))


def _head(call: Call) -> Hashable:
    return call.kind, tuple(word.text for word in call.words if word.role in (*_HEAD, Role.NAME))


def _ways_of_one_command(group: list[Call], *, total: int) -> Iterator[Way]:
    if group[0].kind != Kind.SHELL:
        yield _way(group, _named_slots(group), total)
        return
    shapes = _grouped(group, _skeleton)
    if len(shapes) > _FEW and len(shapes[0][1]) < _SETTLED * len(group):
        yield _way(group, _loose_slots(group), total)
        return
    for number, (_, calls) in enumerate(shapes):
        if number == 0 or _often(calls, group, _OTHER_FLAGS):
            yield _way(calls, list(_slots(calls)), total)


def _way(calls: Sequence[Call], slots: Sequence[Slot], total: int) -> Way:
    action = Counter(call.action for call in calls).most_common(1)[0][0]
    return Way(calls[0].kind, tuple(slots), len({call.occurrence for call in calls}) / total, action)


# ---- shell commands: the fixed words, with what varies between them


def _is_fixed(word: Said) -> bool:
    return word.role in (*_HEAD, Role.FLAG) and not word.lead


def _parts(call: Call) -> list[list[Said]]:
    """The words, values that follow one another taken together: their number often varies."""
    parts: list[list[Said]] = []
    for plain, group in groupby(call.words, lambda word: not _is_fixed(word) and not word.lead):
        words = list(group)
        parts.extend([words] if plain else [[word] for word in words])
    return parts


def _skeleton(call: Call) -> Hashable:
    return tuple(part[0].text if _is_fixed(part[0]) else (part[0].lead,) for part in _parts(call))


def _slots(calls: Sequence[Call]) -> Iterator[Slot]:
    for column in zip(*(_parts(call) for call in calls), strict=True):
        size, times = Counter(map(len, column)).most_common(1)[0]
        if times < _MOST * len(column):
            rows = tuple(
                (call.occurrence, (" ".join(word.text for word in part),))
                for call, part in zip(calls, column, strict=True)
            )
            yield Slot(column[0][0], rows, several=True)
            continue
        fitting = [(call, part) for call, part in zip(calls, column, strict=True) if len(part) == size]
        for place in range(size):
            yield _slot([(call.occurrence, part[place]) for call, part in fitting])


def _slot(rows: Sequence[tuple[int, Said]]) -> Slot:
    """A place with one word in each call: prose if it is in one of them, known and bare if it is in all."""
    said = replace(
        rows[0][1],
        prose=any(word.prose for _, word in rows),
        sure=all(word.sure for _, word in rows),
        bare=all(word.bare for _, word in rows),
    )
    return Slot(said, tuple((number, pieces(word.text)) for number, word in rows))


def _loose_slots(group: Sequence[Call]) -> list[Slot]:
    """Program and subcommands, and one place for all the rest, which is never twice the same."""
    heads = [word for word in group[0].words if word.role in _HEAD]
    fixed = [Slot(word, tuple((call.occurrence, (word.text,)) for call in group)) for word in heads]
    rest = [[word.text for word in call.words if word.role not in _HEAD] for call in group]
    rows = tuple((call.occurrence, (shlex.join(words),)) for call, words in zip(group, rest, strict=True))
    return [*fixed, Slot(Said("", Role.VALUE, key="--arguments"), rows, several=True)]


# ---- named calls: a place for each argument


def _named_slots(group: Sequence[Call]) -> list[Slot]:
    by_key: dict[str, list[tuple[int, Said]]] = defaultdict(list)
    for call in group:
        for word in call.words[1:]:
            by_key[word.key].append((call.occurrence, word))
    name = group[0].words[0]
    slots = [Slot(name, tuple((call.occurrence, (name.text,)) for call in group))]
    for rows in by_key.values():
        if len(rows) >= _SETTLED * len(group):
            slots.append(_slot(rows))
    return slots
