"""`fivetimes review --web` as it is typed: the address, the lines live, a decision, Ctrl-C, and all of it there the next time."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from asgi import Page
from functional.conftest import COMMAND, Machine
from functional.test_review import history


class Visitor:
    """A browser at the printed address: one cookie, one origin."""

    def __init__(self, address: str) -> None:
        self.host, self.path = re.fullmatch(r"http://(127\.0\.0\.1:\d+)(/\S+)", address).groups()
        self.headers: dict[str, str] = {}
        answer, _ = self.ask("GET", self.path)
        assert answer.status == 303
        self.headers["Cookie"] = answer.getheader("Set-Cookie").partition(";")[0]
        self.first = answer.getheader("Location")

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[http.client.HTTPResponse, str]:
        there = http.client.HTTPConnection(self.host, timeout=60)
        own = {"Origin": f"http://{self.host}", "Content-Type": "application/x-www-form-urlencoded"} if body else {}
        there.request(method, path, body, self.headers | own)
        answer = there.getresponse()
        text = answer.read().decode()
        there.close()
        return answer, text


@contextmanager
def page(machine: Machine, *words: str) -> Iterator[Visitor]:
    """The page while it is served; ended by Ctrl-C, well."""
    call = [str(COMMAND), "review", "--web", "--no-browser", *words]
    with subprocess.Popen(
        call,
        cwd=machine.here,
        env=machine.environment() | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "works once" in process.stdout.readline()
        address = process.stdout.readline().strip()
        try:
            yield Visitor(address)
        finally:
            os.kill(process.pid, signal.SIGINT)
            told, complaints = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "The page has ended" in told
    assert complaints == ""


@pytest.fixture
def writer(machine: Machine) -> Machine:
    """A person's history, scanned and not drafted."""
    path = machine.home / "histfile.zsh_history"
    path.write_text("\n".join(history()) + "\n")
    assert machine.run("scan", path).returncode == 0
    return machine


def test_what_is_decided_on_the_page_stands_after_it_was_started_anew_and_nothing_else_is_written(
    writer: Machine,
) -> None:
    before = {path for path in writer.home.rglob("*") if path.is_file()}
    with page(writer, "--by", "ana") as visitor:
        _, text = visitor.ask("GET", visitor.first)
        (link,) = set(re.findall(r'href="([^"]+/routine/[^"]+)"', text))
        _, text = visitor.ask("GET", link)
        assert "latexmk -pdf letters/grove.tex" in text  # the evidence, live
        form = Page(text).form("/review")
        answer, _ = visitor.ask("POST", form.action, form.body(why="after the move", decision="defer"))
        assert answer.status == 303
    with page(writer, "--by", "ana") as visitor:
        assert "deferred by ana" in visitor.ask("GET", visitor.first)[1]
    (row,) = json.loads(writer.run("status", "--json").stdout)["conductors"]
    assert (row["standing"], row["by"], row["why"]) == ("deferred", "ana", "after the move")
    assert {path for path in writer.home.rglob("*") if path.is_file()} == before
    written = sorted(str(path.relative_to(writer.here)) for path in writer.here.rglob("*") if path.is_file())
    assert written == ["conductors/.gitattributes", "conductors/reviews.jsonl"]


def test_a_port_that_is_taken_and_an_id_that_is_not_there_are_sentences(writer: Machine) -> None:
    with page(writer) as visitor:
        taken = writer.run("review", "--web", "--no-browser", "--port", visitor.host.partition(":")[2])
        assert taken.returncode == 1
        assert "Name another with --port" in taken.stderr
    unknown = writer.run("review", "no-such-thing", "--web", "--no-browser")
    assert unknown.returncode == 1
