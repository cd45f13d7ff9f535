"""Which frames are read, at which times, and that parts give the same as one pass."""

from fractions import Fraction

import numpy as np
import pytest

from pyojeong.errors import BadInput, BadSettings
from pyojeong.film.frames import read_frames, sampled
from pyojeong.film.looks import Watcher, joined
from pyojeong.media.picture_order import picture_order

UNIT = Fraction(1001, 24000)
TICK = Fraction(1, 90_000)


@pytest.fixture(scope="module")
def film(tmp_path_factory, numbered):
    """100 frames at 23.976 a second with B-frames."""
    path = tmp_path_factory.mktemp("frames") / "영화.mp4"
    numbered.write(path, range(100), UNIT, rate=1 / UNIT, bf="3")
    return path


def numbers(reader):
    return [frame.index for frame in reader]


def test_every_fourth_is_every_fourth(film, numbered):
    frames = list(read_frames(film))
    assert [f.index for f in frames] == list(range(0, 100, 4))
    assert [numbered.number_of(f.image) for f in frames] == list(range(0, 100, 4))
    for frame in frames:
        assert frame.time == pytest.approx(frame.index * 1001 / 24000, abs=1e-9)
        assert frame.image.shape == (64, 96, 3)
        assert frame.image.dtype == np.uint8


def test_every_so_many_seconds(film):
    # The first frame at or after 0, 0.5, 1 ... seconds of 23.976 frames each.
    assert numbers(read_frames(film, seconds=0.5)) == [0, 12, 24, 36, 48, 60, 72, 84, 96]
    assert numbers(read_frames(film, seconds=0.01)) == list(range(100))
    assert numbers(read_frames(film, seconds=1001 / 24000)) == list(range(100))
    assert numbers(read_frames(film, seconds=100)) == [0]


def test_seconds_of_a_varied_film(tmp_path, numbered):
    stamps = [0, 9000, 40_000, 45_000, 46_000, 200_000, 200_100, 270_000]
    numbered.write(tmp_path / "a.mp4", stamps, TICK)
    frames = list(read_frames(tmp_path / "a.mp4", seconds=0.5))
    assert [f.index for f in frames] == [0, 3, 5, 7]
    assert [f.time for f in frames] == [0.0, 0.5, 200_000 / 90_000, 3.0]


def test_a_part_by_seconds_keeps_the_grid(film):
    whole = {f.index: f.time for f in read_frames(film)}
    part = {f.index: f.time for f in read_frames(film, start=1.0, end=3.0)}
    assert part == {i: t for i, t in whole.items() if 1.0 <= t < 3.0}


@pytest.mark.parametrize("size", [7, 30, 64])
def test_parts_side_by_side_are_the_whole(film, numbered, size):
    order = picture_order(film)
    watched = Watcher()
    whole = list(read_frames(film, order=order, watch=watched))
    parts, looks = [], []
    for first in range(0, 100, size):
        watch = Watcher()
        parts += read_frames(film, order=order, span=(first, first + size), watch=watch)
        looks.append(watch.looks(first))
    assert [(f.index, f.time) for f in parts] == [(f.index, f.time) for f in whole]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(parts, whole, strict=True))
    together, alone = joined(looks), watched.looks()
    for name in ("index", "time", "moved", "recoloured", "sharp", "tiny"):
        np.testing.assert_array_equal(getattr(together, name), getattr(alone, name), name)


def test_chosen_frames_far_apart(film, numbered):
    picks = [3, 4, 70, 99]
    frames = list(read_frames(film, picks=np.array(picks)))
    assert [(f.index, numbered.number_of(f.image)) for f in frames] == [(p, p) for p in picks]


def test_unreadable_frames_are_counted(tmp_path, numbered):
    import av

    path = tmp_path / "a.mkv"
    numbered.write(path, range(60), Fraction(1, 25), x264_params="bframes=0:keyint=12:scenecut=0")
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        bodies = [bytes(p) for p in container.demux(video=0) if p.size]
    place = 0
    for number, body in enumerate(bodies):
        place = data.index(body, place + 1)
        if number in (16, 17, 40):
            data[place : place + len(body)] = b"\xff" * len(body)
    path.write_bytes(data)
    reader = read_frames(path, threads=1)
    found = numbers(reader)
    # What builds on a lost frame may be lost as well, or shows something else and is called so.
    assert {*range(0, 60, 4)} - {*found} >= {16, 40}
    assert {*found} >= {0, 4, 8, 12, 24, 28, 32, 36, 48, 52, 56}
    assert reader.missing == 15 - len(found)
    assert {*reader.damaged} == {*found} & {20, 44}
    parts = [read_frames(path, span=(a, a + 15), threads=1) for a in range(0, 60, 15)]
    assert [n for part in parts for n in numbers(part)] == found
    assert sum(part.missing for part in parts) == reader.missing


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_rotation_is_applied(film, tmp_path, quarter):
    data = bytearray(film.read_bytes())
    # tkhd, version 0: the matrix lies 44 bytes after its name; a, b and c, d in 16.16.
    at = data.index(b"tkhd") + 44
    matrix = {1: (0, -1, 1, 0), 2: (-1, 0, 0, -1), 3: (0, 1, -1, 0)}[quarter]
    for place, value in zip((0, 4, 12, 16), matrix, strict=True):
        data[at + place : at + place + 4] = (value << 16).to_bytes(4, "big", signed=True)
    (tmp_path / "a.mp4").write_bytes(data)
    upright = [f.image for f in read_frames(film, every=30)]
    turned = [f.image for f in read_frames(tmp_path / "a.mp4", every=30)]
    for a, b in zip(upright, turned, strict=True):
        np.testing.assert_array_equal(np.rot90(a, quarter), b)


def test_memory_does_not_grow_with_the_film(tmp_path, numbered):
    import tracemalloc

    numbered.write(tmp_path / "a.mp4", range(600), Fraction(1, 25), bf="2")
    order = picture_order(tmp_path / "a.mp4")
    tracemalloc.start()
    for _ in read_frames(tmp_path / "a.mp4", order=order):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # A frame has 18 kB; all of them would be 2.7 MB.
    assert peak < 1_000_000


def test_choices_that_make_no_sense(film):
    order = picture_order(film)
    for every, seconds in ((0, None), (-1, None), (None, None), (4, 0.0), (4, -1.0), (4, 1e9)):
        with pytest.raises(BadSettings):
            sampled(order, every, seconds)
    with pytest.raises(BadInput):
        read_frames(film.with_name("none.mp4"))
    assert numbers(read_frames(film, start=99.0)) == []
    assert numbers(read_frames(film, start=3.0, end=2.0)) == []
