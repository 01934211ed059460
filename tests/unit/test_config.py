"""fivetimes.toml as it is written for a person who begins."""

from __future__ import annotations

import re
import tomllib

from fivetimes import config


def test_every_key_stands_in_the_commented_file_and_all_of_it_can_be_uncommented(tmp_path):
    """What `init` writes: no key is missing, and none that is no longer known."""
    text = config.commented(["~/.zsh_history"], name='an"a', emails=["ana@example.net"])
    bare = [line.removeprefix("# ") for line in text.splitlines() if re.match(r"# (\[|\w+ = )", line)]
    (tmp_path / "fivetimes.toml").write_text("\n".join(bare), encoding="utf-8")
    team = config.load(tmp_path / "fivetimes.toml")
    assert team.rule == config.FiveTimesRule()
    assert (team.idle, team.persons[0].name, team.persons[0].sources) == (config.IDLE, 'an"a', ("~/.zsh_history",))
    written = tomllib.loads("\n".join(bare))
    assert set(written) == set(config._DOCUMENT)
    assert set(written["rule"]) == set(config._RULE) - {"override"}
    for table, shape in (("ignore", config._IGNORE), ("memory", config._MEMORY), ("sessions", config._SESSIONS)):
        assert set(written[table]) == set(shape)
    assert set(written["person"][0]) == set(config._PERSON)
