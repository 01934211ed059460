"""Titles: verb and object, from what goes out or is rarest, never a chain of commands nor a name that only we know."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.identity.ids import identifier, slug
from fivetimes.identity.phrases import Phrase, phrase_of
from fivetimes.identity.program_words import PHRASES
from fivetimes.identity.titles import title
from fivetimes.model.candidates import Step
from fivetimes.model.events import Effect, Kind

SHELL, SKILL, TOOL, COMMIT, ACTION = Kind.SHELL, Kind.SKILL, Kind.TOOL, Kind.COMMIT, Kind.ACTION


def named(*steps: tuple[str, Kind] | tuple[str, Kind, Effect]) -> str:
    made = [Step(action, kind, 1.0, effect=(more or [Effect.NONE])[0]) for action, kind, *more in steps]
    return title(made)


@pytest.mark.parametrize(
    ("action", "kind", "said"),
    [
        ("gh pr create --fill", SHELL, "Create pull request"),
        ("kubectl rollout undo *", SHELL, "Undo rollout"),
        ("kubectl set image *", SHELL, "Set image"),
        ("aws s3 sync *", SHELL, "Sync bucket"),
        ("mutt -s * -a *", SHELL, "Send mail"),
        ("python <file.py>", SHELL, "Run script"),
        ("make deploy", SHELL, "Deploy with make"),
        ("frobnicate sync <path>", SHELL, "Sync with frobnicate"),
        ("frobnicate <path>", SHELL, "Run frobnicate"),
        ("frobnicate global <str>", SHELL, "Run frobnicate global"),
        ("docker compose up -d", SHELL, "Bring up services"),
        ("docker-compose -f * up -d", SHELL, "Bring up services"),
        ("make clean install", SHELL, "Install with make"),
        ("nvm use *", SHELL, "Choose version"),
        ("nvm zap *", SHELL, "Run nvm zap"),
        ("git zap *", SHELL, "Run git zap"),
        ("python manage.py migrate", SHELL, "Migrate database"),
        ("php artisan serve", SHELL, "Run development server"),
        ("python manage.py script-3f9a1c", SHELL, "Run manage.py"),
        ("git commit --amend --no-edit", SHELL, "Amend commit"),
        ("tar -xzvf *", SHELL, "Unpack files"),
        ("tar -jxvf *", SHELL, "Unpack files"),
        ("tar xzf *", SHELL, "Unpack files"),
        ("tar -czf *", SHELL, "Pack files"),
        ("gradle clean build", SHELL, "Build package"),
        ("mlflow ui", SHELL, "Run mlflow ui"),
        ("python manage.py shell", SHELL, "Open console"),
        ("source script-3f9a1c", SHELL, "Run own commands"),
        ("dotnet run --project *", SHELL, "Run with dotnet"),
        ("kubectl uncordon *", SHELL, "Uncordon service"),
        ("prog-3f9a1c sync", SHELL, "Run own commands"),
        ("skill:publish-post post *", SKILL, "Publish post"),
        ("skill:transcribe audio *", SKILL, "Transcribe audio"),
        ("skill:notella-pull day *", SKILL, "Pull notella"),
        ("tool:mcp__github__create_issue title *", TOOL, "Create issue"),
        ("unrar e *", SHELL, "Unpack files"),
        ("aws cloudfront create-invalidation --distribution-id *", SHELL, "Create invalidation"),
        ("aws ecs update-service --cluster *", SHELL, "Update service"),
        ("git commit", SHELL, "Commit changes"),
        ("commit:release", COMMIT, "Commit release"),
        ("commit:other", COMMIT, "Commit changes"),
        ("approve timesheet", ACTION, "Approve timesheet"),
    ],
)
def test_a_step_is_said_as_verb_and_object(action: str, kind: Kind, said: str) -> None:
    assert named((action, kind)) == said


def test_what_goes_out_names_the_routine_before_what_is_rare() -> None:
    assert (
        named(("skill:gather-receipts month", SKILL), ("skill:submit-form file", SKILL, Effect.PUBLISH))
        == "Submit form"
    )


def test_a_program_that_only_this_machine_knows_names_nothing_while_another_step_can() -> None:
    assert named(("prog-3f9a1c <path>", SHELL, Effect.PUBLISH), ("certbot renew", SHELL)) == "Renew certificate"


def test_looking_names_a_routine_only_when_nothing_else_is_done() -> None:
    assert named(("skill:read-inbox box *", SKILL), ("latexmk -pdf *", SHELL)) == "Typeset PDF"
    assert named(("skill:read-inbox box *", SKILL)) == "Read inbox"


def test_an_abbreviation_of_a_subcommand_names_nothing_while_another_step_can() -> None:
    assert named(("git st", SHELL), ("git log", SHELL), ("git commit", SHELL), ("git ps", SHELL)) == "Commit changes"
    assert named(("git s", SHELL), ("git zz", SHELL)) == "Run git"


def test_a_subcommand_that_gets_something_only_looks() -> None:
    assert named(("aws sts get-caller-identity", SHELL), ("make deploy", SHELL)) == "Deploy with make"


def test_a_verb_without_object_takes_what_the_other_steps_are_about() -> None:
    steps = [
        ("skill:draft-letter client *", SKILL),
        ("skill:translate-letter client *", SKILL),
        ("skill:dispatch", SKILL, Effect.SEND),
    ]
    assert named(*steps) in ("Dispatch letter", "Dispatch client")


def test_the_id_stays_when_a_step_that_is_seldom_done_comes_in() -> None:
    always = [Step("git tag *", SHELL, 1.0), Step("twine upload *", SHELL, 1.0, effect=Effect.PUBLISH)]
    seldom = Step("skill:ring-bell bell *", SKILL, 0.2, effect=Effect.PUBLISH)
    ids = {identifier(steps) for steps in (always, [*always, seldom])}
    assert len(ids) == 1


GOES_OUT = Effect.PUBLISH


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (["hatch version *", "commit:release", "git tag *", "git push --follow-tags"], "Release version"),
        (["pytest -q", "git tag *", "git push --tags", "python -m build", "twine upload *"], "Release package"),
        (["fastlane bump *", "fastlane beta", "git tag *", "git push --tags"], "Release app"),
        (["vim *", "pytest -q *", "commit:fix", "git push"], "Fix bug"),
        (
            ["git switch -c *", "vim *", "commit:feat", "git push -u *", "gh pr create --fill"],
            "Add feature by pull request",
        ),
        (["npm install *", "npm test", "commit:chore", "glab mr create *"], "Update dependencies by merge request"),
        (["vim *", "latexmk -pdf *", "commit:other", "git push"], "Typeset PDF"),
        (["inkscape *", "commit:assets", "git push"], "Publish assets"),
        (["vim *", "git add *", "commit:other", "git push"], "Push changes"),
        (["git diff", "git add -A", "commit:other"], "Commit changes"),
        (["git gc", "git fsck"], "Tidy up repository"),
        (["git clone *", "ls"], "Clone repository"),
        (["git clone *", "cp -r *", "rm -rf *"], "Copy files"),
        (["git checkout *", "git pull", "git branch -D *"], "Delete branch"),
        (["git status", "git add *", "git checkout *"], "Switch branch"),
        (["rails console", "hg add *", "hg commit -m *"], "Commit changes"),
        (["asdf install *", "asdf global *", "go version"], "Install version"),
        (["git checkout -b *", "commit:other", "git push -u *"], "Push branch"),
        (["git flow feature start *", "commit:other", "git push -u *"], "Push feature"),
        (["yadm status", "yadm add *", "yadm commit -m *", "yadm push"], "Push changes"),
        (["git checkout -b *", "commit:other", "git push -u *", "gh pr create --fill"], "Create pull request"),
        (["mix ecto.drop", "mix ecto.create", "mix ecto.migrate"], "Migrate database"),
        (["docker ps", "docker stop *", "docker rm *", "docker rmi *"], "Delete images"),
        (
            ["docker compose down", "docker compose build", "docker compose up -d", "docker compose logs"],
            "Bring up services",
        ),
        (["git tag *", "git push --tags", "mvn deploy"], "Release package"),
        (["git commit --amend", "git push --force-with-lease", "gh pr create"], "Create pull request"),
        (["nvm use *", "npm run dev"], "Run development server"),
        (["conda create -n *", "conda activate *", "pip install -r *"], "Create environment"),
        (["conda activate *", "snakemake *"], "Run snakemake"),
        (["tar -xzf *", "configure", "make"], "Run make"),
        (["g++ -o *", "perf record"], "Record with perf"),
        (["vagrant halt", "vagrant up", "vagrant ssh"], "Start virtual machine"),
        (["python -m venv *", "source script-3f9a1c", "pip install -r *"], "Create environment"),
        (["python -m venv *", "source activate", "pip install -r *"], "Create environment"),
        (["wget *", "tar -xzvf *", "configure", "make -j *", "make install"], "Install with make"),
        (["bison -d *", "flex *", "gcc -o *", "frobnicate <path>"], "Compile program"),
        (["mkdir *", "wget *", "strings"], "Run strings"),
        (["gs", "git checkout *", "git fetch"], "Switch branch"),
        (["tmux a", "npm run dev"], "Run development server"),
        (["bundle install", "rails db:migrate", "rails server"], "Migrate database"),
        (["rsync -av * <dir>", "sbatch *", "squeue <flag>"], "Run cluster job"),
    ],
)
def test_what_others_carry_is_said_by_what_was_made_or_committed(actions: list[str], said: str) -> None:
    out = ("git push", "gh pr create", "glab mr create", "twine upload", "fastlane beta", "rsync")
    steps = [
        Step(
            action,
            COMMIT if action.startswith("commit:") else SHELL,
            1.0,
            effect=GOES_OUT if action.startswith(out) else Effect.NONE,
        )
        for action in actions
    ]
    assert title(steps) == said
    assert identifier(steps).rpartition("-")[0] == slug(said)


def test_a_mail_is_said_by_what_the_skills_before_it_are_about() -> None:
    steps = [
        ("typst compile *", SHELL),
        ("skill:check-invoice number *", SKILL),
        ("mutt -s * -a *", SHELL, Effect.SEND),
    ]
    assert named(*steps) == "Send invoice"


def test_every_command_that_is_said_in_words_of_its_own_has_them() -> None:
    for command, (verb, thing) in PHRASES.items():
        assert phrase_of(Step(command, SHELL, 1.0)) == Phrase(verb, thing, command.split()[0])


@given(
    st.lists(
        st.tuples(st.text(max_size=30), st.sampled_from(list(Kind)), st.sampled_from(list(Effect))),
        min_size=1,
        max_size=5,
    )
)
def test_any_labels_give_a_title_and_an_id_that_is_safe(steps: list[tuple[str, Kind, Effect]]) -> None:
    made = [Step(action, kind, 1.0, effect=effect) for action, kind, effect in steps]
    assert title(made)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identifier(made))
