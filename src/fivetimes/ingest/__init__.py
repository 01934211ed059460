"""Sources of work history -> raw batches: one file per source, and where to look for them."""

from fivetimes.ingest.advice import advice
from fivetimes.ingest.discovery import discover, named, sources
from fivetimes.ingest.ignore import Ignore, ignore, without
from fivetimes.ingest.known_names import known_here
from fivetimes.ingest.recognition import sniff
from fivetimes.ingest.registry import READERS

__all__ = [
    "READERS",
    "Ignore",
    "advice",
    "discover",
    "ignore",
    "known_here",
    "named",
    "sniff",
    "sources",
    "without",
]
