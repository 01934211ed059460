"""Figures -> words that remember where report.json has them: what stands on a page can be held against the document."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from fivetimes.redaction import show


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as a page writes it; `at` is the JSON pointer of that value in report.json.

    Example:
        >>> print(Figure("12 times", "/candidates/0/count").__html__())
        <span data-at="/candidates/0/count">12 times</span>
    """

    text: str
    at: str

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        return Markup('<span data-at="{}">{}</span>').format(show(self.at), show(self.text))


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with figures in it.

    Example:
        >>> str(Told(("on ", Figure("9 days", "/days"))))
        'on 9 days'
    """

    parts: tuple[str | Figure, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def __html__(self) -> str:
        return Markup("").join(part if isinstance(part, Figure) else escape(show(part)) for part in self.parts)


def told(*parts: str | Figure) -> Told:
    """A sentence from its parts."""
    return Told(parts)
