"""What a person asked agents for, from outside: a step of a routine, and no word of it in any file."""

from __future__ import annotations

import json

ASK = "Please prepare the zanzibar release 1.{} and check the changelog"
FORMS = ("skill", "just", "runbook", "github-actions", "serverless-workflow")


def furnish(home) -> None:
    """Nine days of a history of prompts: a request, a skill and a command."""
    records = []
    for day in range(9):
        start = 1_767_600_000 + day * 86_400
        for after, text in enumerate((ASK.format(day), f"/deploy v1.{day}", "! git push origin main")):
            moment = (start + 300 * after) * 1000
            records.append({"display": text, "timestamp": moment, "project": "/w", "sessionId": f"s{day}"})
    (home / ".claude").mkdir()
    (home / ".claude" / "history.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))


def test_a_request_is_a_step_that_its_owner_sees_on_a_terminal_and_of_which_no_word_is_in_any_file(machine):
    furnish(machine.home)
    out = machine.home / "out"
    out.mkdir()
    assert machine.run("scan", "--yes").returncode == 0
    assert machine.run("report", "--json", out / "r.json").returncode == 0
    assert machine.run("report", "--html", out / "r.html", "--live").returncode == 0
    [candidate] = json.loads((out / "r.json").read_text())["candidates"]
    assert [step["kind"] for step in candidate["steps"]] == ["request", "skill", "shell"]
    assert candidate["count"] == 9
    assert machine.run("draft", candidate["id"], "-o", out / "conductors").returncode == 0
    for form in FORMS:
        drafts = ("--conductors", out / "conductors", "--draft")
        done = machine.run("export", candidate["id"], *drafts, "-o", out / form, "--format", form)
        assert done.returncode == 0, done.stderr
    written = [path for path in machine.home.rglob("*") if path.is_file() and path.name != "history.jsonl"]
    assert {path.suffix for path in written} >= {".json", ".html", ".just", ".md", ".yaml"}
    assert [path for path in written if b"zanzibar" in path.read_bytes().lower()] == []
    assert "zanzibar" not in machine.run("show", candidate["id"]).stdout
    code, shown = machine.type("show", candidate["id"])
    assert code == 0
    assert "zanzibar release 1.8" in shown
