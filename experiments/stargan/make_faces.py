"""The drawn faces of this experiment, written as data sets: python make_faces.py FOLDER [PEOPLE]

emotions/  train, test / happiness, sadness, surprise   (80 people to learn from, 20 held)
strangers/ the same, of 60 other people: for a classifier that shares no picture with the run
looks/     CelebA's layout: four hair colours and glasses, neutral faces (90 people + 20 held)
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/train"))

from faces_made import CLASSES, made_faces, write_celeba, write_folders  # noqa: E402

SIDE = 64
THREE = [CLASSES.index(name) for name in ("happiness", "sadness", "surprise")]


def emotions(folder: Path, first: int, people: int, held: int, takes: int) -> None:
    drawn = made_faces(people, takes, SIDE, given=False)
    store = replace(drawn.pictures, people=drawn.pictures.people + first)
    splits = np.where(drawn.pictures.people < people - held, "train", "test")
    write_folders(folder, replace(drawn, pictures=store, splits=splits).take(
        np.isin(drawn.labels, THREE)))  # fmt: skip


def main(folder: Path, people: int = 100) -> None:
    emotions(folder / "emotions", 0, people, 20, 3)
    emotions(folder / "strangers", 1000, 60 if people == 100 else 160, 12, 3)
    write_celeba(folder / "looks", range(2000, 2110), 3, SIDE, held=20)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
