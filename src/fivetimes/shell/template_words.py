"""Template -> its words, split as a shell splits them: text, whether it was quoted, and references."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from fivetimes.conductor_document import Reference, template_parts


@dataclass(frozen=True, slots=True)
class TemplatePiece:
    """A literal within a word, and whether it was quoted in the template."""

    text: str
    quoted: bool


TemplateWord = tuple[TemplatePiece | Reference, ...]
_Letter = tuple[str | Reference, bool] | None  # a letter or a reference and whether it is quoted; None ends a word


def template_words(run: str) -> list[TemplateWord]:
    r"""The words of a template, as a shell splits them; a quote that nothing closes is a letter like others.

    Example:
        >>> template_words("git tag 'a b'{{ inputs.version }}")[2]
        (TemplatePiece(text='a b', quoted=True), Reference(space='inputs', name='version', several=False, form=''))
        >>> len(template_words("it's {{ inputs.x }}"))
        2
    """
    parts = _parts(run)
    marks = _read(parts)
    if marks is None:
        marks = [None if isinstance(part, str) and part.isspace() else (part, True) for part in parts]
    words = [tuple(_pieces(list(group))) for ends, group in groupby(marks, lambda mark: mark is None) if not ends]
    return [word for word in words if word]


def _parts(run: str) -> list[str | Reference]:
    """The letters and references of a template, in order."""
    parts: list[str | Reference] = []
    for part in template_parts(run):
        parts += [part] if isinstance(part, Reference) else part
    return parts


def _read(parts: Sequence[str | Reference]) -> list[_Letter] | None:
    """Each part with whether it is quoted; None where the quotes do not close."""
    marks: list[_Letter] = []
    quote, escaped = "", False
    for part in parts:
        if escaped:
            # within double quotes a backslash stays, but before what it protects
            marks += [] if quote == "" or part in ('"', "\\", "$", "`") else [("\\", True)]
            marks.append((part, True))
            escaped = False
        elif part == "\\" and quote != "'":
            escaped = True
        elif part in ("'", '"') and quote in ("", part):
            quote = "" if quote else str(part)
            marks.append(("", True))  # an empty pair of quotes is a word
        elif isinstance(part, str) and part.isspace() and not quote:
            marks.append(None)
        else:
            marks.append((part, quote != ""))
    return None if quote or escaped else marks


def _pieces(marks: Sequence[_Letter]) -> Iterator[TemplatePiece | Reference]:
    read = [mark for mark in marks if mark is not None]
    for key, group in groupby(read, lambda mark: (isinstance(mark[0], Reference), mark[1])):
        if key[0]:
            yield from (part for part, _ in group if isinstance(part, Reference))
        else:
            yield TemplatePiece("".join(str(part) for part, _ in group), key[1])
