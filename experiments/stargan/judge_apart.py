"""A second opinion on a run: python judge_apart.py RUN/model.onnx CLASSIFIER/model.onnx SHEET.png

The classifier was trained by `pyojeong train expression` on strangers: other people, no picture
shared with the run. Read are 40 held faces, each asked for each expression: (a) as the network
makes them, (b) as photos of 384 px that the editor has edited. The sheet shows some of (b).
"""

import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/train"))

from faces_made import draw_face  # noqa: E402

from pyojeong.edit.stargan import StarGanEditor  # noqa: E402
from pyojeong.face.exported import ExportedClassifier  # noqa: E402
from pyojeong.face.square import whole_square  # noqa: E402
from pyojeong.media.image import Picture, write_image  # noqa: E402

WANTED = ("happiness", "sadness", "surprise")
LARGE = 384


def main(model: Path, classifier: Path, sheet: Path) -> None:
    editor, reader = StarGanEditor(model), ExportedClassifier(classifier)
    side, places = reader.card.side, [reader.card.labels.index(name) for name in WANTED]
    people = [(person, WANTED[person % 3]) for person in range(80, 100)] * 2
    small = [draw_face(shown, p, n // 20, editor.card.side) for n, (p, shown) in enumerate(people)]
    large = [draw_face(shown, p, n // 20, LARGE) for n, (p, shown) in enumerate(people)]

    def read(pictures: list[np.ndarray]) -> np.ndarray:
        squares = np.stack([whole_square(picture, side) for picture in pictures])
        return reader.probabilities(squares)[:, places].argmax(1)

    shown = np.array([WANTED.index(name) for _, name in people])
    facts = {"real": float((read(small) == shown).mean())}
    box = np.array([0, 0, LARGE, LARGE], np.float32)
    columns = [large]
    made, edited, moved = [], [], []
    for label, name in enumerate(WANTED):
        wishes = np.zeros((len(small), editor.card.wish_length), np.float32)
        wishes[:, editor.labels.index(name)] = 1
        if len(editor.card.sets) > 1:
            wishes[:, -1] = 1
        pictures = editor._session.run(None, {"pictures": np.stack(small), "wishes": wishes})[0]
        network = read(list(np.clip(np.rint(pictures), 0, 255).astype(np.uint8))) == label
        columns.append([editor.edit_towards(photo, box, {name: True}) for photo in large])
        photos = read(columns[-1]) == label
        made.append(network)
        edited.append(photos)
        moved.append(shown != label)
    others = np.stack(moved)
    for name, right in (("network", np.stack(made)), ("editor", np.stack(edited))):
        facts[name] = float(right.mean())
        facts[f"{name}, another expression than shown"] = float(right[others].mean())
        facts[f"{name}, by expression"] = dict(zip(WANTED, right.mean(1).round(3).tolist()))
    print(json.dumps(facts, indent=1))
    rows = [np.concatenate([column[n][::2, ::2] for column in columns], 1) for n in range(4)]
    write_image(sheet, Picture(np.ascontiguousarray(np.concatenate(rows))))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
