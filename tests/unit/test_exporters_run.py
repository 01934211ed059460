"""Exports that a machine carries out: valid by the public validators, nothing active but what was meant, every gate there."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

import builders_scan as made
from fivetimes.conductor_document import Reference
from fivetimes.errors import RuleError
from fivetimes.exporters import EXPORTERS
from fivetimes.exporters.plan import PlannedCommand, PlanStage, RunValue, plan, script
from fivetimes.exporters.shell_words import command, quote
from fivetimes.model.conductors import Conductor
from fivetimes.shell import template_words as split

# where the package put it: the environment need not be on the path
JUST = next(Path(str(file.locate())) for file in distribution("rust-just").files or () if file.stem == "just")
SCHEMAS = Path(__file__).parents[2] / "fixtures" / "schemas"
MACHINES = ("just", "task", "github-actions", "serverless-workflow")
HOSTILE = [
    "it's; touch X",
    "$(touch X)",
    "`touch X`",
    "${{ secrets.TOKEN }}",
    "{{ env('HOME') }}",
    "{{{{ }}}}",
    '"; touch X; "',
    "a\nb",
    "a\r\n    touch X",
    "$'\\n'",
    "\\",
    "'",
    "-n",
    "@echo",
    "#!/bin/sh",
    "# x",
    "> X",
    "a > > b",
    "if",
    "done",
    "function",
    "~/x",
    "*",
    "a{b,c}",
    "!!",
    "\u202eevil",
    "\u2028",
    "naïve ✓",
    "${x}",
    "%}",
]
TEXTS = st.text(max_size=40) | st.sampled_from(HOSTILE)
LITERALS = TEXTS.filter(lambda text: "\0" not in text)  # no argument of a program holds a NUL


@cache
def github_schema() -> Draft7Validator:
    folder = files("check_jsonschema") / "builtin_schemas" / "vendor"
    return Draft7Validator(json.loads((folder / "github-workflows.json").read_text("utf-8")))


@cache
def taskfile_schema() -> Draft7Validator:
    folder = files("check_jsonschema") / "builtin_schemas" / "vendor"
    return Draft7Validator(json.loads((folder / "taskfile.json").read_text("utf-8")))


@cache
def serverless_schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / "serverless-workflow-1.0.0.json").read_text("utf-8")))


def bash(
    script: str, *words: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run bash on one argument; nothing of this machine's environment reaches it but the path."""
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment}
    call = ["bash", "--norc", *words, "-c", script]
    return subprocess.run(call, capture_output=True, check=False, env=env, cwd=folder, stdin=subprocess.DEVNULL)


def exported(conductor: Conductor, form: str) -> str:
    (text,) = EXPORTERS[form](conductor).values()
    return text


def fragments(form: str, text: str) -> Iterator[str]:
    """Every piece of shell in an export."""
    if form == "just":
        yield from (line.strip() for line in text.splitlines() if line.startswith("    "))
    elif form == "task":
        commands = (each for task in yaml.safe_load(text)["tasks"].values() for each in task["cmds"])
        for each in (each for each in commands if isinstance(each, str)):
            yield each
            yield shlex.split(each)[-1]  # what go-task's own shell gives to bash
    elif form == "github-actions":
        jobs = yaml.safe_load(text)["jobs"].values()
        yield from (step["run"] for job in jobs for step in job["steps"] if "run" in step)
    else:
        document = yaml.safe_load(text)
        tasks = [task for stage in document["do"] for body in stage.values() for task in body["do"]]
        called = {t["call"] for task in tasks for t in task.values() if "call" in t}
        functions = document.get("use", {}).get("functions", {})
        assert called == set(functions)
        runs = [t for task in tasks for t in task.values() if "run" in t]
        yield from (each["run"]["shell"]["command"] for each in (*runs, *functions.values()))


