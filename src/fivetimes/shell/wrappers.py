"""A simple command -> the simple commands that it runs: a table of programs that run another one, looked through."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from fivetimes.model.command_lines import Grammar
from fivetimes.shell.lexer import SimpleCommand, plain_words
from fivetimes.shell.programs import COMMAND_SCRIPTS, name_of
from fivetimes.shell.syntax_tree import LONGEST, simple_commands

ASSIGNMENT = re.compile(r"(?:\$env:)?[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")  # also PowerShell's


class Inside(Enum):
    """How the command inside is written."""

    WORDS = 0  # the remaining words are its words
    TEXT = 1  # the remaining words, joined, are a line of their own: ssh, watch, eval
    OPTION = 2  # the word after an option is such a line: bash -c
    NAMED = 3  # the first plain word, or the one after an option, where it names a public program: python -m pip, yarn prisma


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program to look through.

    `name` is the program, with its subcommand path. `values` are its options that take the next word, `operands` the plain words
    of its own before the command (a host, a duration). `stops` are options after which nothing is run. `option` is followed by a
    line (`-c`), or by the name of a program (`-m`). `example` runs `runs`.
    """

    name: str
    example: str
    runs: str
    values: frozenset[str] = frozenset()
    operands: int = 0
    stops: frozenset[str] = frozenset()
    inside: Inside = Inside.WORDS
    option: str = ""


def _row(
    name: str,
    example: str,
    runs: str,
    *,
    values: str = "",
    operands: int = 0,
    stops: str = "",
    inside: Inside = Inside.WORDS,
    option: str = "",
) -> Wrapper:
    return Wrapper(name, example, runs, frozenset(values.split()), operands, frozenset(stops.split()), inside, option)


