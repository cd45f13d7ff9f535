"""Films for tests: every picture carries its number, in blocks that survive any encoder."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, BITS = 96, 64, 12


def numbered(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """RGB (height, width, 3): twelve blocks, light for the ones of the number in binary."""
    bits = np.array([number >> bit & 1 for bit in range(BITS)], np.uint8).reshape(3, 4)
    block = np.ones((-(-height // 3), -(-width // 4)), np.uint8)
    gray = (40 + 170 * np.kron(bits, block))[:height, :width]
    return np.repeat(gray[:, :, None], 3, 2).astype(np.uint8)


def number_of(image: np.ndarray) -> int:
    """The number that a picture made by `numbered` carries."""
    height, width = image.shape[:2]
    found = 0
    for bit in range(BITS):
        row, column = divmod(bit, 4)
        y, x = round((row + 0.5) * height / 3), round((column + 0.5) * width / 4)
        found |= int(image[y - 2 : y + 3, x - 2 : x + 3].mean() > 125) << bit
    return found


def write_numbered(
    path: Path,
    stamps: Iterable[int],
    unit: Fraction,
    codec: str = "libx264",
    rate: Fraction | int = 25,
    **options: str,
) -> list[int]:
    """Write picture n at stamps[n] in `unit` seconds; gives the stamps."""
    stamps = list(stamps)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            codec, rate, options={k.strip("_"): v for k, v in options.items()}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = stream.time_base = unit
        stream.codec_context.gop_size = 12
        for number, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
            frame.pts, frame.time_base = stamp, unit
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return stamps
