"""The linear layer of `dv.teach`, against scikit-learn's logistic regression."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from deepvis_widgets.zoo.teaching.linear_head import fit, leave_one_out

COUNTS = ((3, 3), (6, 2), (4, 3, 5))


def clouds(counts: tuple[int, ...], width: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows round a centre for each class, close enough that some lie on the wrong side."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(len(counts), width))
    classes = np.repeat(np.arange(len(counts)), counts)
    return 3 + centres[classes] + 2.5 * random.normal(size=(len(classes), width)), classes


def reference(features: np.ndarray, classes: np.ndarray, l2: float) -> tuple[LogisticRegression, np.ndarray, float]:
    """scikit-learn's layer for rows centred and scaled as documented, and this centre and scale."""
    mean = features.mean(0)
    scale = float(np.sqrt(((features - mean) ** 2).sum(1).mean()))
    # of two classes scikit-learn keeps one row, the difference of ours, whose square is twice what ours are together
    times = 2 if classes.max() == 1 else 1
    model = LogisticRegression(C=times / (l2 * len(features)), class_weight="balanced", tol=1e-10, max_iter=10_000)
    return model.fit((features - mean) / scale, classes), mean, scale


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("l2", [1.0, 0.01])
def test_the_layer_is_that_of_scikit_learn(counts: tuple[int, ...], l2: float) -> None:
    features, classes = clouds(counts)
    found = fit(features, classes, len(counts), l2)
    model, mean, scale = reference(features, classes, l2)
    expected = model.predict_proba((features - mean) / scale)
    scores = found.scores(features)
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    assert np.allclose(shares, expected, atol=1e-5)
    ours = found.weight if len(counts) > 2 else found.weight[1:] - found.weight[:1]
    assert np.allclose(ours * scale, model.coef_, atol=1e-4)


@pytest.mark.parametrize("counts", COUNTS)
def test_each_row_is_told_by_a_layer_that_did_not_see_it(counts: tuple[int, ...]) -> None:
    features, classes = clouds(counts, seed=5)
    expected = []
    for place in range(len(features)):
        others = np.arange(len(features)) != place
        model, mean, scale = reference(features[others], classes[others], 0.01)
        expected.append(int(model.predict((features[place : place + 1] - mean) / scale)[0]))
    assert leave_one_out(features, classes, len(counts)).tolist() == expected
    assert expected != classes.tolist()  # some lie on the wrong side, or it would say nothing


def test_a_copy_does_not_give_the_answer_away() -> None:
    features, classes = clouds((3, 3), seed=5)
    wrong = leave_one_out(features, classes, 2) != classes
    twice = leave_one_out(np.repeat(features, 2, 0), np.repeat(classes, 2), 2)
    assert wrong.any() and (twice[::2] != classes)[wrong].all()


def test_a_row_alone_in_its_class_is_told_nothing() -> None:
    features, classes = clouds((3, 1, 2))
    assert (leave_one_out(features, classes, 3) == -1).tolist() == [False, False, False, True, False, False]


def test_rows_that_are_all_the_same_are_no_class_more_than_another() -> None:
    found = fit(np.ones((4, 3)), np.array([0, 0, 0, 1]), 2)
    assert np.allclose(found.scores(np.ones((1, 3))), found.scores(np.ones((1, 3)))[0, 0], atol=1e-6)
