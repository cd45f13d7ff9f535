"""How fast films are written and read, subtitles drawn, pictures read and written.

    python benchmarks/bench_media.py

The film is 1280x720 at 24 frames per second, a photo-like picture of which a face-sized part
moves, with a subtitle blended into every frame.
"""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path

import numpy as np
from report import best_of, write_report

from pyojeong.media.cues import Cue
from pyojeong.media.image import Picture, read_image, write_image
from pyojeong.media.subtitles import SubtitlePainter
from pyojeong.media.video import VideoWriter, read_frames

WIDTH, HEIGHT, SECONDS = 1280, 720, 10
SENTENCE = "옛날 옛적 깊은 산속에 작은 토끼 한 마리가 살았어요."


def picture(width: int, height: int) -> np.ndarray:
    """Smooth gradients with a little noise, which is what photos look like to an encoder."""
    y, x = np.mgrid[:height, :width]
    smooth = np.stack([128 + 90 * np.sin(x / 97 + c) * np.cos(y / 61 - c) for c in range(3)], 2)
    noise = np.random.default_rng(1).normal(0, 2, smooth.shape)
    return np.clip(smooth + noise, 0, 255).astype(np.uint8)


def write_film(path: Path, still: np.ndarray) -> None:
    painter = SubtitlePainter(WIDTH, HEIGHT)
    overlay = painter.paint(SENTENCE)
    assert overlay is not None
    canvas = still.copy()
    with VideoWriter(path, WIDTH, HEIGHT) as writer:
        writer.write_audio(np.zeros(SECONDS * 22_050, np.float32))
        writer.write_cue(Cue(0, SECONDS, SENTENCE))
        for number in range(SECONDS * 24):
            moved = round(6 * np.sin(number / 5))
            canvas[200:520, 400:880] = np.roll(still[200:520, 400:880], moved, 0)
            canvas[-160:] = still[-160:]
            overlay.blend(canvas)
            writer.write_frame(canvas)


def measure(folder: Path) -> dict[str, float]:
    film, still = folder / "film.mp4", picture(WIDTH, HEIGHT)
    frames = SECONDS * 24
    rows = {"write film, frames/s": frames / best_of(2, lambda: write_film(film, still))}
    rows["read film, frames/s"] = frames / best_of(2, lambda: sum(1 for _ in read_frames(film)))
    rows["film, MB per minute"] = film.stat().st_size / 1e6 * 60 / SECONDS
    painter = SubtitlePainter(WIDTH, HEIGHT)
    spans = [(n, n + 1) for n in range(12)]
    rows["draw subtitle, ms"] = (
        1e3 / 12 * best_of(3, lambda: [painter.paint(SENTENCE, span) for span in spans])
    )
    overlay = painter.paint(SENTENCE)
    assert overlay is not None
    rows["blend subtitle, ms"] = 1e3 * best_of(20, lambda: overlay.blend(still))
    rows["peak memory so far, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    large = Picture(picture(4000, 3000))
    for suffix in ("jpg", "png"):
        path = folder / f"large.{suffix}"
        rows[f"write 12 MP {suffix}, ms"] = 1e3 * best_of(1, lambda p=path: write_image(p, large))
        rows[f"read 12 MP {suffix}, ms"] = 1e3 * best_of(2, lambda p=path: read_image(p))
    return {name: round(value, 1) for name, value in rows.items()}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    table = (["what", "measured"], [[name, f"{value}"] for name, value in rows.items()])
    write_report("media", __doc__ or "", {"Media": table})


if __name__ == "__main__":
    main()
