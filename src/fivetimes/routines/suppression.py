"""A folded routine -> whether it is trivial: too few different steps, or only looking around."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from fivetimes.config import LOOKING, LOOKING_VERBS
from fivetimes.model import COARSE, FORM, Confidence, Kind
from fivetimes.routines.alternatives import FoldedStep
from fivetimes.routines.database import SequenceDatabase

_FIRM = 0.9  # of the times that two neighbouring steps are begun with, a whole run comes of it: they belong together


def looks_like_browsing(folded: Sequence[FoldedStep]) -> bool:
    """Whether fewer than two of the steps that are usually done change anything.

    A skill that lists or reads is a piece of work that somebody gave a name; it counts where any step of the routine acts.
    """
    usual = [step for step in folded if step.step.share > 0.5]
    acting = [step for step in usual if not any(is_looking(label) for label in step.labels)]
    skills = [step for step in usual if step.step.kind is Kind.SKILL and step not in acting]
    return len(acting) + (len(skills) if acting else 0) < 2


def is_looking(label: str) -> bool:
    """Whether a step only looks: by its program and subcommand, or by the verb in a tool's or skill's name.

    Example:
        >>> is_looking("git status --short"), is_looking("tool:Grep pattern *"), is_looking("tool:mcp__wiki__search_pages")
        (True, True, True)
        >>> is_looking("git push"), is_looking("tool:Edit file_path *")
        (False, False)
    """
    words = label.split()
    if not words:
        return True
    if words[0].startswith(("tool:", "skill:")):
        name = words[0].partition(":")[2].rpartition("__")[2]
        verb = re.match(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
        return verb is not None and verb.group().lower() in LOOKING_VERBS
    return words[0] in LOOKING or " ".join(words[:2]) in LOOKING


def falls_apart(known: Confidence, *, firm: float) -> str | None:
    """The rule for what is oftener broken off than done, none of whose steps belong together, and through which no value runs.

    Everyday actions that each make the next one likely are this, as often as they may be done. A routine whose beginning
    is done for other reasons too has two steps that belong together.
    """
    if known.completion < 0.5 and known.threaded < 2 and firm < _FIRM:
        return f"mostly broken off: {known.completion:.0%} of the runs that began went to the end"
    return None


def distinct_actions(database: SequenceDatabase, folded: Sequence[FoldedStep]) -> int:
    """How many different actions the usual steps are.

    Typed commands differ by their constant words, for what they do may stand in one of them alone: `psql -c "vacuum"`,
    `psql -c "reindex"`. An edit or a call on another file is the same action.
    """
    found = set()
    for step in folded:
        if step.step.share > 0.5:
            flat = [r for rows in step.rows for r in rows]
            level = FORM if step.step.kind is Kind.SHELL else COARSE
            found.add(Counter(database.levels[flat, level].tolist()).most_common(1)[0][0])
    return len(found)