_EXEC = "-e -u -w --env --env-file --user --workdir --detach-keys --index"
_RUN = _EXEC + " -p -v --name --entrypoint"
_SSH = "-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -P -Q -R -S -W -w"
_ROWS = (
    _row("sudo", "sudo -u www FOO=1 nginx -t", "nginx -t",
         values="-u -g -h -p -C -T -R -D -r -t -U --user --group --prompt --chdir --host", stops="-l -e -v -K -k "
             "--list --edit --validate"),
    _row("doas", "doas -u www service nginx reload", "service nginx reload", values="-u -C"),
    _row("pkexec", "pkexec --user root systemctl stop x", "systemctl stop x", values="--user"),
    _row("runuser", "runuser -u app -- npm ci", "npm ci", values="-u -g -G --user --group"),
    _row("gosu", "gosu app npm start", "npm start", operands=1),
    _row("su", "su - ana -c 'git pull'", "git pull", inside=Inside.OPTION, option="-c"),
    _row("env", "env -i -u HOME LANG=C sort f", "sort f", values="-u -C --unset --chdir"),
    _row("time", "time -p make", "make", values="-f -o --format --output"),
    _row("gtime", "gtime -v make", "make", values="-f -o"),
    _row("nice", "nice -n 10 make -j4", "make -j4", values="-n --adjustment"),
    _row("ionice", "ionice -c 3 tar cf a b", "tar cf a b", values="-c -n -p --class --classdata"),
    _row("chrt", "chrt -f 10 jackd", "jackd", operands=1),
    _row("taskset", "taskset 0x3 ffmpeg", "ffmpeg", operands=1),
    _row("nohup", "nohup ./serve.sh", "./serve.sh"),
    _row("setsid", "setsid -f xterm", "xterm"),
    _row("command", "command ls", "ls", stops="-v -V"),
    _row("builtin", "builtin cd x", "cd x"),
    _row("exec", "exec -a name zsh", "zsh", values="-a"),
    _row("noglob", "noglob rake x", "rake x"),
    _row("nocorrect", "nocorrect mv a b", "mv a b"),
    _row("repeat", "repeat 3 make", "make", operands=1),
    _row("and", "and make", "make"),  # of fish
    _row("or", "or make", "make"),
    _row("not", "not make", "make"),
    _row("stdbuf", "stdbuf -oL -e 0 tail -f x", "tail -f x", values="-i -o -e --input --output --error"),
    _row("unbuffer", "unbuffer npm test", "npm test"),
    _row("timeout", "timeout -k 5 30s pytest", "pytest", values="-k -s --kill-after --signal", operands=1),
    _row("gtimeout", "gtimeout 30 pytest", "pytest", values="-k -s", operands=1),
    _row("xargs", "xargs -0 -n 1 rm", "rm",
         values="-I -n -P -L -d -s -E -a --max-args --max-procs --replace --delimiter --arg-file"),
    _row("parallel", "parallel -j 4 gzip", "gzip", values="-j -a --jobs --arg-file --joblog"),
    _row("watch", "watch -n 2 kubectl get pods", "kubectl get pods", values="-n -q --interval", inside=Inside.TEXT),
    _row("entr", "entr -r make test", "make test"),
    _row("flock", "flock -n /tmp/x.lock rsync -a a b", "rsync -a a b", values="-w -E --timeout", operands=1),
    _row("chroot", "chroot /mnt apt update", "apt update", operands=1),
    _row("caffeinate", "caffeinate -i make", "make", values="-t -w"),
    _row("strace", "strace -f -e open ls", "ls", values="-e -o -p -s -P -u"),
    _row("ltrace", "ltrace ls", "ls", values="-e -o -p -s"),
    _row("valgrind", "valgrind --tool=massif ./app", "./app"),
    _row("rlwrap", "rlwrap sqlite3 x", "sqlite3 x", values="-f -H"),
    _row("chronic", "chronic backup", "backup"),
    _row("systemd-run", "systemd-run --user -p Nice=5 sync-mail", "sync-mail", values="-p -u -t --unit --property"),
    _row("systemd-inhibit", "systemd-inhibit --what=sleep make", "make"),
    _row("xvfb-run", "xvfb-run -a pytest", "pytest", values="-s -n --server-args"),
    _row("arch", "arch -x86_64 brew list", "brew list"),
    _row("srun", "srun -n 4 python sim.py", "python sim.py",
         values="-n -N -p -t -c -A -J --ntasks --nodes --partition --time --mem --gres"),
    _row("mpirun", "mpirun -np 4 ./solve", "./solve", values="-np -n -H --hostfile -hostfile"),
    _row("eval", "eval 'make test'", "make test", inside=Inside.TEXT),
    _row("ssh", "ssh -p 22 web sudo systemctl restart app", "systemctl restart app", values=_SSH, operands=1, inside=Inside.TEXT),
    _row("mosh", "mosh web -- tmux attach", "tmux attach", values="-p --ssh", operands=1),
    _row("autossh", "autossh -M 0 web uptime", "uptime", values=_SSH + " -M", operands=1, inside=Inside.TEXT),
    _row("sshpass", "sshpass -e ssh web uptime", "uptime", values="-p -f -d -P"),
    _row("bash", "bash -lc 'make test'", "make test", inside=Inside.OPTION, option="-c"),
    _row("sh", "sh -c 'make test'", "make test", inside=Inside.OPTION, option="-c"),
    _row("zsh", "zsh -ic 'make test'", "make test", inside=Inside.OPTION, option="-c"),
    _row("dash", "dash -c 'make test'", "make test", inside=Inside.OPTION, option="-c"),
    _row("ksh", "ksh -c 'make test'", "make test", inside=Inside.OPTION, option="-c"),
    _row("fish", "fish -c 'make test'", "make test", inside=Inside.OPTION, option="-c"),
    _row("nix-shell", "nix-shell -p jq --run 'make test'", "make test", inside=Inside.OPTION, option="--run"),
    _row("docker exec", "docker exec -it web ls", "ls", values=_EXEC, operands=1),
    _row("podman exec", "podman exec web ls", "ls", values=_EXEC, operands=1),
    _row("docker container exec", "docker container exec web ls", "ls", values=_EXEC, operands=1),
    _row("docker compose exec", "docker compose exec -T web pytest", "pytest", values=_EXEC, operands=1),
    _row("docker-compose exec", "docker-compose exec web pytest", "pytest", values=_EXEC, operands=1),
    _row("docker compose run", "docker compose run --rm web pytest", "pytest", values=_RUN, operands=1),
    _row("docker-compose run", "docker-compose run --rm web pytest", "pytest", values=_RUN, operands=1),
    _row("kubectl exec", "kubectl -n prod exec -it web-0 -c app -- ls", "ls",
         values="-c -n -f --container --namespace --filename", operands=1),
    _row("oc exec", "oc exec web-0 -- ls", "ls", values="-c -n --container --namespace", operands=1),
    _row("uv run", "uv run --with httpx pytest -q", "pytest -q",
         values="--with --with-editable --with-requirements -p --python --group --extra --env-file --directory "
             "--project --package", stops="-m --module"),
    _row("uvx", "uvx --from httpie http GET x", "http GET x", values="--from --with --python -p"),
    _row("uv tool run", "uv tool run ruff check", "ruff check", values="--from --with --python -p"),
    _row("poetry run", "poetry run pytest", "pytest"),
    _row("pipenv run", "pipenv run pytest", "pytest"),
    _row("rye run", "rye run pytest", "pytest"),
    _row("conda run", "conda run -n ml python fit.py", "python fit.py", values="-n -p --name --prefix --cwd"),
    _row("mamba run", "mamba run -n ml python fit.py", "python fit.py", values="-n -p --name --prefix --cwd"),
    _row("micromamba run", "micromamba run -n ml python fit.py", "python fit.py", values="-n -p --name --prefix --cwd"),
    _row("pipx run", "pipx run --spec black black .", "black .", values="--spec --python --index-url --pip-args"),
    _row("npx", "npx -y -p typescript tsc --init", "tsc --init", values="-p --package -w --workspace", stops="-c --call"),
    _row("bunx", "bunx prettier .", "prettier .", values="-p --package"),
    _row("pnpx", "pnpx prettier .", "prettier .", values="-p --package"),
    _row("npm exec", "npm exec -- prettier .", "prettier .", values="-p --package -w --workspace", stops="-c --call"),
    _row("npm x", "npm x -- prettier .", "prettier .", values="-p --package -w --workspace", stops="-c --call"),
    _row("pnpm exec", "pnpm exec prettier .", "prettier ."),
    _row("pnpm dlx", "pnpm dlx prettier .", "prettier .", values="--package"),
    _row("yarn dlx", "yarn dlx -p x prettier .", "prettier .", values="-p --package"),
    _row("yarn exec", "yarn exec prettier .", "prettier ."),
    _row("bundle exec", "bundle exec rspec", "rspec", values="--gemfile"),
    _row("direnv exec", "direnv exec . make", "make", operands=1),
    _row("dotenv", "dotenv -e .env.ci -- npm test", "npm test", values="-f -e -p --file"),
    _row("dotenv run", "dotenv -f .env.ci run npm test", "npm test"),
    _row("op run", "op run --env-file=.env -- npm start", "npm start", values="--env-file --account"),
    _row("doppler run", "doppler run -p web -- npm start", "npm start", values="-p -c -t --project --config", stops="--command"),
    _row("aws-vault exec", "aws-vault exec prod -- aws s3 ls", "aws s3 ls", values="-d --duration --region", operands=1),
    _row("chamber exec", "chamber exec app -- ./serve", "./serve", operands=1),
    _row("infisical run", "infisical run --env=dev -- npm start", "npm start", values="--env --path"),
    _row("heroku run", "heroku run -a web rake db:migrate", "rake db:migrate", values="-a --app -r --remote -s --size --env"),
    _row("heroku local:run", "heroku local:run rake x", "rake x", values="-e -p"),
    _row("railway run", "railway run npm start", "npm start", values="-s -e --service --environment"),
    _row("mise exec", "mise exec -- node x.js", "node x.js", values="-c -j"),
    _row("asdf exec", "asdf exec node x.js", "node x.js"),
    _row("rbenv exec", "rbenv exec rake x", "rake x"),
    _row("pyenv exec", "pyenv exec pytest", "pytest"),
    _row("python", "python -m pip install x", "pip install x", inside=Inside.NAMED, option="-m", stops="-c"),
    _row("pypy", "pypy -m pytest -q", "pytest -q", inside=Inside.NAMED, option="-m", stops="-c"),
    _row("py", "py -3 -m pip list", "pip list", inside=Inside.NAMED, option="-m", stops="-c"),
    _row("php", "php artisan migrate", "artisan migrate", inside=Inside.NAMED, stops="-r"),
    _row("ruby", "ruby bin/rails db:migrate", "bin/rails db:migrate", inside=Inside.NAMED, stops="-e"),
    _row("yarn", "yarn --cwd web prisma migrate dev", "prisma migrate dev", inside=Inside.NAMED),
    _row("pnpm", "pnpm prisma migrate dev", "prisma migrate dev", inside=Inside.NAMED),
    _row("bun", "bun prisma migrate dev", "prisma migrate dev", inside=Inside.NAMED),
    _row("vagrant ssh", "vagrant ssh -c 'make test'", "make test", inside=Inside.OPTION, option="-c"),
)  # fmt: skip

