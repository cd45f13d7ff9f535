"""The expression basis: every coefficient moves what ARKit says it moves, and nothing else."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pyojeong.assets import asset_path, find_asset, verify_asset
from pyojeong.edit import basis as basis_module
from pyojeong.edit.basis import ASSET, ExpressionBasis, load_basis
from pyojeong.errors import MissingWeights
from pyojeong.expression import ARKIT_52, Expression, both_sides

# Landmarks, by the person's own side.
POINTS = {
    "chin": 152, "lower_lip": 17, "upper_lip": 0, "inner_lower": 14, "inner_upper": 13,
    "nose_tip": 4, "forehead": 10,
    "R.brow_in": 55, "R.brow_mid": 105, "R.brow_out": 70, "R.upper_lid": 159,
    "R.lower_lid": 145, "R.cheek": 50, "R.corner": 61, "R.wing": 129,
    "L.brow_in": 285, "L.brow_mid": 334, "L.brow_out": 300, "L.upper_lid": 386,
    "L.lower_lid": 374, "L.cheek": 280, "L.corner": 291, "L.wing": 358,
}  # fmt: skip

# What the definition says: point, axis (x to the picture's right, the person's left; y up;
# z to the camera), sign, at least so many cm.
MOVES: dict[str, list[tuple[str, str, float]]] = {
    "browInnerUp": [("R.brow_in", "y", 0.3), ("L.brow_in", "y", 0.3)],
    "cheekPuff": [("R.corner", "z", 0.5), ("L.corner", "z", 0.5)],
    "jawForward": [("chin", "z", 0.3)],
    "jawLeft": [("chin", "x", 0.3)],
    "jawOpen": [("chin", "y", -1.5), ("inner_lower", "y", -2.0)],
    "mouthClose": [("inner_lower", "y", 1.5)],
    "mouthFunnel": [("inner_lower", "y", -0.3), ("inner_lower", "z", 0.3), ("R.corner", "x", 0.1)],
    "mouthLeft": [("R.corner", "x", 0.5), ("L.corner", "x", 0.4)],
    "mouthPucker": [("R.corner", "x", 0.2), ("L.corner", "x", -0.2), ("upper_lip", "z", 0.3)],
    "mouthRollLower": [("lower_lip", "y", 0.2), ("lower_lip", "z", -0.1)],
    "mouthRollUpper": [("upper_lip", "y", -0.05), ("upper_lip", "z", -0.2)],
    "mouthShrugLower": [("chin", "y", 0.1), ("lower_lip", "y", 0.3)],
    "mouthShrugUpper": [("upper_lip", "y", 0.2)],
    # For the left side; the right side is checked as its mirror image.
    "browDownLeft": [("L.brow_in", "y", -0.2), ("L.brow_mid", "y", -0.2), ("L.brow_in", "x", -0.05)],
    "browOuterUpLeft": [("L.brow_out", "y", 0.3), ("L.brow_mid", "y", 0.3)],
    "cheekSquintLeft": [("L.cheek", "y", 0.2), ("L.lower_lid", "y", 0.05)],
    "eyeBlinkLeft": [("L.upper_lid", "y", -0.6)],
    "eyeLookDownLeft": [("L.upper_lid", "y", -0.3)],
    "eyeLookInLeft": [("L.upper_lid", "x", -0.02)],
    "eyeLookOutLeft": [("L.upper_lid", "x", 0.02)],
    "eyeLookUpLeft": [("L.upper_lid", "y", 0.15)],
    "eyeSquintLeft": [("L.lower_lid", "y", 0.1)],
    "eyeWideLeft": [("L.upper_lid", "y", 0.2)],
    "mouthDimpleLeft": [("L.corner", "z", -0.2)],
    "mouthFrownLeft": [("L.corner", "y", -0.3)],
    "mouthLowerDownLeft": [("lower_lip", "y", -0.15)],
    "mouthPressLeft": [("lower_lip", "y", 0.05)],
    "mouthSmileLeft": [("L.corner", "y", 0.6), ("L.corner", "x", 0.3)],
    "mouthStretchLeft": [("L.corner", "x", 0.3)],
    "mouthUpperUpLeft": [("upper_lip", "y", 0.1), ("L.wing", "y", 0.2)],
    "noseSneerLeft": [("L.wing", "y", 0.4)],
}  # fmt: skip

WHOLE = ("jawLeft", "mouthLeft")
"""Named for a direction, not for a side."""

OPEN_MOUTH = ("jawOpen", "mouthFunnel", "mouthLowerDown", "mouthUpperUp", "mouthClose")


@pytest.fixture(scope="module")
def basis() -> ExpressionBasis:
    return load_basis()


def shape(basis: ExpressionBasis, name: str) -> np.ndarray:
    return basis.deltas[ARKIT_52.index(name)]


def other(name: str) -> str:
    if name.endswith("Left"):
        return name[:-4] + "Right"
    return name[:-5] + "Left" if name.endswith("Right") else name


def areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (points[triangles[:, k], :2] for k in range(3))
    u, v = b - a, c - a
    return (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2


def test_the_asset_matches_its_certificate():
    asset = find_asset(ASSET)
    assert verify_asset(asset)
    assert "ICT" in asset.licence
    assert asset.size < 300_000


def test_shapes_and_types(basis):
    assert basis.names == ARKIT_52
    assert basis.neutral.shape == (468, 3)
    assert basis.deltas.shape == (52, 468, 3)
    assert basis.neutral.dtype == basis.deltas.dtype == np.float32
    assert np.isfinite(basis.deltas).all()
    assert basis.triangles.shape == (852, 3)
    assert basis.covers.shape == (46, 3)


def test_arrays_cannot_be_written(basis):
    with pytest.raises(ValueError, match="read-only"):
        basis.deltas[0, 0, 0] = 1


def test_frame_is_metric_and_frontal(basis):
    neutral = basis.neutral
    assert neutral[33, 0] < 0 < neutral[263, 0], "the person's right eye is left in the picture"
    assert neutral[10, 1] > neutral[4, 1] > neutral[152, 1], "y points up"
    assert neutral[4, 2] > neutral[234, 2] + 4, "z points to the camera"
    assert 12 < np.ptp(neutral[:, 0]) < 17, "a head is 12 to 17 cm wide"


def test_mesh_is_a_mask_with_three_openings(basis):
    def edges(triangles):
        pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
        return Counter(map(tuple, np.sort(pairs, axis=1).tolist()))

    skin = edges(basis.triangles)
    assert set(skin.values()) == {1, 2}
    rim = {i for edge, n in skin.items() if n == 1 for i in edge}
    rows = ("inner_lip", "right_lid", "left_lid")
    openings = {int(i) for r in rows for k in ("upper", "lower") for i in basis.regions[f"{r}_{k}"]}
    assert rim == openings | set(basis.regions["face_oval"].tolist())
    closed = edges(np.concatenate([basis.triangles, basis.covers]))
    assert {i for edge, n in closed.items() if n == 1 for i in edge} == set(
        basis.regions["face_oval"].tolist()
    )


def test_triangles_face_outwards(basis):
    corners = basis.neutral[basis.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outwards = corners.mean(axis=1) - basis.neutral.mean(axis=0) * (1, 1, 0)
    assert ((normals * outwards).sum(axis=1) > 0).mean() > 0.98


def test_zero_expression_moves_nothing(basis):
    assert not basis.displacement(Expression()).any()
    turned = Expression({}, head=(10, 20, 5), gaze=(5, 5))
    assert not basis.displacement(turned).any()


def test_displacement_is_the_weighted_sum(basis):
    pose = Expression({"jawOpen": 0.3, "mouthSmileLeft": -0.5})
    expected = 0.3 * shape(basis, "jawOpen") - 0.5 * shape(basis, "mouthSmileLeft")
    np.testing.assert_allclose(basis.displacement(pose), expected, atol=1e-6)


def test_every_coefficient_has_a_definition_here():
    sided = {n for n in ARKIT_52 if n.endswith("Right")}
    assert set(MOVES) == set(ARKIT_52) - sided - {"tongueOut"}


@pytest.mark.parametrize("name", MOVES)
def test_moves_what_its_definition_says(basis, name):
    for point, axis, least in MOVES[name]:
        moved = float(shape(basis, name)[POINTS[point], "xyz".index(axis)])
        assert moved * np.sign(least) >= abs(least), f"{point} {axis}: {moved:.2f} cm"


@pytest.mark.parametrize("name", [n for n in ARKIT_52 if n.endswith("Left") and n not in WHOLE])
def test_sided_shapes_stay_on_their_side(basis, name):
    size = np.linalg.norm(shape(basis, name), axis=1)
    left, right = basis.neutral[:, 0] > 1.5, basis.neutral[:, 0] < -1.5
    assert size[right].max() < 0.35 * size[left].max()


def test_tongue_has_no_mesh(basis):
    assert not shape(basis, "tongueOut").any()


def test_left_and_right_mirror_each_other(basis):
    flip = np.array([-1, 1, 1], np.float32)
    np.testing.assert_array_equal(basis.mirror[basis.mirror], np.arange(468))
    np.testing.assert_allclose(basis.neutral[basis.mirror] * flip, basis.neutral, atol=1e-4)
    for name in ARKIT_52:
        mirrored = shape(basis, name)[basis.mirror] * flip
        np.testing.assert_allclose(mirrored, shape(basis, other(name)), atol=1e-4, err_msg=name)


def test_mirrored_expression_mirrors_the_displacement(basis):
    pose = Expression({"mouthSmileLeft": 1.0, "jawRight": 0.4, "browInnerUp": 0.2})
    flip = np.array([-1, 1, 1], np.float32)
    np.testing.assert_allclose(
        basis.displacement(pose.mirrored()),
        basis.displacement(pose)[basis.mirror] * flip,
        atol=1e-4,
    )


def test_triangles_mirror_onto_triangles(basis):
    rows = {tuple(sorted(row)) for row in basis.triangles.tolist()}
    assert {tuple(sorted(row)) for row in basis.mirror[basis.triangles].tolist()} == rows


@pytest.mark.parametrize("name", ARKIT_52)
def test_magnitude_is_what_a_face_can_do(basis, name):
    most = np.linalg.norm(shape(basis, name), axis=1).max()
    if name == "tongueOut":
        assert most == 0
    else:
        assert 0.15 < most < (4.6 if name in ("jawOpen", "mouthClose") else 2.2)


@pytest.mark.parametrize("name", [n for n in ARKIT_52 if not n.startswith(OPEN_MOUTH)])
def test_closed_mouth_shapes_keep_the_lips_together(basis, name):
    placed = basis.neutral + shape(basis, name)
    upper, lower = basis.regions["inner_lip_upper"], basis.regions["inner_lip_lower"]
    np.testing.assert_allclose(placed[upper, 1], placed[lower, 1], atol=0.01)


def test_lips_touch_at_rest(basis):
    upper, lower = basis.regions["inner_lip_upper"], basis.regions["inner_lip_lower"]
    np.testing.assert_allclose(basis.neutral[upper], basis.neutral[lower], atol=1e-3)


def test_mouth_close_shuts_an_open_jaw(basis):
    for amount in (0.3, 1.0):
        placed = basis.neutral + basis.displacement(
            Expression({"jawOpen": amount, "mouthClose": amount})
        )
        upper, lower = basis.regions["inner_lip_upper"], basis.regions["inner_lip_lower"]
        np.testing.assert_allclose(placed[upper], placed[lower], atol=0.02)
        assert placed[152, 1] < basis.neutral[152, 1] - amount, "the jaw stays open"


@pytest.mark.parametrize(
    "name", ["jawOpen", "mouthFunnel", "mouthLowerDownLeft", "mouthUpperUpLeft"]
)
def test_opening_shapes_part_the_lips(basis, name):
    moved = shape(basis, name)
    assert (moved[13, 1] - moved[14, 1]) > 0.1


@pytest.mark.parametrize("side", ["Left", "Right"])
def test_blink_closes_the_eye(basis, side):
    placed = basis.neutral + shape(basis, f"eyeBlink{side}")
    upper = placed[basis.regions[f"{side.lower()}_lid_upper"]]
    lower = placed[basis.regions[f"{side.lower()}_lid_lower"]]
    order = np.argsort(lower[:, 0])
    line = np.interp(upper[:, 0], lower[order, 0], lower[order, 1])
    np.testing.assert_allclose(upper[:, 1], line, atol=0.02)
    open_side = basis.regions[f"{other(side).lower()}_lid_upper"]
    np.testing.assert_allclose(placed[open_side], basis.neutral[open_side], atol=0.02)


@pytest.mark.parametrize("name", ["browDown", "browInnerUp", "browOuterUp"])
def test_brows_move_as_bands(basis, name):
    """The upper and the lower edge of a brow move together."""
    moved = basis.displacement(Expression(both_sides({name: 1.0})))
    for side in ("right", "left"):
        band = basis.regions[f"{side}_brow"]
        difference = np.linalg.norm(moved[band[:5]] - moved[band[5:]], axis=1)
        assert difference.max() < 0.25


@pytest.mark.parametrize(
    "name", [n for n in ARKIT_52 if n.startswith(("mouth", "jaw", "cheekPuff"))]
)
def test_mouth_shapes_leave_brows_and_upper_lids_alone(basis, name):
    still = [*basis.regions["right_brow"], *basis.regions["left_brow"]]
    still += [*basis.regions["right_lid_upper"], *basis.regions["left_lid_upper"]]
    assert np.abs(shape(basis, name)[still]).max() < 0.1


@pytest.mark.parametrize("name", [n for n in ARKIT_52 if n.startswith(("brow", "eye"))])
def test_eye_and_brow_shapes_leave_the_mouth_alone(basis, name):
    rows = ("outer_lip_upper", "outer_lip_lower", "inner_lip_upper", "inner_lip_lower")
    lips = [i for r in rows for i in basis.regions[r]]
    assert np.abs(shape(basis, name)[[*lips, 152]]).max() < 0.01


def test_head_outline_above_the_jaw_is_pinned(basis):
    rim = [i for i in basis.regions["face_oval"] if basis.neutral[i, 1] > 0.5]
    assert len(rim) > 12
    assert np.abs(basis.deltas[:, rim]).max() < 0.01


@pytest.mark.parametrize("name", [n for n in ARKIT_52 if n != "mouthClose"])
def test_no_shape_folds_the_skin(basis, name):
    """Seen from the front, no triangle that faces the camera at rest turns over at weight 1."""
    rest = areas(basis.neutral, basis.triangles)
    moved = areas(basis.neutral + shape(basis, name), basis.triangles)
    assert (moved[rest > 2e-3] > 0).all()


def test_loading_twice_reads_once():
    assert load_basis() is load_basis()


def test_damaged_file_is_told_from_a_good_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    broken = tmp_path / "basis.npz"
    broken.write_bytes(asset_path(ASSET).read_bytes()[:500])
    monkeypatch.setattr(basis_module, "asset_path", lambda name: broken)
    with pytest.raises(MissingWeights, match="not an expression basis"):
        load_basis.__wrapped__()
    short = tmp_path / "short.npz"
    np.savez(short, neutral=np.zeros((468, 3)), deltas=np.zeros((51, 468, 3)))
    monkeypatch.setattr(basis_module, "asset_path", lambda name: short)
    with pytest.raises(MissingWeights, match="deltas"):
        load_basis.__wrapped__()


def test_loading_does_not_change_the_file():
    before = hashlib.sha256(asset_path(ASSET).read_bytes()).hexdigest()
    load_basis.__wrapped__()
    assert hashlib.sha256(asset_path(ASSET).read_bytes()).hexdigest() == before
