"""EventLog -> ActionLog: every person's actions on one timeline, each with its tokens, values and effect (`normalise`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fivetimes.actions.aliases import effects_through_aliases, private_programs, read_aliases
from fivetimes.actions.distinct import Distinct, distinct_actions
from fivetimes.actions.places import ActionRows
from fivetimes.actions.synonyms import with_full_names
from fivetimes.actions.tokenize import tokens, without_false_subcommands
from fivetimes.columns import COARSE, LEVELS, ActionLog, Bools, EventLog, Floats, Forms, Int32s
from fivetimes.config import NAVIGATION, UNTIMED_STEP
from fivetimes.model.events import Effect, Kind
from fivetimes.redaction import public


def normalise(events: EventLog) -> ActionLog:
    """Turn events into actions on each person's timeline.

    Args:
        events: redacted, deduplicated and aligned.

    Returns:
        One row per action, by person, then clock, then the order in which the records and the words of a line stand.
    """
    forms, columns = events.forms, events.columns
    form, size = columns["form"], np.diff(forms.action_start)
    uses = np.repeat(np.bincount(form, minlength=len(size)), size)
    typed, of = distinct_actions(forms, uses)
    labels = events.lexicon.labels
    programs = {action.words[0] for action in typed if action.kind is Kind.SHELL and action.words}
    unknown = {program for program in programs if not public().is_program(labels[program])}
    typed = with_full_names(without_false_subcommands(typed, unknown=unknown), labels)
    plain = {word for word, label in enumerate(labels) if label == "<str>" or not label.startswith("<")}
    clock = _clock(events)
    order = np.lexsort((columns["order"], columns["origin"], clock, columns["person"]))
    event = np.repeat(order, size[form[order]]).astype(np.int32)
    first = np.repeat(np.cumsum(size[form[order]]) - size[form[order]], size[form[order]])
    action = forms.action_start[form[event]] + (np.arange(len(event)) - first)
    which = of[action] if len(of) else np.zeros(0, dtype=np.int32)
    context = _is_context(events, forms)[action]
    distinct = read_aliases(
        typed,
        unknown=private_programs(events),
        same=events.lexicon.same.tolist(),
        plain=plain,
        timeline=ActionRows(which, columns["person"][event], context),
    )
    levels, names = tokens(distinct, labels)
    level = levels[which] if len(levels) else np.zeros((0, LEVELS), dtype=np.int32)
    alias = np.array([a.words[:1] != b.words[:1] for a, b in zip(typed, distinct, strict=True)], dtype=np.bool_)
    value_start, values = _distinctive(*_take(*_pieces(events, distinct), which))
    return ActionLog(
        events=events,
        event=event,
        person=columns["person"][event],
        clock=clock[event],
        timed=~np.isnan(columns["time"][event]),
        levels=level,
        labels=names,
        kind=forms.kind[action],
        effect=effects_through_aliases(forms.effect[action], level[:, COARSE], alias[which])
        if len(levels)
        else forms.effect[action],
        context=context,
        value_start=value_start,
        values=values,
    )


# ---- order in time

_BEFORE_ALL = -1e12  # seconds since the epoch; no recorded time is so early
_APART = 1e7  # seconds, about four months, between two histories without times: longer than any pause that joins


def _clock(events: EventLog) -> Floats:
    """Seconds for ordering: the time where there is one; else a clock of its own for each origin, a step per line.

    The untimed histories stand one after the other, in the order of their origins, before everything that has a time.
    """
    columns = events.columns
    origin, order = columns["origin"], columns["order"]
    lines = np.zeros(len(events.origins), dtype=np.int64)  # of each origin, from its first to behind its last
    np.maximum.at(lines, origin, order + 1)
    length = lines * UNTIMED_STEP + _APART
    start = _BEFORE_ALL - length.sum() + np.cumsum(length) - length
    return np.where(np.isnan(columns["time"]), start[origin] + UNTIMED_STEP * order, columns["time"])


# ---- the values of an action

_LEAST_USES = 2  # a value of one action alone ties nothing together
_MOST_USES, _MOST_SHARE = (
    20,
    0.02,
)  # a value of more actions, and of more than every fiftieth, stands everywhere


def _pieces(events: EventLog, actions: Sequence[Distinct]) -> tuple[Int32s, Int32s]:
    """CSR of the value pieces of each distinct action."""
    start, flat = [0], list[int]()
    lexicon = events.lexicon
    bounds, pieces = lexicon.piece_start.tolist(), lexicon.pieces.tolist()
    for action in actions:
        found: set[int] = set()
        for word in action.values():
            found.update(pieces[bounds[word] : bounds[word + 1]])
        flat.extend(sorted(found))
        start.append(len(flat))
    return np.array(start, dtype=np.int32), np.array(flat, dtype=np.int32)


def _take(start: Int32s, flat: Int32s, rows: Int32s) -> tuple[Int32s, Int32s]:
    """The CSR of `rows`, each an index into another CSR."""
    length = start[rows + 1] - start[rows]
    out = np.concatenate(([0], np.cumsum(length)))
    at = np.repeat(start[rows] - out[:-1], length) + np.arange(out[-1])
    return out.astype(np.int32), flat[at]


def _distinctive(start: Int32s, values: Int32s) -> tuple[Int32s, Int32s]:
    """Of a CSR of values only those that several actions share, and not all of them."""
    rows = len(start) - 1
    uses = np.bincount(values) if len(values) else np.zeros(0, dtype=np.int64)
    keep = (uses[values] >= _LEAST_USES) & (uses[values] <= max(_MOST_USES, _MOST_SHARE * rows))
    lengths = (
        np.add.reduceat(np.append(keep, False).astype(np.int64), start[:-1]) if rows else np.zeros(0, dtype=np.int64)
    )
    lengths[start[:-1] == start[1:]] = 0
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int32), values[keep]


# ---- navigation


_AGAIN = 2  # times that a request must have been made to be a step


def _is_context(events: EventLog, forms: Forms) -> Bools:
    """For each action of the forms: navigation that nothing is done with (`ls | xargs rm` is none), or no word at all."""
    navigation = np.array([label in NAVIGATION for label in events.lexicon.labels] or [False])
    empty = forms.word_start[:-1] == forms.word_start[1:]
    first = forms.words[np.minimum(forms.word_start[:-1], max(0, len(forms.words) - 1))] if len(forms.words) else empty
    harmless = (forms.kind == Kind.SHELL) & (forms.effect == Effect.NONE)
    return np.asarray(empty | (harmless & navigation[first]) | _asked_once(events, forms, first))


def _asked_once(events: EventLog, forms: Forms, first: Int32s) -> Bools:
    """For each action of the forms whether it is a request that nobody made again: it says nothing of how people work."""
    request = forms.kind == Kind.REQUEST
    uses = np.repeat(
        np.bincount(events.columns["form"], minlength=len(forms.action_start) - 1), np.diff(forms.action_start)
    )
    made = np.bincount(first[request], weights=uses[request], minlength=len(events.lexicon.labels) + 1)
    return np.asarray(request & (made[first] < _AGAIN))
