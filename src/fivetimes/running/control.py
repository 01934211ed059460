"""What a person may do with runs: start one, answer its questions, go on with it, see them all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fivetimes import atomic, conductors, review
from fivetimes.errors import FivetimesError, RuleError
from fivetimes.exporters.plan import Plan
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Status
from fivetimes.review.waiting import Reply, WaitingRun
from fivetimes.running.engine import Dbos, RunEngine, local_url
from fivetimes.running.performing import Order, Performer, needed_runners
from fivetimes.running.queries import ask
from fivetimes.running.record import FOLDER, Record, RunEntry, record_of, records_in
from fivetimes.running.recording import Caller, Origin, first_line, origin_of
from fivetimes.running.walk import Choices
from fivetimes.words import id_of

Asked = Callable[[Performer, RunEntry], bool]  # puts a question to the person at the terminal; False: nobody is there


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person orders: values by name, why, who, and choices. `place`: the folder to run in."""

    values: Mapping[str, str]
    because: str
    by: str
    choices: Choices
    place: Path
    runners: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list: its conductor, when it began, by whom, how it stands, and what it waits for.

    `problem` is a sentence where the record cannot be read.
    """

    run: str
    conductor: str = ""
    began: datetime | None = None
    by: str = ""
    result: str = ""  # done, stopped, failed, should not run; waiting, or open
    waits: str = ""  # the question's key
    answerer: str = ""
    overrides: int = 0
    problem: str = ""
    origin: str = "run"  # what carries it out: run, or just, skill, workflow
    last: str = ""  # of an open run: what was recorded last

    @property
    def line(self) -> str:
        """How it ended, or what it waits for, and for whom."""
        if self.problem:
            return f"{self.run}  cannot be read: {self.problem}"
        when = f"{self.began:%Y-%m-%d %H:%M}" if self.began is not None else "?"
        waiting = f" at {self.waits} for {self.answerer or 'anybody'}" if self.waits else ""
        instead = f", overrides: {self.overrides}" if self.overrides else ""
        since = f" since {self.last}" if self.result == "open" and self.last else ""
        where = f", with {self.origin}" if self.origin != "run" else ""
        return f"{self.run}  {self.result}{since}{waiting}  {self.conductor}, begun {when} by {self.by}{where}{instead}"


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of the conductors in a folder.

    Attributes:
        folder: of the conductors.
        home: our own folder.
        url: of the engine's database; empty: one of this machine.
    """

    folder: Path
    home: Path
    url: str = ""

    def start(self, name: str, wish: Wish, *, asked: Asked) -> Record:
        """Run an approved conductor, to its end or to a question that nobody here answers.

        Args:
            name: its id.
            wish: what is ordered.
            asked: puts a question to the person at the terminal.

        Raises:
            FivetimesError: it is not approved, was changed since, or a value is missing.
            RunBroken: it began, and something went wrong on the way.
        """
        conductor = _approved(name, self.folder)
        order = _order(conductor, wish)
        record = Record((self.folder / FOLDER / f"{order.run}.jsonl").absolute())
        engine = self._engine(record)
        with _alone(order.run, self.home):
            _begin(order, record, wish, self.home)
            _carry_on(engine, Performer(order, record, home=self.home), asked, new=True)
        return record

    def go_on(self, run: str, *, asked: Asked) -> Record:
        """Go on with a run that waits for an answer, or whose process was ended.

        Raises:
            FivetimesError: there is no such run, it has ended, somebody works on it, or its conductor was changed since.
            RunBroken: something went wrong on the way.
        """
        record = record_of(run, folder=self.folder)
        entries = record.entries()
        if (origin := origin_of(entries)) is not Origin.RUN:
            raise FivetimesError(
                f"{record.run}: it is carried out by {origin.value} and only recorded here. Go on there."
            )
        engine = self._engine(record)
        if entries[-1].what == "ended":
            engine.close(record.run)  # whose process may have been ended before it could
            raise FivetimesError(f"{record.run}: this run has ended ({entries[-1].fields['result']}). Start a new one.")
        order = engine.order_of(record.run)
        if order is None:
            raise FivetimesError(
                f"{record.run}: this machine does not know what was ordered. Go on where it was started, or start a new run."
            )
        conductor = _approved(order.document["id"], self.folder)
        if conductors.fingerprint(conductor.document) != order.revision:
            raise FivetimesError(
                f"{record.run}: {conductor.id} was changed since this run began. Start a new run; this one stays as it is."
            )
        with _alone(record.run, self.home):
            record.add(f"resumed:{len(entries)}", "resumed")
            for entry in entries:
                if entry.what == "answered":  # the message may have been lost with the process that was to send it
                    engine.wake(record.run, entry.key.removesuffix(":answered"))
            _carry_on(engine, Performer(order, record, home=self.home), asked, new=False)
        return record

    def answer(self, run: str, key: str, reply: Reply) -> RunEntry:
        """Answer a question of a run, also while nobody works on it. The first answer counts.

        Args:
            run: its id.
            key: the question's, or the step that its gate stands before.
            reply: the answer.

        Raises:
            FivetimesError: nothing is asked there, it was answered before, or somebody else is to answer it.
        """
        record = record_of(run, folder=self.folder)
        question = _question(record.entries(), key)
        meant = question.fields["answerer"]
        _check(record.run, question, reply)
        added = record.add(
            f"{question.key}:answered",
            "answered",
            about=question.fields["about"],
            step=question.fields["step"],
            answer=reply.answer,
            by=reply.by,
            why=reply.why,
            override=bool(meant) and reply.by != meant,
        )
        if not added:
            raise FivetimesError(f"{record.run}: this was answered already. See: fivetimes ask {record.run} gate")
        self._engine(record).wake(record.run, question.key)
        return next(entry for entry in record.entries() if entry.key == f"{question.key}:answered")

    def rows(self, *, conductor: str = "") -> list[RunRow]:
        """All runs, the oldest first; of one conductor where it is named."""
        found = [_row(record) for record in records_in(self.folder)]
        return [row for row in found if not conductor or row.conductor == conductor]

    def waiting(self) -> list[WaitingRun]:
        """The runs that wait for an answer, the oldest first; those whose record cannot be read are in `rows`."""
        found = []
        for record in records_in(self.folder):
            try:
                entries = record.entries()
            except FivetimesError:
                continue
            question = open_question(entries) if entries else None
            if question is not None and origin_of(entries) is Origin.RUN:
                found.append(self._waiting(record, entries[0], question))
        return found

    def _waiting(self, record: Record, began: RunEntry, question: RunEntry) -> WaitingRun:
        asked = question.fields
        return WaitingRun(
            run=record.run,
            title=began.fields["title"],
            key=question.key,
            step=asked["step"] or "",
            question=asked["question"],
            answerer=asked["answerer"] or "",
            back=asked["back"] or "",
            command=self._command(record, asked["step"]) if asked["about"] == "gate" else "",
            known=tuple((about, tuple(ask(record, about))) for about in ("why", "state", "gate")),
            mark=question.mark,
        )

    def _command(self, record: Record, step: str) -> str:
        """The command of a step with its values; empty where this machine does not know what was ordered."""
        try:
            order = self._engine(record).order_of(record.run)
        except FivetimesError:  # no engine here
            return ""
        return "" if order is None else Performer(order, record, home=self.home).command_of(step)

    def _engine(self, record: Record) -> RunEngine:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.home / "runs.sqlite"
        if not self.url and not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        return Dbos(self.url or local_url(self.home), lambda order: Performer(order, record, home=self.home))


