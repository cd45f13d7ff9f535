"""Writing films: H.264 + AAC + a subtitle track in an MP4, streamed, whole or not at all."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from pyojeong.errors import BadSettings, OutputFailed, PyojeongError
from pyojeong.media.cues import Cue
from pyojeong.media.files import atomic_path, check_output, output_failed
from pyojeong.media.mp4 import append_xmp, switch_off_subtitles
from pyojeong.settings import settings

SUFFIXES = (".mp4", ".m4v")
AUDIO_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_MS = Fraction(1, 1000)

# mov_text takes its font and colours from the header of an ASS file.
_ASS_HEADER = b"""[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


class VideoWriter:
    """Writes a film as it is made; use it in a `with` block.

    Frame n is shown at n / fps seconds, the first sample of sound sounds at 0. Encoding runs in
    one thread of its own, a few frames behind the caller, so memory does not grow with length.
    The file appears when the block ends without an exception (atomic, like `atomic_path`), and
    short sound is filled up with silence to the film's length.

    width, height: px, even. fps: frames per second. audio_rate: Hz, one of `AUDIO_RATES`, or None
    for a silent film. subtitles: whether there is a track for `write_cue`. show_subtitles: whether
    players show it unasked; off, as the text is usually in the picture too. language: ISO 639-2
    code of sound and subtitles. xmp: XMP packet to write into the file, if any. crf: x264 quality,
    0 (lossless) to 51. preset: x264 speed.

    Raises BadSettings for sizes and rates that cannot be encoded, OutputFailed where the file
    cannot be written; the latter from any method, as soon as the thread has met it.
    """

    def __init__(
        self,
        path: Path | str,
        width: int,
        height: int,
        fps: float = 24,
        audio_rate: int | None = 22_050,
        subtitles: bool = True,
        language: str = "kor",
        crf: int = 20,
        preset: str = "veryfast",
        show_subtitles: bool = False,
        xmp: bytes | None = None,
    ) -> None:
        _check(width, height, fps, audio_rate)
        self.path = check_film_output(path)
        self.width, self.height = width, height
        self.fps = Fraction(fps).limit_denominator(1001)
        self.audio_rate = audio_rate
        self.frames = 0
        self.samples = 0
        self._options = (subtitles, language, crf, preset)
        self._show_subtitles, self._xmp = show_subtitles, xmp
        self._last_cue: Cue | None = None
        self._stack = contextlib.ExitStack()
        # Four frames of slack let the caller's work and x264's overlap.
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(maxsize=4)
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="film-encoder", daemon=True)

    @property
    def seconds(self) -> float:
        """Length of the picture so far."""
        return float(self.frames / self.fps)

    def write_frame(self, rgb: NDArray[np.uint8]) -> None:
        """Add a frame, uint8 (height, width, 3). It is copied: the array may be drawn on again."""
        if rgb.shape != (self.height, self.width, 3) or rgb.dtype != np.uint8:
            raise ValueError(f"expected uint8 {(self.height, self.width, 3)}, got {rgb.shape}")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        frame.pts = self.frames
        frame.time_base = 1 / self.fps
        self._do(lambda: self._encode_frame(frame))
        self.frames += 1

    def write_audio(self, samples: NDArray[np.float32]) -> None:
        """Add sound, (n,) in [-1, 1] at `audio_rate`. It is copied."""
        if self.audio_rate is None:
            raise ValueError("this film has no sound")
        if samples.ndim != 1:
            raise ValueError(f"expected mono samples (n,), got {samples.shape}")
        if not len(samples):
            return
        frame = av.AudioFrame.from_ndarray(
            np.clip(samples, -1, 1).astype(np.float32)[None], format="fltp", layout="mono"
        )
        frame.sample_rate = self.audio_rate
        # With its time stamps the encoder can say how much it delays, and players make up for it.
        frame.pts, frame.time_base = self.samples, Fraction(1, self.audio_rate)
        self._do(lambda: self._container.mux(self._audio.encode(frame)))
        self.samples += len(samples)

    def write_cue(self, cue: Cue) -> None:
        """Add a subtitle; they come in order of time. One that lasts into the next is cut."""
        last = self._last_cue
        if last and cue.start_s < last.start_s:
            raise ValueError("subtitles must come in order of time")
        self._last_cue = cue
        if last:
            shown = Cue(last.start_s, min(last.end_s, cue.start_s), last.text)
            self._do(lambda: self._mux_cue(shown))

    # --- the block -------------------------------------------------------------------------

    def __enter__(self) -> Self:
        part = self._stack.enter_context(atomic_path(self.path))
        try:
            self._open(part)
        except BaseException as error:
            # With the exception, so that the old film stays.
            self._stack.__exit__(type(error), error, error.__traceback__)
            if isinstance(error, Exception):
                raise self._translated(error) from error
            raise
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._finish()
        except BaseException as late:
            self._abort()
            self._stack.__exit__(type(late), late, late.__traceback__)
            raise
        if error is not None:
            self._abort()
        self._stack.__exit__(kind, error, trace)

    def _open(self, part: Path) -> None:
        subtitles, language, crf, preset = self._options
        self._part = part
        self._container = av.open(
            f"file:{part}", "w", format="mp4", options={"movflags": "+faststart"}
        )
        self._video = self._container.add_stream(
            "libx264", self.fps, options={"crf": str(crf), "preset": preset}
        )
        context = self._video.codec_context
        context.width, context.height = self.width, self.height
        context.pix_fmt = "yuv420p"
        context.thread_count = settings().threads
        # A key frame every four seconds: players can jump there.
        context.gop_size = round(4 * self.fps)
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        context.colorspace = Colorspace.ITU709
        context.color_range = ColorRange.MPEG
        self._audio: Any = None
        self._text: Any = None
        if self.audio_rate is not None:
            self._audio = self._container.add_stream("aac", self.audio_rate, layout="mono")
            self._audio.codec_context.bit_rate = 96_000
            self._audio.metadata["language"] = language
        if subtitles:
            self._text = self._container.add_stream("mov_text")
            self._text.codec_context.subtitle_header = _ASS_HEADER
            self._text.codec_context.time_base = self._text.time_base = _MS
            self._text.metadata["language"] = language
        self._container.start_encoding()

    def _finish(self) -> None:
        if self._last_cue:
            cue = self._last_cue
            self._do(lambda: self._mux_cue(cue))
        if self.audio_rate is not None:
            self._fill_with_silence(self.audio_rate)
        self._do(self._flush)
        self._stop()
        if self._error:
            raise self._translated(self._error) from self._error
        try:
            self._container.close()
            if self._text and not self._show_subtitles:
                switch_off_subtitles(self._part)
            if self._xmp:
                append_xmp(self._part, self._xmp)
        except Exception as error:
            raise self._translated(error) from error

    def _fill_with_silence(self, rate: int) -> None:
        missing = round(self.frames / self.fps * rate) - self.samples
        while missing > 0:
            block = min(missing, rate)
            self.write_audio(np.zeros(block, np.float32))
            missing -= block

    def _abort(self) -> None:
        # Jobs still waiting are dropped by the thread once there is an error.
        self._error = self._error or RuntimeError("given up")
        self._stop()
        # The film is thrown away; why it cannot be closed does not matter.
        with contextlib.suppress(Exception):
            self._container.close()

    def _stop(self) -> None:
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()

    # --- between caller and thread ---------------------------------------------------------

    def _do(self, job: Callable[[], None]) -> None:
        if self._error:
            raise self._translated(self._error) from self._error
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self._error:
                continue
            try:
                job()
            except Exception as error:
                self._error = error

    def _translated(self, error: Exception) -> Exception:
        if isinstance(error, PyojeongError):
            return error
        number = getattr(error, "errno", None)
        if isinstance(error, OSError) or isinstance(number, int):
            return output_failed(self.path, OSError(number, getattr(error, "strerror", str(error))))
        return OutputFailed(
            f"Cannot encode {self.path}: {error}.",
            f"{self.path} 인코딩에 실패했습니다: {error}.",
        )

    # --- in the thread ---------------------------------------------------------------------

    def _encode_frame(self, frame: av.VideoFrame) -> None:
        yuv = frame.reformat(
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        yuv.pts, yuv.time_base = frame.pts, frame.time_base
        self._container.mux(self._video.encode(yuv))

    def _mux_cue(self, cue: Cue) -> None:
        start, end = round(cue.start_s * 1000), round(cue.end_s * 1000)
        text = cue.text.strip().encode()[:65_535]
        if self._text is None or not text or end <= start:
            return
        # A mov_text sample: its length in two bytes, then UTF-8 (3GPP TS 26.245).
        packet = av.Packet(len(text).to_bytes(2, "big") + text)
        packet.stream, packet.time_base = self._text, _MS
        packet.pts = packet.dts = start
        packet.duration = end - start
        self._container.mux(packet)

    def _flush(self) -> None:
        self._container.mux(self._video.encode(None))
        if self._audio:
            self._container.mux(self._audio.encode(None))


def _check(width: int, height: int, fps: float, audio_rate: int | None) -> None:
    if width % 2 or height % 2 or not (16 <= width <= 8192 and 16 <= height <= 8192):
        raise BadSettings(
            f"A film cannot be {width}x{height} px: sides must be even, from 16 to 8192.",
            f"영상 크기 {width}x{height}은(는) 안 됩니다. 두 변 모두 16~8192의 짝수여야 합니다.",
        )
    if not 1 <= fps <= 240:
        raise BadSettings(
            f"{fps} frames per second is not possible; use 1 to 240.",
            f"초당 {fps}프레임은 안 됩니다. 1~240으로 정하세요.",
        )
    if audio_rate is not None and audio_rate not in AUDIO_RATES:
        raise BadSettings(
            f"Sound cannot be {audio_rate} Hz; use one of {AUDIO_RATES}.",
            f"소리를 {audio_rate}Hz로 쓸 수 없습니다. 다음 중에서 고르세요: {AUDIO_RATES}",
        )


def check_film_output(path: Path | str) -> Path:
    """Fail before long work: whether a film can be written there now. Raises OutputFailed."""
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise OutputFailed(
            f"A film is written as .mp4, not {path.suffix or 'without a suffix'!r}.",
            f"영상은 .mp4로 씁니다({path.name}).",
        )
    return check_output(path)
