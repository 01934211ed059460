"""Exports carried out with stand-in programs: what reaches a program is what reached it when the line was typed, gates stop.

The stand-ins write their words and their folder into a file. What they write when bash is given the line as it was typed is
the measure, so no word is expected by hand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import builders_scan as made
from carried_out import drafted, settled, shell_of
from fivetimes.conductors.proposals import next_version_command
from fivetimes.exporters import EXPORTERS
from fivetimes.model.conductors import Conductor
from sandboxes import Runner, Sandbox, remote

FORMS = ("just", "task", "github-actions", "serverless-workflow")


TYPED = [
    r"""report 'a  b' "c d.txt" it\'s""",
    "report *.txt",
    "report 'x*.txt' ?.txt [ab].txt {a,b}.txt",
    "report 'a'*",
    "make test 2>&1 | tee log.log",
    "make all > out.log 2>&1",
    "make all >> in.txt; ",
    "report < in.txt | sort > out.log",
    "cd sub && make all",
    "(cd web/api && make all)",
    "docker exec web sh -c 'make  \"b c\" d | report > e.txt'",
    "docker exec -it web bash -c \"make 'a b' && make c\"",
    "ssh host 'cd sub && make \"a b\"'",
    "ssh host \"make 'a;b' && report\"",
    "ssh host make all",
    "kubectl exec pod -- sh -c 'ls /tmp'",
    "docker tag app:$(git rev-parse --short HEAD) app:latest",
    'report "at $(date +%F)" $(date +%Y)',
    "~/bin/announce --all ~/notes '~/notes'",
    "poetry run pytest -q -k 'a or b'",
    "STAGE=test deploy --to web",
    'STAGE="a b" deploy "$HOME/notes" $HOME',
    "./run.sh --flag='a b' --x=\"c d\" e=f",
    "report -- -n x",
    "report a#b '#c' \"d!e\" 'f$g' 'h`i' '{{ j }}' '${{ k }}' '%}'",
    r"report 'a\nb' a\ b \"c\"",
    "report {} + ';' \\; '&&' '|' '>' '<x'",
    "report é ✓ 'ü ö'",
    "report a=b c='d e' -o/x:y,z",
    "deploy a || make b",
    "! test -e missing && make c",
    "test -f in.txt || make b",
    "make a; make b && make c | cat",
    "make d <<< 'a $b'",
    "yes | head -2 | report x",
    "seq 1 100000 | head -1",
    "[ -f in.txt ] && make found",
    "make 2>/dev/null x 3>&1",
    "make ~/notes/*.none ~ a~b",
    "report --since='2026-01-02 10:00' --by=\"it's me\"",
    "report '' x \"\"",
    "report $'a\\tb' $'it\\'s' x$'\\x21'y",
    "x=1; report $x",
    "x=$(git rev-parse --short HEAD) && docker tag app:$x app:latest",
    "x='a b'; y=2; report \"$x\" $y | cat",
]


@pytest.mark.parametrize("line", TYPED)
def test_a_step_gives_the_programs_what_the_line_gave_them(line: str, tmp_path: Path) -> None:
    typed = Sandbox.at(tmp_path / "typed")
    commit(typed)
    assert typed.run("bash", "--norc", "-c", line).returncode == 0, line
    conductor = settled(*drafted(["one first", line, "three last"]))
    assert not [step for step in conductor.document["steps"] if "by_hand" in step]
    for form in FORMS:
        again = Sandbox.at(tmp_path / form)
        commit(again)
        assert not [done.stderr for call in shell_of(conductor, form) if (done := again.run(*call)).returncode], form
        between = [call for call in again.calls if not call.startswith(("one|", "three|"))]
        assert normal(between, again) == normal(typed.calls, typed), form
        assert again.files == typed.files, form


def commit(box: Sandbox) -> None:
    box.run("git", "init", "-q")
    box.run("git", "-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-qm", "x", "--allow-empty")


def normal(calls: list[str], box: Sandbox) -> list[str]:
    """What was noted, in any order, for both ends of a pipe run at once; without what differs between two sandboxes."""
    return sorted(re.sub(r"app:[0-9a-f]{7,}", "app:abc", call.replace(str(box.root), "")) for call in calls)


