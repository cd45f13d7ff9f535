"""Reading films: what they hold, their frames, their sound, their subtitle track.

Only local, regular files whose content is that of a known container are opened: no play lists,
no address, nothing that makes the reader open a second file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.media.ass import packet_line
from pyojeong.media.cues import MOST_CUES, Cue, no_more_cues, srt_plain, vtt_voices
from pyojeong.media.files import check_input
from pyojeong.media.mp4 import claims_too_much
from pyojeong.settings import settings


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a film holds.

    duration_s: seconds. width, height: px as shown, rotation applied. fps: mean frames per
    second. rotation: degrees counterclockwise that the stored frames are turned by (0, 90, 180,
    270). Codec names are FFmpeg's, None where there is no such stream. subtitles: ISO 639-2
    language of each text track ("und" unknown).
    """

    duration_s: float
    width: int
    height: int
    fps: float
    rotation: int
    video_codec: str
    audio_codec: str | None
    audio_rate: int | None
    subtitles: tuple[str, ...]


_TEXT_TRACKS = ("mov_text", "subrip", "srt", "text", "webvtt", "ass", "ssa")
"""FFmpeg's names of subtitles that are text; others are pictures of it."""

_IMAGE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")
_CONTAINERS: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda b: b[4:8] == b"ftyp" and b[8:12] not in _IMAGE_BRANDS, "mp4"),
    (lambda b: b[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"), "mov"),
    (lambda b: b.startswith(b"\x1a\x45\xdf\xa3"), "matroska"),
    (lambda b: b[:4] == b"RIFF" and b[8:12] == b"AVI ", "avi"),
    (lambda b: b.startswith(b"FLV\x01"), "flv"),
    (lambda b: b.startswith(b"OggS"), "ogg"),
    (lambda b: b.startswith(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), "asf"),
    (lambda b: b.startswith(b"\0\0\x01\xba"), "mpeg"),
    (lambda b: len(b) > 376 and b[0] == b[188] == b[376] == 0x47, "mpegts"),
)


def probe(path: Path | str) -> VideoInfo:
    """What the film holds. Raises BadInput for anything that is no film with pictures."""
    with opened_film(path) as container:
        stream = video_stream(container, Path(path))
        first = next(container.decode(stream), None)
        turn = 0 if first is None else first.rotation % 360
        sides = stream.codec_context.width, stream.codec_context.height
        width, height = sides if turn % 180 == 0 else sides[::-1]
        sound = next(iter(_known(container.streams.audio)), None)
        return VideoInfo(
            _duration(container, stream),
            width,
            height,
            float(stream.average_rate or stream.guessed_rate or 0),
            turn,
            stream.codec_context.name,
            sound.codec_context.name if sound else None,
            sound.codec_context.sample_rate if sound else None,
            tuple(s.metadata.get("language", "und") for s in _text_tracks(container)),
        )


def read_frames(path: Path | str, every: int = 1) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Each frame (or one in `every`), upright: (seconds from the film's start, RGB (H, W, 3)).

    The time is the frame's own time stamp. Raises BadInput, also in the middle of a damaged film.
    """
    with opened_film(path) as container:
        stream = video_stream(container, Path(path))
        stream.thread_type = "AUTO"
        start = (container.start_time or 0) / av.time_base
        rate = float(stream.average_rate or 24)
        for number, frame in enumerate(container.decode(stream)):
            if number % every == 0:
                time = frame.time - start if frame.pts is not None else number / rate
                yield time, frame_rgb(frame)


def read_audio(path: Path | str, rate: int | None = None) -> tuple[NDArray[np.float32], int]:
    """The first sound track as mono float32 (n,) in [-1, 1], and its rate in Hz.

    rate: wanted, None for the track's own; a lower one takes less memory. Sample 0 is the film's
    start. Raises BadInput where there is no sound.
    """
    with opened_film(path) as container:
        streams = _known(container.streams.audio)
        if not streams:
            raise BadInput(f"{path} has no sound.", f"{path}에는 소리가 없습니다.")
        stream = streams[0]
        rate = rate or stream.codec_context.sample_rate
        length = _length(stream)
        to_float = av.AudioResampler(format="fltp", rate=rate)
        blocks: list[NDArray[np.float32]] = []
        lead = 0
        # None gives what the resampler still holds.
        for frame in chain(container.decode(stream), (None,)):
            if not blocks and frame and frame.pts is not None and frame.time_base is not None:
                seconds = frame.pts * frame.time_base - (container.start_time or 0) / av.time_base
                lead = round(float(seconds) * rate)
            # Averaged here: FFmpeg's own mix to mono may leave [-1, 1].
            blocks += [
                block.to_ndarray().mean(0).astype(np.float32) for block in to_float.resample(frame)
            ]
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    samples = np.concatenate([np.zeros(max(0, lead), np.float32), samples[max(0, -lead) :]])
    if length is not None:
        # The last block is filled up by the encoder; the track's own length is the true one.
        samples = samples[: round(length * rate)]
    return samples.astype(np.float32, copy=False), rate


def read_subtitle_track(path: Path | str, track: int = 0) -> list[Cue]:
    """The cues of a text track (mov_text, SubRip, WebVTT or ASS inside a film), without styling.

    track: number among the tracks of text; tracks of pictures do not count. Raises BadInput where
    there is no such track, or more than `MOST_CUES` in it.
    """
    with opened_film(path) as container:
        streams = _text_tracks(container)
        if track >= len(streams):
            raise BadInput(f"{path} has no subtitle track.", f"{path}에는 자막 트랙이 없습니다.")
        stream = streams[track]
        codec = stream.codec_context.name
        cues: list[Cue] = []
        for packet in container.demux(stream):
            if packet.pts is None or packet.time_base is None:
                continue
            start = max(0.0, float(packet.pts * packet.time_base))
            end = start + max(0.0, float((packet.duration or 0) * packet.time_base))
            # Empty samples fill the time between subtitles.
            said = [(name, text) for name, text in _said(codec, bytes(packet)) if text]
            if said and len(cues) >= MOST_CUES:
                raise no_more_cues(path, MOST_CUES)
            cues += [Cue(start, end, text, name) for name, text in said]
    return cues


def _said(codec: str, data: bytes) -> list[tuple[str | None, str]]:
    """(speaker, text) of what a packet of a text track says."""
    if codec == "mov_text":
        # The length in two bytes, the text, then boxes of styles.
        return [(None, data[2 : 2 + int.from_bytes(data[:2], "big")].decode("utf-8", "replace"))]
    text = data.decode("utf-8", "replace").strip("\0")
    if codec in ("ass", "ssa"):
        return [packet_line(text)]
    return vtt_voices(text) if codec == "webvtt" else [(None, srt_plain(text))]


def is_film(path: Path | str) -> bool:
    """Whether a file's content begins as that of a film does; False for what cannot be read."""
    try:
        return _container_of(check_input(path)) is not None
    except (BadInput, OSError):
        return False


def _container_of(path: Path) -> str | None:
    """FFmpeg's name of the container, by the content of the file."""
    with path.open("rb") as file:
        head = file.read(512)
    return next((name for matches, name in _CONTAINERS if matches(head)), None)


@contextmanager
def opened_film(path: Path | str) -> Iterator[InputContainer]:
    """A film's container, for this room only. Raises BadInput, for what fails in the block too."""
    path = check_input(path)
    kind = _container_of(path)
    if kind is None:
        raise BadInput(
            f"{path} is not a film. Give an MP4, MOV, MKV, WebM, AVI or MPEG file.",
            f"{path}은(는) 영상 파일이 아닙니다. MP4, MOV, MKV, WebM, AVI, MPEG를 지정하세요.",
        )
    if kind in ("mp4", "mov") and claims_too_much(path):
        raise BadInput(
            f"{path} is damaged: it claims to hold more than a file of its size can.",
            f"{path}은(는) 손상되었습니다. 파일 크기보다 많은 내용이 있다고 적혀 있습니다.",
        )
    options = {"protocol_whitelist": "file"}
    try:
        with av.open(f"file:{path.absolute()}", format=kind, options=options) as container:
            yield container
    # Some releases of PyAV refuse names of tracks that are not UTF-8, and lose count where damage
    # makes a new track appear on the way.
    except (av.FFmpegError, UnicodeDecodeError, IndexError) as error:
        reason = getattr(error, "strerror", type(error).__name__)
        raise BadInput(
            f"{path} is damaged and cannot be read as a film ({reason}).",
            f"{path}은(는) 손상되어 영상으로 읽을 수 없습니다({reason}).",
        ) from error


def _known(streams: Sequence[Any]) -> list[Any]:
    """The streams whose codec there is a decoder for."""
    return [stream for stream in streams if stream.codec_context is not None]


def _text_tracks(container: InputContainer) -> list[Any]:
    return [s for s in _known(container.streams.subtitles) if s.codec_context.name in _TEXT_TRACKS]


def video_stream(container: InputContainer, path: Path) -> Any:
    """The first track of moving pictures, ready to decode; for this room only.

    Raises BadInput where there is none, or its pictures are larger than the setting allows.
    """
    streams = _known(container.streams.video)
    # Covers and posters are kept as tracks of one picture.
    streams = [s for s in streams if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise BadInput(f"{path} holds no pictures.", f"{path}에는 화면이 없습니다.")
    stream = streams[0]
    context = stream.codec_context
    limit = settings().max_image_pixels
    if context.width * context.height > limit:
        raise BadInput(
            f"{path} is too large: {context.width}x{context.height} px.",
            f"{path}이(가) 너무 큽니다: {context.width}x{context.height}픽셀.",
        )
    # The size may be another further on; then the decoder refuses.
    context.options = {"max_pixels": str(limit)}
    return stream


def _duration(container: InputContainer, stream: Any) -> float:
    length = _length(stream)
    return (container.duration or 0) / av.time_base if length is None else length


def _length(stream: Any) -> float | None:
    """Seconds that the stream says it lasts; some containers do not say."""
    if stream.duration is None or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)


# FFmpeg's numbers for the colour matrices that its scaler knows under the same number: BT.709,
# BT.601 in two guises, BT.2020.
_BT709, _BT601 = 1, 5
_MATRICES = {_BT709: _BT709, _BT601: _BT601, 6: _BT601, 9: 9}


def frame_rgb(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """RGB uint8 (H, W, 3), rotation applied; for this room only."""
    # Files that do not say follow the custom: BT.709 from 720 lines up, BT.601 below.
    custom = _BT709 if frame.height >= 720 else _BT601
    matrix = _MATRICES.get(frame.colorspace, custom)
    pixels = frame.to_ndarray(format="rgb24", src_colorspace=matrix)
    turned: NDArray[np.uint8] = np.rot90(pixels, round(frame.rotation / 90))
    return np.ascontiguousarray(turned)
