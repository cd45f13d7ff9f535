"""Numbers and times of a film's pictures against what was written, whatever the container."""

from fractions import Fraction
from itertools import accumulate

import av
import numpy as np
import pytest

from pyojeong.errors import BadInput
from pyojeong.media.picture_order import picture_order
from pyojeong.media.pictures import read_pictures

NTSC, FAST = Fraction(24000, 1001), Fraction(60000, 1001)
MS, TICK = Fraction(1, 1000), Fraction(1, 90_000)
VARIED = list(accumulate([1500, 3003, 4500, 7020, 3000] * 16, initial=0))
OPEN = {"bf": "3", "x264_params": "open-gop=1:keyint=12:bframes=3:scenecut=0:b-adapt=0"}
REFRESH = {"x264_params": "intra-refresh=1:keyint=12:scenecut=0"}

RATES = [(rate, name) for rate in (24, 25, NTSC, FAST) for name in ("a.mp4", "a.mkv", "a.ts")]
ODD = {
    "mov": ("a.mov", range(80), Fraction(1, 25), {"bf": "2"}),
    "vfr mp4": ("a.mp4", VARIED, TICK, {"bf": "2"}),
    "vfr mkv": ("a.mkv", [v // 90 for v in VARIED], MS, {"bf": "2"}),
    "vfr ts": ("a.ts", VARIED, TICK, {"bf": "2"}),
    "late mp4": ("a.mp4", range(50, 130), Fraction(1, 25), {"bf": "2"}),
    "late mkv": ("a.mkv", range(50, 130), Fraction(1, 25), {}),
    "open groups mp4": ("a.mp4", range(80), Fraction(1, 25), OPEN),
    "open groups ts": ("a.ts", range(80), Fraction(1, 25), OPEN),
    "refreshed ts": ("a.ts", range(80), Fraction(1, 25), REFRESH),
    "mpeg2 ts": ("a.ts", range(80), Fraction(1, 25), {"codec": "mpeg2video", "bf": "2"}),
    "mpeg2 mpg": ("a.mpg", range(80), Fraction(1, 25), {"codec": "mpeg2video", "bf": "2"}),
    "mpeg4 avi": ("a.avi", range(80), Fraction(1, 25), {"codec": "mpeg4", "bf": "2"}),
    "h264 avi": ("a.avi", range(80), Fraction(1, 25), {"bf": "2"}),
    "flv": ("a.flv", range(80), Fraction(1, 25), {"bf": "2"}),
    "wmv": ("a.wmv", range(80), Fraction(1, 25), {"codec": "wmv2"}),
    "vp8": ("a.webm", range(80), Fraction(1, 25), {
        "codec": "libvpx", "auto-alt-ref": "1", "lag-in-frames": "16", "cpu-used": "8"}),
    "vp9": ("a.webm", range(40), Fraction(1, 25), {
        "codec": "libvpx-vp9", "auto-alt-ref": "1", "lag-in-frames": "16", "speed": "8"}),
}  # fmt: skip


@pytest.fixture
def seen(numbered):
    """(number by its place, number that it carries) of each picture."""

    def look(pictures):
        return [(p.index, numbered.number_of(p.rgb())) for p in pictures]

    return look


def check(seen, path, stamps, unit, slack):
    order = picture_order(path)
    true = np.array([float((stamp - stamps[0]) * unit) for stamp in stamps])
    np.testing.assert_allclose(order.times(), true, atol=slack, rtol=0)
    whole = seen(read_pictures(path, order, threads=1))
    assert whole == [(n, n) for n in range(len(stamps))]
    for first in range(3, len(order), 19):
        assert seen(read_pictures(path, order, first, first + 5)) == whole[first : first + 5]


@pytest.mark.parametrize(("rate", "name"), RATES)
@pytest.mark.parametrize("bf", ["0", "3"])
def test_constant_rates(tmp_path, numbered, seen, rate, name, bf):
    rate = Fraction(rate)
    stamps = numbered.write(tmp_path / name, range(60), 1 / rate, rate=rate, bf=bf)
    # Matroska rounds times to whole milliseconds as it writes them.
    slack = 0.50001e-3 if name.endswith("mkv") else 6e-6
    check(seen, tmp_path / name, stamps, 1 / rate, slack)


@pytest.mark.parametrize("case", ODD)
def test_odd_films(tmp_path, numbered, seen, case):
    name, stamps, unit, options = ODD[case]
    stamps = numbered.write(tmp_path / name, stamps, unit, **options)
    check(seen, tmp_path / name, stamps, unit, 1e-9)


def test_pictures_before_an_edit_begins_are_not_shown(tmp_path, numbered, seen):
    path = tmp_path / "a.mp4"
    numbered.write(path, range(-10, 50), Fraction(1, 25), bf="2")
    order = picture_order(path)
    assert seen(read_pictures(path, order)) == [(n, n + 10) for n in range(50)]
    np.testing.assert_allclose(order.times(), np.arange(50) / 25)


def test_sound_that_begins_earlier_is_told(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("pcm_s16le", 8000, layout="mono")
        video = container.add_stream("mpeg4", 25)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        block = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        block.sample_rate, block.pts = 8000, 0
        container.mux(sound.encode(block))
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
            frame.pts, frame.time_base = number + 10, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    order = picture_order(path)
    assert order.delay == pytest.approx(0.4)
    assert order.times()[0] == 0


def test_stamps_that_jump_back_go_on(tmp_path, numbered, seen):
    first, second, both = (tmp_path / name for name in ("a.ts", "b.ts", "c.ts"))
    for path in (first, second):
        numbered.write(path, range(40), Fraction(1, 25))
    both.write_bytes(first.read_bytes() + second.read_bytes())
    order = picture_order(both)
    assert len(order) == 80
    np.testing.assert_allclose(order.times(), np.arange(80) / 25, atol=1e-6)
    assert [n for _, n in seen(read_pictures(both, order, 38, 43))] == [38, 39, 0, 1, 2]


class TestBroken:
    @pytest.fixture
    def film(self, tmp_path, numbered):
        path = tmp_path / "a.mkv"
        numbered.write(path, range(80), Fraction(1, 25), bf="0")
        return path

    def smashed(self, path, packets):
        """The film with these packets of its pictures replaced by noise."""
        data = bytearray(path.read_bytes())
        with av.open(str(path)) as container:
            bodies = [bytes(p) for p in container.demux(video=0) if p.size]
        places = [0]
        for body in bodies:
            places.append(data.index(body, places[-1] + 1))
        for number in packets:
            at = places[number + 1]
            data[at : at + len(bodies[number])] = b"\xff" * len(bodies[number])
        path.write_bytes(data)

    def test_what_cannot_be_decoded_is_left_out_and_moves_nothing(self, film, seen):
        self.smashed(film, [20, 41, 42])
        order = picture_order(film)
        assert len(order) == 80
        whole = seen(read_pictures(film, order, threads=1))
        numbers = [index for index, _ in whole]
        assert set(range(80)) - set(numbers) == {20, 41, 42}
        # After the next clean entry all is right again.
        assert all(a == b for a, b in whole if a < 20 or 24 <= a < 41 or a >= 48)
        pictures = list(read_pictures(film, order, threads=1))
        assert {p.index for p in pictures if p.damaged} == {21, 22, 23, 43, 44, 45, 46, 47}
        parts = [seen(read_pictures(film, order, a, a + 16, threads=1)) for a in range(0, 80, 16)]
        assert [i for part in parts for i, _ in part] == numbers

    def test_a_truncated_film_is_read_to_where_it_ends(self, film, seen):
        film.write_bytes(film.read_bytes()[: film.stat().st_size * 6 // 10])
        order = picture_order(film)
        assert 20 < len(order) < 70
        whole = seen(read_pictures(film, order))
        assert whole[:20] == [(n, n) for n in range(20)]

    @pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi"])
    def test_random_damage_gives_frames_or_bad_input(self, tmp_path, numbered, suffix):
        path = tmp_path / f"a.{suffix}"
        numbered.write(path, range(30), Fraction(1, 25), codec="mpeg4")
        good, random = np.frombuffer(path.read_bytes(), np.uint8), np.random.default_rng(3)
        for _ in range(25):
            bad = good.copy()
            places = random.integers(16, len(bad), 30)
            bad[places] = random.integers(0, 256, 30)
            path.write_bytes(bad.tobytes())
            try:
                order = picture_order(path)
                last = -1
                for picture in read_pictures(path, order, threads=1):
                    assert last < picture.index < len(order)
                    last = picture.index
                assert np.all(np.diff(order.times()) > 0)
            except BadInput:
                continue
