"""RawBatch -> EventLog: redacted, one row per event, persons and bots known, lines without times put in order.

The modules, in the order in which they act:

    redact        raw batches -> EventLog, or the rows that memory keeps; raw text ends here
    form_table    (of redact) each distinct thing done -> its number
    word_table    (of redact) each word -> its number, and a label that may be kept
    growing       (of both) arrays under construction
    kept          (of redact) what memory keeps of a record, as text
    reconcile     (of redact) rows that memory holds of a file, and those in it now -> which are one
    shell_aliases (of redact) lines with aliases -> what their shell runs
    requests      (of redact) requests in words -> one pseudonym for equal and nearly equal ones
    slips         (of redact) which lines are slips of the fingers
    stamps        (of redact) which times a whole block of lines was given at once
    identities    who a record's author is; accounts that are bots
    deduplicate   several records of one event -> one event
    commit_commands  (of deduplicate) a commit and the command that made it, by time and effect
    copies        (of deduplicate) lines that stand in a history, or in two, as a copy
    runs          (of copies) stretches of one sequence of lines that stand in another
    align         lines without times -> times, by commits among them and by links to timed events; the events of a span
    links         (of align) what ties a line to a timed event, in bits
    unknown       raw batches -> names that no vocabulary knows, for a person to look at
"""

from fivetimes.eventlog.align import align, within
from fivetimes.eventlog.deduplicate import deduplicate
from fivetimes.eventlog.identities import is_account, mark_bots, people_in, person_resolver
from fivetimes.eventlog.reconcile import FileRows, positions, reconcile
from fivetimes.eventlog.redact import (
    Keeper,
    Remembered,
    RememberedFile,
    file_rows,
    names_of_several,
    redact,
    varied_programs,
)
from fivetimes.eventlog.shell_aliases import PUBLIC_ALIASES, expanded, expanded_where_used
from fivetimes.eventlog.unknown import unknown_names

__all__ = [
    "PUBLIC_ALIASES",
    "FileRows",
    "Keeper",
    "Remembered",
    "RememberedFile",
    "align",
    "deduplicate",
    "expanded",
    "expanded_where_used",
    "file_rows",
    "is_account",
    "mark_bots",
    "names_of_several",
    "people_in",
    "person_resolver",
    "positions",
    "reconcile",
    "redact",
    "unknown_names",
    "varied_programs",
    "within",
]
