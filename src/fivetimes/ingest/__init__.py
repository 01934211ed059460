"""A machine, a team's configuration or named paths -> the sources there, and of each source its raw batches.

Paths come in; `RawBatch` rows go out, which only `redact` may take. The modules, in the order in which they act:

- `base`: what a reader is (`ReaderSpec`), and where machines keep things by default;
- `readers/`: one file per source, with all that is known of it;
- `formats/`: the formats that several readers share;
- `registry`: the table of readers, and the plug-ins beside it;
- `recognition`: a path -> its reader;
- `discovery`: a machine, a team or paths -> sources;
- `balance`: every record of a source is accounted for;
- `ignore`: what its owner does not want read is left out;
- `advice`: sentences on what a source loses;
- `known_names`: names that exist on this machine, so that nobody mistyped them;
- `read_digest`: whether a later scan reads the same rows;
- `startup_files`, `aliases_here`: how shells and git are set up in somebody's home folder, read as text.
"""

from fivetimes.ingest.advice import advice_on
from fivetimes.ingest.aliases_here import USUAL_IN_GIT, aliases_of
from fivetimes.ingest.discovery import discover, named, sources
from fivetimes.ingest.ignore import IgnoreRules, ignore_rules, kept, without_ignored
from fivetimes.ingest.known_names import known_here
from fivetimes.ingest.read_digest import ReadDigest
from fivetimes.ingest.readers.git import own_addresses
from fivetimes.ingest.recognition import sniff
from fivetimes.ingest.registry import READERS

__all__ = [
    "READERS",
    "USUAL_IN_GIT",
    "IgnoreRules",
    "ReadDigest",
    "advice_on",
    "aliases_of",
    "discover",
    "ignore_rules",
    "kept",
    "known_here",
    "named",
    "own_addresses",
    "sniff",
    "sources",
    "without_ignored",
]
