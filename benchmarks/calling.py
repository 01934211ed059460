"""A team with planted lines -> every command called with every option, and faults on purpose; see `leaks.py`."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import yaml
from benchmarks.visiting import Visit
from benchmarks.watching import printed

from fivetimes import cli, evidence, shell
from fivetimes.exporters import EXPORTERS
from fivetimes.ingest import READERS
from fivetimes.model.sources import Balance, RawBatch, Source
from fivetimes.review.web.form import DECISIONS
from fivetimes.review.web.site import ACTS


@dataclass(slots=True)
class Machine:
    """A folder with a team, our own folder, and everything that was printed."""

    folder: Path
    forms: Sequence[str] = ()  # in which every routine is drafted; the others for a few
    most: int = 6  # how many those few are; as many are shown, and thrice as many refused sequences explained
    printed: list[str] = field(default_factory=list)
    called: set[tuple[str, str]] = field(default_factory=set)  # (command, option)

    @property
    def config(self) -> list[str]:
        """The words that name the team."""
        return ["--config", str(self.folder / "team" / "fivetimes.toml")]

    @property
    def out(self) -> Path:
        """The folder for what is asked to be written."""
        return self.folder / "out"

    def call(self, *words: str) -> str:
        """Call the command line in this process; returns what it printed."""
        command = next(word for word in words if not word.startswith("-"))
        self.called |= {(command, word) for word in words if word.startswith("-") and word not in ("-", "--debug")}
        before, sys.argv = sys.argv, ["fivetimes", *words]
        try:
            with printed(self.printed, self.folder / "temporary"), contextlib.suppress(SystemExit):
                cli.main()
        finally:
            sys.argv = before
        return self.printed[-1]


_SPAN = ("--since", "2020-01-01", "--until", "1d")


def _scan(machine: Machine) -> None:
    machine.call("scan", *machine.config, "--yes", "--json", str(machine.out / "scan.json"))
    machine.call("--debug", "scan", str(machine.folder / "team" / "fish" / "fish_history"), "--json", "-")
    log = str(machine.folder / "team" / "generic" / "log.csv")
    machine.call("scan", log, "--map", "person=person,time=time,action=action", "--engine", "prefixspan")
    machine.call("scan", log, "--calibrate", "--histories", "2")
    machine.call("scan", *machine.config, "--yes", *_SPAN)
    machine.call("scan", "--events", str(machine.folder), "--json", str(machine.out / "teams.json"))


def _init(machine: Machine) -> None:
    before = Path.cwd()
    machine.out.mkdir(parents=True, exist_ok=True)
    os.chdir(machine.out)
    try:
        machine.call("init")
        machine.call("init", "--force", "--json")
    finally:
        os.chdir(before)
        (machine.out / "fivetimes.toml").unlink(missing_ok=True)


def _report(machine: Machine) -> None:
    files = [
        word for form in ("html", "md", "json", "xes", "csv") for word in (f"--{form}", str(machine.out / f"r.{form}"))
    ]
    machine.call("report", *machine.config, *files)
    machine.call("report", *machine.config, "--md", "-", "--changes-since", "4w")
    machine.call("report", *machine.config, "--digest", "-")
    machine.call("report", *machine.config, "--md", "-", *_SPAN)
    machine.call("report", *machine.config, "--html", str(machine.out / "owner.html"), "--people", "--live")


def _draft(machine: Machine) -> None:
    for form in sorted(EXPORTERS):
        ids = _ids(machine) if form in machine.forms else _ids(machine)[: machine.most]
        for number, live in enumerate(([], ["--no-live"])):
            folder = str(machine.out / f"{form}{number}")
            machine.call("draft", *ids, *machine.config, "-o", folder, *live)
            machine.call("export", *ids, "--conductors", folder, "--format", form, "--draft")
    report = json.loads((machine.out / "scan.json").read_text(encoding="utf-8"))
    noticed = [candidate["id"] for candidate in report["candidates"] if candidate["tier"] == "noticed"][:3]
    forced = ["--override", "ana", "--because", "tried", "--force", "--by", "ana", "--json"]
    machine.call(
        "draft", *(noticed or _ids(machine)[:1]), *machine.config, "--output", str(machine.out / "forced"), *forced
    )


def _export(machine: Machine) -> None:
    """As text in a folder of its own, with all that may be said; drafts are exported by `_draft`, in every format."""
    named = [*_conductors(machine)[-2:], "--format", "yaml", "--draft", "--force"]
    for more in (["-o", str(machine.out / "exported")], ["--output", str(machine.out / "exported"), "--json"]):
        machine.call("export", *_ids(machine), *named, *more)


def _approved(machine: Machine, folder: Path) -> list[str]:
    """Conductors that a person finished and approved, in a folder of their own; the ids."""
    for name in _ids(machine)[:3]:
        machine.call("draft", name, *machine.config, "-o", str(folder))
        path = folder / f"{name}.yaml"
        if path.exists():
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
            document["questions"] = [{**one, "answer": "no"} for one in document["questions"]]
            path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        words = ["--approve", "--by", "ana", "--why", "tried", "--answerer", "ana", "--conductors", str(folder)]
        machine.call("decide", name, *words)
    return _ids(machine)[:3]


def _install(machine: Machine) -> None:
    """What was approved, into a folder and for an agent; what was not is one sentence."""
    before, folder = Path.cwd(), machine.out / "installed"
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    try:
        conductors = ["--conductors", str(folder / "conductors")]
        for name in _approved(machine, folder / "conductors"):
            machine.call("install", name, "--to", "claude", "--yes", *conductors)
            asked = ["--to", "books", "--format", "runbook", "--force", "--yes", "--json"]
            machine.call("install", name, *asked, *conductors)
        machine.call("install", "nothing", "--to", "codex", "--user", *conductors)
    finally:
        os.chdir(before)
    if not any(folder.glob(".claude/skills/*/SKILL.md")):
        raise SystemExit("nothing approved was installed, so the check would prove nothing")


def _uninstall(machine: Machine) -> None:
    for name in _ids(machine)[:3]:
        place = str(machine.out / "installed" / "books")
        machine.call("uninstall", name, "--from", place, "--yes", "--force", "--json")
    machine.call("uninstall", "nothing", "--from", "codex", "--user")


def _show(machine: Machine) -> None:
    for name in _ids(machine)[: machine.most]:
        machine.call("show", name, *machine.config, "--all")
        machine.call("show", name, *machine.config, "--json")
        machine.call("show", name, *machine.config, *_SPAN)
        for form in ("xes", "csv"):
            machine.call("show", name, *machine.config, f"--{form}", str(machine.out / f"{name}.{form}"))


def _plainly(name: str) -> Callable[[Machine], None]:
    """A command that has the configuration and `--json`."""

    def called(machine: Machine) -> None:
        machine.call(name, *machine.config)
        machine.call("--debug", name, *machine.config, "--json")

    return called


def _sources(machine: Machine) -> None:
    _plainly("sources")(machine)
    machine.call("sources", str(machine.folder / "team" / "generic" / "log.csv"), "--map", "action=action")


def _patterns(machine: Machine) -> None:
    machine.call("patterns", *machine.config, "--support", "5", "-o", str(machine.out / "patterns.txt"))
    machine.call("patterns", *machine.config, "--json", "--column", "people", "--column", "surprise", "--top", "50")
    lengths = ["--min-length", "2", "--max-length", "3", "--max-gap", "0"]
    choices = ["--count", "sessions", "--keep", "closed", "--engine", "numpy", "--limit", "1000000"]
    machine.call("patterns", *machine.config, *lengths, *choices, "--output", str(machine.out / "patterns2.txt"))


def _explain(machine: Machine) -> None:
    report = json.loads((machine.out / "scan.json").read_text(encoding="utf-8"))
    sequences = [" -> ".join(one["steps"]) for one in report["suppressed"][: 3 * machine.most]]
    for asked in [*_ids(machine), *sequences]:
        machine.call("explain", asked, *machine.config)
        machine.call("explain", asked, *machine.config, "--json")
    machine.call("explain", sequences[0] if sequences else "nothing", *machine.config, *_SPAN)


_SHARING = ("zsh", "fish", "bash")  # a person's name is that of their reader


def _share(machine: Machine) -> None:
    """Every person's bundle, which nobody says yes to, and one that is withdrawn; the texts are printed."""
    ids = _ids(machine)
    named = ["--name", "acmectl", "--except", ids[0]] if ids else ["--name", "acmectl"]
    for person in _SHARING:
        machine.call("share", "--preview", "--person", person, *machine.config)
        machine.call("--debug", "share", "--preview", "--reviewed", "--person", person, *machine.config, *named)
        machine.call("share", "--preview", "--person", person, *machine.config, "--json")
    machine.call("share", "--withdraw", "--output", str(machine.out / "ana.fivetimes"))


