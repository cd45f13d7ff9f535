"""How fast the steps of reading a film are, and how well shots are found.

    PYOJEONG_DATA=... python benchmarks/bench_film.py

Speed: the sample clip of Big Buck Bunny (1280x720, 25 frames a second, H.264), repeated to a
minute. Every frame is decoded, every fourth is taken. Times are processor seconds (of all threads
together), which other work on the machine hardly changes: "times real time" is what one core does
against 25 frames a second. Decoding spreads over all cores, so two do about twice as much.

Shots: films of 24 shots each, made of the sample pictures under a moving camera (`cut_films.py`:
slow moves, fast pans, shaking, changes of light, flashes), joined by cuts, fades through black or
white, and dissolves. A cut counts as found within one frame, a fade within half a second of its
middle. The same films are given to PySceneDetect with its own defaults, if it is installed.
Our limits were chosen on other films of the same kind; the truth favours us by that much.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import av
import cv2
import numpy as np
from cut_films import matched, write_cut_film
from report import Table, best_of, write_report

from pyojeong.film.filters import FrameFilter, Rules
from pyojeong.film.frames import read_frames
from pyojeong.film.looks import Watcher
from pyojeong.film.shots import find_shots
from pyojeong.media.image import Picture, read_image, write_image
from pyojeong.media.picture_order import PictureOrder, picture_order
from pyojeong.media.pictures import read_pictures

REPEATS = 12
SLACK = {"cut": 1, "fade": 12}


def repeated(clip: Path, out: Path, times: int) -> None:
    """The clip's pictures, packet by packet, over and over."""
    with av.open(str(clip)) as source, av.open(str(out), "w") as target:
        stream = source.streams.video[0]
        new = target.add_stream_from_template(stream)
        packets = [packet for packet in source.demux(stream) if packet.size]
        length = max(p.pts + p.duration for p in packets)
        for turn in range(times):
            source.seek(0, stream=stream)
            for packet in source.demux(stream):
                if packet.size:
                    packet.pts += turn * length
                    packet.dts += turn * length
                    packet.stream = new
                    target.mux(packet)


# --- speed -----------------------------------------------------------------------------------


def speed(film: Path, folder: Path) -> Table:
    order = picture_order(film)
    taken = [frame.image for frame in read_frames(film, order=order)]
    count = len(order)
    steps: list[tuple[str, int, Callable[[], object]]] = [
        ("order of pictures, without decoding", count, lambda: picture_order(film)),
        ("decode, one thread", count, lambda: drained(film, order, 1)),
        ("decode, all cores", count, lambda: drained(film, order, 0)),
        ("decode and take every 4th as RGB", count, lambda: taken_from(film, order, None)),
        ("the same, measured for shots", count, lambda: taken_from(film, order, Watcher())),
        ("filter a taken frame", len(taken), lambda: filtered(taken)),
        ("write a taken frame as JPEG", len(taken), lambda: written(taken, folder)),
    ]
    # Further steps (segmentation, faces, emotions) join this list: name, frames, work.
    rows = []
    for name, frames, work in steps:
        seconds = best_of(2, work, time.process_time)
        rows.append([name, f"{frames / seconds:.0f}", f"{count / order.rate / seconds:.1f}"])
    return ["step", "frames per processor second", "times real time, one core"], rows


def drained(film: Path, order: PictureOrder, threads: int) -> int:
    return sum(1 for _ in read_pictures(film, order, threads=threads))


def taken_from(film: Path, order: PictureOrder, watch: Watcher | None) -> int:
    frames = sum(1 for _ in read_frames(film, order=order, watch=watch))
    if watch is not None:
        find_shots(watch.looks())
    return frames


def filtered(frames: list[np.ndarray]) -> None:
    judge = FrameFilter(Rules())
    for frame in frames:
        judge.judge(frame)


def written(frames: list[np.ndarray], folder: Path) -> None:
    for number, frame in enumerate(frames):
        write_image(folder / f"{number}.jpg", Picture(frame))


