"""The last scan -> answers for an agent: mcp."""

from __future__ import annotations

import os
import sys

from fivetimes.cli.context import CONDUCTORS, Conductors, Config, approval, folder
from fivetimes.errors import FivetimesError


def mcp(config: Config = None, conductors: Conductors = CONDUCTORS) -> None:
    """Answer an agent's questions about the last scan over MCP, on standard input and output; needs fivetimes[mcp]."""
    try:
        from fivetimes.agents import server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("fivetimes"):
            raise
        raise FivetimesError("mcp needs the SDK of the protocol. Install it: pip install 'fivetimes[mcp]'") from error
    if sys.stdin.isatty():
        raise FivetimesError("mcp is started by an agent, which speaks with it. How to tell it to: docs/agents.md")
    context = server.AgentContext(config, conductors, folder(), os.environ, approval(config))
    server.serve(server.server(context))
