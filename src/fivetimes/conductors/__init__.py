"""Candidate -> Conductor: draft what people repeat as a definition that a person finishes."""

from fivetimes.conductors.draft import draft, schema, tool, withheld
from fivetimes.conductors.keeping import kept
from fivetimes.conductors.locks import locked, without_names
from fivetimes.conductors.proof import digest, evidence, fingerprint
from fivetimes.conductors.reading import parse

__all__ = [
    "digest",
    "draft",
    "evidence",
    "fingerprint",
    "kept",
    "locked",
    "parse",
    "schema",
    "tool",
    "withheld",
    "without_names",
]
