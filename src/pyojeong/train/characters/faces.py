"""Write the pictures that the cartoon's emotions are learned from and measured with.

    python -m pyojeong.train.characters.faces FOLDER

Then `pyojeong train expression experiments/cartoon/expression.toml --data FOLDER --out RUN`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pyojeong.data.cartoon.portraits import write_portraits

COUNTS = {"train": 12_000, "val": 1_000, "test": 1_500}
SEED = 11


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    write_portraits(parser.parse_args().folder, COUNTS, SEED)


if __name__ == "__main__":
    main()
