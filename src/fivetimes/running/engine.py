"""What carries a run on through a crash: DBOS, which keeps in a database how far each run is. Extra `fivetimes[run]`.

The database holds an order with its values while the run is open, and nothing of it afterwards. Each process has the run's own id
as its executor, so that it takes up this run and no other; the version is the conductor's revision, so that a run goes on as
it was approved.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from fivetimes.errors import FivetimesError
from fivetimes.running.performing import Order, Performer, perform
from fivetimes.running.walk import Choices, Do, Done, Note, RunAnswer, RunQuestion

_TICK = 0.1  # seconds between two looks at the record
_PATIENCE = 365 * 24 * 3600.0  # seconds; then a question that waits is looked at again


class RunBroken(Exception):
    """What ended the work on a run stands in `__cause__`. Threads of the engine are left, so the process has to end at once."""


class RunEngine(Protocol):
    """Carries runs on."""

    def carry_on(self, run: str, revision: str, order: Order | None, wait: Callable[[], bool]) -> None:
        """Work on a run until `wait` gives False; with an order it begins, without it goes on where it was.

        Raises:
            RunBroken: an act or `wait` failed; the run stays open as it is.
        """
        ...

    def wake(self, run: str, key: str) -> None:
        """A question of a run was answered, by whomever and whether or not anybody works on it."""
        ...

    def order_of(self, run: str) -> Order | None:
        """What was ordered, while the run is open."""
        ...

    def close(self, run: str) -> None:
        """A run has ended: nothing of its order is kept."""
        ...


class Dbos:
    """DBOS on SQLite, or on the database that a URL names.

    Args:
        url: of the database.
        performer: makes what carries out the acts of an order.

    Raises:
        FivetimesError: DBOS is not installed.
    """

    def __init__(self, url: str, performer: Callable[[Order], Performer]) -> None:
        try:
            import dbos
        except ImportError as error:
            raise FivetimesError("running needs an engine. Install it: pip install 'fivetimes[run]'") from error
        self._dbos, self._url, self._performer = dbos, url, performer

    def carry_on(self, run: str, revision: str, order: Order | None, wait: Callable[[], bool]) -> None:
        """As `RunEngine.carry_on`."""
        dbos = self._dbos
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        dbos.DBOS(
            config={
                "name": "fivetimes",
                "system_database_url": self._url,
                "executor_id": run,
                "application_version": revision,
                "log_level": "CRITICAL",
                "console_log_level": "CRITICAL",
                "notification_listener_polling_interval_sec": _TICK,
                "serializer": dbos.DBOSPortableJSONSerializer(),  # what is read back is never executed
            }
        )
        problems: list[Exception] = []
        workflow = _registered(dbos, self._performer, problems)
        try:
            dbos.DBOS.launch()
            if order is not None:
                with dbos.SetWorkflowID(run):
                    dbos.DBOS.start_workflow(workflow, _written(order))
            while not problems and wait():
                time.sleep(_TICK)
            if problems:
                raise problems[0]
        except Exception as problem:
            raise RunBroken from problem
        finally:
            dbos.DBOS.destroy(destroy_registry=True)

    def wake(self, run: str, key: str) -> None:
        """As `RunEngine.wake`."""
        client = self._client()
        try:
            client.send(run, key, topic=key, idempotency_key=f"{run}:{key}")
        finally:
            client.destroy()

    def order_of(self, run: str) -> Order | None:
        """As `RunEngine.order_of`."""
        from sqlalchemy.exc import DBAPIError

        client = self._client()
        try:
            found = client.list_workflows(workflow_ids=[run])
            return _read(found[0].input["args"][0]) if found and found[0].input else None
        except DBAPIError as error:
            if "no such table" in str(error.orig) or type(error.orig).__name__ == "UndefinedTable":
                return None  # the process was ended before the engine had made its tables
            raise
        finally:
            client.destroy()

    def close(self, run: str) -> None:
        """As `RunEngine.close`."""
        client = self._client()
        try:
            client.delete_workflow(run)
        finally:
            client.destroy()

    def _client(self) -> Any:
        return self._dbos.DBOSClient(system_database_url=self._url, serializer=self._dbos.DBOSPortableJSONSerializer())


_ACTS = {kind.__name__: kind for kind in (Note, RunQuestion, Do)}


def _registered(dbos: Any, performer_of: Callable[[Order], Performer], problems: list[Exception]) -> Any:
    @dbos.DBOS.step(name="act")  # type: ignore[untyped-decorator]
    def act(written: dict[str, Any], kind: str, fields: dict[str, Any]) -> dict[str, Any] | None:
        try:
            outcome = perform(_ACTS[kind](**fields), performer_of(_read(written)))
        except Exception as problem:  # raised where somebody waits for the run; DBOS would keep it and go on without it
            problems.append(problem)
            while True:  # the run stays open as it is; this process is about to end
                time.sleep(_TICK)
        return None if outcome is None else asdict(outcome)

    @dbos.DBOS.workflow(name="conductor")  # type: ignore[untyped-decorator]
    def conductor(written: dict[str, Any]) -> str:
        acts, outcome = _read(written).acts(), None
        while True:
            try:
                one = acts.send(outcome)
            except StopIteration as end:
                return str(end.value)
            kind, fields = type(one).__name__, asdict(one)
            found = act(written, kind, fields)
            while kind == RunQuestion.__name__ and found is None:
                dbos.DBOS.recv(topic=one.key, timeout_seconds=_PATIENCE)
                found = act(written, kind, fields)
            outcome = None if found is None else RunAnswer(**found) if kind == RunQuestion.__name__ else Done(**found)

    return conductor


def _written(order: Order) -> dict[str, Any]:
    return {**{name: getattr(order, name) for name in Order.__slots__}, "choices": asdict(order.choices)}


def _read(written: dict[str, Any]) -> Order:
    return Order(**written | {"choices": Choices(**written["choices"])})


def local_url(home: Path) -> str:
    """The database of this machine's runs."""
    return f"sqlite:///{(home / 'runs.sqlite').absolute()}"
