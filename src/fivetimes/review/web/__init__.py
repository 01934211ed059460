"""Conductors and what waits for them -> the review page: decisions and revisions, made in a browser of this machine."""

from fivetimes.review.web.server import serve
from fivetimes.review.web.site import leading_to
from fivetimes.review.web.views import to_show

__all__ = ["leading_to", "serve", "to_show"]
