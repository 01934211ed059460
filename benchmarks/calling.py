"""A team with planted lines -> every command called with every option, and faults on purpose; see `leaks.py`."""

from __future__ import annotations

import contextlib
import json
import sys
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.visiting import LEFT_OUT, Visit
from benchmarks.watching import printed

from fivetimes import cli, evidence, shell
from fivetimes.exporters import EXPORTERS
from fivetimes.ingest import READERS
from fivetimes.model import Balance, RawBatch, Source
from fivetimes.web.acts import ACTS


@dataclass(slots=True)
class Desk:
    """A folder with a team, our own folder, and everything that was printed."""

    folder: Path
    forms: Sequence[str] = ()  # in which every routine is drafted; the others for a few
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


def _scan(desk: Desk) -> None:
    desk.call("scan", *desk.config, "--yes", "--json", str(desk.out / "scan.json"))
    desk.call("--debug", "scan", str(desk.folder / "team" / "fish" / "fish_history"), "--json", "-")
    log = str(desk.folder / "team" / "generic" / "log.csv")
    desk.call("scan", log, "--map", "person=person,time=time,action=action", "--engine", "prefixspan")
    desk.call("scan", log, "--calibrate", "--histories", "2")


def _report(desk: Desk) -> None:
    files = [word for form in ("html", "md", "json") for word in (f"--{form}", str(desk.out / f"r.{form}"))]
    desk.call("report", *desk.config, *files)
    desk.call("report", *desk.config, "--md", "-")
    desk.call("report", *desk.config, "--html", str(desk.out / "owner.html"), "--people", "--live")


def _draft(desk: Desk) -> None:
    for form in sorted(EXPORTERS):
        ids = _ids(desk) if form in desk.forms else _ids(desk)[:6]
        for number, live in enumerate(([], ["--no-live"])):
            desk.call("draft", *ids, *desk.config, "--format", form, "-o", str(desk.out / f"{form}{number}"), *live)
    report = json.loads((desk.out / "scan.json").read_text(encoding="utf-8"))
    noticed = [candidate["id"] for candidate in report["candidates"] if candidate["tier"] == "noticed"][:3]
    forced = ["--override", "ana", "--because", "tried"]
    desk.call("draft", *(noticed or _ids(desk)[:1]), *desk.config, "--output", str(desk.out / "forced"), *forced)


def _show(desk: Desk) -> None:
    for name in _ids(desk)[:6]:
        desk.call("show", name, *desk.config, "--all")
        desk.call("show", name, *desk.config, "--json")


def _plainly(name: str) -> Callable[[Desk], None]:
    """A command that has the configuration and `--json`."""

    def called(desk: Desk) -> None:
        desk.call(name, *desk.config)
        desk.call("--debug", name, *desk.config, "--json")

    return called


def _sources(desk: Desk) -> None:
    _plainly("sources")(desk)
    desk.call("sources", str(desk.folder / "team" / "generic" / "log.csv"), "--map", "action=action")


def _patterns(desk: Desk) -> None:
    desk.call("patterns", *desk.config, "--support", "5", "-o", str(desk.out / "patterns.txt"))
    desk.call("patterns", *desk.config, "--json", "--column", "people", "--column", "surprise", "--top", "50")
    lengths = ["--min-length", "2", "--max-length", "3", "--max-gap", "0"]
    choices = ["--count", "sessions", "--keep", "closed", "--engine", "numpy", "--limit", "1000000"]
    desk.call("patterns", *desk.config, *lengths, *choices, "--output", str(desk.out / "patterns2.txt"))


def _desk(desk: Desk) -> list[str]:
    return [*desk.config, "--conductors", str(desk.out / f"{desk.forms[0]}0")]


def _decide(desk: Desk) -> None:
    for name, decision in zip(_ids(desk), ("--defer", "--reject", "--approve"), strict=False):
        desk.call("decide", name, decision, "--by", "ana", "--why", "tried", *_desk(desk))


def _verify(desk: Desk) -> None:
    for path in sorted((desk.out / f"{desk.forms[0]}0").glob("*.yaml"))[:5]:
        desk.call("verify", str(path), *desk.config)
        desk.call("verify", str(path), *desk.config, "--json")


def _status(desk: Desk) -> None:
    desk.call("status", *_desk(desk))
    desk.call("status", *_desk(desk), "--json")


def _review(desk: Desk) -> None:
    desk.call("review", *_desk(desk), "--by", "ana")  # which asks on a terminal only, and says so
    visit = Visit()
    kept, webbrowser.open = webbrowser.open, visit.opened  # type: ignore[assignment]
    try:
        desk.call("review", *_desk(desk), "--by", "ana", "--web", "--port", "0", "--browser")
    finally:
        webbrowser.open = kept
    missing = set(ACTS) - {LEFT_OUT} - visit.sent
    if visit.trouble or missing:
        raise SystemExit(
            f"the review page was not used in full, so the check would prove nothing: {visit.trouble} {missing}"
        )


# command -> how it is called; the check fails where the command line has another, or an option that none of these names
COMMANDS: Mapping[str, Callable[[Desk], None]] = {
    "scan": _scan,
    "report": _report,
    "draft": _draft,
    "show": _show,
    "doctor": _plainly("doctor"),
    "patterns": _patterns,
    "names": _plainly("names"),
    "sources": _sources,
    "verify": _verify,
    "decide": _decide,
    "status": _status,
    "review": _review,
    "schema": lambda desk: _ignored(desk.call("schema")),
}


def _ignored(_said: str) -> None:
    """What is printed is kept by the desk."""


def _ids(desk: Desk) -> list[str]:
    report = json.loads((desk.out / "scan.json").read_text(encoding="utf-8"))
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


def faults(desk: Desk, values: Sequence[str]) -> None:
    """Faults while lines are in hand, in every room that has them: what is printed must not hold them."""
    history = ["scan", str(desk.folder / "team" / "zsh" / ".zsh_history")]
    drafted = ["draft", *_ids(desk)[:1], *desk.config, "--format", "runbook", "-o", str(desk.out / "faulty")]
    fail = _broken(values)
    tables: tuple[tuple[Any, str, Any, list[str]], ...] = (
        (READERS, "zsh", _broken_reader(values), history),
        (vars(shell), "parse", fail, history),
        (vars(evidence), "recall", fail, drafted),
        (EXPORTERS, "runbook", fail, drafted),
    )
    for table, name, broken, words in tables:
        kept, table[name] = table[name], broken
        try:
            told = desk.call("--debug", *words), desk.call(*words)
        finally:
            table[name] = kept
        if not all("ValueError" in text for text in told):
            raise SystemExit(f"the fault on purpose in {name} was not seen: the check would prove nothing")