def _merge(machine: Machine) -> None:
    """The bundles of three people, each the text that was printed for one; the report in every form, and a draft."""
    folder = machine.out / "bundles"
    folder.mkdir(parents=True, exist_ok=True)
    printed = [text for text in machine.printed if '{"line": "routine"' in text]
    if not printed:
        raise SystemExit("nobody has a routine to share, so the check would prove nothing")
    shared = max(printed, key=len)
    text = shared[shared.index('{"line": "bundle"') : shared.index("\n", shared.index('{"line": "end"')) + 1]
    series = json.loads(text.partition("\n")[0])["series"]
    for number in range(3):
        as_of = series[:-1] + str(number)
        lines = [line for line in text.replace(series, as_of).splitlines() if line][:-1]
        end = hashlib.blake2b("".join(line + "\n" for line in lines).encode(), digest_size=8).hexdigest()
        (folder / f"{number}.fivetimes").write_text("\n".join([*lines, f'{{"line": "end", "digest": "{end}"}}', ""]))
    files = [word for form in ("html", "md", "json") for word in (f"--{form}", str(machine.out / f"merged.{form}"))]
    machine.call("merge", str(folder))
    machine.call("merge", str(folder), *files)
    merged = json.loads((machine.out / "merged.json").read_text(encoding="utf-8"))
    if not merged["candidates"]:
        raise SystemExit("three like bundles give no routine, so the check would prove nothing")
    named = [word for one in merged["candidates"][:5] for word in ("--draft", one["id"])]
    machine.call("merge", str(folder), *named, "--output", str(machine.out / "merged"))
    machine.call("--debug", "merge", str(machine.folder / "team"))


