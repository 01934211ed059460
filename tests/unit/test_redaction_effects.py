"""privacy: what commands and names do to the world."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.model.events import Effect
from fivetimes.redaction import effect_of, effect_of_name
from fivetimes.redaction.effects import (
    ABOUT,
    ALSO_NOUNS,
    DOCUMENTS,
    EFFECT_OF,
    MOSTLY_VERBS,
    VERBS,
    EffectRule,
    Verbs,
    by_program,
    rules,
)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.example)
def test_each_rule_classifies_its_example(rule: EffectRule) -> None:
    assert effect_of(shlex.split(rule.example), via=["ssh"] if rule.elsewhere else []) is rule.effect
    assert rule.because


def test_what_changes_another_machine_has_an_effect_that_it_has_not_here() -> None:
    upgrade, compose, listed = ("apt-get", "-y", "dist-upgrade"), ("docker", "compose", "up"), ("apt", "list")
    assert [effect_of(words) for words in (upgrade, compose, listed)] == [Effect.NONE] * 3
    there = [effect_of(words, via=["ssh", "sudo"]) for words in (upgrade, compose, listed)]
    assert there == [Effect.DEPLOY, Effect.DEPLOY, Effect.NONE]


@pytest.mark.parametrize("verbs", VERBS, ids=lambda verbs: verbs.example)
def test_each_row_of_verbs_classifies_its_example(verbs: Verbs) -> None:
    assert effect_of_name(verbs.example) is verbs.effect


def test_no_command_stands_twice_without_a_condition() -> None:
    for program, rows in by_program().items():
        bare = [path for path, rule in rows if not rule.conditional]
        assert len(bare) == len(set(bare)), program


COMMANDS = {
    "deactivate": Effect.NONE, "python3 manage.py flush": Effect.DELETE, "python manage.py makemigrations": Effect.NONE,
    "php artisan migrate:fresh": Effect.DELETE, "mix do ecto.drop + ecto.create": Effect.DELETE,
    "flask db migrate": Effect.NONE, "drush cim": Effect.DEPLOY, "mix ecto.reset": Effect.DELETE,
    "python setup.py upload": Effect.PUBLISH, "mix hex publish": Effect.PUBLISH,
    "oc adm drain node": Effect.DEPLOY, "oc get pods": Effect.NONE, "istioctl uninstall --purge": Effect.DELETE,
    "rebar3 hex publish": Effect.PUBLISH, "mlflow gc": Effect.DELETE, "guix system reconfigure x": Effect.DEPLOY,
    "yadm push -f": Effect.REWRITE, "yadm status": Effect.NONE, "yadm bootstrap": Effect.UNKNOWN,
    "rails g model Reader email:string": Effect.UNKNOWN, "rails db:drop": Effect.DELETE,
    # commands of their own that are called as one of git's: git harms nothing by itself, they may
    "git flow feature start login": Effect.NONE,
    "git flow feature publish login": Effect.PUBLISH,
    "git flow release finish 1.2": Effect.DELETE,
    "git flow hotfix delete 1.2.1": Effect.DELETE,
    "git svn rebase": Effect.REWRITE,
    "git svn dcommit": Effect.PUBLISH,
    "git subtree push --prefix web origin pages": Effect.PUBLISH,
    "git deploy web": Effect.DEPLOY,  # an alias: that other programs have such a subcommand says nothing of its effect
    "yarn deploy": Effect.DEPLOY,
    "git status": Effect.NONE,
    "git -C web push": Effect.PUBLISH,
    "git push origin :old": Effect.DELETE,
    "git push --dry-run": Effect.NONE,
    "npm run deploy": Effect.DEPLOY,
    "npm run build": Effect.NONE,
    "yarn release": Effect.PUBLISH,
    "python3 -m twine upload dist/a.whl": Effect.PUBLISH,
    "python -m pytest -q": Effect.NONE,
    "python -m twine upload dist/a.whl": Effect.PUBLISH,
    "python scripts/send_newsletter.py": Effect.SEND,
    "bash deploy.sh prod": Effect.DEPLOY,
    "./publish.sh": Effect.PUBLISH,
    "make": Effect.NONE,
    "make clean test": Effect.NONE,
    "make -C web release": Effect.PUBLISH,
    "nox -s publish": Effect.PUBLISH,
    "vim deploy.md": Effect.NONE,
    "grep -rn delete src": Effect.NONE,
    "kubectl --context prod -n web delete pod a": Effect.DELETE,
    "kubectl get pods": Effect.NONE,
    "aws s3 cp s3://b/k ./k": Effect.NONE,
    "aws s3 cp k s3://b/k": Effect.PUBLISH,
    "aws ec2 describe-instances": Effect.NONE,
    "aws ec2 terminate-instances": Effect.DELETE,
    "gcloud run deploy web": Effect.DEPLOY,
    "rsync -a a/ b/": Effect.NONE,
    "rsync -a a/ web:/srv/": Effect.PUBLISH,
    "rsync -a --delete a/ web:/srv/": Effect.DELETE,
    "curl https://a.example": Effect.NONE,
    "rsync -ave ssh a/ web:/srv/": Effect.PUBLISH,
    "rsync -Phave ssh web:/srv/a .": Effect.NONE,
    "scp -rP 22 web:/a b": Effect.NONE,
    "scp web:/a web:/b .": Effect.NONE,
    "scp a web:/b web:/c": Effect.PUBLISH,
    "sftp vendor:/out/batch-101.mrc .": Effect.NONE,
    "sftp vendor": Effect.UNKNOWN,
    "aws s3 cp s3://bucket/a b": Effect.NONE,
    "rclone copy remote:a other:b": Effect.PUBLISH,
    "hunspell -d de_DE -l chapter.txt": Effect.NONE,
    "curl -XPOST https://a.example": Effect.DEPLOY,
    "curl -X POST -d @a.json https://a.example": Effect.SEND,
    "psql -c 'select 1'": Effect.NONE,
    "psql -c 'drop table x'": Effect.DELETE,
    "psql shop": Effect.UNKNOWN,
    "acmectl deploy eu": Effect.DEPLOY,
    "acmectl frob eu": Effect.UNKNOWN,
    "frobnicate": Effect.UNKNOWN,
    "ansible-playbook site.yml": Effect.UNKNOWN,
    "python manage.py migrate": Effect.DEPLOY,
    "source venv/bin/activate": Effect.NONE,
    "": Effect.NONE,
}  # fmt: skip


@pytest.mark.parametrize(("line", "effect"), COMMANDS.items(), ids=list(COMMANDS))
def test_a_command_is_classified(line: str, effect: Effect) -> None:
    if line.startswith("python3"):
        line = line.replace("python3", "python")  # parse has taken the version off
    assert effect_of(shlex.split(line)) is effect


NAMES = {
    "announce-image": Effect.SEND,
    "revoke-key": Effect.DELETE,
    "publish-post": Effect.PUBLISH,
    "draft-post": Effect.NONE,
    "check-deploy": Effect.NONE,
    "deploy-log": Effect.NONE,
    "release-notes": Effect.NONE,
    "update-release-notes": Effect.NONE,
    "post-mortem": Effect.NONE,
    "build-and-deploy": Effect.DEPLOY,
    "buildAndPublish": Effect.PUBLISH,
    "run-payroll": Effect.PAY,
    "order-supplies": Effect.PAY,
    "notify_team": Effect.SEND,
    "mcp__slack__post_message": Effect.PUBLISH,
    "mcp__github__create_pull_request": Effect.PUBLISH,
    "mcp__mail__send": Effect.SEND,
    "Edit": Effect.NONE,
    "TodoWrite": Effect.NONE,
    "frobnicate": Effect.UNKNOWN,
    "12345": Effect.UNKNOWN,
    "": Effect.UNKNOWN,
}


@pytest.mark.parametrize(("name", "effect"), NAMES.items(), ids=list(NAMES))
def test_a_name_is_classified_by_its_verbs(name: str, effect: Effect) -> None:
    assert effect_of_name(name) is effect


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_words_have_an_effect(words: list[str]) -> None:
    assert isinstance(effect_of(words), Effect)


# Names as people of several trades give them to skills, scripts and targets.
GO_OUT = """publish-report send_report email-report post-status-update post-daily-summary ship-release-notes deploy-dashboard
    deploy-production notify-team broadcast-to-members distribute-minutes publishReport upload-video-script
    push-config-changes pay-rent-summary promote-to-production delete-old-records release-to-clients sign-contract
    circulate-draft issue-refund merge-release-branch submit-abstract email-list-members announce-release-notes
    transfer-funds fax-results send-check publish-overview transmit-claims migrate-data run-payroll
    mcp__chat__post_message""".split()
STAY_HERE = """deploy-log release-notes draft-post check-deploy post-mortem payroll-plan release-plan order-history mail-archive
    draft-release-notes review-publish-plan email-template message-list upload-stats release-checklist compute-delta
    force-plot post-process transfer-plot merge-history compare-orders list-deliveries summarise-mail preview-newsletter
    charge-density-plot scale-bar-figure validate-transfer alert-log charge-map trade-statistics
    mcp__mail__list_messages""".split()
# Whom it reaches is the object; names of people that stand in no table are asked about, as those of machines nobody knows are.
TO_PEOPLE_NAMES = {
    "update-customer": Effect.SEND,
    "update_key_customers": Effect.SEND,
    "write-investors": Effect.SEND,
    "answerPatients": Effect.SEND,
    "update-client": Effect.UNKNOWN,
    "update-beekeeper": Effect.UNKNOWN,
    "write-curator": Effect.UNKNOWN,
    "brief-licensees": Effect.UNKNOWN,
    "update-customer-list": Effect.NONE,
    "update-server": Effect.NONE,
    "write-parser": Effect.NONE,
    "update-folder": Effect.NONE,
    "update-numbers": Effect.NONE,
    "write-tests": Effect.NONE,
    "draft-customer": Effect.NONE,
}


@pytest.mark.parametrize(("name", "effect"), TO_PEOPLE_NAMES.items(), ids=list(TO_PEOPLE_NAMES))
def test_what_is_written_to_people_is_asked_about(name: str, effect: Effect) -> None:
    assert effect_of_name(name) is effect


ASKED = "discharge-summary release-video payment-report rollout-config refund-table frobnicate".split()


@pytest.mark.parametrize("name", GO_OUT)
def test_a_verb_of_effect_that_begins_a_name_goes_out_whatever_its_object(name: str) -> None:
    assert effect_of_name(name) > Effect.UNKNOWN


@pytest.mark.parametrize("name", STAY_HERE)
def test_a_name_about_a_doing_or_with_a_harmless_verb_does_not_go_out(name: str) -> None:
    assert effect_of_name(name) <= Effect.UNKNOWN


@pytest.mark.parametrize("name", ASKED)
def test_a_name_that_can_be_read_both_ways_is_asked_about(name: str) -> None:
    assert effect_of_name(name) is Effect.UNKNOWN


COMMANDS_THAT_GO_OUT = """./release.sh
    bin/notify-team
    make publish-report
    make clean deploy
    just release
    npm run publish-docs
    python send_report.py
    python scripts/send_report.py --to x
    python -m tools.send_report
    bash scripts/submit-timesheet.sh
    sh upload_photos.sh
    rake newsletter:send
    node tools/post-to-slack.js
    Rscript submit_results.R
    mix hex.publish
    ./build.sh deploy
    acmectl site publish""".splitlines()
COMMANDS_THAT_DO_NOT = """cwebp -q 80 a.png -o upload-x.png
    frob send-off.png
    frob delta-force.png
    frob release-2 x
    frob --title send x
    pdftk a.pdf b.pdf cat output c.pdf
    frobnicate deploy.md
    python plot.py send-off.csv
    python tools/lint.py --rule delete
    node build.js deploy.json
    mytool lint deploy.yaml
    mytool lint deploy
    make release.tar.gz
    ./build.sh release.tar
    bin/render send-off.md
    tesseract order-12.png out
    fontforge merge.pe""".splitlines()


@pytest.mark.parametrize("line", [line.strip() for line in COMMANDS_THAT_GO_OUT])
def test_the_name_of_a_script_or_target_says_that_it_goes_out(line: str) -> None:
    assert effect_of(shlex.split(line)) > Effect.UNKNOWN


@pytest.mark.parametrize("line", [line.strip() for line in COMMANDS_THAT_DO_NOT])
def test_words_in_arguments_do_not_go_out(line: str) -> None:
    assert effect_of(shlex.split(line)) <= Effect.UNKNOWN


def test_the_tables_of_nouns_speak_of_words_of_effect_only() -> None:
    assert all(EFFECT_OF[word] > Effect.UNKNOWN for word in ALSO_NOUNS)
    assert MOSTLY_VERBS < ALSO_NOUNS
    assert not ABOUT & DOCUMENTS
