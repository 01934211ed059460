"""Conductor -> YAML: the source of truth, one file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from fivetimes.exporters.base import guarded_steps, slug
from fivetimes.model.conductors import Conductor

FORMAT = "yaml"


def export(conductor: Conductor) -> Mapping[str, str]:
    """One file, `<id>.yaml`.

    Raises:
        RuleError: a step that cannot be undone has no gate.
    """
    guarded_steps(conductor)
    return {f"{slug(conductor.id)}.yaml": render(conductor)}


def render(conductor: Conductor) -> str:
    """The conductor as YAML text: the same bytes for the same conductor, and read back it is the same document."""
    return yaml.dump(
        _plain(conductor.document),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=120,
        default_flow_style=False,
    )


class _Dumper(yaml.SafeDumper):
    """The safe dumper without anchors: a draft is read by people."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML asks for this signature
        """Write equal values out each time."""
        return True


def _plain(value: Any) -> Any:
    """The document in the types that every YAML reader knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
