"""The miner as a transformer: scikit-learn's own checks, and its counts held against the oracle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

import oracles
from fivetimes.errors import MiningError
from fivetimes.sequential_patterns import SequenceMiner

DB = [["pull", "build", "test"], ["pull", "lint", "build", "test"], ["edit"], []]


@pytest.mark.filterwarnings("ignore:Can't test estimator")  # said of every transformer of lists, its own included
def test_scikit_learns_checks_pass():
    results = estimator_checks.check_estimator(SequenceMiner())
    assert [result["check_name"] for result in results if result["status"] != "passed"] == []
    assert results


# what check_estimator leaves out for estimators of lists, though it asks nothing of the input
@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_set_params,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_valid_tag_types,
    ],
)
def test_a_check_that_needs_no_table_passes(check):
    check("SequenceMiner", SequenceMiner())


def test_fitting_changes_no_parameter_and_returns_the_miner():
    miner = SequenceMiner(support=2)
    before = miner.get_params()
    assert miner.fit(DB) is miner
    assert miner.get_params() == before
    assert not hasattr(clone(miner), "patterns_")


def test_what_is_not_fitted_says_so():
    with pytest.raises(NotFittedError):
        SequenceMiner().transform(DB)
    with pytest.raises(NotFittedError):
        SequenceMiner().get_feature_names_out()


@settings(deadline=None)
@given(
    st.lists(st.text("abc", max_size=10), min_size=1, max_size=4),
    st.lists(st.text("abcd", max_size=10), max_size=4),
    st.one_of(st.none(), st.integers(0, 3)),
    st.sampled_from(["occurrences", "sessions"]),
)
def test_transform_counts_disjoint_occurrences_per_session(fitted, others, max_gap, count):
    miner = SequenceMiner(support=1, max_gap=max_gap, max_length=3, count=count).fit(fitted)
    counts = miner.transform(others)
    assert issparse(counts)
    assert counts.shape == (len(others), len(miner.patterns_))
    wanted = [[oracles.support(p.tokens, [trace], max_gap) for p in miner.patterns_.records()] for trace in others]
    assert counts.toarray().tolist() == wanted


def test_a_column_of_the_fitted_sessions_adds_up_to_the_support():
    miner = SequenceMiner(support=1, max_gap=1, max_length=3)
    counts = miner.fit_transform(DB)
    assert np.asarray(counts.sum(axis=0)).ravel().tolist() == miner.patterns_.support.tolist()


def test_columns_are_called_by_their_tokens():
    names = SequenceMiner(support=2, min_length=3, max_length=3).fit(DB).get_feature_names_out()
    assert names.tolist() == ["pull → build → test"]


def test_parts_and_order_of_the_sessions_change_no_count():
    miner = SequenceMiner(support=1, max_length=3).fit(DB)
    whole = miner.transform(DB).toarray()
    assert np.vstack([miner.transform([trace]).toarray() for trace in DB]).tolist() == whole.tolist()
    assert miner.transform(DB[::-1]).toarray().tolist() == whole[::-1].tolist()


def test_it_takes_its_place_in_a_pipeline():
    sessions = [["build", "test", "push"], ["edit", "save"]] * 6
    model = make_pipeline(SequenceMiner(support=3), TfidfTransformer(), LogisticRegression())
    assert model.fit(sessions, [1, 0] * 6).score(sessions, [1, 0] * 6) == 1.0


def test_a_table_is_fitted_case_by_case():
    frame = pd.DataFrame({"case": [1, 1, 2, 2], "time": [1, 2, 1, 2], "activity": ["a", "b", "a", "b"]})
    assert SequenceMiner(support=2, min_length=2).fit_transform(frame).toarray().tolist() == [[1], [1]]


def test_a_parameter_that_makes_no_sense_is_refused_when_fitting():
    with pytest.raises(MiningError, match="support is 0"):
        SequenceMiner(support=0).fit(DB)
