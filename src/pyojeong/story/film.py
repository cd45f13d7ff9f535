"""Performance → film: MP4 with voice, living face and subtitles; SRT, VTT and storyboard beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pyojeong.errors import BadSettings
from pyojeong.face.types import FaceMesh, Image
from pyojeong.media.files import atomic_path
from pyojeong.media.provenance import made, packet
from pyojeong.media.subtitles import Cue, Overlay, SubtitlePainter, write_srt, write_vtt
from pyojeong.media.video import VideoWriter
from pyojeong.speech.types import Voice
from pyojeong.story.captions import captions
from pyojeong.story.motion import Motion
from pyojeong.story.performance import RATE, Take, perform, seed_of
from pyojeong.story.stage import PhotoStage, set_stage
from pyojeong.story.storyboard import Line, Storyboard

SMALLEST_SIDE, LARGEST_SIDE = 128, 4096
LANGUAGE_TAGS = {"ko": "kor", "en": "eng"}


@dataclass(frozen=True, slots=True)
class FilmFormat:
    """Size in px (each side even, 128-4096), frames per second (1-60), subtitles burned in.

    Raises BadSettings for values outside these.
    """

    width: int = 1280
    height: int = 720
    fps: int = 24
    burn: bool = True

    def __post_init__(self) -> None:
        sides = (self.width, self.height)
        if not all(SMALLEST_SIDE <= s <= LARGEST_SIDE and s % 2 == 0 for s in sides):
            raise BadSettings(
                f"{self.width}x{self.height} is no film size: each side must be an even number "
                f"from {SMALLEST_SIDE} to {LARGEST_SIDE}.",
                f"{self.width}x{self.height}: 각 변은 {SMALLEST_SIDE}~{LARGEST_SIDE}의 짝수여야 합니다.",
            )
        if not 1 <= self.fps <= 60:
            raise BadSettings(
                f"{self.fps} frames per second: use 1 to 60.",
                f"초당 프레임 {self.fps}: 1~60을 쓰세요.",
            )


@dataclass(frozen=True, slots=True)
class Film:
    """What was made: the files and the storyboard with its times."""

    video: Path
    srt: Path
    vtt: Path
    storyboard_file: Path
    storyboard: Storyboard


def make_film(
    storyboard: Storyboard,
    photo: Image,
    mesh: FaceMesh,
    output: Path,
    voice: Voice,
    film: FilmFormat,
    progress: Callable[[float], None],
) -> Film:
    """Render a storyboard with the face of a photo.

    Four files appear together when everything is done, or none: `output` and, with its stem,
    .srt, .vtt and .json. progress is told the share done, 0 to 1.
    Raises OutputFailed, InferenceFailed.
    """
    srt, vtt, board = (output.with_suffix(suffix) for suffix in (".srt", ".vtt", ".json"))
    stage = set_stage(photo, mesh, film.width, film.height)
    tag = LANGUAGE_TAGS[storyboard.lines[0].lang]
    with ExitStack() as stack:
        parts = [stack.enter_context(atomic_path(path)) for path in (srt, vtt, board)]
        writer = stack.enter_context(
            VideoWriter(
                output,
                film.width,
                film.height,
                film.fps,
                audio_rate=RATE,
                language=tag,
                show_subtitles=not film.burn,
                xmp=packet(
                    made("A photo made to tell a story aloud", {"lines": len(storyboard.lines)})
                ),
            )
        )
        shooting = _Shooting(stage, writer, film, Motion(seed_of(storyboard)))
        lines, cues = shooting.shoot(storyboard, voice, progress)
        write_srt(parts[0], cues)
        write_vtt(parts[1], cues)
        timed = Storyboard(tuple(lines), round(shooting.duration_s, 3))
        timed.write(parts[2])
    return Film(output, srt, vtt, board, timed)


class _Shooting:
    """One pass over the performance: draws, encodes, keeps nothing but lines and cues."""

    def __init__(
        self, stage: PhotoStage, writer: VideoWriter, film: FilmFormat, motion: Motion
    ) -> None:
        self.stage, self.writer, self.film, self.motion = stage, writer, film, motion
        self.painter = SubtitlePainter(film.width, film.height)
        self.frames = 0
        self.duration_s = 0.0

    def shoot(
        self, storyboard: Storyboard, voice: Voice, progress: Callable[[float], None]
    ) -> tuple[list[Line], list[Cue]]:
        weights = [len(line.text) + 12 for line in storyboard.lines]
        lines: list[Line] = []
        cues: list[Cue] = []
        progress(0.0)
        for i, take in enumerate(perform(storyboard, voice, self.film.fps)):
            done, share = sum(weights[:i]) / sum(weights), weights[i] / sum(weights)
            own = captions(take, self.painter)
            self.writer.write_audio(take.samples)
            for cue in own:
                self.writer.write_cue(cue)
            for t in self._times(take):
                self.writer.write_frame(
                    self.stage.frame(take.expression(t, self.motion), self._burned(own, t))
                )
                progress(done + share * (t - take.start_s) / (take.end_s - take.start_s))
            lines.append(take.line)
            cues.extend(own)
            self.duration_s = take.end_s
        progress(1.0)
        return lines, cues

    def _times(self, take: Take) -> Iterator[float]:
        """Times of the frames that fall into a take; the last one covers its end."""
        end = math.ceil(take.end_s * self.film.fps)
        while self.frames < end:
            yield self.frames / self.film.fps
            self.frames += 1

    def _burned(self, cues: list[Cue], t: float) -> Overlay | None:
        if not self.film.burn:
            return None
        for cue in cues:
            if cue.start_s <= t < cue.end_s:
                return self.painter.paint(cue.text)
        return None