def check(form: str, text: str, folder: Path) -> None:
    """Hold an export against the public validator of its format."""
    if form == "just":
        (folder / "x.just").write_text(text, encoding="utf-8", newline="")
        call = [str(JUST), "--justfile", str(folder / "x.just"), "--dump", "--dump-format", "json"]
        done = subprocess.run(call, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert set(json.loads(done.stdout)["recipes"])
    elif form == "task":
        taskfile_schema().validate(yaml.safe_load(text))
        assert not [value for value in strings(yaml.safe_load(text)) if "{{" in value]
    elif form == "github-actions":
        github_schema().validate(yaml.safe_load(text))
    else:
        serverless_schema().validate(yaml.safe_load(text))


# ---- words


@settings(deadline=None, max_examples=60)
@given(st.lists(LITERALS, min_size=1, max_size=4))
@example(HOSTILE)
def test_a_quoted_word_is_that_word_for_bash_on_one_line_and_no_engine_finds_a_placeholder_in_it(
    words: list[str],
) -> None:
    line = " ".join(map(quote, words))
    assert bash(f"printf '%s\\0' {line}").stdout.decode() == "".join(f"{word}\0" for word in words)
    assert len(line.splitlines()) <= 1
    assert not any(pair in line for pair in ("{{", "}}", "${", "{%", "%}"))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(LITERALS, st.booleans(), LITERALS), min_size=1, max_size=3))
@example([("it's", True, "$(x)"), ("", True, ""), ("a{", True, "}b")])
def test_a_value_put_in_a_template_is_one_word_whatever_it_is(parts: list[tuple[str, bool, str]]) -> None:
    run = "printf '%s\\0' " + " ".join(
        single(before) + ("{{ inputs.x }}" if holds else "") + single(after) for before, holds, after in parts
    )
    value = "two words; $(touch X) 'q\""
    line = command(run, spell=lambda ref: f'"${ref.name}"')
    expected = "".join(f"{before}{value if holds else ''}{after}\0" for before, holds, after in parts)
    assert bash(line, x=value).stdout.decode() == expected


def single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@settings(deadline=None, max_examples=150)
@given(TEXTS)
@example("a > > b")
@example("a >")
@example("if x")
@example("A=1 B=2")
@example("A[")
@example("A[1]=x")
@example("> x")
@example("2>&1 x 2>&1")
def test_any_template_is_one_line_that_bash_can_parse(run: str) -> None:
    line = command(run, spell=lambda ref: f'"${ref.name}"')
    assert len(line.splitlines()) == 1
    assert bash(line, "-n").returncode == 0, line


@pytest.mark.parametrize("run", HOSTILE)
def test_nothing_in_a_literal_is_carried_out(run: str, tmp_path: Path) -> None:
    bash(command("true " + single(run) + f" x{run}", spell=lambda _: ""), folder=tmp_path)
    assert not (tmp_path / "X").exists()


def test_what_a_shell_does_for_a_command_it_still_does() -> None:
    line = command("LANG=C sort *.txt > out.txt 2>&1", spell=lambda _: "")
    assert line == "LANG=C sort *.txt > out.txt 2>&1"
    assert command("ls ~/notes", spell=lambda _: "") == "ls ~/notes"


def test_a_quote_that_nothing_closes_is_a_letter() -> None:
    assert [len(word) for word in split("it's {{ inputs.x }} here")] == [1, 1, 1]


# ---- every format


@pytest.mark.parametrize("form", MACHINES)
@pytest.mark.parametrize("routine", [made.friday(13), made.release(8)], ids=["friday", "release"])
@pytest.mark.parametrize("read", [True, False], ids=["live", "labels"])
def test_every_export_passes_the_public_validator(form: str, routine: Any, read: bool, tmp_path: Path) -> None:
    candidate, live = routine
    text = exported(made.drafted(candidate, live if read else None), form)
    check(form, text, tmp_path)
    assert all(bash(fragment, "-n").returncode == 0 for fragment in fragments(form, text))


STEPS = st.fixed_dictionaries(
    {"run": TEXTS.filter(str.strip), "action": TEXTS},
    optional={
        "gate": st.builds(lambda ask: {**made.GATE, "ask": ask}, TEXTS),
        "share": st.sampled_from([0.5, 1.0]),
        "repeat": st.just([1, 3]),
        "specialist": st.builds(
            lambda kind, name: {"kind": kind, "name": name}, st.sampled_from(["skill", "tool", "action"]), TEXTS
        ),
        "with": st.dictionaries(st.sampled_from(["a", "b.c"]), TEXTS, max_size=2),
        "any": st.lists(st.builds(lambda run: {"run": run, "share": 0.5}, TEXTS), min_size=2, max_size=3),
    },
)


