"""Labels that were changed are doubted first; FER+ is a bar of the project."""

from dataclasses import replace

import numpy as np
import pytest

from pyojeong.data.assemble import assemble
from pyojeong.data.stores import ArrayPictures
from pyojeong.errors import BadInput

pytest.importorskip("sklearn", reason="scikit-learn is in the train extra")

from pyojeong.data.flips import features, find_flips


def labelled(labels, classes):
    store = ArrayPictures("t", np.zeros((len(labels), 8, 8), np.uint8))
    return assemble("t", store, [classes[c] if c >= 0 else "" for c in labels], classes=classes)


def test_planted_flips_are_doubted():
    rng = np.random.default_rng(0)
    true = rng.integers(0, 4, 600)
    described = (np.eye(4)[true] * 4 + rng.normal(0, 1, (600, 4))).astype(np.float32)
    flipped = rng.permutation(600)[:30]
    labels = true.copy()
    labels[flipped] = (labels[flipped] + rng.integers(1, 4, 30)) % 4
    labels[:3] = -1
    found = find_flips(labelled(labels, ("a", "b", "c", "d")), described)
    hit = np.isin(found.rows, flipped)
    assert hit.sum() >= 0.75 * 28
    assert hit.mean() >= 0.9
    assert (np.diff(found.margin) <= 0).all()
    assert (found.guessed != found.given).all()
    assert (found.guessed[hit] == true[found.rows[hit]]).mean() > 0.95
    assert np.isnan(found.probabilities[:3]).all()
    assert not set(found.rows.tolist()) & {0, 1, 2}


def test_too_little_to_compare():
    with pytest.raises(BadInput, match="two classes"):
        find_flips(labelled([0, 0, 0, 0, 0, 1], ("a", "b")), np.zeros((6, 2), np.float32))


def test_fer_plus_with_a_twentieth_flipped(data_folder):
    from pyojeong.data.load import load_dataset

    whole = load_dataset(data_folder / "faces/fer2013_public_test.npz")
    # Rows that the reader was not trained on; a third of them, for time.
    whole = whole.take(np.flatnonzero(whole.labels >= 0)[:1200])
    rng = np.random.default_rng(0)
    flipped = rng.permutation(len(whole))[: len(whole) // 20]
    labels = whole.labels.copy()
    labels[flipped] = (labels[flipped] + rng.integers(1, 8, len(flipped))) % 8
    found = find_flips(replace(whole, labels=labels), features(whole))
    hits = np.isin(found.rows, flipped).cumsum()
    precise = np.flatnonzero(hits / np.arange(1, len(hits) + 1) >= 0.5)
    assert hits[precise[-1]] / len(flipped) >= 0.6
