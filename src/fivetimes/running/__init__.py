"""Approved conductors -> runs, and the record that each leaves behind. Nothing runs without a person's act, and a draft never runs.

The modules, from what is asked for down to what is written:

- `control`: start a run, answer its questions, go on with it, list what there is;
- `recording`: the record of what runs elsewhere: exports call it at each step;
- `provenance`: a run for others, who verify it with nothing but a file;
- `queries`: the five questions that a record answers;
- `engine`: what carries a run on through a crash (DBOS), behind one protocol;
- `performing`: one act: a question asked, a step carried out, each written down;
- `walk`: which act comes next;
- `record`: the lines of a run, each naming the one before.
"""

from fivetimes.review.waiting import Reply
from fivetimes.running.control import RunRow, Runs, Wish, open_question, runs_document, runs_lines
from fivetimes.running.engine import RunBroken
from fivetimes.running.performing import Performer
from fivetimes.running.queries import ABOUT, ask
from fivetimes.running.record import Record, RunEntry, record_of
from fivetimes.running.walk import Choices

__all__ = [
    "ABOUT",
    "Choices",
    "Performer",
    "Record",
    "Reply",
    "RunBroken",
    "RunEntry",
    "RunRow",
    "Runs",
    "Wish",
    "ask",
    "open_question",
    "record_of",
    "runs_document",
    "runs_lines",
]
