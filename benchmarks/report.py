"""Benchmark results as Markdown, with the machine and the versions they were measured on."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("pyojeong", "numpy", "onnxruntime", "opencv-python-headless", "av")

Table = tuple[list[str], list[list[str]]]
"""Column names and rows."""


def write_report(name: str, about: str, tables: dict[str, Table]) -> None:
    """Print the tables and write them to results/<name>.md."""
    lines = [f"# {name}", "", about.strip(), "", _machine(), ""]
    for title, (columns, rows) in tables.items():
        lines += [f"## {title}", "", _row(columns), _row(["---"] * len(columns))]
        lines += [*map(_row, rows), ""]
    text = "\n".join(lines)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, "utf-8")


def best_of(
    times: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Seconds of the quickest run: the least disturbed one."""
    took = []
    for _ in range(times):
        start = clock()
        work()
        took.append(clock() - start)
    return min(took)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _machine() -> str:
    versions = ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    load = f", load before {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"Measured {date.today()} on {_processor()}, {os.cpu_count()} cores{load}; "
        f"{platform.system()}, Python {platform.python_version()}, {versions}."
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
