"""Scan -> report: one HTML page, Markdown, JSON, and what a terminal shows. In the order in which they act:

- `figures`: what a report computes from the routines, and how a figure is written so that it can be looked up;
- `document`: everything that was found in plain values, as report.json holds it;
- `pictures`: the geometry of weeks, timeline, trend and graph;
- `cards`: one routine in words;
- `page`: the HTML page and the Markdown, by their templates;
- `passed_on`: a scan and its drafts without names that one person alone has, for a report that others may read;
- `terminal`: the ladder, one routine and the sources at a terminal;
- `event_log`: the runs of one routine as an event log (XES), for programs of process mining;
- `frames`: the same facts as pandas tables for a notebook.
"""

from fivetimes.reports.cards import step_numbers
from fivetimes.reports.document import (
    candidate_document,
    document,
    explanation_document,
    reservations_document,
    sources_document,
)
from fivetimes.reports.event_log import xes
from fivetimes.reports.figures import location_text
from fivetimes.reports.page import html_environment, one_card, report_digest, report_html, report_markdown, source
from fivetimes.reports.passed_on import passed_on, passed_on_effects

__all__ = [
    "candidate_document",
    "document",
    "explanation_document",
    "html_environment",
    "location_text",
    "one_card",
    "passed_on",
    "passed_on_effects",
    "report_digest",
    "report_html",
    "report_markdown",
    "reservations_document",
    "source",
    "sources_document",
    "step_numbers",
    "xes",
]