@pytest.mark.parametrize("form", [*MACHINES, "runbook"])
@settings(deadline=None, max_examples=40)
@given(steps=st.lists(STEPS, min_size=1, max_size=4), title=TEXTS, purpose=TEXTS)
def test_hostile_texts_make_no_structure_and_lose_no_gate(
    form: str, steps: list[Mapping[str, Any]], title: str, purpose: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    conductor = made.conductor(*steps)
    why = {"purpose": purpose, "success": title, "out_of_bounds": None}
    conductor = replace(conductor, document={**conductor.document, "title": title, "why": why})
    # where no machine does a step (`open`), a gate asks whether a person did
    assume(
        not any(one.interactive for stage in plan(conductor, form="github-actions").stages for one in stage.commands)
    )
    text = exported(conductor, form)
    gates = sum("gate" in step for step in steps)
    if form == "runbook":
        lines = text.splitlines()
        assert sum(line.startswith("#") for line in lines) == 5
        assert sum(line.startswith("```") for line in lines) == 2
        assert text.count("**GATE.**") == gates
        return
    check(form, text, tmp_path_factory.mktemp("x"))
    assert all(bash(fragment, "-n").returncode == 0 for fragment in fragments(form, text))
    assert gates == count_gates(form, text)


def count_gates(form: str, text: str) -> int:
    if form == "just":
        return sum(line.startswith("[confirm(") for line in text.splitlines())
    document = yaml.safe_load(text)
    if form == "task":
        return sum("prompt" in task for task in document["tasks"].values())
    if form == "github-actions":
        return sum("environment" in job for job in document["jobs"].values())
    return sum(
        "listen" in task
        for stage in document["do"]
        for body in stage.values()
        for t in body["do"]
        for task in t.values()
    )


@settings(deadline=None, max_examples=60)
@given(TEXTS)
@example("${{ secrets.TOKEN }}")
def test_the_server_evaluates_nothing_but_our_own_expressions(hostile: str) -> None:
    text = exported(
        made.conductor({"run": f"echo '{hostile}'", "action": hostile, "gate": {**made.GATE, "ask": hostile}}),
        "github-actions",
    )
    values = list(strings(yaml.safe_load(text)))
    assert {value for value in values if "${{" in value} <= {"${{ github.token }}", "${{ runner.temp }}"}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for key, inner in value.items() for text in (*strings(key), *strings(inner)))
    elif isinstance(value, list):
        yield from (text for inner in value for text in strings(inner))


@pytest.mark.parametrize("form", MACHINES)
def test_what_a_format_cannot_carry_is_refused_with_the_way_out(form: str) -> None:
    step = {"run": "tag {{ steps.s1.version }}"}
    with pytest.raises(RuleError, match=f"s2 .* not exported as {form}.*runbook or skill"):
        EXPORTERS[form](made.conductor("git log", step))
    assert EXPORTERS["runbook"](made.conductor("git log", step))


def test_more_values_than_the_server_asks_for_are_refused() -> None:
    with pytest.raises(RuleError, match="26 values and GitHub asks for 25"):
        EXPORTERS["github-actions"](made.conductor(" ".join(["x", *(f"{{{{ free.a{n} }}}}" for n in range(26))])))


def test_a_bare_pipe_joins_two_commands_and_any_other_is_a_word() -> None:
    line = command("printf '%s\\n' b '|' | sort > {{ inputs.x }} | wc |", spell=lambda ref: f'"${ref.name}"')
    assert line == """printf '%s\\n' b '|' | sort > "$x" | wc '|'"""


# ---- just, carried out


def play(conductor: Conductor, folder: Path, *words: str, answers: str = "", **environment: str) -> list[str]:
    """Carry out a justfile in an empty folder; returns the files that its steps made."""
    (folder / "it.just").write_text(exported(conductor, "just"), encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **environment}
    call = [str(JUST), "--justfile", "it.just", *words]
    subprocess.run(call, cwd=folder, env=env, input=answers.encode(), capture_output=True, check=False)
    return sorted(path.name for path in folder.iterdir() if path.name != "it.just")


