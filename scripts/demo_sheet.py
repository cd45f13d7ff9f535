"""A contact sheet of a film: the middle of every n-th sentence.

python scripts/demo_sheet.py demo-output/tale.mp4 docs/demo.jpg
"""

import json
import sys
from pathlib import Path

from PIL import Image

from pyojeong.media.video import read_frames

COLUMNS, ROWS, WIDTH = 3, 3, 480


def main(film: Path, sheet: Path) -> None:

    sentences = json.loads(film.with_suffix(".json").read_text("utf-8"))["sentences"]
    step = (len(sentences) - 1) / (COLUMNS * ROWS - 1)
    chosen = [sentences[round(i * step)] for i in range(COLUMNS * ROWS)]
    times = [(s["start_s"] + s["end_s"]) / 2 for s in chosen]
    cells: list[Image.Image] = []
    for t, frame in read_frames(film):
        while len(cells) < len(times) and t >= times[len(cells)]:
            picture = Image.fromarray(frame)
            height = round(WIDTH * picture.height / picture.width)
            cells.append(picture.resize((WIDTH, height), Image.Resampling.LANCZOS))
    canvas = Image.new("RGB", (COLUMNS * WIDTH, ROWS * cells[0].height))
    for i, cell in enumerate(cells):
        canvas.paste(cell, (i % COLUMNS * WIDTH, i // COLUMNS * cell.height))
    canvas.save(sheet, quality=85)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
