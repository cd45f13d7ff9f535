"""The main job: seconds of film per second of work, memory, and memory against length.

    python benchmarks/bench_story.py [--long]    # --long adds the twenty-minute film

Each film is made by the command line in a process of its own, so that start-up, speech, drawing
and encoding all count. Bars: at least real time at 1280 x 720 and 24 fps on two cores, less than
1.2 GB, and no more memory for a twenty-minute story than for a one-minute one.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import write_report

ROOT = Path(__file__).parents[1]
STORY = (ROOT / "examples/story_ko.txt").read_text("utf-8")


def film(text: str, folder: Path, *options: str) -> tuple[float, float, float]:
    """Film seconds, wall seconds, peak memory in MB."""
    story = folder / "story.txt"
    story.write_text(text, "utf-8")
    command = [sys.executable, "-m", "pyojeong", "story", str(story), "--json", *options]
    command += ["--face", str(ROOT / "examples/portrait.png"), "-o", str(folder / "film.mp4")]
    before = time.perf_counter()
    made = subprocess.run(command, capture_output=True, check=True)
    wall = time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    return json.loads(made.stdout)["duration_s"], wall, peak


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        # The peak memory of child processes only ever rises: the least first.
        for label, repeats, options in (
            ("1 story, 1280x720", 1, ()),
            ("20 minutes, 1280x720", 14, ()),
            ("1 story, 1920x1080", 1, ("--size", "1920x1080")),
        ):
            if repeats > 1 and "--long" not in sys.argv:
                continue
            seconds, wall, peak = film("\n\n".join([STORY] * repeats), Path(name), *options)
            rows.append(
                [label, f"{seconds:.1f}", f"{wall:.1f}", f"{seconds / wall:.2f}", f"{peak:.0f}"]
            )
    columns = ["film", "length s", "work s", "film s per work s", "peak MB"]
    write_report("story", __doc__ or "", {"Films": (columns, rows)})


if __name__ == "__main__":
    main()
