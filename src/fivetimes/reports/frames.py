"""Scan -> pandas tables: the same facts as the report, to be sorted, joined and drawn in a notebook."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from fivetimes.model import Candidate, Scan, Suppressed


def ladder(scan: Scan) -> pd.DataFrame:
    """One row per candidate, best first, indexed by id.

    Columns: title, tier, count, at_least, sessions, days, people, steps, confidence, bits, completion, minutes (median length
    of a run, NaN where no times are known), first and last (UTC, NaT where unknown).
    """
    rows = [_row(candidate) for candidate in scan.candidates]
    columns = ["id", "title", "tier", "count", "at_least", "sessions", "days", "people", "steps", "confidence", "bits"]
    table = pd.DataFrame(rows, columns=[*columns, "completion", "minutes", "first", "last"]).set_index("id")
    return table.astype({"first": "datetime64[s, UTC]", "last": "datetime64[s, UTC]"})


def _row(c: Candidate) -> tuple[object, ...]:
    seen = [o.start for o in c.occurrences if o.start is not None]
    counts = (c.count, c.at_least, c.sessions, c.days, c.people, len(c.steps))
    minutes = c.duration[1] / 60 if c.duration is not None else None
    span = (min(seen), max(seen)) if seen else (None, None)
    sure = (c.confidence.verdict, c.confidence.bits, c.confidence.completion)
    return (c.id, c.title, c.tier.value, *counts, *sure, minutes, *span)


def runs(scan: Scan) -> pd.DataFrame:
    """One row per occurrence: id, title, tier, person, start, minutes, by_agent (share of its events), events."""
    rows = [
        (
            c.id,
            c.title,
            c.tier.value,
            o.person,
            o.start,
            (o.end - o.start).total_seconds() / 60 if o.start is not None and o.end is not None else None,
            o.by_agent,
            len(o.moments),
        )
        for c in scan.candidates
        for o in c.occurrences
    ]
    table = pd.DataFrame(rows, columns=["id", "title", "tier", "person", "start", "minutes", "by_agent", "events"])
    return table.astype({"start": "datetime64[s, UTC]"})


def steps(candidate: Candidate) -> pd.DataFrame:
    """One row per step, in order: action, share, least and most times in a row, alternatives, effect."""
    rows = [
        (s.action, s.share, *s.repeat, [label for label, _ in s.alternatives], s.effect.name.lower())
        for s in candidate.steps
    ]
    return pd.DataFrame(rows, columns=["action", "share", "least", "most", "alternatives", "effect"])


def suppressed(scan: Scan) -> pd.DataFrame:
    """One row per sequence that was not proposed: steps, count, and the rule it failed. Work habits stand in `habits`."""
    return _sequences(scan.not_proposed)


def habits(scan: Scan) -> pd.DataFrame:
    """One row per work habit, the most frequent first: steps, count, and why it is no routine."""
    return _sequences(scan.habits)


def _sequences(found: Sequence[Suppressed]) -> pd.DataFrame:
    rows = [(" → ".join(s.steps), s.count, s.reason) for s in found]
    return pd.DataFrame(rows, columns=["steps", "count", "rule"])
