"""The first word of a command -> the name of its program; a table of the programs that run a script or make a target."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from fivetimes.model.command_lines import Grammar

# ---- the name of a program

_DOTTED = re.compile(r"(?P<name>[A-Za-z][A-Za-z_+\-]*?)-?\d+(?:\.\d+)+")
_PLAIN = re.compile(r"(?P<name>[A-Za-z][A-Za-z_+\-]*?)-?\d+")
_AT = re.compile(r"(?<=[^@])@[^/@]*$")  # npx create-thing@latest
# Pages of their own in every vocabulary, and still only versions of one program.
_SAME = frozenset({"python2", "python3", "pip2", "pip3", "ipython3", "pydoc3", "nosetests3", "py3"})


def name_of(word: str, *, grammar: Grammar) -> str:
    """Return the program's name: the last part of a path, without `.exe` and without a version.

    A version is taken off where it is written with a dot or where only the name without it is known:
    `bzip2` and `base64` are names. A folder, which is gone to where it stands as a command (`AUTO_CD` of zsh, fish), stays one.

    Args:
        word: the first one of a command, unquoted.
        grammar: what is known of public programs.

    Example:
        >>> from fivetimes.redaction import public
        >>> [name_of(w, grammar=public()) for w in ("/usr/bin/python3.11", "gcc-12", "base64", "./deploy.sh", "less.exe", "src/")]
        ['python', 'gcc', 'base64', 'deploy.sh', 'less', 'src/']
    """
    if word.endswith("/"):
        return word
    name = _AT.sub("", word) if "@" in word else word
    if "/" in name:
        name = name.rstrip("/").rpartition("/")[2] or name
    if "\\" in name and ":" in name:
        name = name.rpartition("\\")[2]
    if name[-4:].lower() == ".exe" and len(name) > 4:
        name = name[:-4]
    return _without_version(name, grammar)


def _without_version(name: str, grammar: Grammar) -> str:
    if not name or not name[-1].isdigit():
        return name
    dotted = _DOTTED.fullmatch(name)
    if dotted is not None:
        return dotted["name"]
    plain = _PLAIN.fullmatch(name)
    if plain is None:
        return name
    unknown = not grammar.is_program(name) and grammar.is_program(plain["name"])
    return plain["name"] if unknown or name in _SAME else name


# ---- scripts and targets


class Many(Enum):
    """How many plain words after the program name what is run."""

    NONE = 0
    FIRST = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class ScriptRunner:
    """A program that runs a script or makes a target, by which its work is known.

    Attributes:
        command: the program, with its subcommand path.
        example: a line in which the word of `script` has the script's role.
        script: that word.
        many: how many plain words name a script.
        naming: flags that are followed by the name (`nox -s tests`).
        code: flags that no script follows: what is run stands in the line.
    """

    command: str
    example: str
    script: str
    many: Many = Many.FIRST
    naming: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()


def _row(
    command: str, example: str, script: str, *, many: Many = Many.FIRST, naming: str = "", code: str = ""
) -> ScriptRunner:
    return ScriptRunner(command, example, script, many, frozenset(naming.split()), frozenset(code.split()))


_ROWS = (
    # interpreters
    _row("python", "python -W error tools/report.py --all", "tools/report.py", naming="-m", code="-c"),
    _row("pypy", "pypy run.py", "run.py", naming="-m", code="-c"),
    _row("py", "py -m tools.sync", "tools.sync", naming="-m", code="-c"),
    _row("ipython", "ipython explore.py", "explore.py", naming="-m", code="-c"),
    _row("bash", "bash -x release.sh patch", "release.sh", code="-c"),
    _row("sh", "sh setup.sh", "setup.sh", code="-c"),
    _row("zsh", "zsh setup.zsh", "setup.zsh", code="-c"),
    _row("dash", "dash run.sh", "run.sh", code="-c"),
    _row("ksh", "ksh run.ksh", "run.ksh", code="-c"),
    _row("fish", "fish run.fish", "run.fish", code="-c"),
    _row("pwsh", "pwsh -File build.ps1", "build.ps1", naming="-File -f", code="-Command -c"),
    _row("source", "source env.sh", "env.sh"),
    _row(".", ". ./env.sh", "./env.sh"),
    _row("node", "node -r dotenv/config server.js", "server.js", code="-e -p --eval --print"),
    _row("nodemon", "nodemon server.js", "server.js"),
    _row("ts-node", "ts-node main.ts", "main.ts", code="-e"),
    _row("tsx", "tsx main.ts", "main.ts", code="-e"),
    _row("deno run", "deno run --allow-net main.ts", "main.ts"),
    _row("deno task", "deno task build", "build"),
    _row("bun", "bun index.ts", "index.ts"),
    _row("bun run", "bun run build", "build"),
    _row("ruby", "ruby -I lib export.rb", "export.rb", code="-e"),
    _row("perl", "perl -w clean.pl in.txt", "clean.pl", code="-e -E -ne -pe -pi"),
    _row("php", "php -d memory_limit=1G import.php", "import.php", code="-r"),
    _row("lua", "lua game.lua", "game.lua", code="-e"),
    _row("Rscript", "Rscript figures.R", "figures.R", code="-e"),
    _row("julia", "julia --project sim.jl", "sim.jl", code="-e -E"),
    _row("java", "java -Xmx1g -jar app.jar", "app.jar", naming="-jar"),
    _row("scala", "scala Main.scala", "Main.scala"),
    _row("groovy", "groovy Build.groovy", "Build.groovy", code="-e"),
    _row("elixir", "elixir seed.exs", "seed.exs", code="-e"),
    _row("osascript", "osascript notify.scpt", "notify.scpt", code="-e"),
    _row("go run", "go run ./cmd/sync", "./cmd/sync"),
    _row("dotnet run", "dotnet run --project src/App", "src/App", naming="--project", many=Many.NONE),
    _row("cargo run", "cargo run --bin importer", "importer", naming="--bin --example", many=Many.NONE),
    _row("streamlit run", "streamlit run app.py", "app.py"),
    _row("spark-submit", "spark-submit --master local job.py", "job.py"),
    _row("sbatch", "sbatch align.sh", "align.sh"),
    _row("qsub", "qsub align.pbs", "align.pbs"),
    _row("nextflow run", "nextflow run main.nf", "main.nf"),
    _row("ansible-playbook", "ansible-playbook -i hosts site.yml", "site.yml"),
    _row("gnuplot", "gnuplot plot.gp", "plot.gp", code="-e"),
    _row("k6 run", "k6 run load.js", "load.js"),
    _row("locust", "locust -f locustfile.py", "locustfile.py", naming="-f", many=Many.NONE),
    # what builds by target
    _row("make", "make -C web -j4 site", "site", many=Many.ALL),
    _row("gmake", "gmake check", "check", many=Many.ALL),
    _row("ninja", "ninja -C build tests", "tests", many=Many.ALL),
    _row("mage", "mage lint", "lint", many=Many.ALL),
    _row("just", "just -f ops.just deploy eu", "deploy"),
    _row("task", "task build lint", "lint", many=Many.ALL),
    _row("rake", "rake db:migrate", "db:migrate", many=Many.ALL),
    _row("invoke", "invoke docs", "docs", many=Many.ALL),
    _row("inv", "inv docs", "docs", many=Many.ALL),
    _row("doit", "doit report", "report", many=Many.ALL),
    _row("poe", "poe test", "test"),
    _row("nox", "nox -s tests lint", "lint", naming="-s -e --session --sessions", many=Many.ALL),
    _row("tox", "tox -e py312", "py312", naming="-e", many=Many.NONE),
    _row("hatch run", "hatch run docs:build", "docs:build"),
    _row("pixi run", "pixi run train", "train"),
    _row("pdm run", "pdm run lint", "lint"),
    _row("npm run", "npm run build -- --watch", "build"),
    _row("npm run-script", "npm run-script build", "build"),
    _row("yarn", "yarn storybook", "storybook"),
    _row("yarn run", "yarn run build", "build"),
    _row("pnpm", "pnpm --filter web storybook", "storybook"),
    _row("pnpm run", "pnpm run build", "build"),
    _row("npm-run-all", "npm-run-all lint test", "test", many=Many.ALL),
    _row("turbo run", "turbo run build lint", "lint", many=Many.ALL),
    _row("nx run", "nx run web:build", "web:build"),
    _row("lerna run", "lerna run build", "build"),
    _row("gulp", "gulp styles", "styles", many=Many.ALL),
    _row("grunt", "grunt uglify", "uglify", many=Many.ALL),
    _row("ant", "ant dist", "dist", many=Many.ALL),
    _row("mvn", "mvn -pl api clean verify", "verify", many=Many.ALL),
    _row("mvnw", "./mvnw package", "package", many=Many.ALL),
    _row("gradle", "gradle :app:assemble", ":app:assemble", many=Many.ALL),
    _row("gradlew", "./gradlew bootRun", "bootRun", many=Many.ALL),
    _row("sbt", "sbt docker:publish", "docker:publish", many=Many.ALL),
    _row("mix", "mix orders.import", "orders.import"),
    _row("rails", "rails db:seed", "db:seed"),
    _row("composer run", "composer run lint", "lint"),
    _row("composer run-script", "composer run-script lint", "lint"),
    _row("bazel build", "bazel build //app:image", "//app:image", many=Many.ALL),
    _row("bazel test", "bazel test //app/...", "//app/...", many=Many.ALL),
    _row("bazel run", "bazel run //app:push", "//app:push"),
    _row("cmake", "cmake --build out --target docs", "docs", naming="--target", many=Many.NONE),
    _row("snakemake", "snakemake --cores 4 figures", "figures", many=Many.ALL),
    _row("fastlane", "fastlane beta", "beta"),
    _row("fab", "fab restart", "restart", many=Many.ALL),
    # programs to which their users add commands: aliases, plugins
    _row("git", "git -C web st", "st"),
    _row("hg", "hg wip", "wip"),
    _row("gh", "gh co 12", "co"),
    _row("cargo", "cargo xtask", "xtask"),
    _row("kubectl", "kubectl -n web neat", "neat"),
    _row("composer", "composer lint", "lint"),
    # scripts that take a command's name themselves
    _row("manage.py", "./manage.py import_orders", "import_orders"),
    _row("artisan", "./artisan orders:import", "orders:import"),
    _row("setup.py", "./setup.py sdist", "sdist", many=Many.ALL),
    _row("console", "bin/console cache:warmup", "cache:warmup"),
)  # fmt: skip

SCRIPT_RUNNERS: Mapping[str, ScriptRunner] = {row.command: row for row in _ROWS}

# Scripts that take a command's name themselves when an interpreter runs them: their next word is a script's name too.
COMMAND_SCRIPTS = frozenset(
    {"manage.py", "artisan", "setup.py", "bin/console", "bin/rails", "bin/rake", "./manage.py", "craft", "spark"}
)

# What is done stands behind the thing that it is done on: `service nginx restart`, `ifconfig eth0 down`.
OBJECT_FIRST = frozenset("service rc-service invoke-rc.d ifconfig ip iwctl".split())
