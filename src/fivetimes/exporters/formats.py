"""The table of formats: name -> what makes it, ours and those of plug-ins."""

from collections.abc import Mapping
from typing import Protocol

from fivetimes import plugins
from fivetimes.exporters import (
    bpmn,
    github_actions,
    justfile,
    runbook,
    serverless_workflow,
    skill,
    taskfile,
    yaml_file,
)
from fivetimes.model.conductors import Conductor, Exporter


class Format(Protocol):
    """What a module of this package offers."""

    FORMAT: str

    def export(self, conductor: Conductor) -> Mapping[str, str]:
        """File name -> text, as `fivetimes.model.Exporter` describes it."""
        ...


_FORMATS: tuple[Format, ...] = (
    # each format in one line
    yaml_file,
    skill,
    runbook,
    justfile,
    taskfile,
    github_actions,
    serverless_workflow,
    bpmn,
)

EXPORTERS: Mapping[str, Exporter] = {each.FORMAT: each.export for each in _FORMATS}


def exporters() -> Mapping[str, Exporter]:
    """Every format by name: ours, and those of installed plug-ins (entry point `fivetimes.exporters`).

    Raises:
        FivetimesError: a plug-in cannot be loaded, or takes a name of ours.

    Example:
        >>> {"yaml", "skill", "runbook", "just"} <= set(exporters())
        True
    """
    return plugins.joined("fivetimes.exporters", EXPORTERS)
