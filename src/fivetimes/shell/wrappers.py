"""Table: programs that run another program -> what of their words is the command inside."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

ASSIGNMENT = re.compile(r"(?:\$env:)?[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")  # also PowerShell's


class Inside(Enum):
    """How the command inside is written."""

    WORDS = 0  # the remaining words are its words
    TEXT = 1  # the remaining words, joined, are a line of their own: ssh, watch, eval
    OPTION = 2  # the word after an option is such a line: bash -c


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program to look through.

    `name` is the program, with its subcommand path. `values` are its options that take the next word, `operands` the plain words
    of its own before the command (a host, a duration). `stops` are options after which nothing is run. `option` holds a line
    (`-c`). `example` runs what `runs` says.
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
    _row("vagrant ssh", "vagrant ssh -c 'make test'", "make test", inside=Inside.OPTION, option="-c"),
)  # fmt: skip

WRAPPERS: Mapping[str, Wrapper] = {row.name: row for row in _ROWS}
PROGRAMS = frozenset(name.split(" ")[0] for name in WRAPPERS)


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


def command_inside(wrapper: Wrapper, words: Sequence[str]) -> int | None:
    """Return where in `words` (those after the wrapper's name) the command inside begins; None where nothing is run."""
    operands = wrapper.operands
    place = 0
    while place < len(words):
        word = words[place]
        if word in wrapper.stops:
            return None
        if word == "--":
            place += 1
            if operands == 0:
                break
        elif ASSIGNMENT.match(word):
            place += 1
        elif word.startswith("-") and len(word) > 1:
            place += 2 if option_takes(wrapper.values, word) else 1
        elif operands:
            operands -= 1
            place += 1
        else:
            break
    return place if place < len(words) and not operands else None


def line_after_option(wrapper: Wrapper, words: Sequence[str]) -> str | None:
    """Return the line that `bash -c` (also `-lc`) runs; None where there is none."""
    for place, word in enumerate(words[:-1]):
        if word == wrapper.option or (
            _is_cluster(word) and word[-1] == wrapper.option[-1] and len(wrapper.option) == 2
        ):
            return words[place + 1]
        if not word.startswith("-") and wrapper.name not in ("su", "nix-shell"):
            return None
    return None


def _is_cluster(word: str) -> bool:
    return word[:1] == "-" and word[:2] != "--" and word[1:].isalpha()