def _check(run: str, question: RunEntry, reply: Reply) -> None:
    """Raise where this answer may not be given."""
    meant = question.fields["answerer"]
    if meant and reply.by != meant and not reply.override:
        raise FivetimesError(
            f"{run}: {meant} answers this. Ask {meant}, or answer in their place: --override, with your name and why."
        )
    if reply.override and not reply.why.strip():
        raise FivetimesError("an override needs a reason. Add --why.")
    if reply.answer == "back" and question.fields["back"] is None:
        raise FivetimesError(f"{run}: there is no way back from here. Answer --yes or --no.")


def open_question(entries: Sequence[RunEntry]) -> RunEntry | None:
    """The question that a run waits at; None where it waits at none."""
    answered = {entry.key.removesuffix(":answered") for entry in entries if entry.what == "answered"}
    waiting = [entry for entry in entries if entry.what == "asked" and entry.key not in answered]
    return waiting[-1] if waiting and entries[-1].what != "ended" else None


def _row(record: Record) -> RunRow:
    try:
        entries = record.entries()
        first, last = entries[0], entries[-1]
    except (FivetimesError, IndexError) as error:
        return RunRow(record.run, problem=str(error) or "it is empty")
    question = open_question(entries)
    return RunRow(
        record.run,
        first.fields["conductor"],
        first.at,
        first.fields["by"],
        last.fields["result"] if last.what == "ended" else "waiting" if question else "open",
        question.key if question else "",
        (question.fields["answerer"] or "") if question else "",
        sum(bool(entry.fields.get("override")) for entry in entries),
        origin=origin_of(entries).value,
        last=_phrase(last),
    )


