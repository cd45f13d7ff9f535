"""Run by `bench_faces.py --fer PYTHON` in the environment of the package `fer`, without Pyojeong.

    PYTHON fer_other.py FER2013_PUBLIC_TEST.npz PHOTO.png   prints one JSON object

That environment needs `pip install --no-deps fer==25.10.3` and `pip install tensorflow-cpu
opencv-python-headless<4.12 pillow requests pandas tqdm matplotlib "setuptools<80"`. What only its
MTCNN and its films need is replaced by empty modules here.
"""

from __future__ import annotations

import json
import sys
import time
import types

import cv2
import numpy as np

ORDER = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def reader() -> object:
    for name in ("facenet_pytorch", "moviepy", "moviepy.editor", "ffmpeg"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["facenet_pytorch"].MTCNN = object
    for name in ("AudioFileClip", "CompositeVideoClip", "VideoFileClip"):
        setattr(sys.modules["moviepy.editor"], name, object)
    from fer.fer import FER

    return FER(mtcnn=False)


def read_crops(fer: object, images: np.ndarray) -> np.ndarray:
    """Index into `ORDER` for 48 px gray faces, the whole picture given as the face.

    fer's own offsets would cut beyond the picture: its network gets the picture itself, enlarged
    and scaled as fer does.
    """
    found = []
    for image in images:
        gray = cv2.resize(image, (64, 64)).astype(np.float32) / 255
        found.append(int(np.argmax(fer._classify_emotions((gray[None] - 0.5) * 2)[0])))
    return np.array(found)


def main() -> None:
    table = np.load(sys.argv[1])
    images, labels = table["images"], table["labels"]
    fer = reader()
    names = list(fer._get_labels().values())
    place = np.array([ORDER.index(name) for name in names])
    known = labels >= 0
    read = place[read_crops(fer, images[known])]
    votes = table["ferplus_votes"][known].argmax(1)
    house = np.array([6, 3, 5, 4, 0, 1, 2, 1, -1, -1])[votes]
    photo = cv2.imread(sys.argv[2])
    took = []
    for _ in range(10):
        start = time.perf_counter()
        faces = fer.detect_emotions(photo)
        took.append(time.perf_counter() - start)
    print(
        json.dumps(
            {
                "accuracy": float((read == labels[known]).mean()),
                "ferplus": float((read == house)[house >= 0].mean()),
                "seconds": min(took),
                "faces": len(faces),
            }
        )
    )


if __name__ == "__main__":
    main()