def memory(clip: Path, folder: Path) -> Table:
    """Peak memory in a process of its own, for a short and a long film."""
    rows = []
    for times in (2, 24):
        film = folder / f"long{times}.mp4"
        repeated(clip, film, times)
        peak = in_child(lambda f=film: taken_from(f, picture_order(f), Watcher()))
        rows.append([str(132 * times), f"{peak:.0f}"])
    return ["frames", "peak memory, MB"], rows


def in_child(work: Callable[[], object]) -> float:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        work()
        os.write(write, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return int(os.read(read, 32)) / 1e3


# --- shots -----------------------------------------------------------------------------------


def ours(film: Path) -> list[int]:
    watch = Watcher()
    for _ in read_frames(film, picks=np.zeros(0, np.int64), watch=watch):
        pass
    return [shot.first for shot in find_shots(watch.looks()).shots[1:]]


def pyscenedetect(film: Path, detectors: list[str]) -> list[int]:
    import scenedetect

    manager = scenedetect.SceneManager()
    for name in detectors:
        manager.add_detector(getattr(scenedetect, name)())
    manager.detect_scenes(scenedetect.open_video(str(film)))
    return [start.frame_num for start, _ in manager.get_scene_list()[1:]]


def shots(data: Path, folder: Path, films: int) -> Table:
    pictures = [shrunk(read_image(p).rgb) for p in sorted(data.glob("samples/*.*g"))]
    truths = {}
    for seed in range(films):
        film = folder / f"cut{seed}.mp4"
        truths[film] = write_cut_film(film, pictures, 1000 + seed)
    ways: dict[str, Callable[[Path], list[int]]] = {"pyojeong": ours}
    try:
        name = f"PySceneDetect {version('scenedetect')}"
        for label, detectors in (
            ("content", ["ContentDetector"]),
            ("adaptive", ["AdaptiveDetector"]),
            ("adaptive + threshold", ["AdaptiveDetector", "ThresholdDetector"]),
            ("content + threshold", ["ContentDetector", "ThresholdDetector"]),
        ):
            ways[f"{name}, {label}"] = lambda film, d=detectors: pyscenedetect(film, d)
    except PackageNotFoundError:
        print("PySceneDetect is not installed; only our own shots are measured.")
    total = Counter(kind for truth in truths.values() for kind in truth.values())
    frames = sum(len(picture_order(film)) for film in truths)
    rows = [measured(name, way, truths, total, frames) for name, way in ways.items()]
    return [
        "detector",
        "cuts found",
        "fades found",
        "false",
        "precision",
        "recall",
        "frames per processor second",
    ], rows


def measured(
    name: str,
    way: Callable[[Path], list[int]],
    truths: dict[Path, dict[int, str]],
    total: Counter[str],
    frames: int,
) -> list[str]:
    counts: Counter[str] = Counter()
    start = time.process_time()
    for film, truth in truths.items():
        counts.update(matched(way(film), truth, SLACK))
    seconds = time.process_time() - start
    hits = counts["cut"] + counts["fade"]
    return [
        name,
        f"{counts['cut']} of {total['cut']}",
        f"{counts['fade']} of {total['fade']}",
        str(counts["false"]),
        f"{hits / max(1, hits + counts['false']):.1%}",
        f"{hits / total.total():.1%}",
        f"{frames / seconds:.0f}",
    ]


def shrunk(image: np.ndarray) -> np.ndarray:
    scale = 1400 / max(image.shape[:2])
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=int, default=8, help="films to find shots in")
    films = parser.parse_args().films
    data = Path(os.environ["PYOJEONG_DATA"])
    clip = data / "samples/bigbuckbunny.mp4"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = folder / "minute.mp4"
        repeated(clip, film, REPEATS)
        tables = {
            "Memory": memory(clip, folder),
            "Speed": speed(film, folder),
            "Shots": shots(data, folder, films),
        }
    write_report("film", __doc__ or "", tables)


if __name__ == "__main__":
    main()
