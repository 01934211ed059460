"""Steps -> the id of a routine, and what it is recognised by."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from fivetimes.identity.phrases import anywhere, core
from fivetimes.identity.titles import UNNAMED, portable_title
from fivetimes.model.candidates import Candidate, Step
from fivetimes.model.changes import Identity
from fivetimes.redaction import without_own


def unique_ids(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, the second and later ones of an id with a number behind it."""
    seen: Counter[str] = Counter()
    out = []
    for candidate in candidates:
        seen[candidate.id] += 1
        times = seen[candidate.id]
        out.append(candidate if times == 1 else replace(candidate, id=f"{candidate.id}-{times}"))
    return out


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
    return tuple(sorted(set(map(_coarse, always))))


def _coarse(step: Step) -> str:
    """Program and subcommand of a step, as they are called on every machine."""
    return " ".join(anywhere(step).action.split()[:2])


def identity(name: str, steps: Sequence[Step]) -> Identity:
    """What a routine of this id is recognised by: its steps, each way of doing one with its share, whatever is installed here.

    Example:
        >>> from fivetimes.model.events import Kind
        >>> identity("x-1", [Step("git push --tags", Kind.SHELL, 0.9)])
        Identity(id='x-1', steps={'git push': 0.9})
    """
    shares: dict[str, float] = {}
    for step in steps:
        for label, share in step.alternatives or ((step.action, step.share),):
            called = _coarse(replace(step, action=label))
            shares[called] = max(shares.get(called, 0.0), round(share, 2))
    return Identity(name, dict(sorted(shares.items())))


def identifier(steps: Sequence[Step]) -> str:
    """The id of a routine: its title's common words and a mark of its core; stable while its core stays, the same on every machine.

    No name that only some people have stands in it, because ids are in everything that is passed on.

    Example:
        >>> from fivetimes.model.events import Effect, Kind
        >>> identifier([Step("twine upload <path>", Kind.SHELL, 1.0, effect=Effect.PUBLISH)])
        'upload-package-6096'
    """
    mark = hashlib.blake2b("\n".join(core_key(steps)).encode(), digest_size=2).hexdigest()
    return f"{slug(without_own(portable_title(steps)) or UNNAMED)}-{mark}"
