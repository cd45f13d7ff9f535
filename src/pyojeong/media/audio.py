"""Sound as mono float samples: resampling, WAV files, loudness over time."""

from __future__ import annotations

import math
import wave
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pyojeong.errors import BadInput
from pyojeong.media.files import atomic_path, check_input

Samples = NDArray[np.float32]
"""float32 (n,), mono, in [-1, 1]."""

# Zero crossings of the sinc on either side, and the Kaiser window's shape: about 80 dB down.
_CROSSINGS, _BETA = 24, 8.0
# The pass band ends at this share of the lower Nyquist frequency.
_ROLL_OFF = 0.94


def resample(samples: Samples, rate: int, to_rate: int) -> Samples:
    """The same sound at another rate (Hz), without delay.

    Polyphase windowed-sinc interpolation with a linear-phase Kaiser filter (Smith, "Digital Audio
    Resampling", 2002). Gives ceil(n * to_rate / rate) samples.
    """
    if rate == to_rate or not len(samples):
        return samples.astype(np.float32, copy=True)
    common = math.gcd(rate, to_rate)
    up, down = to_rate // common, rate // common
    phases, reach = _filter(up, down)
    count = -(-len(samples) * up // down)
    windows = sliding_window_view(np.pad(samples.astype(np.float32), reach), 2 * reach + 1)
    out = np.empty(count, np.float32)
    # Output n lies at input n * down / up: every up-th output uses the same taps.
    for first in range(min(up, count)):
        start, phase = divmod(first * down, up)
        rows = windows[start::down][: len(range(first, count, up))]
        out[first::up] = rows @ phases[phase]
    return out


@cache
def _filter(up: int, down: int) -> tuple[NDArray[np.float32], int]:
    """Taps (up, 2 * reach + 1), one row per position between two input samples, and reach."""
    cutoff = _ROLL_OFF * min(1.0, up / down)
    reach = math.ceil(_CROSSINGS / cutoff)
    offsets = np.arange(-reach, reach + 1)[None] - np.arange(up)[:, None] / up
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (offsets / reach) ** 2, 0, 1))) / np.i0(_BETA)
    taps = cutoff * np.sinc(cutoff * offsets) * window
    # Each row sums to one, so that a constant stays that constant.
    return (taps / taps.sum(1, keepdims=True)).astype(np.float32), reach


def envelope(samples: Samples, rate: int, fps: float) -> Samples:
    """Loudness per film frame: the root mean square of the samples that sound during it.

    Gives ceil(seconds * fps) values in [0, 1].
    """
    count = math.ceil(len(samples) * fps / rate)
    edges = np.minimum(np.round(np.arange(count + 1) * rate / fps).astype(int), len(samples))
    sums = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    means = np.diff(sums[edges]) / np.maximum(np.diff(edges), 1)
    loudness: Samples = np.sqrt(np.maximum(means, 0)).astype(np.float32)
    return loudness


def write_wav(path: Path | str, samples: Samples, rate: int) -> None:
    """Write 16-bit mono PCM, whole or not at all. Raises OutputFailed."""
    pcm = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2")
    with atomic_path(path) as part, part.open("wb") as file, wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm.tobytes())


def read_wav(path: Path | str) -> tuple[Samples, int]:
    """A PCM WAV file of 8, 16, 24 or 32 bits, channels averaged: samples and rate in Hz.

    Raises BadInput for anything else.
    """
    path = check_input(path)
    try:
        with path.open("rb") as file, wave.open(file, "rb") as sound:
            width, channels, rate = sound.getsampwidth(), sound.getnchannels(), sound.getframerate()
            data = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError, OSError) as error:
        raise BadInput(
            f"{path} is not a PCM WAV file ({error}).",
            f"{path}은(는) PCM WAV 파일이 아닙니다({error}).",
        ) from error
    whole = len(data) - len(data) % (width * channels)
    values = _pcm(data[:whole], width)
    return values.reshape(-1, channels).mean(1).astype(np.float32), rate


def _pcm(data: bytes, width: int) -> NDArray[np.float64]:
    """Integer samples to [-1, 1]. WAV stores 8 bits unsigned, all others signed."""
    if width == 1:
        return (np.frombuffer(data, np.uint8) - 128.0) / 128
    # As the upper bytes of 32-bit integers every width has the same scale.
    wide = np.zeros((len(data) // width, 4), np.uint8)
    wide[:, 4 - width :] = np.frombuffer(data, np.uint8).reshape(-1, width)
    return wide.view("<i4")[:, 0] / 2.0**31
