"""Steps -> the title and the id of a routine, made from its core steps alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from fivetimes.model import Effect, Kind, Step
from fivetimes.redaction import everywhere
from fivetimes.routines.speaking import CHANGES, Spoken, core, spoken, topic

_CORE = 0.5  # share from which a step belongs to the core
_UNNAMED = "Run unnamed steps"


def telling_step(steps: Sequence[Step], rates: Sequence[float]) -> int:
    """The step that a routine is named after: the one that goes out into the world, else the rarest that is always done.

    A step whose name is only known here says nothing to others, and one that only looks is not what it is done for.

    Args:
        steps: the routine.
        rates: how often each step is done at all, as a share of all actions.
    """
    often = [s for s in range(len(steps)) if steps[s].share > _CORE] or list(range(len(steps)))
    return max(often, key=lambda s: (*_tells(steps[s]), -rates[s], -s))


def _tells(step: Step) -> tuple[bool, bool, bool]:
    """Whether a step can be named, goes out into the world, and is what something is done for."""
    said = spoken(_anywhere(step))
    return bool(said.verb), step.effect > Effect.DELETE, not said.looks and said.verb != "run"


def title(steps: Sequence[Step], telling: int) -> str:
    """A suggestion for a name, verb and object; a person renames it.

    Example:
        >>> title([Step("twine upload <path>", Kind.SHELL, 1.0)], 0)
        'Upload package'
        >>> title([Step("frob sync <path>", Kind.SHELL, 1.0)], 0)
        'Sync with frob'
    """
    said = spoken(steps[telling])
    return _called(said, _committed(steps) if said.thing == CHANGES else said.thing or topic(steps))


def _committed(steps: Sequence[Step]) -> str:
    """What a commit of no more than changes is of: the kinds of files that are nearly always in it.

    Example:
        >>> _committed([Step("edit:build <file.toml>", Kind.EDIT, 1.0), Step("edit:lock", Kind.EDIT, 0.9)])
        'build and lock'
    """
    edited = list(dict.fromkeys(spoken(step).thing for step in core(steps) if step.kind is Kind.EDIT))
    return " and ".join(edited[:2]) or CHANGES


def _called(said: Spoken, thing: str) -> str:
    if not said.verb:
        return _UNNAMED
    name = f"{said.verb[:1].upper()}{said.verb[1:]}"
    if thing:
        return f"{name} {thing}"
    return f"{name} with {said.tool}" if said.tool else name


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens, at most 40.

    Example:
        >>> slug("Upload package")
        'upload-package'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "routine"


def core_key(steps: Sequence[Step]) -> tuple[str, ...]:
    """What an id is made from: the coarse names of the steps that are nearly always there, sorted."""
    always = [step for step in core(steps) if not step.alternatives] or list(steps)
    return tuple(sorted({" ".join(_anywhere(s).action.split()[:2]) for s in always}))


def identifier(steps: Sequence[Step], telling: int) -> str:
    """The id of a routine: stable while its core stays, the same on every machine.

    Its words are those of a step that has no alternatives, chosen without regard to how rare it is: which way is the commonest,
    and what is rare, change from week to week, and a ledger knows a routine by its id.

    Args:
        steps: the routine.
        telling: the step it is titled after, for where every step has alternatives.

    Example:
        >>> identifier([Step("twine upload <path>", Kind.SHELL, 1.0)], 0)
        'upload-package-6096'
    """
    fixed = [s for s, step in enumerate(steps) if step.share > _CORE and not step.alternatives] or [telling]
    called = max(fixed, key=lambda s: (_tells(steps[s]), _anywhere(steps[s]).action))
    mark = hashlib.blake2b("\n".join(core_key(steps)).encode(), digest_size=2).hexdigest()
    known = [_anywhere(step) for step in steps]
    said = spoken(known[called])
    return f"{slug(_called(said, said.thing or topic(known)))}-{mark}"


def _anywhere(step: Step) -> Step:
    """The step as it is called on every machine: what is installed or approved here changes no id."""
    return replace(step, action=everywhere(step.action, kind=step.kind))