def _conductors(machine: Machine) -> list[str]:
    return [*machine.config, "--conductors", str(machine.out / f"{machine.forms[0]}0")]


def _decide(machine: Machine) -> None:
    for name, decision in zip(_ids(machine), ("--defer", "--reject", "--approve"), strict=False):
        more = ["--answerer", "bo", "--json"] if decision == "--approve" else []
        machine.call("decide", name, decision, "--by", "ana", "--why", "tried", *_conductors(machine), *more)
    passed = ("--override", "s1", "--by", "ana", "--why", "tried")  # refused where the step has no gate
    for name in _ids(machine)[:1]:
        machine.call("decide", name, *passed, *_conductors(machine))


def _verify(machine: Machine) -> None:
    for path in sorted((machine.out / f"{machine.forms[0]}0").glob("*.yaml"))[:5]:
        machine.call("verify", str(path), *machine.config)
        machine.call("verify", str(path), *machine.config, "--json")


def _status(machine: Machine) -> None:
    machine.call("status", *_conductors(machine))
    machine.call("status", *_conductors(machine), "--json")


def _review(machine: Machine) -> None:
    machine.call("review", *_conductors(machine), "--by", "ana")  # which asks on a terminal only, and says so
    machine.call("review", *_conductors(machine), "--json")
    visit = Visit()
    kept, webbrowser.open = webbrowser.open, visit.opened  # type: ignore[assignment]
    try:
        machine.call("review", *_conductors(machine), "--by", "ana", "--web", "--port", "0", "--browser")
    finally:
        webbrowser.open = kept
    missing = (set(ACTS) - {"review"} | set(DECISIONS)) - visit.sent
    if visit.trouble or missing:
        raise SystemExit(
            f"the review page was not used in full, so the check would prove nothing: {visit.trouble} {missing}"
        )


def _collect(machine: Machine) -> None:
    machine.call("collect", *machine.config)
    machine.call("collect", str(machine.folder / "team" / "fish" / "fish_history"), "--json")
    machine.call("collect", *machine.config, "--quiet", "--every", "15")
    before, os.environ["ZDOTDIR"] = os.environ.get("ZDOTDIR"), str(machine.out)
    try:
        machine.call("collect", *machine.config, "--install", "zsh", "--yes")
        machine.call("collect", *machine.config, "--uninstall", "zsh", "--yes")
    finally:
        os.environ.pop("ZDOTDIR")
        os.environ.update({} if before is None else {"ZDOTDIR": before})
    _plainly("doctor")(machine)
    machine.call("scan", *machine.config, "--yes", "--json", str(machine.out / "remembered.json"))


def _forget(machine: Machine) -> None:
    machine.call("forget", "--before", "2020-01-01", "--yes", *machine.config)
    machine.call("forget", "--source", str(machine.folder / "team" / "fish"), "--person", "nobody", "--yes")
    machine.call("forget", "--all", "--yes", "--json")


