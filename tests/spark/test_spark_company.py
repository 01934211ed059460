"""Many teams on Spark, local and bound to the loopback address: what one process gives, whatever the workers are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import companies
from fivetimes import company, scan_requests, workspace
from fivetimes.config import SearchEngine
from fivetimes.errors import FivetimesError
from fivetimes.model.scans import Scan

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]  # the warnings of pyspark are not ours

KEY = b"a key for tests only"


@pytest.fixture(scope="module", autouse=True)
def spark():
    from fivetimes.sequential_patterns.spark import session

    with session() as one:
        one.sparkContext.setLogLevel("ERROR")
        yield one


def scanned(folder: Path, engine: SearchEngine) -> Scan:
    with company.workers_of(engine) as workers:
        return company.run(scan_requests.from_events(folder, engine=engine), workers, key=KEY).scan


def test_spark_gives_what_one_process_gives(tmp_path):
    folder = companies.company(tmp_path)
    found = scanned(folder, SearchEngine.SPARK)
    assert found == scanned(folder, SearchEngine.PROFILE)
    by_title = {one.steps[0].action: one for one in found.candidates}
    assert (by_title["do-a"].count, by_title["do-F"].count) == (10, 7)


def test_a_poisoned_team_is_its_own_sentence_on_spark_too(tmp_path):
    folder = companies.company(tmp_path)
    (folder / "aqua").mkdir()
    (folder / "aqua" / "fivetimes.toml").write_text("[[person\n")
    found = scanned(folder, SearchEngine.SPARK)
    assert found == scanned(folder, SearchEngine.PROFILE)
    (problem,) = found.skipped
    assert problem.startswith("aqua: ")


def test_what_is_large_is_dropped_when_it_is_no_longer_needed(tmp_path, spark):
    scanned(companies.company(tmp_path), SearchEngine.SPARK)
    assert len(spark.sparkContext._jsc.getPersistentRDDs()) == 0


def test_a_worker_that_is_lost_is_a_stated_problem():
    def ends(_number: int, _large: bytes) -> tuple[bytes, bytes]:
        os._exit(1)

    with company.on_spark() as workers, pytest.raises(FivetimesError, match="Spark ended the scan"):
        workers([b"a team"]).then(ends).small()


def test_the_scan_of_many_teams_is_kept_for_the_other_commands(tmp_path):
    folder, home = companies.company(tmp_path / "teams"), tmp_path / "home"
    request = scan_requests.from_events(folder, engine=SearchEngine.SPARK)
    found = company.scan(request, folder=home)
    assert workspace.last_scan(request, folder=home) == found
    assert found.candidates
