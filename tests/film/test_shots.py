"""Cuts, fades and dissolves, flashes, pans and light: from pictures, without a film file."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from pyojeong.film.looks import Watcher, load_looks, save_looks, sharpness
from pyojeong.film.shots import best_frames, faded_out, find_shots

FPS = 24


@dataclass
class Shown:
    """Stands in for a decoded picture."""

    index: int
    time: float
    image: np.ndarray

    def small(self, width, height):
        return cv2.resize(self.image, (width, height), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def scene():
    """scene(seed, frames, pan=0) → frames of a blotchy picture under a moving window."""

    def make(seed, frames, pan=0.0):
        rng = np.random.default_rng(seed)
        wide = rng.integers(0, 256, (14, 60, 3), np.uint8)
        wide = cv2.resize(wide, (1920, 448), interpolation=cv2.INTER_CUBIC)
        starts = [40 + round(pan * at) for at in range(frames)]
        return [wide[40:220, x : x + 320].copy() for x in starts]

    return make


def looks_of(frames, fps=FPS):
    watcher = Watcher()
    for number, frame in enumerate(frames):
        watcher(Shown(number, number / fps, frame))
    return watcher.looks()


def begins(frames, fps=FPS):
    cutting = find_shots(looks_of(frames, fps))
    assert cutting.shots[0].begins == "start"
    assert cutting.shots[0].first == 0
    assert cutting.shots[-1].last == len(frames) - 1
    for a, b in zip(cutting.shots[:-1], cutting.shots[1:], strict=True):
        assert (a.end, a.last + 1) == (b.start, b.first)
    return [(shot.first, shot.begins) for shot in cutting.shots[1:]]


def mixed(a, b, share):
    return cv2.addWeighted(a, 1 - share, b, share, 0)


def dissolved(a, b, length):
    """The end of a over the beginning of b."""
    middle = [mixed(a[i - length], b[i], (i + 1) / (length + 1)) for i in range(length)]
    return a[:-length] + middle + b[length:]


def faded(a, b, length, pause, ground=0):
    empty = np.full_like(a[0], ground)
    out = [mixed(f, empty, (i + 1) / (length + 1)) for i, f in enumerate(a[-length:])]
    back = [mixed(empty, f, (i + 1) / (length + 1)) for i, f in enumerate(b[:length])]
    return a[:-length] + out + [empty] * pause + back + b[length:]


@pytest.mark.parametrize("fps", [12, 24, 60])
@pytest.mark.parametrize("pan", [0, 2, 6])
def test_cuts_to_the_frame(scene, fps, pan):
    frames = scene(1, 40, pan) + scene(2, 33, pan) + scene(3, 50)
    assert begins(frames, fps) == [(40, "cut"), (73, "cut")]


def test_one_shot_stays_whole(scene):
    assert begins(scene(1, 120, 9)) == []
    assert begins(scene(1, 1)) == []
    still = scene(1, 80)
    light = [np.clip(f * (0.5 + at / 80), 0, 255).astype(np.uint8) for at, f in enumerate(still)]
    assert begins(light) == []


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_flash_is_no_cut(scene, length):
    frames = scene(1, 80, 1)
    for at in range(40, 40 + length):
        frames[at] = np.clip(frames[at] * 0.3 + 175, 0, 255).astype(np.uint8)
    assert begins(frames) == []


@pytest.mark.parametrize("ground", [0, 255])
@pytest.mark.parametrize(("length", "pause"), [(6, 1), (12, 5), (24, 10)])
def test_a_fade_is_one_boundary_in_its_middle(scene, ground, length, pause):
    a, b = scene(1, 60), scene(2, 60)
    ((at, kind),) = begins(faded(a, b, length, pause, ground))
    assert kind == "fade"
    assert abs(at - (60 + pause // 2)) <= 2


def test_black_between_cuts_ends_where_the_next_shot_cuts_in(scene):
    black = [np.zeros((180, 320, 3), np.uint8)] * 12
    assert begins(scene(1, 40) + black + scene(2, 40)) == [(52, "cut")]


def test_black_at_both_ends_is_no_boundary(scene):
    black = [np.zeros((180, 320, 3), np.uint8)] * 12
    a = scene(1, 60)
    up = [mixed(black[0], f, (i + 1) / 9) for i, f in enumerate(a[:8])]
    assert begins(black + up + a[8:-8] + up[::-1] + black) == []


@pytest.mark.parametrize("length", [10, 20, 36])
def test_a_dissolve_is_one_boundary_near_its_middle(scene, length):
    a, b = scene(1, 80, 0.3), scene(2, 80)
    ((at, kind),) = begins(dissolved(a, b, length))
    assert kind == "fade"
    assert abs(at - (80 - length / 2)) <= length / 4 + 1


def test_the_best_frame_is_sharp_and_not_in_a_fade(scene):
    a, b = scene(1, 60), scene(2, 60)
    a = [f if at == 31 else cv2.GaussianBlur(f, (0, 0), 4) for at, f in enumerate(a)]
    frames = faded(a, b, 10, 4)
    looks = looks_of(frames)
    cutting = find_shots(looks)
    best = best_frames(looks, cutting)
    assert best[0] == 31
    assert 74 <= best[1] < 124
    assert cutting.passing[52:72].all()


@pytest.mark.parametrize("light", [0, 255], ids=["black", "white"])
def test_faded_out_are_the_frames_with_little_left(scene, light):
    empty = np.full((180, 320, 3), light, np.uint8)
    shares = [at / 10 for at in range(11)]
    out = [mixed(a, empty, s) for a, s in zip(scene(1, 71, 0.3)[60:], shares, strict=True)]
    back = [mixed(empty, b, s) for b, s in zip(scene(2, 11), shares, strict=True)]
    looks = looks_of([*scene(1, 60, 0.3), *out, *back, *scene(2, 60)])
    gone = faded_out(looks, find_shots(looks))
    # Less than 0.27 is left from the eighth frame to the third of the next shot.
    assert gone.tolist() == list(range(68, 74))


def test_a_dim_scene_is_not_faded_out(scene):
    dim = [f // 6 for f in scene(1, 60)]
    looks = looks_of([*scene(2, 60), *dim])
    assert len(faded_out(looks, find_shots(looks))) == 0


def test_sharpness_falls_with_blur(portrait):
    gray = cv2.cvtColor(cv2.resize(portrait, (320, 180)), cv2.COLOR_RGB2GRAY)
    values = [sharpness(gray)]
    values += [sharpness(cv2.GaussianBlur(gray, (0, 0), s)) for s in (0.7, 1.5, 3)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.45
    assert values[-1] < 0.2
    assert sharpness(np.full((180, 320), 99, np.uint8)) == 0


def test_looks_can_be_kept(scene, tmp_path):
    looks = looks_of(scene(1, 30, 2) + scene(2, 30))
    save_looks(tmp_path / "a.npz", looks)
    again = load_looks(tmp_path / "a.npz")
    assert find_shots(again).shots == find_shots(looks).shots


def test_hours_of_looks_take_little_memory():
    import tracemalloc

    from pyojeong.film.looks import Looks

    n, rng = 40_000, np.random.default_rng(0)
    tiny = np.repeat(rng.integers(0, 256, (n // 100, 9, 16), np.uint8), 100, 0)
    moved = np.where(np.arange(n) % 100 == 0, 60, 0.5).astype(np.float32)
    zeros = np.zeros(n, np.float32)
    looks = Looks(np.arange(n), np.arange(n) / 24, moved, zeros, zeros, tiny)
    tracemalloc.start()
    shots = find_shots(looks).shots
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(shots) == n // 100
    assert peak < 60_000_000


@pytest.mark.parametrize("seed", [1, 5])
def test_shots_of_a_drawn_film(tmp_path, seed):
    from pyojeong.data.cartoon.film import make_film
    from pyojeong.film.frames import read_frames

    truth = make_film(tmp_path / "a.mp4", seed=seed, seconds=18, size=(320, 180))
    watch = Watcher()
    for _ in read_frames(tmp_path / "a.mp4", watch=watch):
        pass
    found = find_shots(watch.looks()).shots
    assert [shot.begins for shot in found] == [shot.begins for shot in truth.shots]
    for shot, true in zip(found, truth.shots, strict=True):
        assert abs(shot.first - true.first) <= (2 if true.begins == "fade" else 0)
