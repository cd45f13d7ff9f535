"""From a trained file to an edited photo: the file does what torch does, and the editor keeps what
is not to change. (Pictures are of an untrained network: what it draws is judged in experiments/.)"""

import json

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
pytest.importorskip("onnx", reason="onnx is in the train extra")

import onnx
import torch

from pyojeong.edit.stargan import (
    StarGanEditor,
    attribute_goals,
    blend,
    fade,
    match_colours,
    small_square,
    square_matrix,
)
from pyojeong.edit.stargan_file import LabelSet
from pyojeong.errors import BadInput, BadSettings, MissingWeights
from pyojeong.face.types import FaceMesh
from pyojeong.train.stargan.config import Config
from pyojeong.train.stargan.nets import Generator
from pyojeong.train.stargan.painter import to_input

LABELS = ("Black_Hair", "Brown_Hair", "Eyeglasses", "happiness", "sadness", "surprise")
BOX = np.array([60, 40, 140, 150], np.float32)


@pytest.fixture(scope="module")
def editor(finished):
    return StarGanEditor(finished / "model.onnx")


@pytest.fixture(scope="module")
def photo():
    random = np.random.default_rng(3)
    return random.integers(0, 256, (190, 200, 3)).astype(np.uint8)


def test_the_file_makes_what_torch_makes(finished, editor):
    config = Config.read(finished / "config.toml")
    state = torch.load(finished / "checkpoints/last.ckpt", weights_only=True)["kept"]
    generator = Generator(8, config.net.width, config.net.blocks)
    generator.load_state_dict(state)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    wishes = np.eye(8, dtype=np.float32)[:3]
    made, read = editor._session.run(None, {"pictures": pictures, "wishes": wishes})
    with torch.no_grad():
        expected = generator(to_input(torch.from_numpy(pictures)), torch.from_numpy(wishes))
    assert np.allclose(made, (expected.permute(0, 2, 3, 1).numpy() + 1) * 127.5, atol=0.05)
    assert read.shape == (3, 6)
    assert np.allclose(read[:, 3:].sum(1), 1, atol=1e-5), "emotions exclude each other"


def test_the_file_says_what_it_is(editor, finished):
    assert editor.labels == LABELS
    assert (editor.card.side, editor.card.padding) == (32, 0.22)
    notes = json.loads(editor._session.get_modelmeta().custom_metadata_map["pyojeong"])["notes"]
    assert notes["sets"] == json.loads((finished / "result.json").read_text("utf-8"))["sets"]


@pytest.mark.parametrize(
    "targets",
    [{"happiness": True}, {"SURPRISE": 0.5}, {"black_hair": True}, {"Eyeglasses": False},
     {"sadness": 1, "brown_hair": True}],
)  # fmt: skip
def test_nothing_but_the_square_changes(editor, photo, targets):
    before = photo.copy()
    made = editor.edit_towards(photo, BOX, targets)
    assert np.array_equal(photo, before)
    assert (made.shape, made.dtype) == (photo.shape, photo.dtype)
    assert np.array_equal(made, editor.edit_towards(photo, BOX, targets))
    changed = (made != photo).any(2)
    assert changed.any()
    # The longer side of the box, 110 px, and 0.22 of it on each side.
    half = 110 * 1.44 / 2
    assert not changed[:, : int(100 - half)].any()
    assert not changed[:, int(101 + half) :].any()
    assert not changed[: int(95 - half)].any()
    assert not changed[int(96 + half) :].any()


@pytest.mark.parametrize("targets", [{}, {"happiness": False}, {"sadness": 0.0}])
def test_no_wish_is_no_change(editor, photo, targets):
    assert np.array_equal(editor.edit_towards(photo, BOX, targets), photo)


def test_more_strength_is_more_change(editor, photo):
    far = [
        np.abs(editor.edit_towards(photo, BOX, {"happiness": v}).astype(int) - photo).mean()
        for v in (0.3, 0.6, 1.0)
    ]
    assert far[0] < far[1] < far[2]


@pytest.mark.parametrize("size", [(1, 1), (8, 300), (3000, 20)])
@pytest.mark.parametrize("box", [(0, 0, 1, 1), (-50, -50, 40, 40), (500, 500, 900, 700)])
def test_any_picture_and_any_box(editor, size, box):
    image = np.full((*size, 3), 90, np.uint8)
    made = editor.edit_towards(image, np.array(box, np.float32), {"happiness": True})
    assert made.shape == image.shape


def test_wrong_wishes_are_named(editor, photo):
    with pytest.raises(BadSettings, match="happiness"):
        editor.edit_towards(photo, BOX, {"joy": True})
    for value in (-0.1, 1.5, float("nan")):
        with pytest.raises(BadSettings, match="strength"):
            editor.edit_towards(photo, BOX, {"happiness": value})


def face(angle):
    """A mesh whose eyes lie at `angle`, 100 px apart, around (300, 300)."""
    points = np.random.default_rng(0).uniform(-90, 90, (478, 3))
    points[[33, 133]], points[[263, 362]] = (-50, -20, 0), (50, -20, 0)
    c, s = np.cos(angle), np.sin(angle)
    points[:, :2] = points[:, :2] @ np.array([[c, s], [-s, c]]) + 300
    return FaceMesh(points.astype(np.float32), 1.0)