def _phrase(entry: RunEntry) -> str:
    """What a line is of, in a few words: the last one of a run that nobody ended tells how far it came."""
    step = f"{entry.fields['step']} " if entry.fields.get("step") else ""
    how = f", exit status {entry.fields['exit']}" if "exit" in entry.fields else ""
    return f"{step}{entry.what.removeprefix('step ')} at {entry.at:%Y-%m-%d %H:%M}{how}"


# ---- how the runs of a conductor stand


def runs_document(rows: Sequence[RunRow], *, of: str) -> dict[str, Any]:
    """Is it running, waiting at which gate and for whom, and how did it end last: of one conductor, in plain values."""
    mine = [row for row in rows if row.conductor == of]
    last = next((row for row in reversed(mine) if row.result not in ("waiting", "open")), None)
    return {
        "count": len(mine),
        "open": [row.run for row in mine if row.result == "open"],
        "waiting": [{"run": row.run, "at": row.waits, "for": row.answerer or None} for row in mine if row.waits],
        "last": {"run": last.run, "began": last.began.isoformat() if last.began else None, "result": last.result}
        if last
        else None,
        "overrides": sum(row.overrides for row in mine),
    }


def runs_lines(rows: Sequence[RunRow]) -> dict[str, str]:
    """The same as one line for each conductor that was run, by its id."""
    lines = {}
    for name in dict.fromkeys(row.conductor for row in rows if row.conductor):
        found = runs_document(rows, of=name)
        running = [f"running: {', '.join(found['open'])}"] if found["open"] else []
        waiting = [f"{one['run']} waits at {one['at']} for {one['for'] or 'anybody'}" for one in found["waiting"]]
        last = [f"last {found['last']['result']}, begun {found['last']['began'][:10]}"] if found["last"] else []
        count = f"{found['count']} run{'s' if found['count'] != 1 else ''}"
        lines[name] = f"{name}: {'; '.join([count, *running, *waiting, *last])}"
    return lines


# ---- how


def _approved(name: str, folder: Path) -> Conductor:
    path = review.conductor_path(folder, name)
    if not path.exists():
        raise FivetimesError(
            f"{name}: there is no such conductor in {folder}. See: fivetimes status{review.option_of(folder)}"
        )
    conductor = review.read_conductor(path)
    standing = review.standings(folder).get(conductor.id)
    named = f"{conductor.id}{review.option_of(folder)}"
    if standing is None or standing.status is not Status.APPROVED:
        raise RuleError(
            f"{conductor.id}: it is not approved, and only approved conductors run. Review it: fivetimes review {named}"
        )
    if review.changed_since(conductor, standing):
        raise RuleError(
            f"{conductor.id}: it was changed since it was approved. Review it again: fivetimes review {named}"
        )
    return conductor


def _order(conductor: Conductor, wish: Wish) -> Order:
    stamp = datetime.now(UTC).strftime("%Y%m%d")
    run = f"{conductor.id}-{stamp}-{secrets.token_hex(2)}"
    revision, place = conductors.fingerprint(conductor.document), str(wish.place.absolute())
    order = Order(run, conductor.document, revision, {}, wish.choices, place)
    _check_choices(order.plan, wish.choices)
    return replace(order, values=_values(order.plan, wish), runners=_runners(order.plan, wish))


