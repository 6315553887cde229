"""What is fitted is what scikit-learn fits."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import Linear
from stftcli.features.settings import FeatureSettings
from stftcli.jobs.fit import fit_classes, fit_pca, fit_ridge
from stftcli.jobs.rows import Rows
from stftcli.manifests.entry import Entry
from tests.oracles.conftest import oracle
from tests.signals import assert_close, noise

Floats = NDArray[Any]

ROWS, COLUMNS = 3000, 12


@pytest.fixture(scope="session")
def decomposition() -> Any:
    return oracle("sklearn.decomposition")


@pytest.fixture(scope="session")
def linear_model() -> Any:
    return oracle("sklearn.linear_model")


@pytest.fixture(scope="module")
def rows() -> Floats:
    """Rows whose columns differ in mean and deviation, and depend on each other."""
    mixing = np.eye(COLUMNS) + 0.2 * noise(COLUMNS, COLUMNS, seed=1)
    return noise(ROWS, COLUMNS) @ mixing * np.linspace(0.5, 3, COLUMNS) + 5


@pytest.fixture
def inputs(tmp_path: Path, rows: Floats) -> Rows:
    """The same rows in three files."""
    names = []
    for number, part in enumerate(np.split(rows, [700, 701])):
        names.append(str(tmp_path / f"{number}.npy"))
        np.save(names[-1], part)
    return Rows([Entry(name, name) for name in names], FeatureSettings())


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("components", [1, 5, COLUMNS])
def test_pca(
    tmp_path: Path, rows: Floats, inputs: Rows, components: int, whiten: bool, decomposition: Any
) -> None:
    theirs = decomposition.PCA(components, whiten=whiten, svd_solver="full")
    wanted = theirs.fit_transform(rows.astype(np.float64))
    file = tmp_path / "pca.safetensors"
    report, principal = fit_pca(inputs, str(file), components, whiten=whiten)
    got = Linear.load(file, "float64")(rows)
    signs = np.sign((got * wanted).sum(axis=0))
    assert_close(got * signs, wanted)
    assert_close(principal.variance, theirs.explained_variance_, 1e-10)
    assert_close(principal.ratio, theirs.explained_variance_ratio_, 1e-10)
    assert report.frames == ROWS
    if not whiten:
        assert_close(principal.weight * signs[:, None], theirs.components_, 1e-10)


@pytest.mark.parametrize("alpha", [0.01, 1.0, 1000.0])
@pytest.mark.parametrize("targets", [None, 3])
def test_ridge(
    tmp_path: Path,
    rows: Floats,
    inputs: Rows,
    targets: int | None,
    alpha: float,
    linear_model: Any,
) -> None:
    shape = (COLUMNS,) if targets is None else (COLUMNS, targets)
    wanted = rows @ noise(*shape, seed=2) + noise(ROWS, *shape[1:], seed=3) + 7
    np.save(tmp_path / "y.npy", wanted)
    linear = fit_ridge(inputs, str(tmp_path / "y.npy"), str(tmp_path / "r.npz"), alpha).linear
    theirs = linear_model.Ridge(alpha=alpha).fit(rows.astype(np.float64), wanted)
    assert linear.bias is not None
    assert_close(linear.weight, np.atleast_2d(theirs.coef_))
    assert_close(linear.bias, np.atleast_1d(theirs.intercept_))


def labels_of(rows: Floats, classes: int) -> NDArray[np.int64]:
    """Give labels that are mostly, but not always, what the rows say."""
    standard = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    scores = standard @ noise(COLUMNS, classes, seed=4) + 2 * noise(len(rows), classes, seed=5)
    return np.asarray(scores.argmax(axis=1))


def fitted_classes(folder: Path, inputs: Rows, labels: Floats, alpha: float) -> Linear:
    np.save(folder / "labels.npy", labels)
    files = (str(folder / "labels.npy"), str(folder / "classes.npz"))
    return fit_classes(inputs, *files, alpha=alpha, held_out=0).linear


def sklearns_classes(linear_model: Any, rows: Floats, labels: Floats, c: float) -> Any:
    model = linear_model.LogisticRegression(C=c, tol=1e-10, max_iter=10_000, solver="newton-cg")
    return model.fit(rows.astype(np.float64), labels)


@pytest.mark.parametrize("classes", [3, 5])
@pytest.mark.parametrize("alpha", [0.1, 1.0, 300.0])
def test_logistic(
    tmp_path: Path, rows: Floats, inputs: Rows, alpha: float, classes: int, linear_model: Any
) -> None:
    labels = labels_of(rows, classes)
    linear = fitted_classes(tmp_path, inputs, labels, alpha)
    theirs = sklearns_classes(linear_model, rows, labels, 1 / alpha)
    assert linear.bias is not None
    assert_close(linear.weight, theirs.coef_, 1e-4)
    # The same number added to all scores changes nothing.
    assert_close(linear.bias - linear.bias.mean(), theirs.intercept_, 1e-4)
    assert (linear(rows).argmax(axis=1) == theirs.predict(rows)).mean() > 0.999


@pytest.mark.parametrize("alpha", [1.0, 300.0])
def test_logistic_of_two_classes(
    tmp_path: Path, rows: Floats, inputs: Rows, alpha: float, linear_model: Any
) -> None:
    # scikit-learn keeps the difference of the two scores alone, and so penalises it twice as much.
    labels = labels_of(rows, 2)
    linear = fitted_classes(tmp_path, inputs, labels, alpha)
    theirs = sklearns_classes(linear_model, rows, labels, 2 / alpha)
    assert linear.bias is not None
    assert_close(np.diff(linear.weight, axis=0), theirs.coef_, 1e-4)
    assert_close(np.diff(linear.bias), theirs.intercept_, 1e-4)
