"""Candidate -> Conductor: draft what people repeat as a definition that a person finishes."""

from fivetimes.conductors.document import digest, evidence, fingerprint, kept, parse, schema
from fivetimes.conductors.draft import draft, tool, withheld
from fivetimes.conductors.locks import locked, without_names

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