def _check_choices(plan: Plan, choices: Choices) -> None:
    stages = {stage.id: stage for stage in plan.stages}
    for step, way in choices.ways.items():
        if step not in stages or not 1 <= way <= len(stages[step].commands):
            most = len(stages[step].commands) if step in stages else 0
            raise FivetimesError(f"--way {step}={way}: {f'{step} has {most} ways' if most else f'there is no {step}'}.")
    for step in choices.without:
        if step not in stages or not stages[step].optional:
            raise FivetimesError(f"--without {step}: it is no optional step.")


def _values(plan: Plan, wish: Wish) -> dict[str, str]:
    known = {value.variable: value for value in plan.values}
    by_name = {value.reference.name: value.variable for value in plan.values}
    given = {name if name in known else by_name.get(name, name): text for name, text in wish.values.items()}
    unknown = [name for name in given if name not in known]
    if unknown:
        asked = ", ".join(value.variable for value in plan.values if value.asked) or "nothing"
        raise FivetimesError(f"--input {unknown[0]}=…: there is no such input. It asks for: {asked}.")
    missing = [
        value
        for value in plan.values
        if not given.get(value.variable)
        and not os.environ.get(value.variable)
        and not _left_out(value.variable, plan, wish)
    ]
    if missing:
        wanted = " ".join(f"--input {value.variable}=…" for value in missing if value.asked)
        set_ = ", ".join(value.variable for value in missing if not value.asked)
        ways = [f"Add {wanted}." if wanted else "", f"Set in the environment: {set_}." if set_ else ""]
        raise FivetimesError(f"values are missing. {' '.join(filter(None, ways))}")
    return {value.variable: given[value.variable] for value in plan.values if given.get(value.variable)}


def _left_out(variable: str, plan: Plan, wish: Wish) -> bool:
    """Whether no step of the run needs a value."""
    stages = [stage for stage in plan.stages if stage.id not in wish.choices.without]
    return all(
        variable not in {value.variable for value in stage.commands[wish.choices.ways.get(stage.id, 1) - 1].needs}
        for stage in (each for one in stages for each in (*one.before, one))
    )


def _runners(plan: Plan, wish: Wish) -> dict[str, str]:
    found = {}
    for variable, kind in needed_runners(plan.stages).items():
        command = wish.runners.get(kind) or os.environ.get(variable, "")
        if not command:
            raise FivetimesError(
                f'it calls a {kind}, and nothing says what carries it out. Add to fivetimes.toml: [run] {kind} = "COMMAND"'
            )
        found[variable] = command
    return found


def _begin(order: Order, record: Record, wish: Wish, home: Path) -> None:
    line = first_line(order.document, order.plan, Caller(Path(order.place), home), order.values)
    choices = {"ways": dict(wish.choices.ways), "without": list(wish.choices.without)}
    more = {"revision": order.revision, "by": wish.by, "because": wish.because, "choices": choices}
    record.add("began", "began", **line, **more, origin="run", standing="approved")


def _carry_on(engine: RunEngine, performer: Performer, asked: Asked, *, new: bool) -> None:
    order, record = performer.order, performer.record
    put: set[str] = set()

    def wait() -> bool:
        entries = record.entries()
        if entries[-1].what == "ended":
            return False
        question = open_question(entries)
        if question is None or question.key in put:
            return True
        put.add(question.key)
        return asked(performer, question)

    engine.carry_on(record.run, order.revision, order if new else None, wait)
    if record.entries()[-1].what == "ended":
        engine.close(record.run)


def _question(entries: Sequence[RunEntry], key: str) -> RunEntry:
    """The question of this key, or the last one about a step of this name; by any unique beginning."""
    asked = [entry for entry in entries if entry.what == "asked"]
    by_name = {entry.fields["step"] or entry.key: entry for entry in asked}
    by_key = {entry.key: entry for entry in asked}
    if key in by_key:
        return by_key[key]
    waiting = open_question(entries)
    otherwise = f"it waits at {waiting.key}" if waiting is not None else "none"
    return by_name[id_of(key, by_name, otherwise=otherwise, what="question")]


@contextmanager
def _alone(run: str, home: Path) -> Iterator[None]:
    """One process at a time works on a run.

    Raises:
        FivetimesError: another one does.
    """
    with atomic.locked(home / "runs" / run, wait=False) as ours:
        if not ours:
            raise FivetimesError(f"{run}: another process works on it. Answer there, or with: fivetimes answer")
        yield