def test_what_a_step_exports_is_there_for_those_behind_it_and_a_folder_too(tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    conductor = made.conductor("export STAGE=prod", "cd web/api", "deploy --to {{ environment.STAGE }}", "make all")
    (again,) = [box.run(*call) for call in shell_of(conductor, "just")][1:]
    assert again.returncode == 0, again.stderr
    assert box.calls == ["deploy|/project/web/api|prod|--to|prod", "make|/project/web/api|prod|all"]


def test_an_export_that_is_left_out_or_done_in_another_way_is_so_for_those_behind_it(tmp_path: Path) -> None:
    ways = [{"run": "export STAGE=prod", "share": 0.7}, {"run": "export STAGE=test", "share": 0.3}]
    conductor = made.conductor({"any": ways, "share": 0.5}, "make all")
    for words in ([], ["way_s1=2"], ["do_s1=no"]):
        box = Sandbox.at(tmp_path / "-".join(["x", *words]))
        write, play = shell_of(conductor, "just")
        box.run(*write)
        assert box.run(*play, *words, "made-up-0000").returncode == 0
        assert box.calls == [f"make|/project|{ {'': 'prod', 'way_s1=2': 'test', 'do_s1=no': ''}[''.join(words)] }|all"]


def test_a_value_of_several_words_is_several_words_and_its_patterns_are_patterns(tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    write, play = shell_of(made.conductor("report {{ free.files[] }} -- {{ free.note }}"), "just")
    box.run(*write)
    assert box.run(*play, "made-up-0000", "x ?.txt", "two words; *").returncode == 0
    assert box.calls == ["report|/project||x|a.txt|b.txt|--|two words; *"]


@pytest.mark.parametrize("value", ["a b", "it's", "$(make no)", "; make no", '"', "`make no`", "*"])
def test_a_value_is_one_word_for_the_shell_behind_the_shell(value: str, tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    runs = [
        "ssh host 'cd sub && report \"v{{ inputs.x }}\" end'",
        "ssh host report {{ inputs.x }}",
        "docker exec web sh -c 'report {{ inputs.x }}'",
        "report {{ inputs.x }}",
    ]
    write, play = shell_of(made.conductor(*runs), "just")
    box.run(*write)
    done = box.run(*play, "made-up-0000", value)
    assert done.returncode == 0, done.stderr
    assert box.calls == [f"report|/project/sub||v{value}|end", *[f"report|/project||{value}"] * 3]


# ---- gates, answered with yes and with no


def gated() -> Conductor:
    return made.conductor(
        "make build",
        {"run": "git push origin main", "gate": made.GATE, "reversible": False},
        "make check",
        {"run": "./run.sh --all", "gate": {**made.GATE, "ask": "Now?"}, "reversible": False},
    )


def test_just_goes_as_far_as_it_is_answered_yes_and_each_step_has_a_recipe_by_its_name(tmp_path: Path) -> None:
    for number, (answers, goes_to) in enumerate((("", 1), ("n\n", 1), ("y\nn\n", 2), ("y\ny\n", 3))):
        box = Sandbox.at(tmp_path / str(number))
        remote(box)
        write, play = shell_of(gated(), "just")
        box.run(*write)
        done = box.run(*play, answers=answers)
        assert (done.returncode == 0) is (goes_to == 3)
        assert [call.split("|")[-1] for call in box.calls] == ["build", "check", "--all"][:goes_to]
        assert pushed(box) is (goes_to > 1)
    assert box.run(*play, "make-check").returncode == 0
    assert box.run(*play, "run-sh", answers="n\n").returncode != 0
    assert [call.split("|")[-1] for call in box.calls] == ["build", "check", "--all", "check"]


def pushed(box: Sandbox) -> bool:
    return b"second" in box.run("git", "--git-dir", "../remote.git", "log", "--format=%s", "main").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
def test_task_goes_as_far_as_it_is_answered_yes_on_a_terminal(tmp_path: Path) -> None:
    for number, (answers, goes_to) in enumerate((("n\n", 1), ("y\nn\n", 2), ("y\ny\n", 3))):
        box = Sandbox.at(tmp_path / str(number))
        remote(box)
        write, play = shell_of(gated(), "task")
        box.run(*write)
        assert (at_a_terminal(box, play, answers) == 0) is (goes_to == 3)
        assert [call.split("|")[-1] for call in box.calls] == ["build", "check", "--all"][:goes_to]
        assert pushed(box) is (goes_to > 1)
    assert box.run(*play, "make-check").returncode == 0
    assert box.run(*play, "run-sh").returncode != 0  # nobody is there to ask
    assert [call.split("|")[-1] for call in box.calls] == ["build", "check", "--all", "check"]


def at_a_terminal(box: Sandbox, call: Sequence[str], answers: str) -> int:
    """Carry something out with a terminal before it, at which the answers are typed in advance."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        call, cwd=box.root / "project", env=box.environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as run:
        os.close(theirs)
        os.write(ours, answers.encode())
        with suppress(OSError):  # the other end has closed it
            while os.read(ours, 1024):
                pass
    os.close(ours)
    return run.returncode


def test_task_takes_values_from_the_environment_as_they_are(tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    optional = {"run": "make c", "share": 0.4}
    write, play = shell_of(
        made.conductor(
            "report {{ inputs.x }}",
            {"any": [{"run": "make a", "share": 0.6}, {"run": "make b", "share": 0.4}]},
            optional,
        ),
        "task",
    )
    box.run(*write)
    assert box.run(*play).returncode != 0
    value = "a; $(touch no) {{ .x }} '\""
    assert box.run(*play, x=value, way_s2="2", do_s3="no").returncode == 0
    assert box.calls == [f"report|/project||{value}", "make|/project||b"]


# ---- GitHub Actions, as a runner carries it out


def workflow_run(conductor: Conductor, root: Path, **given: str) -> Runner:
    box = Sandbox.at(root)
    remote(box)
    runner = Runner(box, EXPORTERS["github-actions"](conductor)["made-up-0000.github.yml"], **given)
    runner.run()
    return runner


def test_a_runner_carries_work_from_job_to_job_commits_under_its_name_and_pushes_with_the_jobs_token(
    tmp_path: Path,
) -> None:
    conductor = made.conductor(
        "export STAGE=prod",
        "printf '%s' {{ inputs.note }} > note.txt",
        "git commit -m 'note {{ inputs.note }}'",
        {"run": "git push origin main", "gate": made.GATE, "reversible": False},
        "deploy --to web",
        {"run": "gh release create v1", "gate": made.GATE, "reversible": False},
    )
    runner = workflow_run(conductor, tmp_path, **{"inputs.note": "it's; a 'note'"})
    log = runner.box.run("git", "--git-dir", "../remote.git", "log", "-1", "--format=%an|%s", "main").stdout.decode()
    assert log == "github-actions[bot]|note it's; a 'note'\n"
    assert "deploy|/jobs/from_s4|prod|--to|web" in runner.box.calls
    with_token = {name for name, seen in runner.seen.items() if "GH_TOKEN" in seen}
    ours = {name for name in with_token if re.match(r"s\d", name)}
    assert ours == {"s4: git push origin main", "s6: gh release create v1"}
    rights = {name: job["permissions"] for name, job in runner.jobs.items()}
    assert rights == {
        "from_s1": {"contents": "read"},
        "from_s4": {"contents": "write", "actions": "read"},
        "from_s6": {"contents": "write", "actions": "read"},
    }


@pytest.mark.parametrize("program", ["docker", "podman"])
def test_an_image_that_is_built_before_a_gate_is_there_behind_it(tmp_path: Path, program: str) -> None:
    box = Sandbox.at(tmp_path)
    remote(box)
    # keeps its images in a file of the job's home: another job does not see them
    (box.root / "bin" / program).write_text(
        """#!/bin/bash
        case "$1 $2" in
        "build -t") echo "$3" >> "$HOME/images" ;;
        "image ls") cat "$HOME/images" ;;
        "image save") while [ "$3" != --output ]; do shift; done; file="$4"; shift 4; printf '%s\\n' "$@" > "$file" ;;
        "image load") cat "$4" >> "$HOME/images" ;;
        push*) grep -qx "$2" "$HOME/images" ;;
        esac
        """
    )
    (box.root / "bin" / program).chmod(0o755)
    conductor = made.conductor(
        f"{program} build -t shop:1 .",
        {"run": "make deploy", "gate": made.GATE, "reversible": False},
        {"run": f"{program} push shop:1", "gate": made.GATE, "reversible": False},
        {"run": "make done", "gate": made.GATE, "reversible": False},
    )
    runner = Runner(box, EXPORTERS["github-actions"](conductor)["made-up-0000.github.yml"])
    runner.run()
    names = {name: [step.get("name", "") for step in job["steps"]] for name, job in runner.jobs.items()}
    taken, given = f"Take over the images of {program}", f"Hand on the images of {program}"
    assert [(taken in steps, given in steps) for steps in names.values()] == [
        (False, True),
        (True, True),
        (True, False),
        (False, False),
    ]


def test_the_head_names_the_programs_that_go_out_with_a_login_of_their_own() -> None:
    gate = {"gate": made.GATE, "reversible": False}
    runs = ("twine upload dist/*", "git push", "rm -rf build")
    text = EXPORTERS["github-actions"](made.conductor("make", *({"run": run, **gate} for run in runs)))
    (line,) = [line for line in text["made-up-0000.github.yml"].splitlines() if "logged in" in line]
    assert line == "# The runner is logged in nowhere else: add what twine needs to be let in."


def test_what_a_person_does_by_hand_on_the_branch_is_there_for_the_steps_behind_it(tmp_path: Path) -> None:
    conductor = made.conductor("make build", "vim notes.txt", "make check")
    box = Sandbox.at(tmp_path)
    remote(box)
    text = EXPORTERS["github-actions"](conductor)["made-up-0000.github.yml"]
    runner = Runner(box, text)
    assert list(runner.jobs) == ["from_s1", "from_s2"]
    assert runner.jobs["from_s2"]["environment"] == "made-up-0000"
    assert "Do it by hand now" in runner.jobs["from_s2"]["name"]
    assert "vim" not in "".join(step.get("run", "") for job in runner.jobs.values() for step in job["steps"])
    (box.root / "bin/make").write_text(
        (box.root / "bin/make").read_text()
        + f"""
