"""Scan -> pages: the report as HTML, as Markdown and as the document that JSON holds."""

from fivetimes.pages.document import candidate_document, document, sources_document
from fivetimes.pages.report import report_html, report_markdown

__all__ = ["candidate_document", "document", "report_html", "report_markdown", "sources_document"]
