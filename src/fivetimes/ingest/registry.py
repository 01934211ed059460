"""The name of a reader -> the reader: our own, and those that other packages offer."""

from __future__ import annotations

from collections.abc import Mapping

from fivetimes import plugins
from fivetimes.ingest.readers import (
    asciinema,
    atuin,
    bash,
    claude_code,
    codex,
    consoles,
    fish,
    gemini,
    generic,
    git,
    hishtory,
    ipython,
    ksh,
    mcfly,
    nushell,
    otlp,
    powershell,
    reflog,
    resh,
    skill_log,
    tcsh,
    xes,
    xonsh,
    zsh,
    zsh_histdb,
)
from fivetimes.model import Reader

_OWN: Mapping[str, Reader] = {
    "zsh": zsh.read,
    "bash": bash.read,
    "fish": fish.read,
    "tcsh": tcsh.read,
    "ksh": ksh.read,
    "powershell": powershell.read,
    "nushell": nushell.read,
    "xonsh": xonsh.read,
    "atuin": atuin.read,
    "zsh_histdb": zsh_histdb.read,
    "mcfly": mcfly.read,
    "hishtory": hishtory.read,
    "resh": resh.read,
    "ipython": ipython.read,
    "python": consoles.python,
    "psql": consoles.psql,
    "sqlite": consoles.sqlite,
    "node": consoles.node,
    "asciinema": asciinema.read,
    "git": git.read,
    "reflog": reflog.read,
    "claude_code": claude_code.read,
    "codex": codex.read,
    "gemini": gemini.read,
    "otlp": otlp.read,
    "skill_log": skill_log.read,
    "generic": generic.read,
    "xes": xes.read,
}

GUESTS: Mapping[str, plugins.Guest] = plugins.guests(_OWN)
READERS: Mapping[str, Reader] = {**_OWN, **GUESTS}
