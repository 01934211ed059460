"""Questions of an agent over MCP -> answers; and the ways in which a person decides, which no call of a tool does.

The Model Context Protocol comes from its own SDK (`mcp`), which this module alone imports. The server speaks on standard input and
output with the program that started it, and reads no source: it answers from the last scan that a person made.
"""

from __future__ import annotations

import functools
import inspect
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from mcp.server.fastmcp import Context, FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.types import ClientCapabilities, ElicitationCapability, ToolAnnotations
from pydantic import BaseModel, Field

from fivetimes import atomic, review, workspace
from fivetimes.agents import answers
from fivetimes.errors import FivetimesError, fault
from fivetimes.model.candidates import Candidate
from fivetimes.model.decisions import Decision
from fivetimes.model.scans import Scan
from fivetimes.redaction import show
from fivetimes.review import web

_INSTRUCTIONS = (
    "fivetimes finds what people do by hand again and again in shell, git and agent histories. Ask for the ladder first. Labels are"
    " redacted: <path>, <str> and the like stand for values that you are not given. You cannot approve, reject or defer: review and"
    " decide put the question before a person, who answers in the browser or in this program's own dialogue."
)
_READS = ToolAnnotations(readOnlyHint=True, openWorldHint=False)
_ASKS = ToolAnnotations(readOnlyHint=False, destructiveHint=False, openWorldHint=False)
_BROWSER_SECONDS = 10  # until a browser has started, or has ended because it cannot show anything here
_OPEN = "open the review page"
_OPENED = "The review page is open in the person's browser. Nothing is decided until they decide there."

