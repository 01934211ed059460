"""The engine on Spark, local and bound to the loopback address: the same patterns, the same order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oracles
from fivetimes.errors import MiningError
from fivetimes.sequential_patterns import Task, mine, mine_parquet

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]  # the warnings of pyspark are not ours

databases = st.lists(st.text("abc", max_size=7), min_size=1, max_size=3)
gaps = st.one_of(st.none(), st.integers(0, 3))
counts = st.sampled_from(["occurrences", "sessions"])
# a job of Spark takes tenths of a second whatever it does
few = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module", autouse=True)
def spark():
    from fivetimes.sequential_patterns.spark import session

    with session() as one:
        one.sparkContext.setLogLevel("ERROR")
        yield one


def test_the_driver_listens_on_the_loopback_address_alone(spark):
    settings_ = dict(spark.sparkContext.getConf().getAll())
    assert settings_["spark.driver.host"] == settings_["spark.driver.bindAddress"] == "127.0.0.1"
    assert spark.sparkContext.uiWebUrl is None


@few
@given(databases, st.integers(1, 3), gaps)
def test_spark_agrees_with_the_oracle(db, least, max_gap):
    found = mine(db, support=least, max_gap=max_gap, max_length=3, engine="spark").records()
    assert {p.tokens: p.support for p in found} == oracles.frequent(db, least, max_gap, 3)


@few
@given(st.lists(st.text("abcd", max_size=25), min_size=1, max_size=4), st.integers(2, 4), gaps, counts)
def test_spark_gives_the_same_in_the_same_order(db, least, max_gap, count):
    asked = {"support": least, "max_gap": max_gap, "max_length": 4, "count": count, "keep": "closed"}
    assert mine(db, **asked, engine="spark").records() == mine(db, **asked, engine="numpy").records()


def test_too_many_patterns_are_refused_by_the_driver_too():
    db = ["abcdefgh" * 3] * 5
    with pytest.raises(MiningError, match="the limit is 300"):
        mine(db, support=5, max_gap=2, max_length=6, engine="spark", limit=300)


def table(spark, tmp_path, *, activities=("a", "b", "c", "a", "b")):
    """Two cases out of order, a tie, a missing time, a row without an activity."""
    rows = [
        ("two", 5.0, activities[0]),
        ("one", 1.0, activities[0]),
        ("one", 2.0, activities[1]),
        ("one", None, activities[2]),
        ("two", 6.0, activities[1]),
        ("two", 6.0, activities[2]),
        ("two", 6.0, None),
        ("one", 2.0, activities[3]),
        ("one", 2.0, activities[4]),
    ]
    path = tmp_path / "events.parquet"
    frame = spark.createDataFrame(
        rows, "case string, time double, activity " + ("long" if activities[0] == 1 else "string")
    )
    frame.coalesce(1).write.parquet(str(path))
    return path, rows


@pytest.mark.parametrize("windows_from", [0, 1000])
@pytest.mark.parametrize("activities", [("a", "b", "c", "a", "b"), (1, 2, 10, 1, 2)])
@pytest.mark.parametrize("max_gap", [0, 1, None])
@pytest.mark.parametrize("count", ["occurrences", "sessions"])
def test_parquet_gives_what_lists_give(spark, tmp_path, windows_from, activities, max_gap, count):
    path, _ = table(spark, tmp_path, activities=activities)
    a, b, c, *_ = activities
    traces = [[a, b, a, b, c], [a, b, c]]
    task = Task(2, max_gap, 1, 4, count, "all", 10_000)
    found = mine_parquet(path, task, score=True, windows_from=windows_from)
    wanted = mine(traces, support=2, max_gap=max_gap, max_length=4, count=count, columns=["surprise"])
    assert found.records() == wanted.records()
    assert found.columns["surprise"].tolist() == wanted.columns["surprise"].tolist()


def test_a_table_without_a_column_is_refused_with_its_name(spark, tmp_path):
    path = tmp_path / "events.parquet"
    spark.createDataFrame([("x", 1.0)], "case string, time double").write.parquet(str(path))
    with pytest.raises(MiningError, match="no column activity"):
        mine_parquet(path, Task(2, 1, 1, 4, "occurrences", "all", 100))
