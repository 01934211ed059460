"""A commit's subject and paths -> may the word before its colon be kept, and what kinds of files it edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from fivetimes.redaction.vocabulary import public

# ---- the type of a commit

_CONVENTIONAL = frozenset(
    "build bump chore ci deps docs feat fix hotfix merge perf post refactor release revert style test tests wip".split()
)


def is_commit_kind(word: str) -> bool:
    """Whether a word is a conventional type of commit or a public word; any other may be part of what the subject says.

    Example:
        >>> is_commit_kind("feat"), is_commit_kind("zqhunter")
        (True, False)
    """
    return word in _CONVENTIONAL or public().is_word(word)


# ---- the files of a commit

_MOST = 12  # files; a commit of more is told by kinds alone

# kind, pattern of the whole path, an example; the first that fits
KINDS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (kind, re.compile(pattern, re.I), example)
    for kind, pattern, example in (
        (
            "ci",
            r"(^|.*/)(\.github/(workflows|actions)|\.circleci|\.gitlab|\.buildkite)/.*|.*\.gitlab-ci\.ya?ml|.*Jenkinsfile",
            ".github/workflows/test.yml",
        ),
        (
            "changelog",
            r"(^|.*/)(change(s|log)|news|history|release[-_]?notes?)(\.\w+)?|.*changelog\.d/.*|.*newsfragments/.*",
            "docs/changelog.rst",
        ),
        ("lock", r".*(\.lock|lock\.(json|ya?ml)|go\.sum|\.lockb)", "poetry.lock"),
        (
            "dependencies",
            r"(^|.*/)(requirements[^/]*\.(txt|in)|Pipfile|Gemfile|go\.mod|constraints[^/]*\.txt)",
            "requirements-dev.txt",
        ),
        (
            "build",
            r"(^|.*/)(pyproject\.toml|setup\.(py|cfg)|package\.json|Cargo\.toml|pom\.xml|build\.gradle(\.kts)?|[Mm]akefile|[Jj]ustfile|tox\.ini|noxfile\.py|.*\.gemspec|CMakeLists\.txt)",
            "setup.py",
        ),
        (
            "container",
            r"(^|.*/)(Dockerfile[^/]*|docker-compose[^/]*\.ya?ml|compose\.ya?ml|Containerfile)|.*\.(tf|tfvars)|.*/?(charts|helm|k8s|kubernetes)/.*",
            "deploy/Dockerfile",
        ),
        ("migration", r".*(^|/)(migrations?|alembic/versions|db/migrate)/.*", "db/migrate/0007_slug.rb"),
        (
            "tests",
            r"(^|.*/)(tests?|specs?|__tests__|testing)/.*|(^|.*/)(test_[^/]*|[^/]*[._-](test|spec)s?)\.\w+",
            "tests/test_cli.py",
        ),
        (
            "docs",
            r"(^|.*/)(docs?|documentation)/.*|.*\.(md|rst|adoc|txt|markdown)|(^|.*/)(readme|licen[cs]e|contributing|authors)(\.\w+)?",
            "docs/cli.rst",
        ),
        ("settings", r".*\.(ya?ml|toml|ini|cfg|json|conf|properties)|(^|.*/)\.[^/]+", ".pre-commit-config.yaml"),
        ("data", r".*\.(csv|tsv|parquet|sqlite3?|db|xml|xlsx?|ipynb|svg|png|jpe?g|gif|pdf)", "data/sales.csv"),
        ("style", r".*\.(css|scss|less|html?|jinja2?|tmpl|vue|svelte)", "templates/page.html"),
        ("code", r".*\.\w{1,8}", "src/app/main.py"),
    )
)


def kind_of(path: str) -> str:
    """What sort of file a path names, from a closed list.

    Example:
        >>> kind_of("tests/test_cli.py"), kind_of("docs/changelog.rst"), kind_of("setup.py"), kind_of("src/cli.py")
        ('tests', 'changelog', 'build', 'code')
    """
    return next((kind for kind, pattern, _ in KINDS if pattern.fullmatch(path)), "other")


def touched(files: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    """(kind, path) of what a commit edited, in order of kind and path; of many files only the kinds, without paths.

    Example:
        >>> touched(["setup.py", "docs/changelog.rst"])
        (('build', 'setup.py'), ('changelog', 'docs/changelog.rst'))
    """
    told = sorted((kind_of(path), str(PurePosixPath(path))) for path in files)
    if len(told) > _MOST:
        return tuple((kind, None) for kind in sorted({kind for kind, _ in told}))
    return tuple(told)
