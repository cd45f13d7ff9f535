"""Films that are none, or mean harm: a clear error or bounded work, and nothing half-written."""

import struct
import subprocess
import sys
import zlib
from fractions import Fraction

import av
import numpy as np
import pytest

from pyojeong.errors import BadInput
from pyojeong.film.extract import extract_frames
from pyojeong.film.filters import Rules
from pyojeong.film.frame_folder import Wanted
from pyojeong.film.frames import read_frames
from pyojeong.media import decode
from pyojeong.media.picture_order import picture_order

ALL = Rules(black=False, credits=False, blurred=False, duplicates=False)


def refused(path, folder, match):
    with pytest.raises(BadInput, match=match) as caught:
        extract_frames(path, folder, Wanted(), ALL)
    assert caught.value.ko != caught.value.en
    assert not folder.exists()


@pytest.fixture
def film(tmp_path, numbered):
    numbered.write(tmp_path / "film.mp4", range(50), Fraction(1, 25), movflags="+faststart")
    return tmp_path / "film.mp4"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.m3u8", "#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"),
        ("a.mp4", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://127.0.0.1:9/x.m3u8\n"),
        ("a.txt", "ffconcat version 1.0\nfile 'film.mp4'\n"),
        ("a.mp4", "ffconcat version 1.0\nfile 'film.mp4'\n"),
        ("a.mpd", "<?xml version='1.0'?><MPD></MPD>"),
        ("a.xspf", "<?xml version='1.0'?><playlist version='1'></playlist>"),
        ("a.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"),
        ("a.avs", 'DirectShowSource("film.mp4")\n'),
        ("a.mkv", "영화가 아닙니다"),
    ],
)
def test_play_lists_and_scripts(film, tmp_path, name, text):
    (tmp_path / name).write_text(text, "utf-8")
    refused(tmp_path / name, tmp_path / "out", "not a film")


def test_a_picture_named_as_a_film(tmp_path, portrait):
    from pyojeong.media.image import Picture, write_image

    write_image(tmp_path / "a.png", Picture(portrait))
    (tmp_path / "a.png").rename(tmp_path / "a.mp4")
    refused(tmp_path / "a.mp4", tmp_path / "out", "not a film")


def test_a_wrong_suffix_does_not_matter(film, tmp_path):
    film.rename(tmp_path / "film.txt")
    assert extract_frames(tmp_path / "film.txt", tmp_path / "out", Wanted(), ALL).frames == 13


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/a.mp4", "concat:film.mp4", "-"])
def test_only_files(film, tmp_path, where, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(where, tmp_path / "out", "no file")


def test_folders_and_empty_files(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"")
    refused(tmp_path / "a.mp4", tmp_path / "out", "empty")
    refused(tmp_path, tmp_path / "out", "folder")


def test_sound_without_pictures(tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", 16_000, layout="mono")
        block = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), "fltp", "mono")
        block.sample_rate = 16_000
        container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    refused(tmp_path / "a.mp4", tmp_path / "out", "no pictures")


def test_a_cover_is_no_film(tmp_path, film):
    """Sound with a cover picture, as music files have."""
    from av.stream import Disposition

    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        sound = container.add_stream("aac", 16_000, layout="mono")
        cover = container.add_stream("mjpeg", 1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), "rgb24")
        container.mux(cover.encode(picture))
        container.mux(cover.encode(None))
        block = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), "fltp", "mono")
        block.sample_rate = 16_000
        container.mux(sound.encode(block))
        container.mux(sound.encode(None))
    refused(tmp_path / "a.mp4", tmp_path / "out", "no pictures")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi"])
def test_no_frames(tmp_path, name):
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream("mpeg4", 25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    refused(tmp_path / name, tmp_path / "out", r"no frame|damaged|no pictures|not a film")


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.97, 0.999])
@pytest.mark.parametrize("name", ["film.mp4", "a.mkv", "a.ts", "a.avi"])
def test_truncated(tmp_path, film, numbered, name, share):
    if name != "film.mp4":
        numbered.write(tmp_path / name, range(50), Fraction(1, 25), codec="mpeg4")
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    try:
        done = extract_frames(path, tmp_path / "out", Wanted(), ALL)
    except BadInput:
        assert not (tmp_path / "out").exists()
        return
    assert 0 < done.frames <= 13
    assert len(list((tmp_path / "out").glob("*.jpg"))) == done.frames


PEAK = """
import resource, sys
from pathlib import Path
from pyojeong.errors import BadInput
from pyojeong.film.frames import read_frames
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print("frames", sum(1 for _ in read_frames(Path(sys.argv[1]), every=1)))
except BadInput as error:
    print("refused", error.en)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1000)
"""


