"""privacy: what commands and names do to the world."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.model import Effect
from fivetimes.redaction import effect_of, effect_of_name
from fivetimes.redaction.effects import VERBS, EffectRule, Verbs, by_program, rules


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.example)
def test_each_rule_classifies_its_example(rule: EffectRule) -> None:
    assert effect_of(shlex.split(rule.example)) is rule.effect
    assert rule.because


@pytest.mark.parametrize("verbs", VERBS, ids=lambda verbs: verbs.example)
def test_each_row_of_verbs_classifies_its_example(verbs: Verbs) -> None:
    assert effect_of_name(verbs.example) is verbs.effect


def test_no_command_stands_twice_without_a_condition() -> None:
    for program, rows in by_program().items():
        bare = [path for path, rule in rows if rule.needs is None]
        assert len(bare) == len(set(bare)), program


COMMANDS = {
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
    "curl -XPOST https://a.example": Effect.SEND,
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
