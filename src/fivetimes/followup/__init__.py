"""Approved conductors and later work -> what became of each: used, bypassed, drifting, worked around, and what it changed.

The modules, from what is asked for down to what is compared:

- `follow`: reads conductors, ledger, records and work, and puts the findings together; what `fivetimes follow` prints.
- `pages`: a run as a page for its owner, and the catalogue of conductors for outsiders.
- `revision`: what the conductor would be with its drift, as a proposal to accept or decline.
- `findings`: what is found of one conductor, and by which test.
- `alignment`: where a run differs from its conductor. It defines skipped, added and swapped.
"""

from fivetimes.followup.findings import Conduct, effect
from fivetimes.followup.follow import (
    FollowUp,
    document,
    effects,
    follow,
    revision_sentence,
    sentences,
    standing_phrase,
    troubles,
    with_forecasts,
)
from fivetimes.followup.pages import catalogue, catalogue_page, run_page
from fivetimes.followup.revision import decline, declined, difference, proposed

__all__ = [
    "Conduct",
    "FollowUp",
    "catalogue",
    "catalogue_page",
    "decline",
    "declined",
    "difference",
    "document",
    "effect",
    "effects",
    "follow",
    "proposed",
    "revision_sentence",
    "run_page",
    "sentences",
    "standing_phrase",
    "troubles",
    "with_forecasts",
]
