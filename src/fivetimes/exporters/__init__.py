"""Conductor -> text: one file per format, each with one `export`."""

from collections.abc import Mapping

from fivetimes import plugins
from fivetimes.exporters import github_actions, justfile, runbook, serverless_workflow, skill, yaml_file
from fivetimes.exporters.base import slug
from fivetimes.exporters.yaml_file import render
from fivetimes.model import Exporter

EXPORTERS: Mapping[str, Exporter] = {
    "yaml": yaml_file.export,
    "skill": skill.export,
    "runbook": runbook.export,
    "just": justfile.export,
    "github-actions": github_actions.export,
    "serverless-workflow": serverless_workflow.export,
}


def exporters() -> Mapping[str, Exporter]:
    """Every format by name: ours, and those of installed guests (entry point `fivetimes.exporters`).

    Raises:
        FivetimesError: a guest cannot be loaded, or takes a name of ours.
    """
    return plugins.joined("fivetimes.exporters", EXPORTERS)


__all__ = ["EXPORTERS", "exporters", "render", "slug"]
