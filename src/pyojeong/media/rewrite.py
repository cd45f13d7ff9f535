"""A film with its pictures drawn anew: the same sound, the same time stamps, whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from pyojeong.errors import BadInput, OutputFailed
from pyojeong.media.decode import opened_film
from pyojeong.media.encode import check_film_output
from pyojeong.media.files import atomic_path, output_failed
from pyojeong.settings import settings

_COPIED = ("aac", "mp3", "mp3float", "ac3", "eac3", "alac", "opus")
"""Sound that an MP4 can hold as it is; other sound is encoded as AAC."""

_TICK = Fraction(1, 90_000)


class FilmCopy:
    """Writes an MP4 with new pictures and a film's own sound; use it in a `with` block.

    Frames come with their seconds from the film's start, which they keep (variable rates too).
    Odd sides are made even by repeating the last row or column. Memory does not grow with the
    film. The file appears when the block ends without an exception. Sound that is damaged ends
    where the damage begins. Raises OutputFailed.
    """

    def __init__(self, path: Path | str, source: Path, crf: int = 20) -> None:
        self.path = check_film_output(path)
        self.source, self._crf = source, crf
        self._stack = contextlib.ExitStack()
        self._container: Any = None
        self._video: Any = None
        self._sound: Iterator[tuple[float, list[Any]]] = iter(())
        self._waiting: tuple[float, list[Any]] | None = None
        self._last = -1

    def __enter__(self) -> Self:
        self._part = self._stack.enter_context(atomic_path(self.path))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None and self._container is not None:
                with self._translated():
                    self._container.mux(self._video.encode(None))
                    self._mux_sound(float(self._last * _TICK) + 1.0)
                    self._container.close()
        except BaseException as late:
            self._stack.__exit__(type(late), late, late.__traceback__)
            raise
        if error is not None and self._container is not None:
            # Thrown away; why it cannot be closed does not matter.
            with contextlib.suppress(Exception):
                self._container.close()
        self._stack.__exit__(kind, error, trace)

    def write_frame(self, rgb: NDArray[np.uint8], time_s: float) -> None:
        """Add a frame, uint8 (H, W, 3), all of one size, in order of time."""
        rgb = np.pad(rgb, ((0, rgb.shape[0] % 2), (0, rgb.shape[1] % 2), (0, 0)), "edge")
        with self._translated():
            if self._container is None:
                self._open(rgb.shape[1], rgb.shape[0])
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            yuv = frame.reformat(
                format="yuv420p",
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
                threads=1,
            )
            before, self._last = self._last, max(self._last + 1, round(time_s / _TICK))
            yuv.pts, yuv.time_base = self._last, _TICK
            # The last frame is shown as long as the one before it.
            yuv.duration = self._last - max(before, 0)
            self._container.mux(self._video.encode(yuv))
            self._mux_sound(time_s)

    def _open(self, width: int, height: int) -> None:
        self._container = av.open(
            f"file:{self._part}", "w", format="mp4", options={"movflags": "+faststart"}
        )
        options = {"crf": str(self._crf), "preset": "veryfast"}
        # The rate is only a hint; every frame carries its own time.
        self._video = self._container.add_stream("libx264", 30, options=options)
        context = self._video.codec_context
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base = self._video.time_base = _TICK
        context.thread_count = settings().threads
        context.gop_size = 120
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        self._sound = self._packets()
        # The first packet decides whether there is sound, before the header is written.
        self._waiting = next(self._sound, None)
        self._container.start_encoding()

    def _mux_sound(self, until_s: float) -> None:
        while self._waiting is not None and self._waiting[0] <= until_s:
            self._container.mux(self._waiting[1])
            self._waiting = next(self._sound, None)

    def _packets(self) -> Iterator[tuple[float, list[Any]]]:
        """The sound as packets of the new film, each with its seconds."""
        try:
            with opened_film(self.source) as source:
                streams = [s for s in source.streams.audio if s.codec_context is not None]
                if not streams:
                    return
                start = Fraction(source.start_time or 0, av.time_base)
                copied = streams[0].codec_context.name in _COPIED
                way = self._as_it_is if copied else self._as_aac
                yield from way(source, streams[0], start)
        # The pictures have told the user already.
        except BadInput:
            return

    def _as_it_is(self, source: Any, stream: Any, start: Fraction) -> Iterator[Any]:
        new = self._container.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.time_base is None:
                continue
            shift = round(start / packet.time_base)
            packet.dts -= shift
            if packet.pts is not None:
                packet.pts -= shift
            seconds = float(packet.dts * packet.time_base)
            packet.stream = new
            yield seconds, [packet]

    def _as_aac(self, source: Any, stream: Any, start: Fraction) -> Iterator[Any]:
        rate = min(stream.codec_context.sample_rate, 48_000)
        new = self._container.add_stream("aac", rate, layout="stereo")
        resample = av.AudioResampler("fltp", "stereo", rate)
        at: int | None = None
        for frame in source.decode(stream):
            for block in resample.resample(frame):
                if at is None:
                    first = 0 if frame.pts is None else frame.pts * frame.time_base - start
                    at = round(first * rate)
                block.pts, block.time_base = at, Fraction(1, rate)
                at += block.samples
                yield at / rate, new.encode(block)
        yield (at or 0) / rate, new.encode(None)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (av.FFmpegError, OSError) as error:
            number = getattr(error, "errno", None)
            if isinstance(error, OSError) and isinstance(number, int) and number > 0:
                raise output_failed(self.path, OSError(number, error.strerror)) from error
            raise OutputFailed(
                f"Cannot encode {self.path}: {error}.",
                f"{self.path} 인코딩에 실패했습니다: {error}.",
            ) from error