WRAPPERS: Mapping[str, Wrapper] = {row.name: row for row in _ROWS}
WRAPPING = frozenset(name.split(" ")[0] for name in WRAPPERS)  # the programs of the table
_DEEPEST = 5  # wrappers around wrappers; more is not looked through
_PATH = 3  # words of a subcommand path in the table, at most
# With these an operand may stand before the option that holds the line: `su - ana -c …`, `nix-shell x.nix --run …`.
_OPERANDS_FIRST = frozenset({"su", "nix-shell"})


def commands_run(simple: SimpleCommand, *, grammar: Grammar, depth: int = 0) -> list[SimpleCommand]:
    """Return the command without leading assignments, or what it runs when it is a wrapper; nothing where no program is left.

    Args:
        simple: as it was cut out of its line; its leading assignments are taken off.
        grammar: what is known of public programs.
        depth: the wrappers around it that were looked through.

    Example:
        >>> from fivetimes.redaction import public
        >>> run = commands_run(SimpleCommand("sudo -u app ssh web cd /srv;make".split()), grammar=public())
        >>> [(command.words, command.via, command.wrapper_args) for command in run]
        [(['cd', '/srv'], ('sudo', 'ssh'), ('web',)), (['make'], ('sudo', 'ssh'), ('web',))]
    """
    words = _without_assignments(simple.words)
    if not words or not words[0]:
        return []
    if depth < _DEEPEST:
        name = name_of(words[0], grammar=grammar)
        inner = _inside(name, simple, words, grammar) if name in WRAPPING else []
        if inner:
            return [run for each in inner for run in commands_run(each, grammar=grammar, depth=depth + 1)]
    simple.words = words
    return [simple]


