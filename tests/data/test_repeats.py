"""Copies are found however they were changed, and nothing else is; splits keep them together."""

from dataclasses import replace

import numpy as np
import pytest

from pyojeong.data.assemble import assemble
from pyojeong.data.dataset import SPLITS
from pyojeong.data.fingerprint import Prints, digest, fingerprints, thumbnail
from pyojeong.data.leaks import find_leaks, worst
from pyojeong.data.overlay import overlay
from pyojeong.data.repeats import find_repeats, link
from pyojeong.data.split import split_dataset
from pyojeong.data.stores import EncodedPictures
from pyojeong.errors import BadInput, BadSettings

KINDS = ("equal", "resize", "crop", "brightness", "jpeg", "mirror")


class Listed:
    """Pictures of any sizes in memory."""

    def __init__(self, images):
        self.images = images

    def __len__(self):
        return len(self.images)

    def name(self, row):
        return f"picture {row}"

    def read(self, row):
        return self.images[row]


@pytest.fixture(scope="module")
def planted(pattern, copied):
    """60 pictures and 30 copies; the pairs that are copies, by kind."""
    rng = np.random.default_rng(5)
    images = [pattern(seed) for seed in range(60)]
    truth = {}
    for n in range(30):
        kind = KINDS[n % len(KINDS)]
        truth[n, len(images)] = kind
        images.append(copied(images[n], kind, rng))
    return images, truth


def dataset(images, labels=None, **columns):
    return assemble("planted", Listed(images), labels or ["x"] * len(images), **columns)


class TestRepeats:
    def test_all_copies_and_nothing_else(self, planted):
        images, truth = planted
        found = find_repeats(fingerprints(dataset(images)))
        pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
        assert len(set(pairs)) == len(pairs)
        assert set(pairs) == set(truth)
        assert all((truth[p] == "equal") == e for p, e in zip(pairs, found.exact, strict=True))
        assert all((truth[p] == "mirror") == m for p, m in zip(pairs, found.mirrored, strict=True))
        assert (np.diff(found.agreement) <= 0).all()

    def test_turned_copies_where_asked(self, planted, copied):
        images, truth = planted
        rng = np.random.default_rng(3)
        truth, images = dict(truth), list(images)
        turns, mirrored = dict.fromkeys(truth, 0), {p: k == "mirror" for p, k in truth.items()}
        for n in range(30, 54):
            # Each of three turns with each kind, mirrored ones too; cropped and compressed as well.
            kind, k = KINDS[n % len(KINDS)], 1 + n // len(KINDS) % 3
            pair = (n, len(images))
            images.append(np.ascontiguousarray(np.rot90(copied(images[n], kind, rng), k)))
            truth[pair], turns[pair], mirrored[pair] = kind, min(k, 4 - k), kind == "mirror"
        prints = fingerprints(dataset(images))
        upright = find_repeats(prints)
        assert len(upright) == 30
        assert not upright.turns.any()
        found = find_repeats(prints, turned=True)
        pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
        assert sorted(pairs) == sorted(truth)
        assert found.turns.tolist() == [turns[pair] for pair in pairs]
        # Turned by half and mirrored is mirrored top to bottom: still one mirroring.
        assert found.mirrored.tolist() == [mirrored[pair] for pair in pairs]

    def test_only_equal_pixels(self, planted):
        images, truth = planted
        found = find_repeats(fingerprints(dataset(images)), near=False)
        assert len(found) == sum(kind == "equal" for kind in truth.values())

    def test_flat_and_unreadable_pictures_equal_only_themselves(self):
        flat = [np.full((40, 40, 3), v, np.uint8) for v in (0, 10, 10, 200)]
        prints = fingerprints(dataset(flat))
        found = find_repeats(prints)
        assert list(zip(found.first, found.second, strict=True)) == [(1, 2)]
        broken = assemble("b", EncodedPictures(("a", "b"), [b"no", b"no"]), ["x", "x"])
        prints = fingerprints(broken)
        assert all(prints.errors)
        assert len(find_repeats(prints)) == 0

    def test_nothing_and_one(self, pattern):
        for images in ([], [pattern(0)]):
            assert len(find_repeats(fingerprints(dataset(images)))) == 0

    def test_the_window_is_found_to_a_fraction_of_a_pixel(self, pattern):
        image = pattern(3, 192)
        true = np.array([12, 180, 24, 168]) / 192
        cut = image[24:168, 12:180]
        thumbs = np.stack([thumbnail(image), thumbnail(cut)])
        one, two = np.array([0]), np.array([1])
        score, window = overlay(thumbs, one, two, np.array([[0.05, 0.95, 0.05, 0.95]]))
        assert score[0] > 0.95
        assert np.abs(window[0] - true).max() < 0.01

    def test_links_against_walks(self):
        rng = np.random.default_rng(0)
        for _ in range(50):
            n = int(rng.integers(1, 30))
            pairs = rng.integers(0, n, (int(rng.integers(0, 30)), 2))
            near = np.eye(n, dtype=bool)
            near[pairs[:, 0], pairs[:, 1]] = near[pairs[:, 1], pairs[:, 0]] = True
            for _ in range(5):
                near = near @ near
            assert link(n, pairs).tolist() == near.argmax(1).tolist()

    def test_digests_tell_shapes_apart(self):
        long = np.zeros((2, 8, 3), np.uint8)
        assert digest(long) != digest(long.reshape(8, 2, 3))
        assert isinstance(
            Prints(
                np.array([digest(long)]),
                *[np.zeros((1, 64, 64), np.uint8), np.zeros(1, bool), ("",)],
            ),
            Prints,
        )


