"""What public programs and kinds of commits do, and to what sort of thing, in the words that people say.

Programs and subcommands do not say it by their names (`twine`: a package; `cp`: copy). The tables hold public knowledge, and are
open to additions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fivetimes.config import LIKE_PACMAN, PACMAN_OPERATIONS


@dataclass(frozen=True, slots=True)
class About:
    """Programs that do one thing (`verb`, empty where their subcommands say it) to one sort of thing (`thing`)."""

    programs: str
    verb: str
    thing: str


_PROGRAMS = (
    About("mutt mail mailx sendmail msmtp neomutt swaks s-nail himalaya", "send", "mail"),
    About("lp lpr", "print", "document"),
    About("latexmk pdflatex xelatex lualatex tectonic tex", "typeset", "PDF"),
    About("typst", "typeset", "document"),
    About("pandoc soffice unoconv wkhtmltopdf weasyprint", "convert", "document"),
    About("quarto rmarkdown", "", "report"),
    About("qpdf pdftk pdfunite", "combine", "pages"),
    About("rsync scp sftp rclone cp", "copy", "files"),
    About("python python3 node ruby perl php lua julia Rscript bash sh zsh pwsh", "run", "script"),
    About("java", "run", "program"),
    About("vim vi nvim nano emacs code micro hx ed subl kate gedit", "edit", "file"),
    About("tar zip gzip xz zstd 7z", "pack", "files"),
    About("unzip gunzip untar unxz unrar", "unpack", "files"),
    About("ffmpeg sox handbrake", "convert", "recording"),
    About("whisper", "transcribe", "recording"),
    About("eyeD3 id3v2 metaflac", "tag", "recording"),
    About("convert magick mogrify gimp darktable-cli inkscape cwebp", "export", "images"),
    About("pngquant optipng oxipng jpegoptim svgo", "optimise", "images"),
    About("blender openscad freecad", "render", "model"),
    About("gnuplot", "plot", "figures"),
    About("mysqldump pg_dump pg_dumpall mongodump sqlite3dump", "dump", "database"),
    About("psql mysql sqlite3 mongosh redis-cli duckdb", "query", "database"),
    About("alembic flyway liquibase dbmate sqitch", "", "database"),
    About("dbt", "", "models"),
    About("airflow dagster prefect", "", "pipeline"),
    About("dvc", "", "data"),
    About("mlflow", "", "model"),
    About("papermill nbconvert", "run", "notebook"),
    About("docker podman buildah skopeo nerdctl cosign", "", "image"),
    About("helm kubectl oc nomad systemctl fly flyctl heroku cf", "", "service"),
    About("terraform tofu pulumi cdk cdktf", "", "infrastructure"),
    About("ansible-playbook", "apply", "playbook"),
    About("ansible salt puppet chef", "configure", "hosts"),
    About("virt-install", "install", "virtual machine"),
    About("esptool esptool.py avrdude dfu-util openocd", "flash", "firmware"),
    About("sbatch srun qsub bsub condor_submit", "run", "cluster job"),
    About("squeue sacct qstat bjobs condor_q", "look at", "queue"),
    About("samtools bcftools bwa minimap2 bedtools", "", "sequences"),
    About("ledger hledger beancount", "", "accounts"),
    About("xgettext msgmerge msgfmt wlc", "update", "translations"),
    About(
        "twine npm pnpm yarn cargo gem poetry uv pip hatch flit mvn mvnw gradle gradlew nuget conda bundle composer",
        "",
        "package",
    ),
    About("fastlane", "", "app"),
    About("hugo jekyll zola eleventy gatsby netlify vercel surge wrangler", "", "site"),
    About("mkdocs sphinx-build mdbook antora", "build", "docs"),
    About("git hg svn jj", "", "commits"),
    About("certbot acme.sh lego", "renew", "certificate"),
    About("gpg", "", "files"),
    About("pytest tox nox jest vitest rspec phpunit ctest", "run", "tests"),
    About("ruff flake8 eslint pylint mypy shellcheck aspell hunspell vale", "check", "text"),
    About("semgrep trufflehog osv-scanner grype trivy gitleaks bandit", "scan", "code"),
    About("borg restic duplicity", "", "backup"),
    About("zpool zfs mdadm", "", "storage"),
    About("curl wget http https xh", "fetch", "page"),
    About("ssh mosh", "visit", "host"),
    About("reboot", "restart", "host"),
    About("shutdown poweroff halt", "shut down", "host"),
    About("ansible-vault sops", "", "secrets"),
    About("chmod chown", "set", "permissions"),
    About("mkdir", "make", "folder"),
    About("touch", "make", "file"),
    About("rm rmdir shred", "delete", "files"),
    About("mv rename", "move", "files"),
    About("grep rg ag ack", "search", "files"),
    About("whois dig nslookup host dog", "look up", "domain"),
    About("make just task rake ninja sbt mix", "", ""),
    About("gcc g++ cc c++ clang clang++ rustc javac ghc", "compile", "program"),
    About("mount", "mount", "storage"),
    About("vagrant", "", "virtual machine"),
)
OF_PROGRAM: Mapping[str, About] = {name: row for row in _PROGRAMS for name in row.programs.split()}
# Commands that people say in words of their own: (the command, verb, thing). The longest that fits counts.
PHRASES: Mapping[str, tuple[str, str]] = {
    command: (verb, thing)
    for verb, thing, commands in (
        ("compare", "changes", "git diff, hg diff, svn diff, jj diff"),
        ("read", "log", "git log, git shortlog, git reflog"),
        ("look at", "changes", "git show, git status, git blame"),
        ("clone", "repository", "git clone, hg clone, gh repo clone"),
        ("create", "repository", "git init, gh repo create"),
        ("connect", "repository", "git remote add"),
        ("tidy up", "repository", "git gc, git prune, git fsck, git repack"),
        ("stage", "changes", "git add, hg add, svn add"),
        ("commit", "changes", "git commit, hg commit, svn commit"),
        ("stash", "changes", "git stash"),
        ("fetch", "changes", "git fetch, git pull, git remote, hg pull, svn update"),
        ("switch", "branch", "git switch, git checkout, git branch, hg update"),
        (
            "start",
            "branch",
            "git checkout -b, git checkout -B, git switch -c, git switch -C, git switch --create, hg branch",
        ),
        ("delete", "branch", "git branch -d, git branch -D, git branch --delete"),
        ("fetch", "working copy", "svn co, svn checkout"),
        ("merge", "branch", "git merge"),
        ("rebase", "branch", "git rebase"),
        ("amend", "commit", "git commit --amend"),
        ("push", "changes", "git push, hg push, jj git push, svn commit"),
        ("push", "large files", "git lfs push"),
        ("fetch", "large files", "git lfs pull, git lfs fetch"),
        ("tag", "version", "git tag"),
        ("add", "worktree", "git worktree add"),
        ("update", "submodules", "git submodule"),
        ("search", "history", "git bisect, git grep"),
        ("undo", "changes", "git reset, git restore, git revert"),
        ("upload", "package", "uv publish, twine upload"),
        ("convert", "notebook", "jupyter nbconvert, jupytext"),
        ("execute", "notebook", "jupyter nbconvert --execute"),
        ("decrypt", "files", "gpg --decrypt, sops --decrypt, age --decrypt"),
        ("encrypt", "files", "gpg --encrypt, sops --encrypt, age --encrypt"),
        ("renew", "certificate", "certbot certonly"),
        (
            "migrate",
            "database",
            """rails db:migrate, rake db:migrate, alembic upgrade, flask db upgrade, prisma migrate, manage.py migrate,
            artisan migrate, mix ecto.migrate""",
        ),
        ("create", "database", "rails db:create, rake db:create, mix ecto.create, mix ecto.setup"),
        (
            "reset",
            "database",
            "rails db:reset, rake db:reset, mix ecto.reset, artisan migrate:fresh, artisan migrate:refresh",
        ),
        ("fill", "database", "rails db:seed, rake db:seed, artisan db:seed, manage.py loaddata"),
        (
            "create",
            "migration",
            """manage.py makemigrations, alembic revision, flask db migrate, artisan make:migration, mix ecto.gen.migration,
            rails g migration, rails generate migration""",
        ),
        (
            "create",
            "environment",
            """python -m venv, python3 -m venv, virtualenv, pyenv virtualenv, uv venv, conda create, mamba create,
            micromamba create, conda env create""",
        ),
        (
            "activate",
            "environment",
            "conda activate, mamba activate, micromamba activate, pyenv activate",
        ),
        (
            "choose",
            "version",
            """asdf global, asdf local, asdf set, pyenv global, pyenv local, rbenv global, rbenv local, nodenv global,
            nodenv local, nvm use, nvm alias, mise use, rustup default""",
        ),
        ("install", "version", "asdf install, pyenv install, rbenv install, nodenv install, nvm install, mise install"),
        ("restart", "host", "shutdown -r, systemctl reboot"),
        ("shut down", "host", "systemctl poweroff"),
        ("create", "project", "django-admin startproject, rails new, cargo new, poetry new, flutter create, ng new"),
        ("bring up", "services", "docker compose up, docker-compose up, podman-compose up, docker compose start"),
        ("stop", "services", "docker compose down, docker-compose down, podman-compose down, docker compose stop"),
        ("restart", "services", "docker compose restart, docker-compose restart"),
        ("build", "images", "docker compose build, docker-compose build"),
        ("read", "log", "docker compose logs, docker-compose logs, docker logs, podman logs"),
        ("list", "containers", "docker ps, podman ps, docker compose ps, docker-compose ps"),
        ("stop", "containers", "docker stop, podman stop, docker container stop, docker kill"),
        ("delete", "containers", "docker rm, podman rm, docker container rm"),
        ("delete", "images", "docker rmi, podman rmi, docker image rm"),
        ("start", "virtual machine", "vagrant up, vagrant resume, multipass start"),
        ("restart", "virtual machine", "vagrant reload"),
        ("stop", "virtual machine", "vagrant halt, vagrant suspend, multipass stop"),
        ("delete", "virtual machine", "vagrant destroy, multipass delete"),
        ("visit", "virtual machine", "vagrant ssh, multipass shell"),
        ("unpack", "files", "tar -x, tar --extract"),
        ("open", "console", "rails console, rails c, manage.py shell, artisan tinker"),
        ("fix", "vulnerable packages", "npm audit fix"),
        # the names that package managers themselves give to scripts
        (
            "run",
            "development server",
            """npm run dev, pnpm dev, yarn dev, npm start, pnpm start, yarn start, rails server, rails s, manage.py runserver,
            artisan serve, mix phx.server, flask run, vite dev, ng serve""",
        ),
        (
            "upgrade",
            "packages",
            """apt upgrade, apt full-upgrade, apt-get upgrade, apt-get dist-upgrade, dnf upgrade, dnf update, yum update,
            zypper update, apk upgrade, brew upgrade, flatpak update""",
        ),
        (
            "update",
            "dependencies",
            """npm update, pnpm update, yarn upgrade, cargo update, poetry update, uv lock, bundle update,
            composer update, go get, pip-compile, npm install *, pnpm add, yarn add, poetry add, uv add, cargo add""",
        ),
    )
    for command in " ".join(commands.split()).split(", ")
} | {
    f"{program} {operation}": (act, "packages")
    for act, operations in PACMAN_OPERATIONS.items()
    for operation in operations
    for program in LIKE_PACMAN
}
PHRASES_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    program: tuple(tuple(command.split()) for command in PHRASES if command.split()[0] == program)
    for program in {command.split()[0] for command in PHRASES}
}
# Words of subcommands and keys that people say in another way.
_IN_WORDS: Mapping[str, str] = {
    "pr": "pull request",
    "mr": "merge request",
    "s3": "bucket",
    "db": "database",
    "cert": "certificate",
    "repo": "repository",
    "env": "environment",
    "config": "configuration",
    "run": "run",
}
# Verbs that subcommands are, besides those whose effect is known.
VERBS = frozenset(
    """abort accept attach block close complete configure connect disable disconnect enable enter exit finish freeze grant
    initialise initialize join leave lock mount move pause register reset restore resume rotate subscribe suspend switch
    unblock undo unfreeze unlock unmount unregister unsubscribe wake""".split()
)
# Verbs of subcommands that are short for a word (`aws s3 cp`).
VERBS_IN_WORDS: Mapping[str, str] = {"cp": "copy", "mv": "move", "rm": "delete", "ls": "list"}
# What a name says of when or where, not of what.
VAGUE = frozenset(
    """arg args argument arguments body content contents count data date day description file filename files folder host id
    index input item items key kind label limit line lines month name new number object old option options out output page
    params path pattern pattern query ref size skill source string tag target text time title tool type url user uuid value
    values version week year since until from to by in on of the a an and for with this that all""".split()
)
CHANGES = "changes"  # what a commit is of that does not say what it is of
# Kinds of commits that say no thing: those of the convention, and the verbs that subjects begin with
KINDS = frozenset(
    """build chore ci feat fix other perf refactor revert style test wip add allow bump change clean delete drop improve make
    merge move remove rename replace run support switch tests update upgrade use""".split()
)
# What the kinds of the convention (conventionalcommits.org 1.0.0) say that a commit is for.
KIND_ACTS: Mapping[str, tuple[str, str]] = {
    "fix": ("fix", "bug"),
    "feat": ("add", "feature"),
    "docs": ("update", "docs"),
    "refactor": ("refactor", "code"),
    "perf": ("speed up", "code"),
    "test": ("add", "tests"),
    "revert": ("undo", "change"),
}


def in_words(word: str) -> str:
    """A word of a subcommand, a key or a kind as people say it (`pr`: pull request)."""
    return _IN_WORDS.get(word.lower(), word.lower())
