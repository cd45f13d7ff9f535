"""Small networks on several cores at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pyojeong.settings import settings

T = TypeVar("T")


def at_once(task: Callable[..., T], *columns: Iterable[Any]) -> list[T]:
    """`map` on a few threads, results in order: ONNX Runtime and OpenCV work outside Python's
    lock, and one network is too small to share between cores."""
    tasks = list(zip(*columns, strict=True))
    workers = min(settings().threads or min(os.cpu_count() or 1, 4), len(tasks))
    if workers <= 1:
        return [task(*given) for given in tasks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(task, *zip(*tasks, strict=True)))
