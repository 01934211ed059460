"""Step -> approval gate: what is asked of a person before something that others will see or that cannot be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from fivetimes.conductor_document import Gate
from fivetimes.conductors.invocations import Invocation
from fivetimes.model import Effect, Kind, Role, Step

# Words behind a program from which a command is known again under another name: one word alone (`push`) is a subcommand of many.
_KNOWN_FROM = 2
# Share of a step's invocations in which such words must stand: one invocation may have been matched to the step by mistake.
_OFTEN = 0.2

# (effect, what the step does, what is asked before it)
_GATES: tuple[tuple[Effect, str, str], ...] = (
    (Effect.PUBLISH, "publishes", "This step publishes: others will see the result. Is it ready to be seen?"),
    (
        Effect.DEPLOY,
        "deploys",
        "This step changes what runs for others. Is this the right change, and the right moment?",
    ),
    (Effect.DELETE, "deletes", "This step deletes. Is it certain that nobody needs what goes?"),
    (Effect.SEND, "sends", "This step sends something to people. Is it right, and is it meant for them?"),
    (Effect.PAY, "pays or approves", "This step pays or commits money. Are the amount and the receiver right?"),
    (Effect.REWRITE, "rewrites history", "This step rewrites history that others may have. Do they know?"),
)
_VERBS = {effect: verb for effect, verb, _ in _GATES}
_ASKED = {effect: ask for effect, _, ask in _GATES}


def gate(step: Step) -> Gate | None:
    """The gate directly before a step; None where none is needed. Who answers is left open for a person to fill in.

    Example:
        >>> from fivetimes.model import Kind
        >>> gate(Step("git push", Kind.SHELL, 1.0, effect=Effect.PUBLISH))["on_no"]
        'stop'
        >>> gate(Step("pytest", Kind.SHELL, 1.0)) is None
        True
    """
    ask = _ASKED.get(step.effect)
    return None if ask is None else {"ask": ask, "answerer": None, "on_no": "stop"}


def reversible(step: Step) -> bool | None:
    """Whether a step can be undone by the person who did it; None when that is not known."""
    return None if step.effect == Effect.UNKNOWN else step.effect == Effect.NONE


def effect_verb(effect: Effect) -> str:
    """What a step of this effect does, as a verb; empty for one that needs no gate.

    Example:
        >>> effect_verb(Effect.SEND), effect_verb(Effect.NONE)
        ('sends', '')
    """
    return _VERBS.get(effect, "")


def with_shared_effects(steps: Sequence[Step], invocations: Sequence[Invocation]) -> list[Step]:
    """The steps, each with the effect of a step that is the same command under another program's name.

    People call programs by names of their own, and such a name may be that of a harmless program: `ghc pr merge` is what
    `gh pr merge` is, when both stand in one routine.

    Args:
        steps: of the routine.
        invocations: of its steps; none where the sources were not read.
    """
    tails = [_tails([each for each in invocations if each.step == number]) for number in range(len(steps))]
    known: dict[tuple[str, ...], Effect] = {}
    for step, own in zip(steps, tails, strict=True):
        known |= {tail: max(step.effect, known.get(tail, step.effect)) for tail in own if effect_verb(step.effect)}
    return [
        replace(step, effect=max([step.effect, *(known[tail] for tail in own if tail in known)]))
        for step, own in zip(steps, tails, strict=True)
    ]


def _tails(invocations: Sequence[Invocation]) -> list[tuple[str, ...]]:
    """What often stands behind the program, where it is words enough to be known again."""
    tails = Counter(_tail(each) for each in invocations if each.kind == Kind.SHELL)
    least = _OFTEN * len(invocations)
    return [tail for tail, times in tails.items() if len(tail) >= _KNOWN_FROM and times >= least]


def _tail(invocation: Invocation) -> tuple[str, ...]:
    words = invocation.words
    program = max((index for index, word in enumerate(words) if word.role == Role.PROGRAM), default=len(words))
    return tuple(word.lead + word.text for word in words[program + 1 :])
