"""A sandbox for exports that are carried out: stand-ins for programs, a remote repository, and a runner of workflows."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml

PROGRAMS = "make docker ssh scp deploy poetry kubectl hugo run-skill report one three".split()


# These carry out what they are given, as it would be done elsewhere: it counts what arrives there, not how it is spelled here.
GOES_ELSEWHERE = {
    "ssh": 'shift; exec sh -c "$*"\n',
    "docker": '[ "$1" = exec ] && { shift; [ "$1" = -it ] && shift; shift; exec "$@"; }\n',
    "kubectl": '[ "$1" = exec ] && { shift 3; exec "$@"; }\n',
}


def installed(name: str) -> Path:
    """A program that a package of Python brings; the environment need not be on the path."""
    return next(Path(str(file.locate())) for file in distribution(name).files or () if file.stem in ("just", "task"))


@dataclass(frozen=True)
class Sandbox:
    """A folder with stand-ins for programs, a home, and a project with a few files, in front of the system."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Sandbox:
        made_here = cls(root)
        for folder in ("bin", "home/bin", "home/notes", "temp", "project/sub", "project/web/api"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for name in PROGRAMS:
            made_here.stand_in(root / "bin" / name, GOES_ELSEWHERE.get(name, ""))
        made_here.stand_in(root / "home/bin/announce")
        made_here.stand_in(root / "project/run.sh")
        for name in ("a.txt", "b.txt", "two words.txt", "in.txt", "sub/c.txt"):
            (root / "project" / name).write_text("one\ntwo\n")
        return made_here

    def stand_in(self, path: Path, first: str = "") -> None:
        """Write a program that does something first, notes its name, folder, stage and words, and prints a line."""
        # one write for each call, for both ends of a pipe write at once
        note = (
            f'IFS="|"; set -- {path.name} "${{PWD#{self.root}}}" "${{STAGE-}}" "$@"\n'
            f'echo "$*" >> "{self.root}/calls"\necho "{path.name} ran"\n'
        )
        path.write_text(f"#!/bin/bash\n{first}{note}")
        path.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.root}/bin:{os.environ['PATH']}",
            "HOME": str(self.root / "home"),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def run(self, *call: str, answers: str = "", **more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            call,
            cwd=self.root / "project",
            env={**self.environment, **more},
            input=answers.encode(),
            capture_output=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        """What the stand-ins noted, a line for each call, its words side by side."""
        noted = self.root / "calls"
        return noted.read_text("utf-8").splitlines() if noted.exists() else []

    @property
    def files(self) -> dict[str, str]:
        """The files of the project that the programs wrote."""
        found = (path for path in sorted((self.root / "project").rglob("*")) if path.is_file())
        return {path.name: path.read_text("utf-8") for path in found if path.suffix in (".txt", ".log")}


def remote(box: Sandbox) -> None:
    """A bare repository that the project is a clone of, with one commit that it does not have."""
    name = ("-c", "user.name=made up", "-c", "user.email=made@up.invalid")
    for words in (
        ("init", "-q", "--bare", "-b", "main", "../remote.git"),
        ("init", "-q", "-b", "main"),
        ("remote", "add", "origin", "../remote.git"),
        ("add", "a.txt"),
        (*name, "commit", "-q", "-m", "first"),
        ("push", "-q", "-u", "origin", "main"),
        (*name, "commit", "-q", "-m", "second", "--allow-empty"),
    ):
        assert box.run("git", *words).returncode == 0


class Runner:
    """The jobs of a workflow in order, each in an empty folder with an empty home; gates are answered with yes.

    Known are the actions that our workflows use, and expressions that are one name. `gh` is a stand-in that notes what it is given:
    it says that the gate is guarded, and is the helper by which git gets its token.
    """

    def __init__(self, box: Sandbox, text: str, **given: str) -> None:
        self.box, self.given, self.kept = box, given, box.root / "kept"
        self.jobs: Mapping[str, Any] = yaml.safe_load(text)["jobs"]
        self.always: Mapping[str, str] = yaml.safe_load(text)["env"]
        self.seen: dict[str, dict[str, str]] = {}  # the environment of each step of ours
        box.stand_in(box.root / "bin/gh")
        (box.root / "bin/gh").write_text((box.root / "bin/gh").read_text() + "echo true\n")

    def run(self) -> None:
        for name, job in self.jobs.items():
            folder, home = self.box.root / "jobs" / name, self.box.root / "homes" / name
            for each in (folder, home, home / "temp"):
                each.mkdir(parents=True)
            for step in job["steps"]:
                self.step(step, folder, home)
            self.given |= {
                f"needs.{name}.outputs.{key}": self.known(text, home) for key, text in job.get("outputs", {}).items()
            }

    def step(self, step: Mapping[str, Any], folder: Path, home: Path) -> None:
        environment = {
            **self.box.environment,
            "HOME": str(home),
            "RUNNER_TEMP": str(home / "temp"),
            "GITHUB_REPOSITORY": "a/b",
            "GITHUB_RUN_ID": "4711",
            "GITHUB_ACTOR": "ana",
            **self.always,
            "GITHUB_OUTPUT": str(home / "temp/output"),
        }
        if "hashFiles" in step.get("if", "") and not list(folder.glob("conductors/runs/*.jsonl")):
            return
        action, settings = step.get("uses", "").partition("@")[0], step.get("with", {})
        if action == "actions/checkout":
            assert settings["persist-credentials"] is False
            call = ["git", "clone", "-q", str(self.box.root / "remote.git"), str(folder)]
        elif action == "actions/upload-artifact":
            assert settings["retention-days"] > 30
            self.kept.mkdir(exist_ok=True)
            assert settings["name"] == "runs" or Path(settings["path"]).name == f"{settings['name']}.tar"
            call = ["cp", "-r", self.known(settings["path"], home), str(self.kept)]
        elif action == "actions/download-artifact":
            call = ["cp", str(self.kept / f"{settings['name']}.tar"), self.known(settings["path"], home)]
        else:
            mine = {key: self.known(str(value), home) for key, value in step.get("env", {}).items()}
            self.seen[step["name"]] = mine
            environment |= mine
            call = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            call, cwd=folder, env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, (step, done.stderr)
        if "id" in step:
            given = (line.partition("=") for line in (home / "temp/output").read_text("utf-8").splitlines())
            self.given |= {f"steps.{step['id']}.outputs.{key}": value for key, _, value in given}

    def known(self, text: str, home: Path) -> str:
        values = {**self.given, "github.token": "the job's token", "runner.temp": str(home / "temp")}
        return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: values[found[1]], text)
