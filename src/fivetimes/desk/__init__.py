"""Conductors, their ledger and the last scan -> what draft, verify, review, decide and status say and do.

The second half of the corridor: `pipeline.py` leads from sources to candidates, this room from candidates to decisions.
"""

from fivetimes.desk.decisions import answered, decide, edited, open_questions, revise
from fivetimes.desk.drafting import draft, export, sketches
from fivetimes.desk.files import conductor_at, conductor_path, drafted, ledger, standings, write
from fivetimes.desk.overview import Row, changed, full_id, proposed, queue, row_document, status, trouble, waiting
from fivetimes.desk.recalling import recall, recalled_for_a_file, withheld
from fivetimes.desk.reviewing import answer, approvable, decide_on, edit, export_as, laid_out, rename, write_constant
from fivetimes.desk.seat import Seat
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
    "export",
    "export_as",
    "full_id",
    "laid_out",
    "ledger",
    "open_questions",
    "proposed",
    "queue",
    "recall",
    "recalled_for_a_file",
    "rename",
    "revise",
    "row_document",
    "sketches",
    "standings",
    "status",
    "trouble",
    "verified_document",
    "verify",
    "waiting",
    "withheld",
    "write",
    "write_constant",
]
