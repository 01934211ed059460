"""Scan -> pages: the report as HTML, as Markdown and as the document that JSON holds."""

from fivetimes.reports.document import candidate_document, document, sources_document
from fivetimes.reports.report import one_card, report_html, report_markdown
from fivetimes.reports.templating import html_environment, source

__all__ = [
    "candidate_document",
    "document",
    "html_environment",
    "one_card",
    "report_html",
    "report_markdown",
    "source",
    "sources_document",
]
