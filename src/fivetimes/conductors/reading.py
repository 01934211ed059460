"""Text of a file -> Conductor: what a person may have edited, held against the schema before anybody builds on it."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from fivetimes.conductors.draft import schema
from fivetimes.errors import FivetimesError
from fivetimes.model import Conductor

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_LONGEST = 1_000_000  # characters; a conductor is a page
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Reader(yaml.SafeLoader):
    """The safe loader without dates and without anchors: we write neither, and an anchor can stand for a very large document."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias."""
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("it holds an alias (*name), which conductors do not")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice: one of the two would be lost."""
        found = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = next((key for place, key in enumerate(found) if key in found[:place]), None)
        if twice is not None:
            raise yaml.YAMLError(f"{twice!r} stands twice in one place")
        return super().construct_mapping(node, deep=deep)


_Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # takes a while, and few commands read a conductor

    return Draft202012Validator(schema())


def parse(text: str, *, place: str) -> Conductor:
    """The conductor of a file.

    Args:
        text: YAML.
        place: the file's name, for the sentences.

    Raises:
        FivetimesError: it is no YAML, or no conductor; the sentence names the first thing that is wrong.

    Example:
        >>> parse("title: x", place="x.yaml")
        Traceback (most recent call last):
        fivetimes.errors.FivetimesError: x.yaml: no conductor: 'schema' is a required property. Correct it there.
    """
    from jsonschema.exceptions import best_match

    document = _document(text, place)
    wrong = best_match(_validator().iter_errors(document))
    if wrong is not None:
        raise FivetimesError(f"{place}: no conductor: {_told(wrong)}. Correct it there.")
    return Conductor(document["id"], document)


def _document(text: str, place: str) -> Any:
    if len(text) > _LONGEST:
        raise FivetimesError(f"{place}: no conductor: it is longer than {_LONGEST:,} characters. Name another file.")
    try:
        return yaml.load(text, Loader=_Reader)  # a SafeLoader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise FivetimesError(f"{place}: not YAML that can be read: {said}. Correct that place.") from error


def _told(wrong: ValidationError) -> str:
    at = ".".join(str(part) for part in wrong.absolute_path)
    message = " ".join(wrong.message.split())
    short = message if len(message) <= 200 else message[:199] + "…"
    return f"{at}: {short}" if at else short
