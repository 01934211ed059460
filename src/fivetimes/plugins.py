"""Entry points of installed packages -> plug-ins: readers and exporters of others, beside the built-in ones.

The group `fivetimes.readers` holds modules, described in `fivetimes.ingest.registry`; the group `fivetimes.exporters` holds
functions (`fivetimes.model.Exporter`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from fivetimes.errors import FivetimesError

Made = TypeVar("Made", bound=Callable[..., Any])


def offered(group: str) -> list[EntryPoint]:
    """What installed packages offer under an entry point group, not loaded yet, by name.

    Example:
        >>> offered("fivetimes.nobody-offers-these")
        []
    """
    return sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value))


def load(group: str) -> Mapping[str, Callable[..., Any]]:
    """What installed packages offer under an entry point group, by name.

    Args:
        group: such as `fivetimes.exporters`.

    Raises:
        FivetimesError: one cannot be loaded, or is nothing that can be called.

    Example:
        >>> dict(load("fivetimes.nobody-offers-these"))
        {}
    """
    found: dict[str, Callable[..., Any]] = {}
    for entry in offered(group):
        if entry.name in found:
            raise FivetimesError(f"{entry.name}: two installed packages offer this under {group}. Uninstall one.")
        try:
            made = entry.load()
        except Exception as error:  # a plug-in's import may fail in any way, and the message must name the plug-in
            raise FivetimesError(
                f"{entry.value}: this plug-in cannot be loaded ({error}). Uninstall or mend it."
            ) from error
        if not callable(made):
            raise FivetimesError(f"{entry.value}: this plug-in is no function. Uninstall or mend it.")
        found[entry.name] = made
    return found


def joined(group: str, built_in: Mapping[str, Made]) -> Mapping[str, Made]:
    """The built-in table with the plug-ins of a group.

    Raises:
        FivetimesError: a plug-in takes a built-in name.

    Example:
        >>> sorted(joined("fivetimes.nobody-offers-these", {"len": len}))
        ['len']
    """
    found: Mapping[str, Any] = load(group)
    taken = sorted(set(found) & set(built_in))
    if taken:
        raise FivetimesError(
            f"{taken[0]}: a plug-in takes this name, which is built in. Uninstall it, or give it another name."
        )
    return {**built_in, **found}