def _run(machine: Machine) -> None:
    folder, name = ["--conductors", str(machine.out / f"{machine.forms[0]}0")], next(iter(_ids(machine)))
    machine.call("run", name, *machine.config, *folder, "--input", "x=y", "--because", "tried", "--by", "ana")
    machine.call("run", name, *folder, "--json")
    machine.call("run", name, *folder, "--way", "s1=1", "--without", "s9")  # not approved: each is one sentence


def _of_no_run(*words: str) -> Callable[[Machine], None]:
    """A command about a run, where there is none."""

    def called(machine: Machine) -> None:
        folder = ["--conductors", str(machine.out / f"{machine.forms[0]}0")]
        machine.call(*words, *folder, *([] if words[0] in ("runs", "ask") else machine.config))

    return called


def _answer(machine: Machine) -> None:
    for reply in (["--yes", "--override"], ["--no"], ["--back", "--json"]):
        _of_no_run("answer", "nothing", "s1", "--by", "ana", "--why", "tried", *reply)(machine)


def _follow(machine: Machine) -> None:
    folder = ["--conductors", str(machine.out / f"{machine.forms[0]}0")]
    machine.call("follow", *machine.config, *folder)
    machine.call("follow", *machine.config, *folder, "--json", "--check")


def _catalogue(machine: Machine) -> None:
    folder = ["--conductors", str(machine.out / f"{machine.forms[0]}0")]
    machine.call("catalogue", *machine.config, *folder, "--html", str(machine.out / "catalogue.html"))
    machine.call("catalogue", *machine.config, *folder, "--json")


def _runs(machine: Machine) -> None:
    _of_no_run("runs", "--json")(machine)
    _of_no_run("runs", "nothing", "--html", "-")(machine)


def _revise(machine: Machine) -> None:
    folder = ["--conductors", str(machine.out / f"{machine.forms[0]}0")]
    name = next(iter(_ids(machine)))
    file = str(machine.out / f"{machine.forms[0]}0" / f"{name}.yaml")
    for outcome in ([], ["--json"], ["--decline"], ["--accept"]):
        machine.call("revise", name, "--to", file, *outcome, "--by", "ana", "--why", "tried", *machine.config, *folder)


def _record(machine: Machine) -> None:
    """A run that is recorded step by step, of the first conductor that a machine could carry out."""
    folder = ["--conductors", str(machine.out / f"{machine.forms[0]}0")]
    begun = ["--origin", "just", "--by", "ana", "--because", "tried", *machine.config, *folder]
    for name in _ids(machine)[:3]:
        machine.call("record", "run", name, *begun)
        machine.call("record", "run", name, *begun, "--run", "1", "--json")
        for event in (("began", "s1"), ("ended", "s1", "0"), ("gate", "s1", "yes", "--why", "tried"), ("end", "done")):
            machine.call("record", *event, "--run", f"{name}-1", *folder)


def _bundle(machine: Machine) -> None:
    """The records that `record` has written, for others; of none it is one sentence."""
    folder = ["--conductors", str(machine.out / f"{machine.forms[0]}0")]
    report = str(machine.out / "scan.json")
    for name in _ids(machine)[:3]:
        machine.call(
            "bundle", f"{name}-1", "-o", str(machine.out / f"{name}.bundle.json"), "--deliverable", report, *folder
        )
    machine.call("bundle", "nothing", "--output", "-", "--json", "--key", str(machine.out / "none"), *folder)


def _verify_bundle(machine: Machine) -> None:
    for name in _ids(machine)[:3]:
        path = str(machine.out / f"{name}.bundle.json")
        machine.call("verify-bundle", path, "--deliverable", str(machine.out / "scan.json"))
        machine.call("verify-bundle", path, "--json")
        machine.call("verify-bundle", path, "--allowed-signers", str(machine.out / "none"))


