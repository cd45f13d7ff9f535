"""The networks that can be trained, one name each."""

from __future__ import annotations

from pyojeong.train.zoo.build import Built, build
from pyojeong.train.zoo.table import NAMES, Known, known

__all__ = ["NAMES", "Built", "Known", "build", "known"]
