"""Sources of work history -> raw batches: one file per source, and where to look for them."""

from fivetimes.readers import spmf
from fivetimes.readers.advice import advice
from fivetimes.readers.finding import discover, named, sources
from fivetimes.readers.ignoring import Ignore, ignore, without
from fivetimes.readers.sniffing import sniff
from fivetimes.readers.surroundings import known_here
from fivetimes.readers.table import READERS

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
