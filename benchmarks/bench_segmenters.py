"""Processor time of segmenters, per picture of the cartoon in 1280 x 720, one thread.

    python benchmarks/bench_segmenters.py NAME=FILE [NAME=FILE ...] [--pictures 7]

NAME is a segmenter, FILE what it reads. Weights may be random: the time of a network does not hang on
them, save that of Mask R-CNN on how many figures it finds.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
from report import write_report

from pyojeong.data.cartoon.pictures import make_pictures
from pyojeong.registry import load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("given", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--pictures", type=int, default=7)
    given = parser.parse_args()
    pictures = [p.image for p in make_pictures(given.pictures, 5, "test", size=(1280, 720))]
    rows = []
    for pair in given.given:
        name, _, file = pair.partition("=")
        segmenter = load("Segmenter", name, path=file)
        segmenter.segment(pictures[:1])
        spent, figures = [], 0
        for image in pictures:
            start = time.process_time()
            figures += len(segmenter.segment([image])[0])
            spent.append(1000 * (time.process_time() - start))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        ms = [f"{np.median(spent):,.0f}", f"{np.min(spent):,.0f}"]
        rows.append([name, Path(file).name, *ms, str(figures), f"{memory:,}"])
    heads = ["", "file", "ms, median", "ms, least", "figures found", "MB of memory so far, most"]
    write_report(
        "segmenters",
        "Set PYOJEONG_THREADS=1 and OMP_NUM_THREADS=1. All but the cartoon's own file hold random "
        "weights.\n\n`python benchmarks/bench_segmenters.py NAME=FILE ...`",
        {"Processor time per picture": (heads, rows)},
    )


if __name__ == "__main__":
    main()
