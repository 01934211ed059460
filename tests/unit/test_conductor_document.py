"""The typed document and the JSON Schema hold the same keys, and a draft writes them in the order of the type."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders_scan as made
from fivetimes.conductor_document import (
    ConductorDocument,
    DocumentStep,
    Reference,
    references,
    step_alternatives,
    template_parts,
)
from fivetimes.conductors import schema

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def shape_of(kind: Any) -> Any:
    """A declared type as: the names of the plain types it allows, or what its keys, its entries or its elements are."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is NotRequired:
        return shape_of(inner[0])
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        return {"required": set(kind.__required_keys__), "keys": {name: shape_of(hint) for name, hint in hints.items()}}
    if origin in (Union, types.UnionType):
        return set().union(*map(shape_of, inner))
    if origin is Literal:
        return {PLAIN[type(value)] for value in inner}
    if origin in (list, dict):
        return {"each": shape_of(inner[-1])}
    return {PLAIN[kind]}


def shape_in_schema(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """The same of a part of a JSON Schema."""
    if "$ref" in part:
        return shape_in_schema(whole["$defs"][part["$ref"].rpartition("/")[2]], whole)
    values = part.get("enum", [part["const"]] if "const" in part else [])
    if values:
        return {PLAIN[type(value)] for value in values}
    if "properties" in part:
        keys = {name: shape_in_schema(inner, whole) for name, inner in part["properties"].items()}
        return {"required": set(part.get("required", ())), "keys": keys}
    if part["type"] in ("array", "object"):
        return {"each": shape_in_schema(part["items" if part["type"] == "array" else "additionalProperties"], whole)}
    return {part["type"]} if isinstance(part["type"], str) else set(part["type"])


def closed(part: Any) -> Iterator[bool]:
    """Of each object with declared keys in a schema, whether it allows no others."""
    if isinstance(part, dict):
        if "properties" in part and "required" in part and part.get("type") == "object":
            yield part.get("additionalProperties") is False
        for inner in part.values():
            yield from closed(inner)


def test_the_type_and_the_schema_have_the_same_keys_and_allow_the_same_values() -> None:
    assert shape_of(ConductorDocument) == shape_in_schema(schema(), schema())


def test_a_key_or_a_null_that_only_one_of_the_two_has_is_noticed() -> None:
    changed = {**schema(), "properties": {**schema()["properties"], "more": {"type": "string"}}}
    assert shape_of(ConductorDocument) != shape_in_schema(changed, changed)
    why = schema()["properties"]["why"]
    stricter = {**why, "properties": {**why["properties"], "purpose": {"type": "string"}}}
    changed = {**schema(), "properties": {**schema()["properties"], "why": stricter}}
    assert shape_of(ConductorDocument) != shape_in_schema(changed, changed)


def test_the_schema_allows_no_key_that_is_not_declared() -> None:
    found = list(closed(schema()))
    assert len(found) > 8
    assert all(found)


def in_order(record: Mapping[str, Any], kind: Any) -> bool:
    # `with` is declared by a call, in a base, so it comes first there
    declared = [name for name in kind.__annotations__ if name in record and name != "with"]
    return [name for name in record if name in declared] == declared and set(record) <= set(get_type_hints(kind))


@pytest.mark.parametrize("routine", [made.friday(13), made.release(8)], ids=["friday", "release"])
@pytest.mark.parametrize("read", [True, False], ids=["live", "labels"])
def test_a_draft_writes_its_keys_in_the_order_of_the_type(routine: tuple[Any, Any], read: bool) -> None:
    candidate, live = routine
    document = made.drafted(candidate, live if read else None).document
    assert in_order(document, ConductorDocument)
    assert all(in_order(step, DocumentStep) for step in document["steps"])


TEXT = st.text(st.sampled_from("ab {}.$"), max_size=12)
REFERENCES = st.builds(Reference, st.sampled_from(["inputs", "free", "constants", "steps.s12"]), st.just("name"))


@given(st.lists(TEXT | REFERENCES, max_size=6))
def test_the_parts_of_a_template_joined_are_the_template(parts: list[str | Reference]) -> None:
    text = "".join(map(str, parts))
    assert "".join(map(str, template_parts(text))) == text
    assert references(text) == [part for part in template_parts(text) if isinstance(part, Reference)]
    assert len(references(text)) >= sum(isinstance(part, Reference) for part in parts)


def test_a_step_with_one_way_is_its_own_alternative_with_its_arguments() -> None:
    step = next(step for step in made.drafted(*made.friday(6)).document["steps"] if "with" in step)
    (only,) = step_alternatives(step)
    assert only == {"run": step["run"], "share": step["share"], "with": step["with"]}
    assert step_alternatives({**step, "any": [only, only]}) == [only, only]