def guarded(**more: Any) -> Conductor:
    return made.conductor(
        "touch first",
        {"run": "touch 'se{{ inputs.x }}'", "gate": made.GATE, "reversible": False, **more},
        "touch third",
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [("y\n", ["first", "se cond;", "third"]), ("n\n", ["first"]), ("", ["first"]), ("\n", ["first"])],
)
def test_a_gate_of_just_stops_the_run_unless_a_person_says_yes(
    answers: str, expected: list[str], tmp_path: Path
) -> None:
    assert play(guarded(), tmp_path, "made-up-0000", " cond;", answers=answers) == expected


def test_a_step_that_may_be_left_out_is_left_out_when_its_switch_is_off(tmp_path: Path) -> None:
    conductor = made.conductor("touch first", {"run": "touch second", "share": 0.4})
    assert play(conductor, tmp_path, "do_s2=no", "made-up-0000") == ["first"]
    assert play(conductor, tmp_path, "made-up-0000") == ["first", "second"]


def test_the_way_of_a_step_is_chosen_by_number(tmp_path: Path) -> None:
    ways = [{"run": "touch usual", "share": 0.7}, {"run": "touch other", "share": 0.3}]
    conductor = made.conductor({"any": ways})
    assert play(conductor, tmp_path, "way_s1=9", "made-up-0000") == []
    assert play(conductor, tmp_path, "way_s1=2", "made-up-0000") == ["other"]
    assert play(conductor, tmp_path, "made-up-0000") == ["other", "usual"]


def test_a_skill_is_handed_to_whoever_carries_out_skills_here_and_a_secret_comes_by_the_environment(
    tmp_path: Path,
) -> None:
    skill = {
        "run": "x",
        "specialist": {"kind": "skill", "name": "touch-it"},
        "with": {"post": "a b {{ free.api_token }}"},
    }
    conductor = made.conductor(skill)
    runner = tmp_path / "runner"
    runner.write_text('#!/bin/sh\ntouch "$1 $2"\n')
    runner.chmod(0o755)
    assert play(conductor, tmp_path, "made-up-0000") == ["runner"]
    assert play(conductor, tmp_path, "made-up-0000", RUN_SKILL="./runner") == ["runner"]
    assert play(conductor, tmp_path, "made-up-0000", RUN_SKILL="./runner", api_token="t") == [
        "runner",
        "touch-it post=a b t",
    ]


@pytest.mark.parametrize("text", ["a b", "it's", "${{ x }}", "{{ inputs.y }}"])
def test_a_constant_that_a_person_wrote_down_is_a_literal_everywhere(text: str, tmp_path: Path) -> None:
    skill = {"run": "x", "specialist": {"kind": "skill", "name": "s"}, "with": {"a": "{{ constants.k }}"}}
    conductor = made.conductor("touch {{ constants.k }}", skill)
    conductor = replace(conductor, document={**conductor.document, "constants": {"k": text}})
    assert text in play(conductor, tmp_path, "touch")
    asked = yaml.safe_load(exported(conductor, "serverless-workflow"))
    assert set(asked["input"]["schema"]["document"]["properties"]) == {"RUN_SKILL"}
    literal = asked["do"][1]["s2"]["do"][0]["act"]["with"]["a"]
    assert json.loads(literal.removeprefix("${ ").removesuffix(" }")) == text


# ---- GitHub


@pytest.mark.parametrize(("message", "passes"), [("true", True), ("false", False), ("", False)])
def test_an_environment_without_reviewers_lets_nobody_through(message: str, passes: bool, tmp_path: Path) -> None:
    text = exported(guarded(), "github-actions")
    gate = next(part for part in fragments("github-actions", text) if part.startswith("gh api"))
    server = tmp_path / "gh"
    server.write_text(f"#!/bin/sh\necho '{message}'\n")
    server.chmod(0o755)
    done = bash(f"PATH={tmp_path}:$PATH; {gate}", GATE="x", GITHUB_REPOSITORY="a/b")
    assert (done.returncode == 0) is passes


