"""Conductors and what waits for them -> the review page: decisions and revisions, made in a browser of this machine."""

from fivetimes.web.server import serve
from fivetimes.web.views import reviewed

__all__ = ["reviewed", "serve"]
