"""A contact sheet of a film: the middle of the surest sentence of each emotion, and of the last.

python scripts/demo_sheet.py demo-output/tale.mp4 docs/demo.jpg
"""

import json
import sys
from pathlib import Path

from PIL import Image

from pyojeong.media.video import read_frames

COLUMNS, WIDTH = 4, 400


def main(film: Path, sheet: Path) -> None:

    sentences = json.loads(film.with_suffix(".json").read_text("utf-8"))["sentences"]
    surest = {
        max((s for s in sentences if s["emotion"] == e), key=lambda s: s["confidence"])["start_s"]
        for e in {s["emotion"] for s in sentences}
    }
    chosen = [s for s in sentences if s["start_s"] in surest or s is sentences[-1]]
    times = [(s["start_s"] + s["end_s"]) / 2 for s in chosen]
    cells: list[Image.Image] = []
    for t, frame in read_frames(film):
        while len(cells) < len(times) and t >= times[len(cells)]:
            picture = Image.fromarray(frame)
            height = round(WIDTH * picture.height / picture.width)
            cells.append(picture.resize((WIDTH, height), Image.Resampling.LANCZOS))
    canvas = Image.new(
        "RGB", (COLUMNS * WIDTH, -(-len(cells) // COLUMNS) * cells[0].height), "white"
    )
    for i, cell in enumerate(cells):
        canvas.paste(cell, (i % COLUMNS * WIDTH, i // COLUMNS * cell.height))
    canvas.save(sheet, quality=85)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
