"""Approved conductors and later work -> what became of each: used, bypassed, drifting, worked around, and what it changed.

The modules, from what is asked for down to what is compared:

- `follow`: reads conductors, ledger, records and work, and puts the findings together; what `fivetimes follow` prints.
- `pages`: a run as a page for its owner, and the catalogue of conductors for outsiders.
- `revision`: what the conductor would be with its drift, as a proposal to accept or decline.
- `findings`: what is found of one conductor, and by which test.
- `alignment`: where a run differs from its conductor. It defines skipped, added and swapped.
"""

from fivetimes.followup.alignment import Alignment, Change, Difference, align
from fivetimes.followup.findings import (
    Conduct,
    ConductorLife,
    DriftTest,
    FollowedConductor,
    Forecast,
    MeasuredEffect,
    RunSpan,
    StatedStep,
    conduct,
    effect,
    forecast,
)
from fivetimes.followup.follow import (
    ConductorRevision,
    FollowUp,
    document,
    follow,
    follow_controlled,
    revision_sentence,
    sentences,
    troubles,
    with_forecasts,
)
from fivetimes.followup.pages import CatalogueRow, catalogue, catalogue_page, run_page
from fivetimes.followup.revision import accept, decline, declined, difference, proposed

__all__ = [
    "Alignment",
    "CatalogueRow",
    "Change",
    "Conduct",
    "ConductorLife",
    "ConductorRevision",
    "Difference",
    "DriftTest",
    "FollowUp",
    "FollowedConductor",
    "Forecast",
    "MeasuredEffect",
    "RunSpan",
    "StatedStep",
    "accept",
    "align",
    "catalogue",
    "catalogue_page",
    "conduct",
    "decline",
    "declined",
    "difference",
    "document",
    "effect",
    "follow",
    "follow_controlled",
    "forecast",
    "proposed",
    "revision_sentence",
    "run_page",
    "sentences",
    "troubles",
    "with_forecasts",
]
