"""Conductor -> GitHub Actions workflow: started by hand, cut into jobs at its gates, each gate a protected environment.

An environment stops nobody until a person gives it required reviewers on the server, so the first step of a job behind a gate
asks the server whether it has them, and fails where it has none. Each job has the rights that its own steps need and no others.
No credentials are in the work folder, which goes from job to job: a step that pushes gets the job's token by its environment.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from fivetimes.conductor_document import Gate
from fivetimes.errors import RuleError
from fivetimes.exporters.base import evidence, line, purpose, slug
from fivetimes.exporters.plan import (
    NOTHING,
    RECORD,
    Plan,
    PlanStage,
    RunValue,
    demands,
    plan,
    recorded,
    recording,
    without_terminal,
)
from fivetimes.model.conductors import Conductor
from fivetimes.redaction import public
from fivetimes.words import listed, noun

FORMAT = "github-actions"

_MOST_INPUTS = 25  # that the server takes
_CARRIED = "work"
# Days that a gate may wait on the server (30), and one more for the job behind it to fetch the work.
_KEPT = 31
# Every job names the run by the server's number, so that all write one record, which goes with the work from job to job.
_BEGIN = (
    'export FIVETIMES_RUN="$(! command -v fivetimes > /dev/null || FIVETIMES_RUN= fivetimes record run {id} --origin workflow'
    ' --run "$GITHUB_RUN_ID" --by "$GITHUB_ACTOR" || :)"; '
)
_RUNS = "conductors/runs"
_ADD_ALL = f"git add --all -- . ':!{_RUNS}'"  # the record is no work of the run
_RECORDED = {
    "name": "Keep the record",
    "if": f"always() && hashFiles('{_RUNS}/*.jsonl') != ''",
    "uses": "actions/upload-artifact@v4",
    "with": {"name": "runs", "path": _RUNS, "retention-days": _KEPT, "overwrite": True},
}
# Programs that keep the images they build outside the work folder, each with its command that writes several into a file.
_IMAGES = {"docker": "docker image save", "podman": "podman image save --multi-image-archive"}
_MAKES_IMAGES = frozenset("build buildx commit compose import load pull tag".split())
# Programs that go out and need no login but the job's token, or change what lies in the work folder alone.
_LET_IN = frozenset("git gh rm rmdir unlink shred truncate mv dd find".split())
_TOKEN = "${{ github.token }}"
_GUARDED = (
    'gh api "repos/$GITHUB_REPOSITORY/environments/$GATE" --jq'
    " 'any(.protection_rules[]?; .type == \"required_reviewers\")' | grep -qx true"
    ' || { echo "The environment $GATE has no required reviewers, so this gate would not stop anybody." >&2; exit 1; }'
)
# The server's own account, under which it shows what a workflow commits.
_COMMITTER = (
    'git config user.name "github-actions[bot]"; '
    'git config user.email "41898282+github-actions[bot]@users.noreply.github.com"'
)

# (what a command begins with, the right that its job needs)
_RIGHTS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("git push", {"contents": "write"}),
    ("gh release", {"contents": "write"}),
    ("gh repo", {"contents": "write"}),
    ("gh pr", {"contents": "write", "pull-requests": "write"}),
    ("gh issue", {"issues": "write"}),
    ("gh label", {"issues": "write"}),
    ("gh workflow", {"actions": "write"}),
    ("gh run", {"actions": "write"}),
)
# Commands that read from or write to the server, for which git must know the token.
_TALK_TO_THE_SERVER = ("git push", "git fetch", "git pull", "git clone", "git ls-remote", "git submodule", "gh")
# Commands that write a commit or a tag, which need somebody's name.
_COMMIT = (
    *(f"git {each}" for each in "commit tag merge rebase cherry-pick revert am pull stash notes".split()),
    *(f"{each} version" for each in ("npm", "yarn", "pnpm", "lerna")),
    *("bump2version", "bumpversion", "bump-my-version", "cz", "semantic-release", "standard-version", "release-it"),
    "cargo release",
)
# Programs of the image ubuntu-24.04 (actions/runner-images, Ubuntu2404-Readme.md of August 2026), beside those of every Ubuntu.
_INSTALLED = frozenset(
    """bash clang clang-format clang-tidy dash g++ gcc gfortran julia kotlin kotlinc node perl python python3 ruby swift cpan
    helm npm npx pip pip3 pipx gem vcpkg yarn ant gradle lerna mvn ansible ansible-playbook azcopy bazel bazelisk
    bicep buildah cmake codeql docker fastlane git git-lfs git-ftp jq kind kubectl kustomize mediainfo hg minikube n
    newman openssl packer parcel podman pulumi skopeo yamllint yq zstd ninja aws sam az gh gcloud gsutil bq java javac
    php composer phpunit cabal ghc ghcup stack cargo rustc rustdoc rustup rustfmt google-chrome chromium firefox
    dotnet nbgv sqlite3 psql pg_dump mysql mysqldump go gofmt pwsh apache2 nginx aria2c autoconf automake bison brotli
    bzip2 curl dig nslookup dpkg fakeroot file flex ftp gpg gpg2 ip ping lz4 m4 make nc netcat ssh scp sftp ssh-keygen
    ssh-add ssh-agent 7z parallel patchelf pigz pkg-config rpm rsync shellcheck sshpass sudo swig tar telnet time tree
    unzip upx wget xvfb-run xz zip bundle bundler corepack conda apt apt-get dpkg-deb systemctl journalctl service
    crontab cat cp mv rm mkdir rmdir ls ln touch chmod chown chgrp head tail sort uniq cut tr wc tee xargs find grep
    egrep fgrep sed awk gawk diff cmp comm join paste split csplit date sleep seq basename dirname realpath readlink
    stat du df env printenv id whoami hostname uname md5sum sha1sum sha256sum sha512sum base64 base32 od hexdump xxd
    strings gzip gunzip zcat bunzip2 zgrep patch expr yes nproc nohup timeout mktemp truncate shuf tac rev fold fmt nl
    column expand install sync dd mount umount ps kill pkill killall pgrep free uptime lsof locale iconv envsubst
    gettext msgfmt bc stdbuf setsid flock watch""".split()
)
_BUILTINS = frozenset(
    """: . [ alias bg bind break builtin cd command continue declare dirs disown echo enable eval exec exit export false fg
    getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return
    set shift shopt source test times trap true type typeset ulimit umask unalias unset wait""".split()
)


_FOUND_OUT = "found_out"  # the id of the step that finds out what nobody gave


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>.github.yml`, for `.github/workflows/`.

    Raises:
        RuleError: it cannot be carried out on a server without loss.
    """
    planned = without_terminal(plan(conductor, form=FORMAT))
    workflow = _workflow(conductor, planned)
    text = yaml.safe_dump(workflow, sort_keys=False, allow_unicode=True, width=120)
    return {f"{slug(conductor.id)}.github.yml": "\n".join(_head(conductor, planned)) + f"\n{text}"}


def _head(conductor: Conductor, planned: Plan) -> Iterator[str]:
    document, name = conductor.document, slug(conductor.id)
    yield f"# {_text(document['title'])}. {_text(purpose(document))}"
    yield f"# {evidence(document)} Drafted by fivetimes: {_text(conductor.id)}, {document['evidence']['digest']}"
    if any(stage.gate for stage in planned.stages):
        yield f"# Gates: give the environment {name} required reviewers (Settings, Environments); without them it stops itself."
        yield f"# A gate waits for up to 30 days. Until then its work is kept as an artifact, for {_KEPT} days."
    kept = {_kept(value, variable) for stage in planned.stages for variable, value in _settled(stage)}
    for place, meaning in (("secrets.", "Secrets"), ("vars.", "Variables")):
        if names := sorted(each.removeprefix(place) for each in kept if each.startswith(place)):
            yield f"# {meaning} of the repository (Settings, Secrets and variables, Actions): {', '.join(names)}"
    if missing := _missing(planned):
        yield f"# The runner has no {', '.join(map(_text, missing))} of its own: add steps that install what is missing."
    if others := _logins(planned):
        needs = noun(len(others), "needs", "need")
        yield f"# The runner is logged in nowhere else: add what {_text(listed(others))} {needs} to be let in."
    yield "# Runs are recorded where fivetimes is installed: add a step that installs it. The record is the artifact runs."
    yield "# A job has the rights that its commands show. What a script of yours pushes or publishes needs rights that you add."


def _missing(planned: Plan) -> list[str]:
    """Programs that the image does not have, and no path leads to, in the order of the steps."""
    every = [words for stage in planned.stages for words in stage.runs if words]
    programs = dict.fromkeys(words[0] for words in every if "/" not in words[0])
    return [name for name in programs if name not in _INSTALLED | _BUILTINS and public().is_program(name)]


def _logins(planned: Plan) -> list[str]:
    """Programs by which something goes out to a place of their own, in the order of the steps."""
    every = [words for stage in planned.stages if stage.goes_out for words in stage.runs if words]
    programs = dict.fromkeys(words[0] for words in every if public().is_program(words[0]))
    return [name for name in programs if name not in _LET_IN | _BUILTINS]


def _text(text: object) -> str:
    """One line in which the server finds no expression."""
    return line(text).replace("{{", "{ {").replace("}}", "} }")


def _workflow(conductor: Conductor, planned: Plan) -> dict[str, Any]:
    asked = _inputs(planned)
    if len(asked) > _MOST_INPUTS:
        raise RuleError(
            f"{conductor.id}: a run needs {len(asked)} values and GitHub asks for {_MOST_INPUTS} at most, so it is not "
            "exported as github-actions. Export it as just or runbook."
        )
    return {
        "name": _text(conductor.document["title"]),
        "on": {"workflow_dispatch": {"inputs": asked} if asked else None},
        "permissions": {},  # each job says which it needs
        "env": {"RECORD": _BEGIN.format(id=slug(conductor.id)) + RECORD},
        "concurrency": {"group": slug(conductor.id), "cancel-in-progress": False},
        "jobs": _jobs(planned, gate=slug(conductor.id)),
    }


# ---- what is asked at the start


def _inputs(planned: Plan) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for value in planned.values:
        if value.asked:
            usual = _text(f"; left empty, what {value.proposal} prints") if value.proposal else ""
            asked[value.variable] = {
                "description": value.description + usual,
                "required": not value.proposal,
                "type": "string",
            }
    for stage in planned.stages:
        if stage.optional:
            asked[stage.switch] = _choice(f"{stage.phrase}: sometimes left out", ["yes", "no"])
        if stage.choices:
            asked[stage.choice] = _choice(f"{stage.phrase}: which way", stage.choices)
    return asked


def _choice(description: str, options: list[str]) -> dict[str, Any]:
    return {
        "description": _text(description),
        "required": True,
        "type": "choice",
        "default": options[0],
        "options": options,
    }


# ---- jobs


def _jobs(planned: Plan, *, gate: str) -> dict[str, Any]:
    """One job for what may run on its own, and a new one at each gate, which has the work of the one before."""
    jobs: dict[str, Any] = {}
    parts = list(_parts(planned.stages))
    proposed = [value for value in planned.values if value.proposal and value.asked]
    first = f"from_{planned.stages[0].id}"
    commits = any(_begins(stage, _COMMIT) or stage.by_hand for stage in planned.stages)
    for number, stages in enumerate(parts):
        images = _images(parts, number)
        job = _begin(jobs, stages, gate, images)
        if number == 0 and commits:  # which goes on with the work
            job["steps"].append({"name": "Who commits", "run": _COMMITTER})
        if any(_talks(stage) or stage.by_hand for stage in stages):
            job["steps"].append(
                {"name": "Let git take the token", "env": {"GH_TOKEN": _TOKEN}, "run": "gh auth setup-git"}
            )
        given = {
            value.variable: f"needs.{first}.outputs" if number else f"steps.{_FOUND_OUT}.outputs" for value in proposed
        }
        if proposed and number == 0:  # before any step, and once: a step may change what is found out
            job["outputs"] = {name: f"${{{{ {place}.{name} }}}}" for name, place in given.items()}
            job["steps"].append(_found_out(proposed))
        elif proposed:
            job["needs"] = list(dict.fromkeys([job["needs"], first]))
        job["steps"] += [step for stage in stages for step in _steps(stage, given)]
        job["steps"] += _handed_on(_images(parts, number + 1)) if number < len(parts) - 1 else []
        last = number == len(parts) - 1
        job["steps"] += [
            *([_ended(gate)] if last else []),
            copy.deepcopy(_RECORDED),
        ]  # YAML names what stands in it twice
        jobs[f"from_{stages[0].id}"] = job
    return jobs


def _found_out(values: Sequence[RunValue]) -> dict[str, Any]:
    """The step that gives what is proposed where nobody gave another value."""
    lines = [f'echo "{each.variable}=${{{each.variable}:-$({each.proposal})}}" >> "$GITHUB_OUTPUT"' for each in values]
    env = {value.variable: f"${{{{ inputs.{value.variable} }}}}" for value in values}
    return {"id": _FOUND_OUT, "name": "What can be found out", "env": env, "run": "\n".join(lines)}


def _parts(stages: Sequence[PlanStage]) -> Iterator[list[PlanStage]]:
    part: list[PlanStage] = []
    for stage in stages:
        if stage.gate and part:
            yield part
            part = []
        part.append(stage)
    yield part


def _images(parts: Sequence[Sequence[PlanStage]], number: int) -> list[str]:
    """The programs whose images go from the jobs before this one to it, because it or a later one uses them."""
    before = [words for part in parts[:number] for stage in part for words in stage.runs]
    ahead = {words[:1] for part in parts[number:] for stage in part for words in stage.runs}
    made = {words[0] for words in before if _MAKES_IMAGES.intersection(words[1:])}
    return [program for program in _IMAGES if program in made and (program,) in ahead]


def _begin(before: Mapping[str, Any], stages: Sequence[PlanStage], gate: str, images: Sequence[str]) -> dict[str, Any]:
    asked = stages[0].gate
    rights = {"contents": "read", **({"actions": "read"} if asked else {})}
    for begin, needed in _RIGHTS:
        rights |= needed if any(_begins(stage, (begin,)) for stage in stages) else {}
    job: dict[str, Any] = {"needs": list(before)[-1]} if before else {}
    steps: list[dict[str, Any]] = []
    if asked:
        job |= {"name": _question(stages[0].id, asked), "environment": gate}
        steps = [{"name": "Is this gate guarded?", "env": {"GATE": gate, "GH_TOKEN": _TOKEN}, "run": _GUARDED}]
    fetched = {"persist-credentials": False, "fetch-depth": 0}  # tags and history are there, as where it was typed
    steps += _taken_over(images) if before else [{"uses": "actions/checkout@v4", "with": fetched}]
    shell = {"run": {"shell": "bash"}}
    return {**job, "runs-on": "ubuntu-24.04", "permissions": rights, "defaults": shell, "steps": steps}


def _question(step: str, gate: Gate) -> str:
    """What a gate asks, with the step that it stands before."""
    asked = _text(gate["ask"])
    return asked if re.match(rf"(?:Do )?{step}\b", asked) else f"{step}: {asked}"


def _begins(stage: PlanStage, beginnings: Sequence[str]) -> bool:
    """Whether a command of a stage, or one repeated before it, begins with the words of one of these."""
    runs = (words for each in (*stage.before, stage) for words in each.runs)
    wanted = [tuple(beginning.split()) for beginning in beginnings]
    return any(words[: len(beginning)] == beginning for words in runs for beginning in wanted)


def _talks(stage: PlanStage) -> bool:
    return _begins(stage, _TALK_TO_THE_SERVER)


def _taken_over(images: Sequence[str]) -> list[dict[str, Any]]:
    steps = [_fetched(_CARRIED), {"name": "Take over the work", "run": f'tar -xf "$RUNNER_TEMP/{_CARRIED}.tar"'}]
    for program in images:
        load = f'{program} image load --input "$RUNNER_TEMP/{program}.tar"'
        steps += [_fetched(program), {"name": f"Take over the images of {program}", "run": load}]
    return steps


def _handed_on(images: Sequence[str]) -> list[dict[str, Any]]:
    steps = [{"name": "Hand on the work", "run": f'tar -cf "$RUNNER_TEMP/{_CARRIED}.tar" .'}, _stored(_CARRIED)]
    for program in images:
        known = f"{program} image ls --filter dangling=false --format '{{{{.Repository}}}}:{{{{.Tag}}}}'"
        save = f'{_IMAGES[program]} --output "$RUNNER_TEMP/{program}.tar" $({known})'
        steps += [{"name": f"Hand on the images of {program}", "run": save}, _stored(program)]
    return steps


def _fetched(name: str) -> dict[str, Any]:
    return {"uses": "actions/download-artifact@v4", "with": {"name": name, "path": "${{ runner.temp }}"}}


def _stored(name: str) -> dict[str, Any]:
    path = f"${{{{ runner.temp }}}}/{name}.tar"
    given = {"name": name, "path": path, "retention-days": _KEPT, "overwrite": True}
    return {"uses": "actions/upload-artifact@v4", "with": given}


def _steps(stage: PlanStage, given: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    name = f"{stage.id}: {_text(stage.phrase)}"
    if stage.by_hand:
        # who did it pushed it to the branch, for nobody can reach into the work of a job
        yield {
            "name": f"{name}: as a person left it",
            "env": {"GH_TOKEN": _TOKEN},
            "run": f"{recording(stage) if _only_by_hand(stage) else ''}git pull --rebase --autostash",
        }
    if _only_by_hand(stage):
        return
    if stage.commits_unstaged:  # all that has changed here is the run's own work
        yield {"name": f"{stage.id}: what is committed", "run": _ADD_ALL}
    env = {"GH_TOKEN": _TOKEN} if _talks(stage) else {}
    env |= dict(_env(stage, given))
    yield {"name": name, **({"env": env} if env else {}), "run": recorded(stage)}


def _ended(name: str) -> dict[str, Any]:
    """The step that records that all was done."""
    end = f'fivetimes record end done --run "{name}-$GITHUB_RUN_ID"'
    return {"name": "Record the end", "run": f"if command -v fivetimes > /dev/null; then {end} || :; fi"}


def _only_by_hand(stage: PlanStage) -> bool:
    return all(command.command == NOTHING for command in stage.commands)


def _env(stage: PlanStage, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for switch in stage.switches:
        yield switch, f"${{{{ inputs.{switch} }}}}"
    for value in stage.needs:
        if value.asked:
            yield value.variable, f"${{{{ {given.get(value.variable, 'inputs')}.{value.variable} }}}}"
    for variable, set_once in _settled(stage):
        yield variable, f"${{{{ {_kept(set_once, variable)} }}}}"


def _settled(stage: PlanStage) -> Iterator[tuple[str, RunValue | None]]:
    """What is set once, on the server; the runner itself sets what begins like its own variables."""
    known = {value.variable: value for value in stage.needs}
    for variable in demands(stage):
        if variable == "GITHUB_TOKEN" or not variable.startswith(("GITHUB_", "RUNNER_")):
            yield variable, known.get(variable)


def _kept(value: RunValue | None, variable: str) -> str:
    """Where the server keeps it: a secret, or a variable of the repository."""
    return f"{'secrets' if value is not None and value.secret else 'vars'}.{variable}"
