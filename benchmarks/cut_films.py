"""Films with known shots: pictures under a moving camera, cut, faded and dissolved together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pyojeong.media.video import VideoWriter

FPS = 24


@dataclass(frozen=True)
class Camera:
    """A window that moves over a picture; start and end as (left, top, width) shares."""

    image: np.ndarray
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    shake: np.ndarray
    light: tuple[float, float]

    def frame(self, share: float, width: int, height: int) -> np.ndarray:
        left, top, wide = np.array(self.start) * (1 - share) + np.array(self.end) * share
        tall, across = self.image.shape[:2]
        scale = wide * across / width
        dx, dy = self.shake[int(share * (len(self.shake) - 1))]
        matrix = np.array([[scale, 0, left * across + dx], [0, scale, top * tall + dy]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(
            self.image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT
        )
        light = self.light[0] * (1 - share) + self.light[1] * share
        return np.clip(seen * light, 0, 255).astype(np.uint8)


def camera(image: np.ndarray, frames: int, rng: np.random.Generator) -> Camera:
    """A slow move, a fast pan, or a still stand, at random; sometimes the light changes."""
    wide = rng.uniform(0.35, 0.8)
    start = np.array([*rng.uniform(0, 1 - wide, 2), wide])
    reach = rng.choice([0.0, 0.1, 0.6], p=[0.3, 0.5, 0.2])
    end = np.clip(start + rng.uniform(-1, 1, 3) * (reach, reach, 0.1), 0, 0.9)
    end[2] = max(end[2], 0.25)
    shake = rng.normal(0, rng.choice([0, 1.5, 4]), (frames, 2))
    light = (1.0, rng.choice([1.0, 1.0, 0.6, 1.3]))
    return Camera(image, tuple(start), tuple(end), shake, light)


def write_cut_film(
    path: Path, pictures: list[np.ndarray], seed: int, shots: int = 24, size: tuple = (640, 360)
) -> dict[int, str]:
    """Writes the film; gives {number of the first frame of each later shot: "cut" or "fade"}.

    A fade passes through black or white or dissolves; its boundary is its middle. One shot in
    five holds a flash of two frames, which is no boundary.
    """
    rng = np.random.default_rng(seed)
    truth: dict[int, str] = {}
    width, height = size
    at, order = 0, rng.permutation(shots) % len(pictures)
    way, half = "start", 0
    with VideoWriter(path, width, height, FPS, audio_rate=None, subtitles=False) as writer:
        tail: list[np.ndarray] = []
        for number in range(shots):
            length = int(rng.integers(30, 110))
            view = camera(pictures[order[number]], length, rng)
            frames = [view.frame(i / (length - 1), width, height) for i in range(length)]
            if rng.random() < 0.2:
                flash = int(rng.integers(12, length - 12))
                for i in (flash, flash + 1):
                    frames[i] = np.clip(frames[i] * 0.3 + 175, 0, 255).astype(np.uint8)
            frames = joined(tail, frames, way, half, writer, truth, rng)
            way = str(rng.choice(["cut", "black", "white", "dissolve"], p=[0.6, 0.15, 0.05, 0.2]))
            half = int(rng.integers(4, 13))
            keep = 0 if way == "cut" else half if way in ("black", "white") else 2 * half
            keep = min(keep, len(frames) - 2)
            half = keep // 2 if way == "dissolve" else keep
            for frame in frames[: len(frames) - keep]:
                writer.write_frame(frame)
            tail = frames[len(frames) - keep :] if keep else []
            at = writer.frames
            if way == "cut" and number < shots - 1:
                truth[at] = "cut"
        for frame in tail:
            writer.write_frame(frame)
    return truth


def joined(tail, frames, way, half, writer, truth, rng) -> list[np.ndarray]:
    """Writes the passage from the last shot's tail into a new one; gives what is left of it."""
    if way in ("black", "white"):
        ground = 0 if way == "black" else 255
        for i, frame in enumerate(tail):
            writer.write_frame(mixed(frame, np.full_like(frame, ground), (i + 1) / (len(tail) + 1)))
        pause = int(rng.integers(1, 9))
        for _ in range(pause):
            writer.write_frame(np.full_like(frames[0], ground))
        truth[writer.frames - pause + pause // 2] = "fade"
        for i in range(half):
            share = (i + 1) / (half + 1)
            writer.write_frame(mixed(np.full_like(frames[i], ground), frames[i], share))
        return frames[half:]
    if way == "dissolve":
        truth[writer.frames + len(tail) // 2] = "fade"
        for i, frame in enumerate(tail):
            writer.write_frame(mixed(frame, frames[i], (i + 1) / (len(tail) + 1)))
        return frames[len(tail) :]
    return frames


def mixed(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return cv2.addWeighted(a, 1 - share, b, share, 0)


def matched(found: list[int], truth: dict[int, str], slack: dict[str, int]) -> dict[str, float]:
    """How many true boundaries were found within the slack, in frames, and how many others."""
    left = sorted(found)
    hits = {"cut": 0, "fade": 0}
    for at, kind in truth.items():
        near = [f for f in left if abs(f - at) <= slack[kind]]
        if near:
            left.remove(min(near, key=lambda f: abs(f - at)))
            hits[kind] += 1
    return {**hits, "false": len(left)}
