"""The name of a reader -> the reader: the built-in ones, one line each, and those of installed plug-ins.

A plug-in's package registers a module under the entry point group `fivetimes.readers`; the entry point's name is the reader's. The
module has the functions of a `ReaderSpec`: `read(source, balance)` and `recognises(path)`, and if it likes `default_paths(machine)`
and `advice(report)`. It is loaded when one of them is called for the first time, and whatever goes wrong in it is a
stated problem of its source that ends nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from fivetimes import plugins
from fivetimes.errors import FivetimesError, ReadError
from fivetimes.ingest.base import Machine, ReaderSpec
from fivetimes.ingest.readers import (
    aider,
    amp,
    asciinema,
    atuin,
    bash,
    claude_code,
    claude_prompts,
    cline,
    codex,
    codex_exec,
    codex_prompts,
    consoles,
    copilot,
    cursor,
    droid,
    fish,
    gemini,
    gemini_prompts,
    generic,
    git,
    goose,
    hishtory,
    history_list,
    ipython,
    kimi,
    ksh,
    mcfly,
    nushell,
    opencode,
    otlp,
    pi,
    powershell,
    qwen,
    reflog,
    resh,
    skill_log,
    tcsh,
    xes,
    xonsh,
    zsh,
    zsh_histdb,
)
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

GROUP = "fivetimes.readers"

logger = logging.getLogger(__name__)

# Where one sort of evidence fits two readers, the one that stands first is taken.
BUILT_IN = (
    zsh.READER,
    bash.READER,
    fish.READER,
    powershell.READER,
    atuin.READER,
    nushell.READER,
    tcsh.READER,
    ksh.READER,
    xonsh.READER,
    zsh_histdb.READER,
    mcfly.READER,
    hishtory.READER,
    history_list.READER,
    ipython.READER,
    consoles.PYTHON,
    consoles.PSQL,
    consoles.SQLITE,
    consoles.NODE,
    skill_log.READER,
    generic.READER,
    otlp.READER,
    resh.READER,
    gemini.READER,
    gemini_prompts.READER,
    claude_prompts.READER,
    codex_prompts.READER,
    asciinema.READER,
    codex.READER,
    pi.READER,
    droid.READER,
    qwen.READER,
    copilot.READER,
    kimi.READER,
    codex_exec.READER,
    opencode.READER,
    goose.READER,
    amp.READER,
    cline.READER,
    cursor.READER,
    aider.READER,
    claude_code.READER,
    git.READER,
    reflog.READER,
    xes.READER,
)


# ---- plug-ins


class _Module:
    """A plug-in's module: each function of a reader, called so that its failure is a stated problem."""

    def __init__(self, entry: EntryPoint) -> None:
        self._entry = entry

    def read(self, source: Source, balance: Balance) -> Iterator[RawBatch]:
        try:
            yield from self._function("read")(source, balance)
        except FivetimesError:
            raise
        except Exception as error:
            raise ReadError(
                f"{source.path}: the reader {self._entry.name} failed ({type(error).__name__}). Tell its authors, or leave"
                " it out."
            ) from error

    def recognises(self, path: Path) -> bool:
        return bool(self._asked("recognises", path, f"look at {path}"))

    def default_paths(self, machine: Machine) -> Iterable[Path]:
        return self._asked("default_paths", machine, "say where its sources lie") or ()

    def advice(self, report: SourceReport) -> Iterable[str]:
        return self._asked("advice", report, f"say anything about {report.source.path}") or ()

    def _asked(self, name: str, about: object, purpose: str) -> Any:
        try:
            found = self._function(name)(about)
            return list(found) if isinstance(found, Iterable) else found
        except Exception as error:  # whatever a plug-in does, the other sources are read
            logger.warning(
                "the reader %s could not %s: %s. Update it, or uninstall it.", self._entry.name, purpose, error
            )
            return None

    def _function(self, name: str) -> Callable[..., Any]:
        module = self._entry.load()
        optional: Callable[..., Any] | None = _nothing if name in ("default_paths", "advice") else None
        found: Callable[..., Any] = getattr(module, name) if optional is None else getattr(module, name, optional)
        return found


def _nothing(_about: object) -> tuple[()]:
    return ()


def plugged_in(entry: EntryPoint) -> ReaderSpec:
    """The reader that an entry point offers. Its module is not loaded yet."""
    module = _Module(entry)
    return ReaderSpec(
        entry.name,
        module.read,
        recognises=module.recognises,
        default_paths=module.default_paths,
        advice=module.advice,
    )


def plug_ins(taken: Iterable[str]) -> tuple[ReaderSpec, ...]:
    """The readers that installed packages offer; the second under one name is left out, as is one under a built-in name.

    Args:
        taken: the names of the built-in readers.
    """
    names, found = set(taken), []
    for entry in plugins.offered(GROUP):
        if entry.name in names:
            logger.warning(
                "%s: a reader of this name is already there. Ask the authors of %s for another.",
                entry.name,
                entry.value,
            )
        else:
            names.add(entry.name)
            found.append(plugged_in(entry))
    return tuple(found)


PLUG_INS = plug_ins(reader.name for reader in BUILT_IN)
READERS: Mapping[str, ReaderSpec] = {reader.name: reader for reader in (*BUILT_IN, *PLUG_INS)}
