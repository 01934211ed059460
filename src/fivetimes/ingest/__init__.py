"""Sources of work history -> raw batches: one file per source, and where to look for them."""

from fivetimes.ingest import spmf
from fivetimes.ingest.advice import advice
from fivetimes.ingest.finding import discover, named, sources
from fivetimes.ingest.ignoring import Ignore, ignore, without
from fivetimes.ingest.sniffing import sniff
from fivetimes.ingest.surroundings import known_here
from fivetimes.ingest.table import READERS

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
    "spmf",
    "without",
]