Call = TypeVar("Call", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AgentContext:
    """What the server needs to know.

    Attributes:
        config: the configuration whose last scan is answered from; None: the last scan of all.
        conductors: the folder of the drafts and of their ledger.
        home: our own folder.
        environ: the environment of the process.
        approval: what the team asks of an approval.
    """

    config: Path | None
    conductors: Path
    home: Path
    environ: Mapping[str, str]
    approval: review.Approval

    def scan(self) -> Scan:
        """The last scan, as people decided; nothing is read anew.

        The `fivetimes.toml` of the folder in which an agent happens to work is not obeyed: it may be anybody's.

        Raises:
            FivetimesError: nothing was scanned yet.
        """
        known = workspace.known_scan(self.config, here=self.home, folder=self.home)
        if known is None:
            raise FivetimesError("nothing was scanned yet. A person runs: fivetimes scan")
        return review.as_decided(known, self.conductors)

    def reviewing(self, scan: Scan) -> review.ReviewContext:
        """The context in which a person decides."""
        return review.ReviewContext(
            scan, self.conductors, self.home, self.environ, "", lambda: datetime.now(UTC), self.approval
        )


class DecisionForm(BaseModel):
    """What a person fills in; nothing of it is ever taken from the call of a tool."""

    decision: str = Field(
        title="Decision",
        description="Approving is done on the review page.",
        json_schema_extra={"enum": ["reject", "defer", _OPEN]},
    )
    by: str = Field(title="Your name", min_length=1)
    why: str = Field(title="Why", min_length=1)


def _guarded(call: Call) -> Call:
    """A tool whose problems are our own sentences: what an error quotes may be of a source."""

    def problem(error: Exception) -> ToolError:
        return ToolError(show(str(error)) if isinstance(error, FivetimesError) else fault(error))

    @functools.wraps(call)
    async def answered(*given: Any, **named: Any) -> Any:
        try:
            made = call(*given, **named)
            return await made if inspect.isawaitable(made) else made
        except Exception as error:  # entry point of every tool
            raise problem(error) from None

    return answered  # type: ignore[return-value]


def server(context: AgentContext) -> FastMCP[None]:
    """The MCP server with its tools; `serve` runs it."""
    made: FastMCP[None] = FastMCP("fivetimes", instructions=_INSTRUCTIONS, log_level="CRITICAL")

    @made.tool(annotations=_READS)
    @_guarded
    def ladder() -> answers.LadderAnswer:
        """What people here do by hand again and again, best first, with how often and what was decided."""
        return answers.ladder(context.scan(), context.conductors)

    @made.tool(annotations=_READS)
    @_guarded
    def routine(id: str) -> answers.RoutineAnswer:
        """One routine: its steps with shares, its variants, how sure it is."""
        return answers.routine(context.scan(), id, context.conductors)

    @made.tool(annotations=_READS)
    @_guarded
    def why_not(asked: str) -> answers.WhyAnswer:
        """Why something was proposed or not: an id, or actions in order such as `git add -> git commit -> git push`."""
        return answers.why(context.scan(), asked)

    @made.tool(annotations=_READS)
    @_guarded
    def draft(id: str) -> answers.DraftAnswer:
        """The draft of a conductor as YAML, values as placeholders. It is proposed and approved by nobody."""
        return answers.draft(id, context.reviewing(context.scan()))

    @made.tool(annotations=_ASKS)
    @_guarded
    def open_review(id: str = "") -> str:
        """Open the review page in the person's browser, for one routine or for all. The person decides there."""
        scan = context.scan()
        return _review_page(context, scan, answers.found(scan, id) if id else None)

    @made.tool(annotations=_ASKS)
    @_guarded
    async def decide(id: str, ctx: Context[Any, Any, Any]) -> str:
        """Put the decision on a routine before the person. You give the id alone: what is decided, by whom and why is theirs."""
        scan = context.scan()
        return await _decided(context, scan, answers.found(scan, id), ctx)

    return made


def serve(made: FastMCP[None]) -> None:
    """Answer on standard input and output until the input ends."""
    made.run("stdio")


# ---- a person decides


async def _decided(context: AgentContext, scan: Scan, candidate: Candidate, ctx: Context[Any, Any, Any]) -> str:
    """Ask the person in the agent's own window where it has one for this, else on the review page.

    There one can reject and defer. An approval makes a conductor one that may be run, and is given where the whole of it is in
    sight; and some agents' programs can be set to answer such a window by themselves.
    """
    if not ctx.session.check_client_capability(ClientCapabilities(elicitation=ElicitationCapability())):
        return _review_page(context, scan, candidate)
    reply = await ctx.elicit(message=answers.question(candidate), schema=DecisionForm)
    if reply.action != "accept":
        return "The person did not decide."
    form = reply.data
    if form.decision == _OPEN:
        return _review_page(context, scan, candidate)
    chosen = {one.value: one for one in (Decision.REJECT, Decision.DEFER)}.get(form.decision)
    if chosen is None:
        raise FivetimesError("only reject, defer and the review page can be chosen here. Nothing was decided.")
    review.decide(
        candidate.id,
        decision=chosen,
        by=form.by,
        why=form.why,
        at=datetime.now(UTC),
        folder=context.conductors,
        candidate=candidate,
        approval=context.approval,
    )
    return f"The person decided: {chosen.value}."


def _review_page(context: AgentContext, scan: Scan, candidate: Candidate | None) -> str:
    """Open the review page in the browser; its address, which is good once, is in no answer."""
    shown = web.to_show(scan, [candidate.id] if candidate is not None else [])
    ready: list[bool] = []
    begun = threading.Event()
    leading = context.home.absolute() / f"review-{secrets.token_hex(4)}.html"

    def opened(address: str) -> None:
        atomic.write_all({leading.name: web.leading_to(address)}, directory=leading.parent, private=True)
        ready.append(_browse(leading.as_uri()))
        begun.set()
        if not ready[-1]:
            raise KeyboardInterrupt  # nobody will come

    def serving() -> None:
        try:
            web.serve(shown, context.reviewing(scan), people=context.approval.people, port=0, opened=opened)
        except KeyboardInterrupt:
            pass
        finally:
            begun.set()
            leading.unlink(missing_ok=True)

    # the page ends with the server, or when nobody has asked for it for half an hour
    threading.Thread(target=serving, name="fivetimes-review", daemon=True).start()
    begun.wait(2 * _BROWSER_SECONDS)
    return _OPENED if ready and ready[0] else _to_type(candidate)


def _to_type(candidate: Candidate | None) -> str:
    known = candidate is not None and answers.closed(candidate).id == candidate.id  # else the id has words of a source
    name = f" {candidate.id}" if candidate is not None and known else ""
    return f"No browser could be opened. A person types in a terminal: fivetimes review{name} --by NAME"


def _browse(address: str) -> bool:
    """Whether a browser was started: by a process of its own, as one for terminals would use the agent's channel."""
    call = [sys.executable, "-c", "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))", address]
    none = subprocess.DEVNULL
    try:
        process = subprocess.Popen(call, stdin=none, stdout=none, stderr=none, start_new_session=True)
        return process.wait(_BROWSER_SECONDS) == 0
    except subprocess.TimeoutExpired:  # it is still open
        return True
    except OSError:
        return False