def _without_assignments(words: list[str]) -> list[str]:
    start = 0
    while start < len(words) and ASSIGNMENT.match(words[start]):
        start += 1
    return words[start:] if start else words


def _inside(name: str, simple: SimpleCommand, words: list[str], grammar: Grammar) -> list[SimpleCommand]:
    """Return the simple commands that a wrapper runs; none where it runs nothing."""
    wrapper, rest = _wrapper(name, words, grammar)
    if wrapper is None:
        return []
    via = (*simple.via, wrapper.name.split(" ")[0])
    if wrapper.inside is Inside.OPTION:
        line = _line_after_option(wrapper, rest)
        return [] if line is None else _inside_line(line, simple, via, simple.wrapper_args)
    start = _named_inside(wrapper, rest, grammar) if wrapper.inside is Inside.NAMED else _start_inside(wrapper, rest)
    if start is None:
        return []
    given = simple.wrapper_args
    if wrapper.operands:
        given += tuple([word for word in rest[:start] if not word.startswith("-")][-wrapper.operands :])
    if wrapper.inside is Inside.TEXT:
        return _inside_line(" ".join(rest[start:]), simple, via, given)
    return [SimpleCommand(rest[start:], simple.operator, simple.redirections, via, given)]


def _wrapper(name: str, words: list[str], grammar: Grammar) -> tuple[Wrapper | None, list[str]]:
    """Return the wrapper's row, the longest subcommand path first, and the words after its name."""
    path = _path(name, words, grammar)
    for end in range(len(path), 0, -1):
        found = WRAPPERS.get(" ".join((name, *(words[index] for index in path[:end]))))
        if found is not None:
            return found, words[path[end - 1] + 1 :]
    return WRAPPERS.get(name), words[1:]