@pytest.mark.parametrize("angle", [0.0, 0.6, -1.2, 3.0])
def test_a_leaning_face_is_seen_upright(angle):
    mesh = face(angle)
    matrix = square_matrix(mesh, 0.22, 64)
    seen = mesh.points[:468, :2] @ matrix[:, :2].T + matrix[:, 2]
    eyes = seen[[33, 263]]
    assert eyes[0, 1] == pytest.approx(eyes[1, 1], abs=1e-2)
    assert eyes[0, 0] < eyes[1, 0]
    low, high = seen.min(0), seen.max(0)
    assert (low + high) / 2 == pytest.approx([31.5, 31.5], abs=0.05)
    assert (high - low).max() == pytest.approx(64 / 1.44, abs=0.1)
    plain = square_matrix(face(0.0).box, 0.22, 64)
    assert np.linalg.det(matrix[:, :2]) == pytest.approx(np.linalg.det(plain[:, :2]), rel=1e-3)


@pytest.mark.parametrize("zoom", [0.13, 0.4, 1.0, 2.5])
def test_a_network_that_changes_nothing_changes_nothing(zoom):
    """Seen equal to made gives the photo back, at any scale and angle."""
    image = np.random.default_rng(1).integers(0, 256, (300, 280, 3)).astype(np.uint8)
    c, s = zoom * np.cos(0.4), zoom * np.sin(0.4)
    matrix = np.array([[c, s, 32 - 140 * c - 150 * s], [-s, c, 32 + 140 * s - 150 * c]], np.float32)
    seen = small_square(image, matrix, 64)
    assert np.array_equal(blend(image, matrix, seen, seen.astype(np.float32)), image)


def test_where_much_changes_the_old_detail_goes():
    """A dark bar that the network paints over must not shine through at full size."""
    image = np.full((256, 256, 3), 200, np.uint8)
    image[120:136, 64:192] = 20
    matrix = np.array([[0.25, 0, 0], [0, 0.25, 0]], np.float32)
    matrix[:, 2] = (0.25 - 1) / 2
    seen = small_square(image, matrix, 64)
    made = np.full((64, 64, 3), 200, np.float32)
    result = blend(image, matrix, seen, made)
    assert np.abs(result[110:146, 60:196].astype(int) - 200).max() <= 12


def test_fine_detail_stays_where_little_changes():
    image = np.random.default_rng(2).integers(80, 120, (256, 256, 3)).astype(np.uint8)
    matrix = np.array([[0.25, 0, -0.375], [0, 0.25, -0.375]], np.float32)
    seen = small_square(image, matrix, 64)
    result = blend(image, matrix, seen, seen.astype(np.float32) + 6)
    middle = np.s_[64:192, 64:192]
    assert np.abs(result[middle].astype(int) - image[middle] - 6).max() <= 1
    assert fade(64)[0].max() == 0
    assert fade(64)[32, 32] == 1


def test_drift_of_colour_is_taken_out_and_wanted_change_is_not():
    random = np.random.default_rng(4)
    seen = random.integers(60, 200, (64, 64, 3)).astype(np.uint8)
    made = seen * np.array([0.95, 1.0, 1.04], np.float32) + np.array([8, 0, -6], np.float32)
    made[40:50, 20:44] = (150, 20, 30)
    matched = match_colours(seen, made.astype(np.float32))
    rest = np.ones((64, 64), bool)
    rest[40:50, 20:44] = False
    assert np.abs(matched[rest] - seen[rest]).mean() < 1.0
    assert np.abs(matched[45, 30] - (150, 20, 30)).max() < 15


def test_attributes_that_are_not_named_stay():
    own = LabelSet("looks", ("Black_Hair", "Blond_Hair", "Male", "Young"), False, ((0, 1),), 0)
    read = np.array([0.8, 0.3, 0.9, 0.2], np.float32)
    assert attribute_goals(own, read, {"Blond_Hair": 1}).tolist() == [0, 1, 1, 0]
    assert attribute_goals(own, read, {"Young": 1}).tolist() == [1, 0, 1, 1]
    assert attribute_goals(own, read, {"Male": 0}).tolist() == [1, 0, 0, 0]


def test_other_files_are_refused(finished, tmp_path):
    with pytest.raises(MissingWeights):
        StarGanEditor(tmp_path / "none.onnx")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    with pytest.raises(BadInput):
        StarGanEditor(broken)
    model = onnx.load(str(finished / "model.onnx"))
    (told,) = (p.value for p in model.metadata_props if p.key == "pyojeong")
    about = json.loads(told)
    for change in (
        {"kind": "classifier"},
        {"side": 64},
        {"padding": -1},
        {"sets": []},
        {"sets": [about["sets"][0]]},
        {"sets": [about["sets"][0]] * 2},
        {"sets": [about["sets"][0] | {"groups": [[9]]}, about["sets"][1]]},
    ):
        onnx.helper.set_model_props(model, {"pyojeong": json.dumps(about | change)})
        onnx.save(model, str(broken))
        with pytest.raises(BadInput, match="StarGAN"):
            StarGanEditor(broken)
    onnx.helper.set_model_props(model, {"other": "1"})
    onnx.save(model, str(broken))
    with pytest.raises(BadInput, match="StarGAN"):
        StarGanEditor(broken)
