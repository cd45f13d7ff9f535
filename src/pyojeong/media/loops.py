"""Short loops: MP4, animated GIF and animated WebP, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pyojeong.errors import OutputFailed
from pyojeong.media.encode import SUFFIXES, VideoWriter
from pyojeong.media.files import atomic_path, check_output
from pyojeong.media.provenance import Claim, packet

PICTURES = (".gif", ".webp")
MOST_FRAMES = 1000


def check_loop_output(path: Path | str) -> Path:
    """The path of a loop that can be written. Raises OutputFailed for other suffixes."""
    path = Path(path)
    known = (*SUFFIXES, *PICTURES)
    if path.suffix.lower() not in known:
        raise OutputFailed(
            f"A moving picture ends in one of {' '.join(known)}, not {path.suffix!r}.",
            f"움직이는 그림의 확장자는 {' '.join(known)} 중 하나여야 합니다({path.suffix!r}).",
        )
    return check_output(path)


def write_loop(
    path: Path | str,
    frames: Iterable[NDArray[np.uint8]],
    fps: float,
    claim: Claim | None = None,
) -> None:
    """Write frames, RGB uint8 (H, W, 3) of one size, as a loop without sound.

    GIF and WebP repeat for ever; at most `MOST_FRAMES` frames are written. GIF holds times in
    hundredths of a second and 256 colours a frame. MP4 needs even sides. claim: what made them;
    GIF, which holds no XMP, says it in a comment. Raises OutputFailed.
    """
    path = check_loop_output(path)
    pictures = iter(frames)
    if path.suffix.lower() in SUFFIXES:
        _write_film(path, pictures, fps, claim)
        return
    still = [Image.fromarray(frame) for _, frame in zip(range(MOST_FRAMES), pictures, strict=False)]
    kind = path.suffix.lower()[1:].upper()
    options: dict[str, Any] = (
        {"quality": 88, "method": 3} if kind == "WEBP" else {"optimize": False}
    )
    if kind == "GIF":
        still = _with_palette(still)
    if claim:
        options |= {"comment": claim.to_json()} if kind == "GIF" else {"xmp": packet(claim)}
    with atomic_path(path) as part, part.open("wb") as stream:
        still[0].save(
            stream,
            kind,
            save_all=True,
            append_images=still[1:],
            duration=_durations(len(still), fps, 10 if kind == "GIF" else 1),
            loop=0,
            **options,
        )


def _with_palette(frames: list[Image.Image]) -> list[Image.Image]:
    """The frames in the colours of the middle one, so that what does not move does not flicker."""
    colours = frames[len(frames) // 2].quantize(255, Image.Quantize.MEDIANCUT)
    return [frame.quantize(palette=colours, dither=Image.Dither.FLOYDSTEINBERG) for frame in frames]


def _durations(count: int, fps: float, step: int) -> list[int]:
    """Milliseconds of each frame in multiples of `step`, true to the rate as a whole."""
    ends = [round(1000 * (k + 1) / fps / step) * step for k in range(count)]
    return [end - begin for begin, end in zip([0, *ends[:-1]], ends, strict=True)]


def _write_film(
    path: Path, frames: Iterable[NDArray[np.uint8]], fps: float, claim: Claim | None
) -> None:
    pictures = iter(frames)
    first = next(pictures)
    height, width = first.shape[:2]
    told = packet(claim) if claim else None
    with VideoWriter(path, width, height, fps, audio_rate=None, subtitles=False, xmp=told) as film:
        film.write_frame(first)
        for frame in pictures:
            film.write_frame(frame)
