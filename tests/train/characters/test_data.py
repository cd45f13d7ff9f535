"""Pictures kept at the network's size, and batches made of them."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.data.instances.types import InstanceSet, Outline, OutlinedPicture
from pyojeong.errors import BadInput, BadSettings
from pyojeong.media.image import Picture, write_image
from pyojeong.train.characters.augment import batch, placed
from pyojeong.train.characters.cache import Shown, drop_caches, open_cache, write_cache
from pyojeong.train.characters.config import Augment
from pyojeong.train.characters.gathering import common_size, gather, set_digest

STILL = Augment(mirror=0, move=0, blur=0, light=0)


def shown(rng, name, height, width, figures):
    masks = rng.random((figures, height, width)) < 0.3
    masks[:, 2, 3] = True
    image = rng.integers(0, 255, (height, width, 3), np.uint8)
    return Shown(name, image, masks, np.arange(figures, dtype=np.int64))


class TestCache:
    def test_pictures_and_overlapping_masks_come_back(self, tmp_path):
        rng = np.random.default_rng(0)
        made = [shown(rng, "a", 20, 31, 3), shown(rng, "b", 8, 9, 0), shown(rng, "다", 40, 10, 31)]
        write_cache(tmp_path, "train", "key", made)
        found = open_cache(tmp_path, "train", "key")
        assert len(found) == 3
        for row, one in enumerate(made):
            again = found.shown(row)
            assert again.name == one.name
            assert np.array_equal(again.image, one.image)
            assert np.array_equal(again.masks, one.masks)
            assert np.array_equal(again.classes, one.classes)
        drop_caches(tmp_path)
        assert not tmp_path.exists()

    def test_only_whole_files_of_the_same_pictures_are_taken(self, tmp_path):
        write_cache(tmp_path, "val", "key", [shown(np.random.default_rng(0), "a", 9, 9, 1)])
        assert open_cache(tmp_path, "val", "other") is None
        assert open_cache(tmp_path, "train", "key") is None
        short = (tmp_path / "val.pixels").read_bytes()[:-1]
        (tmp_path / "val.pixels").write_bytes(short)
        assert open_cache(tmp_path, "val", "key") is None
        (tmp_path / "val.npz").write_bytes(b"torn")
        assert open_cache(tmp_path, "val", "key") is None

    def test_a_writer_that_is_stopped_leaves_nothing_whole(self, tmp_path):
        write_cache(tmp_path, "val", "key", [shown(np.random.default_rng(0), "a", 9, 9, 1)])

        def stopped():
            yield shown(np.random.default_rng(1), "b", 9, 9, 1)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_cache(tmp_path, "val", "key", stopped())
        assert open_cache(tmp_path, "val", "key") is None


class TestGathering:
    def test_masks_are_those_of_the_outlines(self, outlined, material):
        assert material.size == (128, 96)
        assert {name: len(cache) for name, cache in material.parts.items()} == {
            "train": 10,
            "val": 4,
        }
        assert material.measured == "val"
        assert "mended" in material.notes[0]
        for row, picture in enumerate(outlined.split("train")):
            there = [o.mask(72, 128) for o in picture.outlines]
            again = material.parts["train"].shown(row)
            assert again.image.shape == (72, 128, 3)
            assert len(again.masks) == len(there)
            assert all(np.array_equal(a, b) for a, b in zip(again.masks, there, strict=True))

    def test_large_pictures_are_shrunk_and_what_is_lost_is_told(self, outlined, tiny, tmp_path):
        square = np.array([[0, 0], [400, 0], [400, 300], [0, 300]], np.float32)
        dot = square / 100
        file = tmp_path / "large.png"
        write_image(file, Picture(np.full((600, 800, 3), 9, np.uint8)))
        outlines = (Outline(0, (square,)), Outline(1, (dot,)), Outline(1, (square + 200,)))
        large = OutlinedPicture(file, "large.png", 800, 600, outlines, "train")
        gone = replace(large, file=tmp_path / "gone.png", name="gone.png")
        other = replace(large, name="other.png", width=400)
        few = InstanceSet("few", ("a", "b"), (large, gone, other, replace(large, split="val")))
        config = tiny.with_values({"train.figures": 1})
        made = gather(config, tmp_path / "run", few)
        assert made.size == (128, 96)
        (one,) = [made.parts["train"].shown(n) for n in range(len(made.parts["train"]))]
        assert one.image.shape == (96, 128, 3)
        assert one.masks.sum((1, 2)).tolist() == [64 * 48]
        told = " ".join(made.notes)
        assert "train: 2 pictures are left out: gone.png" in told
        assert "other.png" in told
        assert "800 x 600" in told
        assert "val: 1 figures of fewer than" in told
        assert "the smallest of pictures with more than 1" in told
        again = gather(config, tmp_path / "run", few)
        assert again.notes == made.notes, "they are kept with the pictures"

    def test_the_shape_is_the_most_common_one(self):
        def of(*sizes):
            return [OutlinedPicture(None, "", w, h, ()) for w, h in sizes]

        assert common_size(of((1920, 1080), (1280, 720), (500, 500)), 640) == (640, 384)
        assert common_size(of((1080, 1920)), 640) == (384, 640)
        assert common_size(of((300, 300), (1000, 1000), (20, 10)), 320) == (320, 320)

    def test_an_outline_that_moves_is_another_set(self, outlined):
        first = outlined.pictures[0]
        ring = np.array([[0, 0], [9, 0], [9, 9]], np.float32)
        moved = replace(first, outlines=(Outline(0, (ring,)),))
        sets = [
            outlined,
            replace(outlined, labels=outlined.labels[::-1]),
            replace(outlined, pictures=(moved, *outlined.pictures[1:])),
            replace(outlined, pictures=(replace(first, split="val"), *outlined.pictures[1:])),
        ]
        assert len({set_digest(one) for one in sets}) == len(sets)

    def test_a_set_without_val_is_divided_and_its_test_part_stays(self, outlined, tiny, tmp_path):
        def parts(*splits):
            named = tuple(
                replace(p, split=splits[n % len(splits)]) for n, p in enumerate(outlined.pictures)
            )
            name = "-".join(splits) or "none"
            made = gather(tiny, tmp_path / name, replace(outlined, pictures=named))
            return {split: set(cache.names) for split, cache in made.parts.items()}, named

        found, named = parts("train", "train", "test")
        assert found["test"] == {p.name for p in named if p.split == "test"}
        assert found["train"] | found["val"] == {p.name for p in named if p.split != "test"}
        assert not found["train"] & found["val"]
        found, _ = parts("")
        assert len(found["train"]) + len(found["val"]) == 14
        assert set(found) == {"train", "val"}
        found, named = parts("train", "val", "")
        assert found["train"] == {p.name for p in named if p.split != "val"}

    def test_one_thing_to_learn_from_is_needed(self, outlined, tiny, tmp_path):
        with pytest.raises(BadSettings):
            gather(tiny, tmp_path, None)
        with pytest.raises(BadSettings):
            gather(tiny.with_values({"data.cartoon": 5}), tmp_path, outlined)

    def test_a_part_without_figures_is_named(self, outlined, tiny, tmp_path):
        bare = [replace(p, outlines=()) if p.split == "val" else p for p in outlined.pictures]
        with pytest.raises(BadInput, match="val"):
            gather(tiny, tmp_path, replace(outlined, pictures=tuple(bare)))

    def test_the_cartoon_is_drawn_with_parts_never_trained_on(self, tiny, tmp_path, monkeypatch):
        monkeypatch.setattr("pyojeong.train.characters.gathering._HELD", 3)
        made = gather(tiny.with_values({"data.cartoon": 5}), tmp_path, None)
        assert {name: len(cache) for name, cache in made.parts.items()} == {
            "train": 5,
            "val": 3,
            "test": 3,
        }
        assert made.size == (128, 96)
        assert made.measured == "test"


class TestBatches:
    def test_without_chance_a_picture_lies_in_the_middle(self, material):
        cache = material.parts["train"]
        made = batch(cache, np.arange(4), (128, 96), STILL, np.random.default_rng(0))
        assert made.images.shape == (4, 96, 128, 3)
        for place in range(4):
            truth = cache.shown(place)
            assert np.array_equal(made.images[place, 12:84], truth.image)
            assert (made.images[place, :12] == 114).all()
            kept = truth.masks.sum((1, 2)) > 60
            there = made.classes[place] >= 0
            assert made.classes[place][there].tolist() == truth.classes[kept].tolist()
            areas = made.masks[place][there].sum((1, 2)) * 16
            assert areas == pytest.approx(truth.masks[kept].sum((1, 2)))
            for box, mask in zip(made.boxes[place][there], truth.masks[kept], strict=True):
                rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
                assert box.tolist() == [
                    columns[0], rows[0] + 12, columns[-1] + 1, rows[-1] + 13
                ]  # fmt: skip

    def test_masks_move_with_their_picture(self, tmp_path):
        image = np.full((72, 128, 3), 10, np.uint8)
        mask = np.zeros((1, 72, 128), bool)
        mask[0, 20:50, 30:90] = True
        image[mask[0]] = 240
        write_cache(tmp_path, "one", "key", [Shown("a", image, mask, np.zeros(1, np.int64))])
        cache = open_cache(tmp_path, "one", "key")
        how = Augment(move=1, mirror=0.5, rotate=25, blur=0, light=0)
        for seed in range(6):
            rng = np.random.default_rng(seed)
            made = batch(cache, np.zeros(1, np.int64), (160, 96), how, rng)
            bright = (made.images[0, ..., 0] > 175).astype(float)
            shares = bright.reshape(24, 4, 40, 4).mean((1, 3))
            assert np.abs(shares - made.masks[0, 0]).mean() < 0.01

    def test_a_mirrored_picture_is_mirrored_exactly(self, material):
        cache = material.parts["train"]
        how = replace(STILL, mirror=1)
        rows, rng = np.arange(2), np.random.default_rng(0)
        plain = batch(cache, rows, (128, 96), STILL, rng)
        turned = batch(cache, rows, (128, 96), how, rng)
        assert np.array_equal(plain.images[:, :, ::-1], turned.images)
        assert np.allclose(plain.masks[..., ::-1], turned.masks)

    def test_turning_keeps_lengths(self):
        how = Augment(move=1, rotate=180, mirror=0)
        for seed in range(5):
            made = placed(72, 128, (128, 96), how, np.random.default_rng(seed))[:, :2]
            scale = np.sqrt(np.abs(np.linalg.det(made)))
            assert made @ made.T == pytest.approx(scale**2 * np.eye(2), abs=1e-9)
            assert 0.7 - 1e-9 <= scale <= 1.35 + 1e-9

    def test_a_batch_without_figures_has_none(self, tmp_path):
        write_cache(tmp_path, "one", "key", [shown(np.random.default_rng(0), "a", 20, 20, 0)])
        cache = open_cache(tmp_path, "one", "key")
        made = batch(cache, np.zeros(2, np.int64), (64, 64), Augment(), np.random.default_rng(1))
        assert (made.classes == -1).all()
        assert not made.masks.any()
