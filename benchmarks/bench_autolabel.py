"""Time of labelling a folder of 100,000 pictures by name and caption, without opening them.

    python benchmarks/bench_autolabel.py [--pictures 100000]

Makes empty files with Korean and English names in a temporary folder, one in ten with a caption;
labels them, writes the table and loads it back.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from report import write_report

from pyojeong.data.autolabel.label import label_folder
from pyojeong.data.autolabel.table import read_table, reviewed, write_table
from pyojeong.data.autolabel.words import load_words

PARTS = [
    "sad",
    "happy",
    "angry",
    "shocked",
    "neutral",
    "smiling",
    "cry",
    "upset",
    "boy",
    "girl",
    "cartoon",
    "portrait",
    "street",
    "IMG",
    "old",
    "슬픈아이",
    "웃는얼굴",
    "화난표정",
    "배우는학생",
    "풍경",
    "깜짝놀란고양이",
    "summer-holiday",
    "smiley-sadler",
    "amazedWoman",
]


def fill(folder: Path, pictures: int) -> None:
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(PARTS), (pictures, 3))
    for k in range(pictures):
        inside = folder / f"{k // 2000:03d}"
        if k % 2000 == 0:
            inside.mkdir()
        name = "_".join(PARTS[c] for c in chosen[k]) + f"_{k}"
        (inside / f"{name}.jpg").touch()
        if k % 10 == 0:
            (inside / f"{name}.txt").write_text("A boy who is not happy at all. 우는 아이", "utf-8")


def now() -> tuple[float, float]:
    """Seconds that passed, and those that this process had the processor."""
    return time.perf_counter(), time.process_time()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=100_000)
    pictures = parser.parse_args().pictures
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "pictures"
        folder.mkdir()
        fill(folder, pictures)
        times = [now()]
        table = load_words()
        rows = label_folder(folder, table).rows
        times.append(now())
        write_table(Path(name) / "t.csv", rows)
        times.append(now())
        again = reviewed(read_table(Path(name) / "t.csv", folder, tuple(table.labels)))
        times.append(now())
        assert again == rows
    steps = np.round(np.diff(times, axis=0), 2).tolist()
    names = ("label", "write the table", "load and check it")
    rows_of = [
        [n, f"{wall:.1f}", f"{cpu:.1f}"] for n, (wall, cpu) in zip(names, steps, strict=True)
    ]
    counts = [
        [f"{pictures:,}", f"{pictures // 10:,}", f"{sum(r.status == 'label' for r in rows):,}"]
    ]
    write_report(
        "autolabel",
        __doc__ or "",
        {
            "Files": (["pictures", "captions", "labelled"], counts),
            "Time": (["step", "seconds", "of the processor"], rows_of),
        },
    )


if __name__ == "__main__":
    main()
