"""Conductors, their ledger and the last scan -> what draft, verify, review, decide and status say and do.

The second half of the corridor: `pipeline.py` leads from sources to drafts, this room from drafts to decisions.
"""

from fivetimes.desk.decisions import answered, decide, edited, open_questions, revise
from fivetimes.desk.drafting import draft, keep, sketch
from fivetimes.desk.files import conductor_at, conductor_path, drafted, ledger, standings, write
from fivetimes.desk.overview import Row, changed, full_id, proposed, queue, row_document, status, trouble, waiting
from fivetimes.desk.seat import (
    Seat,
    answer,
    approvable,
    decide_on,
    edit,
    export_as,
    known_constants,
    laid_out,
    rename,
    write_constant,
)
from fivetimes.desk.verifying import Verified, verified_document, verify

__all__ = [
    "Row",
    "Seat",
    "Verified",
    "answer",
    "answered",
    "approvable",
    "changed",
    "conductor_at",
    "conductor_path",
    "decide",
    "decide_on",
    "draft",
    "drafted",
    "edit",
    "edited",
    "export_as",
    "full_id",
    "keep",
    "known_constants",
    "laid_out",
    "ledger",
    "open_questions",
    "proposed",
    "queue",
    "rename",
    "revise",
    "row_document",
    "sketch",
    "standings",
    "status",
    "trouble",
    "verified_document",
    "verify",
    "waiting",
    "write",
    "write_constant",
]
