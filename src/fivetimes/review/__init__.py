"""Candidates of the last scan -> conductors, decisions on them, and how they stand.

`pipeline.py` leads from sources to candidates; this package leads from candidates to decisions. What a person does here adds
lines to the ledger and writes conductor files. The modules, in the order in which they act:

- `ledger`: lines of the ledger -> reviews -> standings;
- `folder`: the folder with the conductor files and the ledger;
- `drafting`: a candidate -> a draft, with the live text behind it;
- `decisions`: a decision or a revision -> the ledger and the file;
- `overview`: the queue, the status of each conductor, the verification of its evidence;
- `waiting`: what is shown of a run that waits for an answer, and the answer;
- `terminal`: the queue at a terminal, card after card;
- `web`: the same in a browser of this machine.
"""

from fivetimes.review.decisions import (
    answer,
    answered_document,
    check_approvable,
    current_conductor,
    decide,
    decide_on,
    decline,
    edit,
    edited_document,
    export_as,
    open_questions,
    pass_gate,
    rename,
    revise,
    write_constants,
)
from fivetimes.review.drafting import (
    Taken,
    draft,
    export,
    live_constants,
    preview_closed,
    preview_draft,
    preview_drafts,
    read_live,
    read_live_masked,
)
from fivetimes.review.folder import (
    Approval,
    ReviewContext,
    approved_ids,
    conductor_path,
    conductors_in,
    read_conductor,
    read_ledger,
    standings,
    write_conductor,
)
from fivetimes.review.ledger import line as ledger_line
from fivetimes.review.overview import (
    StatusRow,
    Verification,
    as_decided,
    changed_since,
    full_id,
    ledger_problems,
    queue,
    recognised,
    status,
    status_document,
    to_review,
    verification_document,
    verify,
    waiting_document,
)

__all__ = [
    "Approval",
    "ReviewContext",
    "StatusRow",
    "Taken",
    "Verification",
    "answer",
    "answered_document",
    "approved_ids",
    "as_decided",
    "changed_since",
    "check_approvable",
    "conductor_path",
    "conductors_in",
    "current_conductor",
    "decide",
    "decide_on",
    "decline",
    "draft",
    "edit",
    "edited_document",
    "export",
    "export_as",
    "full_id",
    "ledger_line",
    "ledger_problems",
    "live_constants",
    "open_questions",
    "pass_gate",
    "preview_closed",
    "preview_draft",
    "preview_drafts",
    "queue",
    "read_conductor",
    "read_ledger",
    "read_live",
    "read_live_masked",
    "recognised",
    "rename",
    "revise",
    "standings",
    "status",
    "status_document",
    "to_review",
    "verification_document",
    "verify",
    "waiting_document",
    "write_conductor",
    "write_constants",
]