def test_every_gate_begins_a_job_that_waits_for_the_one_before() -> None:
    jobs = yaml.safe_load(exported(guarded(), "github-actions"))["jobs"]
    assert list(jobs) == ["from_s1", "from_s2"]
    assert jobs["from_s2"]["needs"] == "from_s1"
    assert jobs["from_s2"]["environment"] == "made-up-0000"
    assert next(step["name"] for step in jobs["from_s2"]["steps"] if "run" in step) == "Is this gate guarded?"


# ---- Serverless Workflow


def test_a_gate_of_the_workflow_waits_for_the_answer_to_this_run_and_ends_it_on_no() -> None:
    stage = yaml.safe_load(exported(guarded(), "serverless-workflow"))["do"][1]["s2"]["do"]
    assert [next(iter(task)) for task in stage] == ["ask", "answer", "decide", "act"]
    heard = stage[1]["answer"]["listen"]["to"]["one"]
    assert heard["correlate"] == {"run": {"from": "${ .data.run }", "expect": "${ $workflow.id }"}}
    assert stage[2]["decide"]["switch"][-1] == {"no": {"then": "end"}}


def test_an_argument_of_a_skill_is_an_expression_that_no_literal_can_leave() -> None:
    step = {
        "run": "x",
        "specialist": {"kind": "skill", "name": "s"},
        "with": {"a": '" + $secrets.k + "\\({{ inputs.x }}) }'},
    }
    act = yaml.safe_load(exported(made.conductor(step), "serverless-workflow"))["do"][0]["s1"]["do"][0]["act"]
    assert act["call"] == "skill-s-a"
    assert act["with"]["a"] == r'${ "\" + $secrets.k + \"\\\u0028" + $workflow.input.x + "\u0029 \u007d" }'


# ---- plug-ins


def test_a_format_of_a_plugin_is_offered_beside_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(tmp_path, "shout", "shouting:export")
    (tmp_path / "shouting.py").write_text("def export(conductor):\n    return {'x.txt': conductor.id.upper()}\n")
    monkeypatch.syspath_prepend(tmp_path)
    from fivetimes.exporters import exporters

    assert exporters()["shout"](made.conductor("make")) == {"x.txt": "MADE-UP-0000"}
    assert set(EXPORTERS) < set(exporters())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("yaml", "os.path:join", "name, which is built in"),
        ("x", "no_such_module:f", "cannot be loaded"),
        ("x", "os:sep", "is no function"),
    ],
)
def test_a_plugin_that_is_broken_or_takes_our_name_is_a_sentence(
    name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from fivetimes.errors import FivetimesError
    from fivetimes.exporters import exporters

    install(tmp_path, name, value)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(FivetimesError, match=message):
        exporters()


def install(folder: Path, name: str, value: str) -> None:
    made_up = folder / "made_up-1.0.dist-info"
    made_up.mkdir()
    (made_up / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
    (made_up / "entry_points.txt").write_text(f"[fivetimes.exporters]\n{name} = {value}\n")


@pytest.mark.parametrize("values", [{}, {"name": ""}])
def test_nothing_is_deleted_with_an_empty_value(tmp_path: Path, values: Mapping[str, str]) -> None:
    (tmp_path / "build" / "app").mkdir(parents=True)
    value = RunValue(Reference("inputs", "name"), "name", secret=False, description="a name")
    command = PlannedCommand('rm -rf build/"$name"', (value,), 1.0, "shell", "rm", {}, {})
    stage = PlanStage("s1", "rm", None, False, 1, (command,), goes_out=True)
    environment = {key: text for key, text in os.environ.items() if key != "name"} | dict(values)
    words = ["bash", "-c", script(stage)]
    found = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode != 0
    assert "name: is empty" in found.stderr
    assert (tmp_path / "build" / "app").is_dir()
    subprocess.run(words, cwd=tmp_path, env={**environment, "name": "app"}, check=True)
    assert not (tmp_path / "build" / "app").exists()
    assert (tmp_path / "build").is_dir()
