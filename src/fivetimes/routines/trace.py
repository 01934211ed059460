"""Stages of the search -> SearchTrace: what became of every sequence that was looked at, with the numbers it was decided by.

Each stage tells the recorder what it did; `fivetimes explain` and `fivetimes doctor` read what comes out. A sequence is known by
the number that `open` gives it. It is closed with the rule that it failed; one that is never closed was proposed. What is kept is
bounded, and made of labels that may be shown.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from fivetimes.columns import Int32s, Ints
from fivetimes.identity.phrases import same_action
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import Explanation, LeftOut, SearchTrace, SequenceTrace, Stage, TraceEvent
from fivetimes.words import id_of, nearest

KEPT = 400  # sequences kept that failed a rule, the longest and commonest first: about 200 kB of the kept scan
KEPT_SEEDS = 200  # pairs kept that failed the bar of the seeds, the most surprising first
KEPT_ACTIONS = 200  # actions kept that can be no step, the commonest first


@dataclass(slots=True)
class _Entry:
    tokens: tuple[int, ...]
    count: int
    events: list[TraceEvent] = field(default_factory=list)
    rule: SuppressionRule | None = None
    into: int | None = None
    id: str | None = None


class Recorder:
    """Collects what each stage did with each sequence.

    Args:
        labels: what may be shown of each token.
    """

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self._labels = labels
        self._entries: list[_Entry] = []
        self._seeds: list[tuple[float, int, tuple[int, ...], tuple[tuple[str, float], ...]]] = []
        self._left_out: list[LeftOut] = []
        self._totals: Counter[str] = Counter()

    def open(self, tokens: Sequence[int] | Int32s, text: str, *, count: int, stage: Stage, **numbers: float) -> int:
        """Begin with a sequence of tokens; returns the number by which it is known."""
        self._entries.append(_Entry(tuple(map(int, tokens)), count))
        number = len(self._entries) - 1
        self.add(number, stage, text, **numbers)
        return number

    def add(self, number: int, stage: Stage, text: str, **numbers: float) -> None:
        """Say what a stage did with a sequence."""
        if 0 <= number < len(self._entries):
            self._entries[number].events.append(TraceEvent(stage, text, _rounded(numbers)))

    def now(self, number: int, tokens: Sequence[int] | Int32s, count: int) -> None:
        """A sequence has these steps and so many occurrences by now."""
        if 0 <= number < len(self._entries):
            story = self._entries[number]
            story.tokens, story.count = tuple(map(int, tokens)), count

    def close(self, number: int, rule: SuppressionRule, stage: Stage, **numbers: float) -> None:
        """A sequence failed a rule."""
        if 0 <= number < len(self._entries):
            self._entries[number].rule = rule
            self.add(number, stage, rule.sentence(numbers), **numbers)

    def reopen(self, number: int, stage: Stage, text: str, **numbers: float) -> None:
        """A sequence that failed a rule is looked at once more."""
        if 0 <= number < len(self._entries):
            self._entries[number].rule = None
            self.add(number, stage, text, **numbers)

    def merge(self, number: int, into: int, *, occurrences: int) -> None:
        """A sequence became a part of another one."""
        self.close(number, SuppressionRule.MERGED, Stage.MERGING, occurrences=occurrences)
        if 0 <= number < len(self._entries):
            self._entries[number].into = into

    def named(self, number: int, name: str) -> None:
        """A sequence became the candidate with this id."""
        if 0 <= number < len(self._entries):
            self._entries[number].id = name

    def below(self, tokens: Sequence[int], **numbers: float) -> None:
        """A pair failed the bar of the seeds; only the most surprising ones are kept."""
        entry = (numbers["bits"], -len(self._seeds), tuple(map(int, tokens)), _rounded(numbers))
        (heapq.heappushpop if len(self._seeds) >= KEPT_SEEDS else heapq.heappush)(self._seeds, entry)

    def uncounted(self, rule: SuppressionRule, many: int) -> None:
        """So many more failed a rule than are recorded one by one."""
        self._totals[rule.value] += many

    def left_out(self, rule: SuppressionRule, tokens: Ints | Int32s) -> None:
        """Actions that can be no step, by token, one entry per action."""
        counts = Counter(self._label(token) for token in tokens.tolist())
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        self._left_out += [LeftOut(label, rule, count) for label, count in ordered[:KEPT_ACTIONS]]
        self._totals[rule.value] += len(tokens)

    def _label(self, token: int) -> str:
        return self._labels[token] if token < len(self._labels) else str(token)

    def _sequence(self, story: _Entry) -> SequenceTrace:
        name, seen = story, {id(story)}
        while name.id is None and name.into is not None and id(self._entries[name.into]) not in seen:
            name = self._entries[name.into]
            seen.add(id(name))
        steps = tuple(self._label(token) for token in story.tokens)
        return SequenceTrace(steps, story.count, tuple(story.events), story.rule, name.id)

    def story(self, number: int) -> SequenceTrace:
        """What became of one sequence so far."""
        return self._sequence(self._entries[number])

    def _below(self) -> list[SequenceTrace]:
        out = []
        for _, _, tokens, numbers in sorted(self._seeds, key=lambda entry: (-entry[0], entry[2])):
            rule, steps = SuppressionRule.SEED_BY_CHANCE, tuple(self._label(token) for token in tokens)
            count = int(dict(numbers)["together"])
            out.append(SequenceTrace(steps, count, (TraceEvent(Stage.SEED, rule.text, numbers),), rule))
        return out

    def done(self) -> SearchTrace:
        """Everything that is kept: what is proposed, then what failed, the longest and commonest first."""
        totals = self._totals + Counter(story.rule.value for story in self._entries if story.rule is not None)
        proposed = [self._sequence(story) for story in self._entries if story.rule is None]
        failed = [self._sequence(story) for story in self._entries if story.rule is not None]
        failed.sort(key=lambda one: (one.id is None, -one.count * len(one.steps), one.steps))
        return SearchTrace(
            (*proposed, *failed[:KEPT], *self._below()), tuple(self._left_out), dict(sorted(totals.items()))
        )


def _rounded(numbers: dict[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple((name, float(f"{value:.4g}")) for name, value in numbers.items())


# ---- asked for


EXPLAINED = 5  # sequences that one answer gives, the best fit first


def explain(
    trace: SearchTrace,
    asked: str,
    *,
    listed: Sequence[Suppressed] = (),
    spellings: Callable[[str], Iterable[str]] = lambda step: (step,),
) -> Explanation:
    """What became of a candidate or of a sequence of actions.

    Args:
        trace: of the last search.
        asked: a candidate's id, or the beginning of one; or actions in order, as `git add -> git commit` (an arrow, or `->`), at
            whatever level of detail.
        listed: what a person sees of what was not proposed; it comes first. The trace is bounded: of what is listed at least the
            rule is known.
        spellings: of an action, how its label may be written, the likeliest first; a label says less than what was typed.

    Raises:
        UnknownId: what is asked is no action that was done, but like an id, or the beginning of several.

    Example:
        >>> one = SequenceTrace(("git add <path>", "git commit"), 4, (), SuppressionRule.TWO_STEPS)
        >>> [found.rule.text for found in explain(SearchTrace((one,)), "git add -> git commit").sequences]
        ['two steps only']
    """
    ids = list(dict.fromkeys(one.id for one in trace.sequences if one.id is not None))
    begun = [asked] if asked in ids else [one for one in ids if one.startswith(asked)]
    fits = [one for one in trace.sequences if len(begun) == 1 and one.id == begun[0]]
    known = {label for sequence in trace.sequences for label in sequence.steps}
    known |= {label for entry in listed for label in entry.steps} | {one.action for one in trace.left_out}
    steps = [_spelled(step.strip(), spellings, known) for step in re.split(r"→|->", asked) if step.strip()]
    if not fits:
        fits = _fitting(trace, steps, listed)
    left_out = tuple(one for one in trace.left_out if any(same_action(one.action, step) for step in steps))
    if not (fits or left_out) and len(steps) == 1 and (len(begun) > 1 or nearest(asked, ids) is not None):
        id_of(asked, ids, otherwise="none: the last scan found no routine")
    below = trace.totals.get(SuppressionRule.SEED_BY_CHANCE.value, 0)
    return Explanation(asked, tuple(fits[:EXPLAINED]), left_out, max(0, len(fits) - EXPLAINED), below)


def _spelled(step: str, spellings: Callable[[str], Iterable[str]], known: Collection[str]) -> str:
    """The first spelling of an action that a label has, as it was typed where none has one."""
    return next((one for one in spellings(step) if any(same_action(label, one) for label in known)), step)


def _fitting(trace: SearchTrace, steps: Sequence[str], listed: Sequence[Suppressed]) -> list[SequenceTrace]:
    """The sequences with these steps, the best fit first, and first of all what a person saw: proposed, or in the list."""
    kept = [one for one in trace.sequences if _holds(one, steps)]
    shown: list[SequenceTrace | Suppressed] = [one for one in kept if one.rule is None]
    shown += [one for one in listed if _holds(one, steps)]
    shown.sort(key=lambda one: _foreign(one, steps))
    ways = [one if isinstance(one, SequenceTrace) else _way_of(one, kept) for one in shown]
    return list(dict.fromkeys([*ways, *sorted(kept, key=lambda one: _foreign(one, steps))]))


def _way_of(entry: Suppressed, kept: Sequence[SequenceTrace]) -> SequenceTrace:
    return next((one for one in kept if _is_way_of(one, entry)), _outcome_alone(entry))


def _is_way_of(one: SequenceTrace, entry: Suppressed) -> bool:
    return one.rule is entry.rule and one.count == entry.count and _holds(one, entry.steps)


def _outcome_alone(one: Suppressed) -> SequenceTrace:
    """A sequence of the list whose way is not kept."""
    end = TraceEvent(Stage.SUPPRESSION, f"{one.reason}; of the stages before it nothing is kept", one.numbers)
    return SequenceTrace(one.steps, one.count, (end,), one.rule)


def _holds(one: SequenceTrace | Suppressed, steps: Sequence[str]) -> bool:
    """Whether a sequence has these steps, in whatever order: a trace lists them as they were found."""
    return all(any(same_action(label, step) for label in one.steps) for step in steps)


def _foreign(one: SequenceTrace | Suppressed, steps: Sequence[str]) -> tuple[bool, int, int]:
    """The key of the best fit: in the order asked for, with few other steps, and seen often."""
    positions = [next(n for n, label in enumerate(one.steps) if same_action(label, step)) for step in steps]
    return positions != sorted(positions), len(one.steps) - len(steps), -one.count