def _mcp(machine: Machine) -> None:
    """Every tool for every routine, by the SDK's client in this process: all that is answered counts as printed."""
    from mcp.shared.memory import create_connected_server_and_client_session
    from mcp.types import TextContent

    from fivetimes.agents import server

    async def asked(made: Any) -> None:
        async with create_connected_server_and_client_session(made) as client:
            listed = (await client.call_tool("ladder", {})).structuredContent or {}
            sequences = [" -> ".join(one["steps"]) for one in listed["routines"]]
            calls = [("ladder", {}), ("open_review", {"id": "nothing"}), ("decide", {"id": "nothing"})]
            calls += [(tool, {"id": one["id"]}) for one in listed["routines"] for tool in ("routine", "draft")]
            calls += [("why_not", {"asked": text}) for text in [*sequences, *(one["id"] for one in listed["routines"])]]
            if len(calls) < 6 or {tool.name for tool in (await client.list_tools()).tools} != {
                name for name, _ in calls
            }:
                raise SystemExit("the tools were not used in full, so the check would prove nothing")
            for name, given in calls:
                answer = await client.call_tool(name, given)
                machine.printed += [part.text for part in answer.content if isinstance(part, TextContent)]
                machine.printed.append(json.dumps(answer.structuredContent))

    kept, server.serve = server.serve, lambda made: anyio.run(asked, made)
    try:
        with _no_terminal():
            machine.call("mcp", *_conductors(machine))
    finally:
        server.serve = kept


@contextlib.contextmanager
def _no_terminal() -> Iterator[None]:
    """Standard input as an agent gives it."""
    kept = sys.stdin
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        sys.stdin = nothing
        try:
            yield
        finally:
            sys.stdin = kept


# command -> how it is called; the check fails where the command line has another, or an option that none of these names
COMMANDS: Mapping[str, Callable[[Machine], None]] = {
    "init": _init,
    "scan": _scan,
    "report": _report,
    "draft": _draft,
    "export": _export,
    "show": _show,
    "doctor": _plainly("doctor"),
    "run": _run,
    "resume": _of_no_run("resume", "nothing", "--by", "ana", "--json"),
    "answer": _answer,
    "runs": _runs,
    "ask": _of_no_run("ask", "nothing", "why", "--json"),
    "follow": _follow,
    "revise": _revise,
    "record": _record,
    "catalogue": _catalogue,
    "bundle": _bundle,
    "verify-bundle": _verify_bundle,
    "collect": _collect,
    "forget": _forget,
    "explain": _explain,
    "patterns": _patterns,
    "names": _plainly("names"),
    "sources": _sources,
    "verify": _verify,
    "decide": _decide,
    "status": _status,
    "review": _review,
    "install": _install,
    "uninstall": _uninstall,
    "share": _share,
    "merge": _merge,
    "mcp": _mcp,
    "schema": lambda machine: _ignored(machine.call("schema", "--json")),
}


def _ignored(_said: str) -> None:
    """What is printed is kept by the machine."""


def _ids(machine: Machine) -> list[str]:
    report = json.loads((machine.out / "scan.json").read_text(encoding="utf-8"))
    return [candidate["id"] for candidate in report["candidates"] if candidate["tier"] != "noticed"]


# ---- faults on purpose


def _broken(values: Sequence[str]) -> Callable[..., Any]:
    """What quotes records in its faults, as a guest or a library might."""

    def fail(*_given: Any, **_named: Any) -> Any:
        try:
            raise KeyError(values[0])
        except KeyError as error:
            raise ValueError("cannot go on with: " + " ".join(values)) from error

    return fail


def _broken_reader(values: Sequence[str]) -> Callable[[Source, Balance], Iterator[RawBatch]]:
    def read(_source: Source, _balance: Balance) -> Iterator[RawBatch]:
        _broken(values)()
        yield

    return read


def faults(machine: Machine, values: Sequence[str]) -> None:
    """Faults while lines are in hand, in every room that has them: what is printed must not hold them."""
    history = ["scan", str(machine.folder / "team" / "zsh" / ".zsh_history")]
    drafted = ["draft", *_ids(machine)[:1], *machine.config, "-o", str(machine.out / "faulty")]
    exported = ["export", *_ids(machine)[:1], *_conductors(machine)[-2:], "--format", "runbook", "--draft", "--force"]
    fail = _broken(values)
    tables: tuple[tuple[Any, str, Any, list[str]], ...] = (
        (READERS, "zsh", _broken_reader(values), history),
        (vars(shell), "parse", fail, history),
        (vars(evidence), "recall_all", fail, drafted),
        (EXPORTERS, "runbook", fail, exported),
    )
    for table, name, broken, words in tables:
        kept, table[name] = table[name], broken
        try:
            told = machine.call("--debug", *words), machine.call(*words)
        finally:
            table[name] = kept
        if not all("ValueError" in text for text in told):
            raise SystemExit(f"the fault on purpose in {name} was not seen: the check would prove nothing")
