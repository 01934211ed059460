"""Templates -> pages: the one place that says how a value gets into HTML or Markdown, and that nothing in it acts there."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

import jinja2
from markupsafe import Markup, escape

from fivetimes.redaction import show
from fivetimes.reports.told import Figure, Told
from fivetimes.reports.words import counted, number

_OURS = "fivetimes.reports"


@lru_cache(maxsize=1)
def _loader() -> jinja2.BaseLoader:
    return jinja2.PackageLoader(_OURS)


def source(name: str) -> str:
    """The text of a template or style sheet."""
    return _loader().get_source(pages(), name)[0]


@lru_cache(maxsize=1)
def pages() -> jinja2.Environment:
    """HTML: every expression is escaped, and what steers a display is replaced."""
    return _environment(_loader(), autoescape=True, finalize=_shown)


def html_environment(package: str) -> jinja2.Environment:
    """The same for another package's templates, which may include those of the report."""
    loader = jinja2.ChoiceLoader([jinja2.PackageLoader(package), _loader()])
    made = _environment(loader, autoescape=True, finalize=_shown)
    made.filters |= {"lines": lines, "typed": typed}
    return made


@lru_cache(maxsize=1)
def texts() -> jinja2.Environment:
    """Markdown: every expression is escaped for Markdown and the HTML in it."""
    return _environment(_loader(), autoescape=False, finalize=_as_markdown)


def _environment(loader: jinja2.BaseLoader, *, autoescape: bool, finalize: Any) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=loader,
        autoescape=autoescape,
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"counted": counted, "number": number, "pointer": _pointer}
    made.globals["figure"] = Figure
    return made


def lines(text: str) -> Markup:
    r"""A text of several lines, escaped, with what steers a display replaced in each.

    Example:
        >>> lines("a\n<b>")
        Markup('a\n&lt;b&gt;')
    """
    return escape("\n".join(show(line) for line in text.split("\n")))


def typed(text: str) -> Markup:
    """A text that stands in a field to be changed and sent back: escaped, and to the letter.

    Example:
        >>> typed('a"')
        Markup('a&#34;')
    """
    return escape(text)


def _pointer(key: str) -> str:
    """A key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _shown(value: object) -> object:
    return show(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _as_markdown(value: object) -> object:
    """One line that Markdown shows as it stands."""
    if not isinstance(value, str | Figure | Told):
        return value
    line = html.escape(" ".join(show(str(value)).split()), quote=False)
    return re.sub(r"([\\`*_\[\]|#~!])", r"\\\1", line)