def _path(name: str, words: list[str], grammar: Grammar) -> list[int]:
    """Return the indices of the first plain words, flags and their values passed over."""
    path: list[int] = []
    is_value = False
    for index, word in enumerate(words[1:], start=1):
        if is_value:
            is_value = False
        elif word.startswith("-"):
            is_value = grammar.takes_value(" ".join((name, *(words[step] for step in path))), word)
        else:
            path.append(index)
            if len(path) == _PATH:
                break
    return path


def _inside_line(
    text: str, outer: SimpleCommand, via: tuple[str, ...], wrapper_args: tuple[str, ...]
) -> list[SimpleCommand]:
    """Split a line that stands in a word of another command, and let it stand for that command."""
    # what a substitution prints is not known; what it runs was found already
    if len(text) > LONGEST or text.startswith(("$(", "`")):
        return []
    words = plain_words(text)
    found = [SimpleCommand(words)] if words is not None else simple_commands(text)[0]
    for simple in found:
        simple.via, simple.wrapper_args = via, wrapper_args
    if found:
        found[0].operator = outer.operator
        found[-1].redirections = found[-1].redirections + outer.redirections
        for simple in found[1:]:
            simple.operator = simple.operator or ";"
    return found


def _start_inside(wrapper: Wrapper, words: Sequence[str]) -> int | None:
    """Return where in `words` (those after the wrapper's name) the command inside begins; None where nothing is run."""
    operands = wrapper.operands
    start = 0
    while start < len(words):
        word = words[start]
        if word in wrapper.stops:
            return None
        if word == "--":
            start += 1
            if operands == 0:
                break
        elif ASSIGNMENT.match(word):
            start += 1
        elif word.startswith("-") and len(word) > 1:
            start += 2 if option_takes(wrapper.values, word) else 1
        elif operands:
            operands -= 1
            start += 1
        else:
            break
    return start if start < len(words) and not operands else None


def _named_inside(wrapper: Wrapper, words: Sequence[str], grammar: Grammar) -> int | None:
    """Return where in `words` the name of a public program stands that is run; None where none is.

    Behind the option any module may stand that is such a program; one whose name is a subcommand of many (`python -m build`) says
    by itself less than with the interpreter. A script or a package's own command may merely be called like a program: it is one
    where its next word is a subcommand of it, or if it takes commands by what it is.
    """
    start = 0
    while start < len(words) and words[start].startswith("-"):
        if words[start] in wrapper.stops:
            return None
        if words[start] == wrapper.option:
            module = tuple(words[start + 1 : start + 2])
            named = bool(module) and grammar.is_program(*module) and not grammar.is_subcommand("", module)
            return start + 1 if named else None
        start += 2 if grammar.takes_value(wrapper.name, words[start]) else 1
    if start >= len(words) or grammar.has_subcommand(wrapper.name, (words[start],)):
        return None
    program, following = name_of(words[start], grammar=grammar), tuple(words[start + 1 : start + 2])
    takes = not COMMAND_SCRIPTS.isdisjoint((program, words[start])) or (
        bool(following) and grammar.has_subcommand(program, following)
    )
    return start if grammar.is_program(program) and takes else None


def option_takes(values: frozenset[str], word: str) -> bool:
    """Whether an option takes the next word: alone, or as the last of a cluster (`-Hu ana`).

    Example:
        >>> [option_takes(frozenset({"-u", "-l"}), word) for word in ("-u", "-Hu", "-lbu", "-H", "--user=x")]
        [True, True, False, False, False]
    """
    if word in values:
        return True
    if word.startswith("--") or not word[1:].isalpha():
        return False
    taking = [letter for letter in word[1:] if "-" + letter in values]
    return taking[:1] == [word[-1]] and word.index(word[-1]) == len(word) - 1


def _line_after_option(wrapper: Wrapper, words: Sequence[str]) -> str | None:
    """Return the line that `bash -c` (also `-lc`) runs; None where there is none."""
    for index, word in enumerate(words[:-1]):
        if word == wrapper.option or (
            _is_cluster(word) and word[-1] == wrapper.option[-1] and len(wrapper.option) == 2
        ):
            return words[index + 1]
        if not word.startswith("-") and wrapper.name not in _OPERANDS_FIRST:
            return None
    return None


def _is_cluster(word: str) -> bool:
    return word[:1] == "-" and word[:2] != "--" and word[1:].isalpha()
