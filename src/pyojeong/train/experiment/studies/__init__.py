"""The grids of the original comparisons, shipped as files."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from pyojeong.train.experiment.grid import parse_grid, read_grid
from pyojeong.train.experiment.planned import Changed, Grid


def names() -> tuple[str, ...]:
    """Names of the shipped grids."""
    files = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def study(name: str, changed: Changed | None = None) -> Grid:
    """A shipped grid by its name, one of `names()`."""
    text = (resources.files(__name__) / f"{name}.toml").read_text("utf-8")
    return parse_grid(text, None, changed)


def find_grid(wanted: str, changed: Changed | None = None) -> Grid:
    """A shipped grid by its name, or that of a file. Raises BadInput, BadSettings."""
    if wanted in names() and not Path(wanted).exists():
        return study(wanted, changed)
    return read_grid(Path(wanted), changed)