if [ "$4" = build ]; then
    cd {box.root}/project && echo new > notes.txt && git add notes.txt &&
        git -c user.name=a -c user.email=a@b.invalid commit -qm edited && git push -q origin main
else
    test -f notes.txt
fi
"""
    )
    runner.run()
    assert [call.split("|")[-1] for call in box.calls if call.startswith("make")] == ["build", "check"]


# ---- what can be found out


def released(*, gate: bool = False) -> Conductor:
    """A release whose version is proposed from the tags; its own tag must not change what the steps behind it are given."""
    found = made.conductor(
        "report {{ inputs.version }} {{ free.note }}",
        "git tag v{{ inputs.version }}",
        {"run": "report {{ inputs.version }}", **({"gate": made.GATE, "reversible": False} if gate else {})},
    )
    command = next_version_command(2, 3, "v")
    entry = {"shape": "version", "source": "repository", "seen": 6, "distinct": 6, "proposal": command}
    document: Any = {**found.document, "inputs": {"version": entry}}
    return replace(found, document=document)


def tagged(box: Sandbox) -> None:
    for tag in ("v1.4.2", "v1.10.0", "other-9.0.0"):
        assert box.run("git", "tag", tag).returncode == 0


@pytest.mark.parametrize("form", ["just", "task"])
@pytest.mark.parametrize("given", ["", "3.0.0"])
def test_a_value_that_can_be_found_out_need_not_be_given_and_a_person_may_give_another(
    form: str, given: str, tmp_path: Path
) -> None:
    box = Sandbox.at(tmp_path)
    remote(box)
    tagged(box)
    write, play = shell_of(released(), form)
    box.run(*write)
    values = {"note": "x", **({"version": given} if given else {})}
    done = box.run(*play, **values) if form == "task" else box.run(*play, "made-up-0000", *values.values())
    assert done.returncode == 0, done.stderr
    version = given or "1.11.0"
    assert box.calls == [f"report|/project||{version}|x", f"report|/project||{version}"]
    assert f"v{version}" in box.run("git", "tag").stdout.decode().split()


@pytest.mark.parametrize("given", ["", "3.0.0"])
def test_a_runner_finds_out_once_and_hands_it_to_every_job(given: str, tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    remote(box)
    tagged(box)
    assert box.run("git", "push", "-q", "--tags").returncode == 0
    text = EXPORTERS["github-actions"](released(gate=True))["made-up-0000.github.yml"]
    runner = Runner(box, text, **{"inputs.version": given, "inputs.note": "x"})
    runner.run()
    assert list(runner.jobs) == ["from_s1", "from_s3"]
    version = given or "1.11.0"
    calls = [call.split("||")[1] for call in box.calls if call.startswith("report")]
    assert calls == [f"{version}|x", version]


SECRETS = [
    ("GH_TOKEN={{ free.value }} make x", "value"),
    ("make x --token {{ free.value }}", "value"),
    ("make x --api-key={{ free.value }}", "value"),
    ("curl -H 'Authorization: Bearer {{ free.value }}' https://api.example.com", "value"),
    ("export DEPLOY_KEY={{ constants.key }}", "MADE_UP_KEY"),
    ("make x {{ constants.deploy_password }}", "MADE_UP_DEPLOY_PASSWORD"),
    ("make x {{ environment.NPM_TOKEN }}", "NPM_TOKEN"),
    ("mysql -p{{ free.word }} shop", "word"),
]


@pytest.mark.parametrize(("run", "name"), SECRETS)
def test_what_stands_in_the_place_of_a_secret_is_one_of_the_server(run: str, name: str) -> None:
    text = EXPORTERS["github-actions"](made.conductor(run, "make {{ free.other }} {{ environment.PLACE }}"))[
        "made-up-0000.github.yml"
    ]
    first, second = [
        step["env"] for step in yaml.safe_load(text)["jobs"]["from_s1"]["steps"] if step.get("name", "").startswith("s")
    ]
    assert first == {name: f"${{{{ secrets.{name} }}}}"}
    assert second["PLACE"] == "${{ vars.PLACE }}"
    assert second["other"] == "${{ inputs.other }}"
    assert "secrets." not in text.replace(f"secrets.{name} ", "")
