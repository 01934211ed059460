"""Persons -> the aliases by which a report calls them."""

from __future__ import annotations

from collections.abc import Iterable

from fivetimes.model.candidates import Candidate
from fivetimes.model.scans import Scan


def aliases(scan: Scan, persons: Iterable[str] = ()) -> dict[str, str]:
    """`p1`, `p2`, … for the persons of the occurrences, in the order of their names; then likewise for others of `persons`."""
    known = aliases_in(scan.candidates)
    others = sorted(set(persons) - set(known))
    return known | {person: f"p{number}" for number, person in enumerate(others, len(known) + 1)}


def aliases_in(candidates: Iterable[Candidate]) -> dict[str, str]:
    """`p1`, `p2`, … for the persons of these alone."""
    persons = sorted({occurrence.person for candidate in candidates for occurrence in candidate.occurrences})
    return {person: f"p{number}" for number, person in enumerate(persons, 1)}
