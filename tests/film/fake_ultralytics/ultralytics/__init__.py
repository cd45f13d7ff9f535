"""A stand-in for Ultralytics: as much of its interface as Pyojeong uses, and its manners."""

import os
from pathlib import Path

import cv2
import numpy
import torch

TOLD = {name: value for name, value in os.environ.items() if name.startswith("YOLO_")}

# What the real one does to the program that imports it.
os.environ["OMP_NUM_THREADS"] = "7"
cv2.setNumThreads(0)
numpy.set_printoptions(linewidth=320)
torch.save = print
folder = Path(os.environ.get("YOLO_CONFIG_DIR") or Path.home() / ".config") / "Ultralytics"
folder.mkdir(parents=True)
(folder / "settings.json").write_text("{}")