class TestSplits:
    @pytest.mark.parametrize("seed", range(12))
    def test_no_split_shares_a_person_or_a_copy(self, planted, seed):
        images, truth = planted
        rng = np.random.default_rng(seed)
        people = [f"p{p}" if p < 15 else "" for p in rng.integers(0, 25, len(images))]
        labels = [("a", "b", "c")[c] for c in rng.choice(3, len(images), p=[0.6, 0.3, 0.1])]
        rows = rng.integers(0, len(images), len(images))
        whole = dataset(images, labels, rows=rows, identities=people)
        shares = rng.dirichlet([5, 2, 2])
        split = split_dataset(whole, shares, seed)
        assert set(split.splits.tolist()) <= set(SPLITS)
        for column in (split.rows, split.identities):
            for value in set(column.tolist()) - {""}:
                assert len(set(split.splits[column == value].tolist())) == 1
        home = dict(zip(rows.tolist(), split.splits.tolist(), strict=True))
        assert all(home.get(a, home.get(b)) == home.get(b, home.get(a)) for a, b in truth)
        assert not find_leaks(split).leaking
        again = split_dataset(whole, shares, seed)
        assert np.array_equal(again.splits, split.splits)

    def test_classes_are_spread_by_the_shares(self, pattern):
        images = [pattern(seed, 24) for seed in range(300)]
        labels = ["a"] * 240 + ["b"] * 60
        split = split_dataset(dataset(images, labels), (0.7, 0.2, 0.1), near=False)
        for label, n in ((0, 240), (1, 60)):
            got = [int((split.splits[split.labels == label] == s).sum()) for s in SPLITS]
            assert np.abs(np.array(got) - np.array([0.7, 0.2, 0.1]) * n).max() <= 2

    def test_shares_that_are_none(self, pattern):
        one = dataset([pattern(0)])
        for shares in ((1, 1, 1), (0.5, 0.5), (1.5, -0.5, 0), (float("nan"), 0, 1)):
            with pytest.raises(BadSettings):
                split_dataset(one, shares)
        with pytest.raises(BadInput):
            split_dataset(one.take([]))


class TestLeaks:
    def test_every_planted_leak_is_reported(self, planted):
        images, truth = planted
        splits = ["train"] * 60 + ["test", "val", "train"] * 10
        people = [""] * len(images)
        people[0] = people[60] = "kim"
        labels = ["a"] * 61 + ["b"] * 29
        leaks = find_leaks(dataset(images, labels, splits=splits, identities=people))
        seen = {(c.first, c.second): c for c in leaks.crossings}
        for split in ("train", "val", "test"):
            kinds = [kind for (_, b), kind in truth.items() if splits[b] == split]
            crossing = seen["train", split]
            assert crossing.exact == kinds.count("equal")
            assert crossing.near == len(kinds) - kinds.count("equal")
            assert crossing.mirrored == kinds.count("mirror")
        assert leaks.leaking
        assert leaks.identities == (("kim", ("test", "train")),)
        assert seen["train", "test"].identities == 1
        assert sum(c.contradictions for c in leaks.crossings) == 29
        first = worst(dataset(images, labels, splits=splits), leaks, 20)
        assert all(splits[leaks.repeats.second[at]] != "train" for at in first)

    def test_a_clean_set_leaks_nothing(self, pattern):
        whole = dataset([pattern(s) for s in range(20)], splits=["train"] * 10 + ["test"] * 10)
        assert not find_leaks(whole).leaking

    def test_fer2013_repeats_itself(self, data_folder):
        from pyojeong.data.load import load_dataset

        whole = load_dataset(data_folder / "faces/fer2013_train.npz", split="train")
        leaks = find_leaks(replace(whole, splits=whole.splits).take(range(3000)))
        (inside,) = leaks.crossings
        assert inside.exact >= 5
        assert inside.near >= 20
