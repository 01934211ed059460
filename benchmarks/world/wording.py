"""A step of a run -> events: what this person, or an agent, types for it, or does in a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from benchmarks.world.background import arguments
from benchmarks.world.library import Routine, Step
from benchmarks.world.people import Team
from benchmarks.world.records import Event, typed_wrongly
from benchmarks.world.values import as_variables, fill

WINDOWS = {"edit": (0.4, 0.8), "commit": (0.3, 0.6), "web": (0.5, 0.8), "ops": (0.2, 0.5), "": (0.05, 0.12)}
COAUTHOR = "Co-Authored-By: Claude <noreply@anthropic.com>"


@dataclass(slots=True)
class Run:
    """One run of a routine, as far as it has come. `session`: an agent does it; `slips`: the die of mistakes."""

    routine: Routine
    number: int
    values: Mapping[str, str]
    person: str
    t: float
    rng: Random
    slips: Random
    session: str | None
    terminal: int

    def event(self, step: Step, kind: str, text: str, *, core: bool, **more: Any) -> Event:
        """An event of this run, now."""
        tag, repo = (self.routine.id, self.number), self.routine.repo
        return Event(
            self.person, self.t, kind, text, repo=repo, tag=tag, steps=(step.key,), core=core, wording=step.text, **more
        )


def events_of(team: Team, run: Run, step: Step, *, core: bool, rng: Random) -> list[Event]:
    """What is done for a step, a mistake before it and a retry after it included.

    Args:
        core: the step itself, not a loop of debugging or a repeat.
        rng: of the run, or of a loop of debugging.
    """
    changed = team.settings.values > 0
    if step.kind == "skill":
        args = arguments(step, run.values, changed=changed)
        return [run.event(step, "skill", step.text, core=core, args=args)]
    if run.session:
        return _by_agent(team, run, step, core, rng)
    if step.kind == "commit":
        subject, files = _committed(run, step, changed)
        event = run.event(step, "commit", subject, core=core, line=f'git commit -m "{subject}"', files=files)
        event.hidden = _in_window(team, run, step, rng)
        return [event]
    event = run.event(step, "sh", _typed(team, run, step), core=core)
    event.hidden = _in_window(team, run, step, rng)
    return [event] if event.hidden else _with_slips(team.settings.slips, event, run.slips)


def _committed(run: Run, step: Step, changed: bool) -> tuple[str, tuple[str, ...]]:
    files = tuple(fill(file, run.values, changed=changed) for file in step.files)
    return fill(step.text, run.values, changed=changed), files or ("NOTES.md",)


def _typed(team: Team, run: Run, step: Step) -> str:
    values, rid = team.settings.values, run.routine.id
    text = team.worded(run.person, step.text)
    unseen = values == 2 and step.key != "s1" and team.settings.rng("lost", rid, step.key).random() < 0.3
    text = as_variables(text) if unseen else fill(text, run.values, changed=values > 0)
    return _scripted(team, run, step, team.migrated(text, run.person, run.t))


def _with_slips(level: int, event: Event, slips: Random) -> list[Event]:
    out = []
    if level and slips.random() < (0, 0.05, 0.12)[level]:
        out.append(replace(event, text=typed_wrongly(slips, event.text), core=False))
        event = replace(event, t=event.t + slips.uniform(2, 8))
    out.append(event)
    if level and slips.random() < (0, 0.08, 0.2)[level]:
        for _ in range(slips.choice([1, 1, 2, 3])):
            event = replace(event, t=event.t + slips.uniform(5, 90), core=False)
            out.append(event)
    return out


def _in_window(team: Team, run: Run, step: Step, rng: Random) -> bool:
    """Whether it is done in a window: by some people always, by others now and then."""
    level = team.settings.gui
    if not level:
        return False
    sort = step.gui or f"{run.routine.id}/{step.key}"
    always = team.settings.rng("window", run.person, sort).random() < WINDOWS[step.gui][level - 1]
    return always or rng.random() < 0.04 * level


# ---- by an agent


def _by_agent(team: Team, run: Run, step: Step, core: bool, rng: Random) -> list[Event]:
    """The same step by an agent: other tools, longer commands, a look now and then."""
    changed, out = team.settings.values > 0, []
    style = team.settings.rng("agent style", run.routine.id, step.key).random()
    t = run.t

    def call(name: str, args: dict[str, str], *, core: bool) -> None:
        nonlocal t
        out.append(replace(run.event(step, "tool", name, core=core, args=args, agent=run.session), t=t))
        t += rng.uniform(2, 12)

    if rng.random() < 0.25:
        call("Grep", {"pattern": run.values["area"]}, core=False)
    root = f"/home/{run.person}/{run.routine.repo}"
    if step.kind == "commit":
        subject, files = _committed(run, step, changed)
        line = f"git add {' '.join(files)} && git commit -m \"$(cat <<'EOF'\n{subject}\n\n{COAUTHOR}\nEOF\n)\""
        commit = run.event(step, "commit", subject, core=core, line=line, files=files, agent=run.session)
        return [*out, replace(commit, t=t)]
    if step.text.startswith("@edit "):
        path = f"{root}/{fill(step.text[6:], run.values, changed=changed)}"
        call("Read", {"file_path": path}, core=False)
        edit = {"file_path": path, "old_string": run.values["word"], "new_string": run.values["area"]}
        call("Edit", edit, core=core)
        return out
    text = _agents_command(team, run, step, t)
    if style < 0.35:
        text += " 2>&1 | tail -30"
    elif style < 0.55:
        text = f"cd {root} && {text}"
    call("Bash", {"command": text, "description": f"run {step.key}"}, core=core)
    return out


def _agents_command(team: Team, run: Run, step: Step, t: float) -> str:
    changed = team.settings.values > 0
    for name, way in team.library.by_agent.items():
        if step.text.startswith(f"@{name}"):
            text = way.replace("{1}", step.text[len(name) + 2 :]).strip()
            return fill(text, run.values, changed=changed)
    return team.migrated(fill(team.worded(run.person, step.text), run.values, changed=changed), run.person, t)


# ---- wrapped


def _scripted(team: Team, run: Run, step: Step, text: str) -> str:
    """The way in which a person writes the step into one entry: in a container, over ssh, in a loop, with a heredoc …"""
    level = team.settings.scripts
    rng = team.settings.rng("script", run.person, run.routine.id, step.key)
    if not level or rng.random() >= (0, 0.35, 0.65)[level]:
        return text
    scripts = team.library.scripts
    found = (run.values.get(name) for name in scripts.loop)
    named = [value for value in found if value and f" {value}" in text]
    how = rng.choice(_ways(team, step, text, named))
    ways: Mapping[str, Callable[[], str]] = {
        "pipe": lambda: rng.choice(_piped(text)),
        "env": lambda: rng.choice(scripts.env) + text,
        "cd": lambda: rng.choice([f"cd ~/work && {text}", f"(cd ~/work && {text})"]),
        "container": lambda: f"{rng.choice(scripts.container_ways)} {text}",
        "ssh": lambda: f"ssh {scripts.ssh_host} '{text}'" if "'" not in text else f'ssh {scripts.ssh_host} "{text}"',
        "heredoc": lambda: _heredoc(text),
        "lines": lambda: text.replace(" -", " \\\n  -"),
        "loop": lambda: _looped(text, named[0], rng),
    }
    return ways[how]()


def _ways(team: Team, step: Step, text: str, named: Sequence[str]) -> list[str]:
    scripts, first = team.library.scripts, _first(text)
    ways = ["cd"] if step.text.startswith(("@edit", "git ")) else ["pipe", "env", "cd"]
    if first in scripts.container:
        ways += ["container", "container"]
    if first in scripts.ssh:
        ways += ["ssh", "ssh"]
    if first == "psql" and " -c " in text:
        ways += ["heredoc", "heredoc"]
    if len(text) > 44 and " -" in text and "'" not in text and '"' not in text:
        ways += ["lines"]
    return ways + ["loop"] * bool(named)


def _first(text: str) -> str:
    return text.split(maxsplit=1)[0] if text.split() else ""


def _piped(text: str) -> list[str]:
    return [f"{text} 2>&1 | tee log/{_first(text)}.log", f"time {text}", f"{text} | tail -n 40", f"{text} >/dev/null"]


def _heredoc(text: str) -> str:
    query = text.split(" -c ", 1)[1].strip("'\"")
    return f"psql {text.split()[1]} <<'SQL'\n{query};\nSQL"


def _looped(text: str, value: str, rng: Random) -> str:
    inner = text.replace(value, "$x")
    return f"for x in {value}; do\n  {inner}\ndone" if rng.random() < 0.5 else f"for x in {value}; do {inner}; done"


# ---- joined


def joined(team: Team, burst: Sequence[Event]) -> list[Event]:
    """A stretch of a run, with two or three steps in one line where that is how the person types them."""
    level, out = team.settings.scripts, list[Event]()
    for event in burst:
        last = out[-1] if out else None
        if level and last and last.tag and _fits(last, event):
            rng = team.settings.rng("join", event.person, last.tag[0], last.steps[-1], event.steps[0])
            if rng.random() < (0, 0.2, 0.35)[level]:
                out[-1] = _one_line(last, event)
                continue
        out.append(event)
    return out


def _fits(last: Event, event: Event) -> bool:
    typed = last.kind == "sh" and event.kind in ("sh", "commit") and not event.agent and "\n" not in last.text
    seen = last.core and event.core and not last.hidden and not event.hidden
    near = last.person == event.person and len(last.steps) < 3 and event.t - last.t < 400
    return last.tag == event.tag and typed and seen and near


def _one_line(last: Event, event: Event) -> Event:
    line = f"{last.text} && {event.line or event.text}"
    commit = event.kind == "commit"
    return replace(
        event,
        t=last.t,
        text=event.text if commit else line,
        line=line if commit else None,
        steps=last.steps + event.steps,
        wording=f"{last.wording} && {event.wording}",
    )
