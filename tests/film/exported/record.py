"""Records what Ultralytics makes of exported files, for `test_yolo_seg.py` to compare with.

    python tests/film/exported/record.py

Needs `pip install ultralytics onnx` (AGPL-3.0); what it writes, recorded.npz, are numbers alone.
Two files are read: one of the house's own network, on pictures of the cartoon, and one with the
outputs and notes of a yolov8n-seg of three classes that Ultralytics built and exported: untrained,
but with its layers in balance and its classes turned up, so that it finds figures. The outputs
are kept as float16, and it is the file holding those that Ultralytics reads.
"""

import importlib.util
import json
import os
import tempfile
from pathlib import Path

import cv2
import numpy as np
import onnx

HERE = Path(__file__).parent
SIZES = [(64, 64), (96, 48), (32, 64), (30, 40), (96, 54)]
"""Width and height. The margins of all but the last are whole cells of the prototypes."""

SIDE, LEAST, IOU = 64, 0.25, 0.7
PICTURES, SEED = 3, 77


def main() -> None:
    os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="0", YOLO_CONFIG_DIR=tempfile.mkdtemp())
    from pyojeong.vision import vision

    vision("ops")
    kept = {}
    with tempfile.TemporaryDirectory() as folder:
        record_house(Path(folder), kept)
        record_exported(Path(folder), kept)
    np.savez_compressed(HERE / "recorded.npz", **kept)


def record_house(folder: Path, kept: dict) -> None:
    from pyojeong.assets import asset_path
    from pyojeong.data.cartoon.pictures import make_pictures

    path = folder / "house.onnx"
    model = onnx.load(str(asset_path("cartoon_characters_v1")))
    # Ultralytics always shrinks by interpolation, whatever a file's notes ask for.
    notes = {p.key: p.value for p in model.metadata_props if p.key != "resize"}
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, notes)
    onnx.save(model, str(path))
    for number, picture in enumerate(make_pictures(PICTURES, SEED, "test")):
        image = cv2.resize(picture.image, (256, 144), interpolation=cv2.INTER_AREA)
        kept[f"house{number}_picture"] = packed(image)
        read(path, image, json.loads(notes["imgsz"]), f"house{number}", kept)


def record_exported(folder: Path, kept: dict) -> None:
    import onnxruntime
    import torch
    from ultralytics import YOLO

    written = test_module().written
    torch.manual_seed(3)
    network = YOLO("yolov8n-seg.yaml")
    eighty = network.model
    network.model = type(eighty)("yolov8n-seg.yaml", nc=3, verbose=False)
    network.model.args, network.model.task = eighty.args, "segment"
    network.model.pt_path = str(folder / "tiny.pt")
    network.model.names = {0: "곰", 1: "it's", 2: "fox"}
    turn_up(network.model)
    path = network.export(format="onnx", imgsz=SIDE, opset=17, simplify=False, verbose=False)
    session = onnxruntime.InferenceSession(path)
    notes = dict(session.get_modelmeta().custom_metadata_map)
    given = session.get_inputs()[0]
    kept["notes"] = np.array(
        json.dumps({k: notes[k] for k in ("names", "imgsz", "task", "stride")})
    )
    kept["input"] = np.array(json.dumps([given.name, given.shape, given.type]))
    rng = np.random.default_rng(5)
    for number, (width, height) in enumerate(SIZES):
        image = smooth(rng, width, height)
        name = f"theirs{number}"
        asked = theirs_input(image)
        kept[f"{name}_picture"], kept[f"{name}_input"] = packed(image), packed(asked)
        batch = (asked.transpose(2, 0, 1)[None] / 255).astype(np.float32)
        rows, proto = session.run(None, {given.name: batch})
        # Rows that find nothing are left out, save some.
        rows = rows[0].T
        rows = rows[(rows[:, 4:7].max(1) > LEAST) | (np.arange(len(rows)) % 8 == 0)]
        kept[f"{name}_rows"] = rows.astype(np.float16)
        kept[f"{name}_proto"] = proto[0].astype(np.float16)
        file = written(
            folder / f"{name}.onnx",
            kept[f"{name}_rows"],
            kept[f"{name}_proto"],
            notes["names"],
            (1, 3, SIDE, SIDE),
            notes={"imgsz": notes["imgsz"], "task": "segment", "stride": "32"},
        )
        read(file, image, [SIDE, SIDE], name, kept)


def smooth(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    coarse = rng.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def turn_up(net) -> None:
    """Layers of normalisation learn from pictures; then about a tenth of the cells see a figure."""
    import torch

    rng = np.random.default_rng(6)
    pictures = np.stack([smooth(rng, SIDE, SIDE) for _ in range(32)])
    batch = torch.tensor(pictures).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        for layer in net.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.momentum = None
        net.train()(batch)
        seen = torch.logit(net.eval()(batch)[0][0][:, 4:7])
        scale = 2 / seen.std((0, 2))
        for layer in net.model[-1].cv3:
            last = layer[-1]
            last.bias.copy_(scale * (last.bias - seen.mean((0, 2))) - 3)
            last.weight.mul_(scale[:, None, None, None])


def packed(image: np.ndarray) -> np.ndarray:
    """As PNG."""
    return cv2.imencode(".png", image[:, :, ::-1])[1].ravel()


def theirs_input(image: np.ndarray) -> np.ndarray:
    """What their letterboxing gives the network, RGB uint8."""
    from ultralytics.data.augment import LetterBox

    return np.asarray(LetterBox((SIDE, SIDE), auto=False, stride=32)(image=image))


def read(path: Path, image: np.ndarray, side: list, name: str, kept: dict) -> None:
    from ultralytics import YOLO

    (found,) = YOLO(path, task="segment").predict(
        np.ascontiguousarray(image[:, :, ::-1]),
        imgsz=side,
        conf=LEAST,
        iou=IOU,
        max_det=100,
        retina_masks=True,
        verbose=False,
    )
    kept[f"{name}_boxes"] = found.boxes.xyxy.numpy()
    kept[f"{name}_scores"] = found.boxes.conf.numpy()
    kept[f"{name}_classes"] = found.boxes.cls.numpy().astype(np.int64)
    masks = np.zeros((0, *image.shape[:2]), bool) if found.masks is None else found.masks.data
    kept[f"{name}_masks"] = np.packbits(np.asarray(masks).astype(bool), axis=-1)


def test_module():
    spec = importlib.util.spec_from_file_location("tests", HERE.parent / "test_yolo_seg.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