def watched(path):
    """What reading a film says, and the memory it took more than the imports, MB."""
    pytest.importorskip("resource", reason="memory is measured as on Unix")
    command = [sys.executable, "-c", PEAK, path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said, peak = done.stdout.strip().splitlines()
    return said, int(peak)


def png(width, height):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 50_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("told", [64, 20_000])
def test_enormous_frames(tmp_path, told):
    """20,000 x 20,000 px in the film's header, or only in the pictures themselves."""
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", 25)
        stream.width = stream.height = 64
        stream.pix_fmt = "rgb24"
        container.start_encoding()
        for number in range(5):
            packet = av.Packet(png(20_000, 20_000))
            packet.pts = packet.dts = number
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.is_keyframe = True
            container.mux(packet)
    data = bytearray(path.read_bytes())
    # The sample description: width and height lie 28 bytes after its name.
    at = data.index(b"png ", data.index(b"stsd")) + 28
    assert data[at : at + 4] == struct.pack(">HH", 64, 64)
    data[at : at + 4] = struct.pack(">HH", told, told)
    path.write_bytes(data)
    said, peak = watched(path)
    assert said.startswith("refused")
    assert peak < 300
    refused(path, tmp_path / "out", "too large|no frame")


def test_a_claim_of_very_many_samples(film, tmp_path):
    """A table of one row that stands for 200 million."""
    data = bytearray(film.read_bytes())
    for name, at, values in (("stsz", 8, (1, 200_000_000)), ("stsc", 12, (200_000_000,))):
        place = data.index(name.encode()) + at
        data[place : place + 4 * len(values)] = struct.pack(f">{len(values)}I", *values)
    film.write_bytes(data)
    said, peak = watched(film)
    assert said.startswith("refused")
    assert "claims to hold more" in said
    assert peak < 100
    refused(film, tmp_path / "out", "claims")


def test_a_hundred_tracks(tmp_path, numbered):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("mpeg4", 25) for _ in range(60)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        sounds = [container.add_stream("pcm_s16le", 8000, layout="mono") for _ in range(60)]
        for number in range(12):
            for stream in streams:
                frame = av.VideoFrame.from_ndarray(numbered.picture(number), "rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))
        for sound in sounds:
            block = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
            block.sample_rate, block.pts = 8000, 0
            container.mux(sound.encode(block))
    frames = list(read_frames(path, every=1))
    assert [numbered.number_of(f.image) for f in frames] == list(range(12))


def subtitled(path, lines, numbered):
    """A film of ten pictures and many subtitles."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", 25)
        video.width, video.height, video.pix_fmt = 96, 64, "yuv420p"
        words = container.add_stream("mov_text")
        words.codec_context.subtitle_header = b"[Script Info]\n"
        container.start_encoding()
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(numbered.picture(number), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for number in range(lines):
            packet = av.Packet(struct.pack(">H", 2) + b"hi")
            packet.pts = packet.dts = number
            packet.duration, packet.time_base = 1, Fraction(1, 1000)
            packet.stream = words
            container.mux(packet)


def test_very_many_subtitles(tmp_path, numbered, monkeypatch):
    path = tmp_path / "a.mp4"
    subtitled(path, 3000, numbered)
    assert sum(1 for _ in read_frames(path, every=1)) == 10
    assert len(decode.read_subtitle_track(path)) == 3000
    monkeypatch.setattr(decode, "MOST_CUES", 1000)
    with pytest.raises(BadInput, match="1,000 subtitles"):
        decode.read_subtitle_track(path)


def test_a_film_that_changes_its_size(tmp_path, numbered):
    numbered.write(tmp_path / "a.ts", range(20), Fraction(1, 25), codec="mpeg2video")
    with av.open(str(tmp_path / "b.ts"), "w") as container:
        stream = container.add_stream("mpeg2video", 25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(20):
            picture = numbered.picture(number, 160, 120)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    both = tmp_path / "c.ts"
    both.write_bytes((tmp_path / "a.ts").read_bytes() + (tmp_path / "b.ts").read_bytes())
    frames = list(read_frames(both, every=1))
    assert {f.image.shape for f in frames} == {(64, 96, 3), (120, 160, 3)}
    assert np.all(np.diff([f.time for f in frames]) > 0)
    assert extract_frames(both, tmp_path / "out", Wanted(), ALL).frames == 10


def test_order_of_noise(tmp_path):
    random = np.random.default_rng(8)
    for head in (b"\x1a\x45\xdf\xa3", b"\0\0\0\x18ftypisom", b"RIFF\0\0\0\0AVI ", b"\0\0\x01\xba"):
        for _ in range(6):
            (tmp_path / "a").write_bytes(head + random.bytes(5000))
            with pytest.raises(BadInput):
                picture_order(tmp_path / "a")


def test_files_are_let_go(film):
    """A reader that is not read to its end holds no file once closed."""
    resource = pytest.importorskip("resource", reason="limits are set as on Unix")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(200, before[0]), before[1]))
    try:
        order = picture_order(film)
        for _ in range(300):
            reader = read_frames(film, order=order, threads=1)
            next(reader)
            reader.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
