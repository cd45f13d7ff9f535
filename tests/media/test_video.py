"""Films: what is written is decoded again and compared."""

import signal
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from pyojeong.errors import BadInput, BadSettings, OutputFailed
from pyojeong.media.audio import envelope
from pyojeong.media.cues import Cue
from pyojeong.media.video import (
    VideoWriter,
    probe,
    read_audio,
    read_frames,
    read_subtitle_track,
)

WIDTH, HEIGHT, RATE = 160, 120, 22_050
COLOURS = [
    (200, 40, 40),
    (40, 180, 60),
    (50, 60, 200),
    (230, 230, 230),
    (20, 20, 20),
    (120, 90, 60),
]
CUES = [
    Cue(0.1234, 0.9876, "옛날 옛적에"),
    Cue(1.0, 1.5, "두 줄\n자막 <i>&</i> -->"),
    Cue(1.6, 2.9, "“끝”"),
]


def frame(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


def beeps(seconds: float, on: tuple[float, float]) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * 440 * t) * ((t >= on[0]) & (t < on[1]))).astype(np.float32)


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Three seconds: half a second of each colour, a beep from 1 to 1.5 s, three subtitles."""
    path = tmp_path_factory.mktemp("film") / "이야기.mp4"
    canvas = frame(COLOURS[0])
    with VideoWriter(path, WIDTH, HEIGHT) as writer:
        writer.write_audio(beeps(2, (1, 1.5)))
        for number in range(72):
            canvas[:] = COLOURS[number // 12]
            writer.write_frame(canvas)
        assert writer.seconds == 3
        for cue in CUES:
            writer.write_cue(cue)
    return path


class TestRoundTrip:
    def test_streams_and_duration(self, film):
        info = probe(film)
        assert (info.width, info.height, info.rotation) == (WIDTH, HEIGHT, 0)
        assert info.duration_s == pytest.approx(3, abs=0.002)
        assert info.fps == pytest.approx(24)
        assert (info.video_codec, info.audio_codec, info.audio_rate) == ("h264", "aac", RATE)
        assert info.subtitles == ("kor",)

    def test_frames_come_at_their_times_in_their_colours(self, film):
        frames = list(read_frames(film))
        assert len(frames) == 72
        for number, (time, rgb) in enumerate(frames):
            assert time == pytest.approx(number / 24, abs=0.0005)
            assert rgb.shape == (HEIGHT, WIDTH, 3)
            assert rgb.dtype == np.uint8
            assert np.abs(rgb.mean((0, 1)) - COLOURS[number // 12]).max() < 5

    def test_one_frame_in_many(self, film):
        times = [time for time, _ in read_frames(film, every=24)]
        np.testing.assert_allclose(times, [0, 1, 2], atol=0.0005)

    def test_sound_is_in_sync_and_filled_with_silence(self, film):
        samples, rate = read_audio(film)
        assert rate == RATE
        assert len(samples) == pytest.approx(3 * RATE, abs=2)
        loud = envelope(samples, rate, 1000)
        on = np.flatnonzero(loud > 0.15)
        assert on[0] == pytest.approx(1000, abs=5)
        assert on[-1] == pytest.approx(1500, abs=5)
        assert loud[:980].max() < 0.02
        assert loud[1520:].max() < 0.02

    def test_subtitles_to_the_millisecond(self, film):
        found = read_subtitle_track(film)
        assert [c.text for c in found] == [c.text for c in CUES]
        for cue, again in zip(CUES, found, strict=True):
            assert again.start_s == pytest.approx(cue.start_s, abs=0.001)
            assert again.end_s == pytest.approx(cue.end_s, abs=0.001)

    def test_the_track_can_be_switched_on_and_is_off(self, film):
        with av.open(str(film)) as container:
            flags = {s.type: bool(s.disposition & Disposition.default) for s in container.streams}
            assert flags == {"video": True, "audio": True, "subtitle": False}
            assert container.streams.subtitles[0].codec_context.name == "mov_text"

    def test_the_track_can_be_on_from_the_start(self, tmp_path):
        with VideoWriter(tmp_path / "a.mp4", 32, 32, show_subtitles=True) as writer:
            writer.write_frame(np.zeros((32, 32, 3), np.uint8))
            writer.write_cue(Cue(0, 1, "자막"))
        with av.open(str(tmp_path / "a.mp4")) as container:
            assert container.streams.subtitles[0].disposition & Disposition.default

    def test_colours_are_marked_and_the_index_is_in_front(self, film):
        with av.open(str(film)) as container:
            context = container.streams.video[0].codec_context
            assert (context.colorspace, context.color_range) == (1, 1)
            assert context.pix_fmt == "yuv420p"
        data = film.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")


class TestWriter:
    def test_sound_before_between_and_after_the_frames(self, tmp_path):
        with VideoWriter(tmp_path / "a.mp4", 32, 32, fps=10, audio_rate=48_000) as writer:
            writer.write_audio(np.full(700, 0.1, np.float32))
            for _ in range(20):
                writer.write_frame(np.zeros((32, 32, 3), np.uint8))
            writer.write_audio(np.full(1, 0.1, np.float32))
            writer.write_audio(np.zeros(0, np.float32))
        assert len(read_audio(tmp_path / "a.mp4")[0]) == pytest.approx(96_000, abs=2)

    def test_silent_film_without_track(self, tmp_path):
        with VideoWriter(tmp_path / "a.mp4", 32, 32, audio_rate=None, subtitles=False) as writer:
            writer.write_frame(np.zeros((32, 32, 3), np.uint8))
            with pytest.raises(ValueError, match="no sound"):
                writer.write_audio(np.zeros(3, np.float32))
        info = probe(tmp_path / "a.mp4")
        assert (info.audio_codec, info.subtitles) == (None, ())
        with pytest.raises(BadInput, match="no sound"):
            read_audio(tmp_path / "a.mp4")
        with pytest.raises(BadInput, match="no subtitle"):
            read_subtitle_track(tmp_path / "a.mp4")

    def test_broken_frame_rates_are_exact(self, tmp_path):
        with VideoWriter(tmp_path / "a.mp4", 32, 32, fps=30_000 / 1001) as writer:
            for _ in range(60):
                writer.write_frame(np.zeros((32, 32, 3), np.uint8))
            assert writer.fps == Fraction(30_000, 1001)
        times = [t for t, _ in read_frames(tmp_path / "a.mp4")]
        np.testing.assert_allclose(times, np.arange(60) * 1001 / 30_000, atol=0.0005)

    def test_a_subtitle_that_lasts_into_the_next_is_cut_and_empty_ones_are_left_out(self, tmp_path):
        with VideoWriter(tmp_path / "a.mp4", 32, 32) as writer:
            for _ in range(48):
                writer.write_frame(np.zeros((32, 32, 3), np.uint8))
            for cue in (Cue(0, 1.2, "하나"), Cue(1, 1, "없음"), Cue(1, 2, " "), Cue(1.5, 2, "둘")):
                writer.write_cue(cue)
            with pytest.raises(ValueError, match="order"):
                writer.write_cue(Cue(0.5, 1, "뒤로"))
        assert read_subtitle_track(tmp_path / "a.mp4") == [Cue(0, 1, "하나"), Cue(1.5, 2, "둘")]

    def test_wrong_arrays_are_refused(self, tmp_path):
        with VideoWriter(tmp_path / "a.mp4", 32, 32) as writer:
            with pytest.raises(ValueError, match="expected"):
                writer.write_frame(np.zeros((32, 30, 3), np.uint8))
            with pytest.raises(ValueError, match="expected"):
                writer.write_frame(np.zeros((32, 32, 3), np.float32))
            with pytest.raises(ValueError, match="mono"):
                writer.write_audio(np.zeros((3, 2), np.float32))
            writer.write_frame(np.zeros((32, 32, 3), np.uint8))

    @pytest.mark.parametrize(
        "wrong",
        [{"width": 33}, {"height": 8}, {"width": 10_000}, {"fps": 0}, {"audio_rate": 12_345}],
    )
    def test_what_cannot_be_encoded_is_said_at_once(self, tmp_path, wrong):
        with pytest.raises(BadSettings):
            VideoWriter(tmp_path / "a.mp4", **({"width": 32, "height": 32} | wrong))

    @pytest.mark.parametrize(
        ("name", "word"), [("none/a.mp4", "no folder"), ("a.avi", ".mp4"), ("a", ".mp4")]
    )
    def test_where_it_cannot_be_written_is_said_at_once(self, tmp_path, name, word):
        with pytest.raises(OutputFailed, match=word):
            VideoWriter(tmp_path / name, 32, 32)
        assert list(tmp_path.iterdir()) == []


class TestInterrupted:
    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_an_exception_leaves_the_old_film_and_no_thread(self, tmp_path, error):
        path = tmp_path / "a.mp4"
        path.write_bytes(b"old")

        def film() -> None:
            with VideoWriter(path, 64, 64) as writer:
                for _ in range(30):
                    writer.write_frame(np.zeros((64, 64, 3), np.uint8))
                raise error

        with pytest.raises(error):
            film()
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]
        assert "film-encoder" not in [t.name for t in threading.enumerate()]

    @pytest.mark.parametrize(
        ("error", "seen"),
        [(av.error.ExternalError(-1, "no"), OutputFailed), (SystemExit, SystemExit)],
    )
    def test_failing_to_begin_leaves_the_old_film(self, tmp_path, monkeypatch, error, seen):
        path = tmp_path / "a.mp4"
        path.write_bytes(b"old")

        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(VideoWriter, "_open", fail)
        with pytest.raises(seen):
            VideoWriter(path, 64, 64).__enter__()
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]

    def test_an_error_of_the_encoder_reaches_the_caller(self, tmp_path, monkeypatch):
        def fail(*_: object) -> None:
            raise av.error.ExternalError(542_398_533, "encoder broke")

        def film() -> None:
            with VideoWriter(tmp_path / "a.mp4", 64, 64) as writer:
                monkeypatch.setattr(writer, "_encode_frame", fail)
                for _ in range(100):
                    writer.write_frame(np.zeros((64, 64, 3), np.uint8))

        with pytest.raises(OutputFailed, match="encoder broke"):
            film()
        assert list(tmp_path.iterdir()) == []

    def run(self, folder: Path, code: str) -> subprocess.Popen[bytes]:
        start = (
            "import sys, time, resource, numpy as np\n"
            "from pyojeong.media.video import VideoWriter\n"
            "noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", start + code, folder / "a.mp4"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def test_killed_in_the_middle_leaves_the_old_film(self, tmp_path):
        (tmp_path / "a.mp4").write_bytes(b"old")
        child = self.run(
            tmp_path,
            "with VideoWriter(sys.argv[1], 64, 64) as writer:\n"
            "    for n in range(50): writer.write_frame(noise)\n"
            "    print('writing', flush=True)\n    time.sleep(60)\n",
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"writing\n"
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        child.stdout.close()
        assert (tmp_path / "a.mp4").read_bytes() == b"old"

    def test_no_space_left(self, tmp_path):
        (tmp_path / "a.mp4").write_bytes(b"old")
        child = self.run(
            tmp_path,
            "from pyojeong.errors import OutputFailed\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))\n"
            "try:\n"
            "    with VideoWriter(sys.argv[1], 64, 64, crf=0) as writer:\n"
            "        for n in range(400): writer.write_frame(np.roll(noise, n * 7, 0))\n"
            "except OutputFailed as error:\n    print('said:', error)\n",
        )
        said, _ = child.communicate(timeout=60)
        assert b"said: No space left" in said
        assert (tmp_path / "a.mp4").read_bytes() == b"old"
        assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


class TestForeignFilms:
    @pytest.mark.parametrize(
        ("turns", "matrix"),
        [(1, (0, -1, 1, 0)), (2, (-1, 0, 0, -1)), (3, (0, 1, -1, 0))],
    )
    def test_rotation_is_applied(self, tmp_path, film, turns, matrix):
        data = bytearray(film.read_bytes())
        # tkhd, version 0: the matrix lies 44 bytes after its name; a, b and c, d in 16.16.
        at = data.index(b"tkhd") + 44
        for place, value in zip((0, 4, 12, 16), matrix, strict=True):
            data[at + place : at + place + 4] = (value << 16).to_bytes(4, "big", signed=True)
        (tmp_path / "a.mp4").write_bytes(data)
        info = probe(tmp_path / "a.mp4")
        assert info.rotation == turns * 90
        assert (info.width, info.height) == ((WIDTH, HEIGHT), (HEIGHT, WIDTH))[turns % 2]
        _, first = next(read_frames(tmp_path / "a.mp4"))
        assert first.shape == (info.height, info.width, 3)

    @pytest.mark.parametrize("name", ["a.mkv", "a.avi", "a.ts", "a.mov"])
    def test_other_containers(self, tmp_path, name):
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", 25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for number in range(10):
                rgb = np.full((48, 64, 3), number * 20, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
            container.mux(stream.encode(None))
        frames = list(read_frames(path))
        assert len(frames) == 10
        assert frames[0][0] == pytest.approx(0, abs=0.001)
        assert frames[9][0] - frames[0][0] == pytest.approx(9 / 25, abs=0.002)
        assert abs(int(frames[9][1].mean()) - 180) < 6
        assert probe(path).width == 64

    def test_hostile_files(self, tmp_path, film):
        data = film.read_bytes()
        cases = {
            "list.m3u8": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
            "list.txt": b"ffconcat version 1.0\nfile '/etc/hostname'\n",
            "empty.mp4": b"",
            "text.mp4": "영상이 아닙니다".encode(),
            "picture.mp4": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            "head.mp4": data[:40],
            "half.mp4": data[: data.index(b"mdat") - 200],
            "noise.mkv": b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 8,
        }
        for name, content in cases.items():
            path = tmp_path / name
            path.write_bytes(content)
            for reader in (probe, lambda p: list(read_frames(p)), read_audio, read_subtitle_track):
                with pytest.raises(BadInput):
                    reader(path)
        for path in (tmp_path, tmp_path / "none.mp4", Path("http://127.0.0.1:9/a.mp4")):
            with pytest.raises(BadInput):
                probe(path)

    def test_random_damage_never_escapes_as_another_error(self, tmp_path, film):
        random = np.random.default_rng(5)
        good = np.frombuffer(film.read_bytes(), np.uint8)
        header = int(film.read_bytes().index(b"mdat"))
        for number in range(60):
            bad = good.copy()
            places = random.integers(8, header if number % 2 else len(bad), 20)
            bad[places] = random.integers(0, 256, 20)
            (tmp_path / "bad.mp4").write_bytes(bad.tobytes())
            for reader in (probe, lambda p: list(read_frames(p)), read_audio, read_subtitle_track):
                try:
                    reader(tmp_path / "bad.mp4")
                except BadInput:
                    continue

    def test_sound_without_pictures(self, tmp_path):
        path = tmp_path / "a.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("aac", 16_000, layout="stereo")
            sound = np.stack([np.full(16_000, 0.5), np.zeros(16_000)]).astype(np.float32)
            block = av.AudioFrame.from_ndarray(sound, format="fltp", layout="stereo")
            block.sample_rate = 16_000
            container.mux(stream.encode(block))
            container.mux(stream.encode(None))
        with pytest.raises(BadInput, match="no pictures"):
            probe(path)
        samples, rate = read_audio(path)
        assert rate == 16_000
        assert len(samples) >= 16_000
        assert samples[4000:12_000].mean() == pytest.approx(0.25, abs=0.03)

    def test_oversized_pictures_are_refused_before_decoding(self, film, monkeypatch):
        from pyojeong.settings import Settings

        small = Settings(max_image_pixels=1000)
        monkeypatch.setattr("pyojeong.media.decode.settings", lambda: small)
        with pytest.raises(BadInput, match="too large"):
            next(read_frames(film))
