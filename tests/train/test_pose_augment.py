"""Turned heads: what turns, what stays, and a set written with turned copies."""

import csv
import json
import pickle
import sys

import cv2
import numpy as np
import pytest

from pyojeong.cli.main import main
from pyojeong.data.load import load_dataset
from pyojeong.edit.basis import load_basis
from pyojeong.edit.openings import all_triangles
from pyojeong.edit.pose import fit_pose
from pyojeong.edit.warp import signed_areas
from pyojeong.errors import BadInput, BadSettings, OutputFailed
from pyojeong.face.angles import head_angles
from pyojeong.face.cropped import CroppedReader
from pyojeong.face.types import FaceMesh
from pyojeong.media.image import read_image
from pyojeong.train.pose_augment import Turner, motion, turned
from pyojeong.train.turned_set import Plan, write_turned

EXTREMES = [(p, y, r) for p in (-20, 0, 20) for y in (-20, 0, 20) for r in (-20, 0, 20)]


@pytest.fixture(scope="module")
def reader():
    return CroppedReader()


@pytest.fixture(scope="module")
def face(portrait):
    """The head of the portrait with room around it, not writeable."""
    image = portrait[10:260, 100:350].copy()
    image.setflags(write=False)
    return image


@pytest.fixture(scope="module")
def mesh(face, reader):
    return reader.fit(face)


@pytest.fixture(scope="module")
def tight(face, mesh):
    """A face cut out as in FER2013, 48 px and gray, and its mesh."""
    low, high = mesh.points[:468, :2].min(0), mesh.points[:468, :2].max(0)
    x0, y0 = np.floor(low + np.array([2, 8])).astype(int)
    side = int((high - low).max()) - 8
    cut = cv2.resize(face[y0 : y0 + side, x0 : x0 + side], (48, 48), interpolation=cv2.INTER_AREA)
    gray = np.repeat(cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
    points = (mesh.points - np.array([x0, y0, 0])) * 48 / side
    return gray, FaceMesh(points.astype(np.float32), mesh.score)


def test_no_turn_gives_the_same_bytes(face, mesh):
    same = turned(face, mesh, 0, 0, 0)
    assert np.array_equal(same, face)
    assert same is not face


@pytest.mark.parametrize("angles", [(10, 0, 0), (-10, 0, 0), (0, 10, 0), (0, -10, 0), (0, 0, 10)])
def test_the_mesh_found_again_has_turned(face, mesh, reader, angles):
    before, found = head_angles(mesh.points), reader.fit(turned(face, mesh, *angles))
    after = head_angles(found.points)
    change = np.array([after.pitch, after.yaw, after.roll]) - (
        before.pitch,
        before.yaw,
        before.roll,
    )
    # The network that reads the depth sees less than all of a turn.
    assert np.allclose(change, angles, atol=4.5), change
    assert change @ angles > 55


@pytest.mark.parametrize("angles", [(0, 15, 0), (12, -8, 6), (-20, 20, -20)])
def test_the_mirror_image_turns_to_the_mirror_image(face, mesh, angles):
    order = np.concatenate([load_basis().mirror, np.arange(468, 478)])
    points = mesh.points[order] * (-1, 1, 1) + (face.shape[1] - 1, 0, 0)
    other = FaceMesh(points.astype(np.float32), mesh.score)
    pitch, yaw, roll = angles
    one = turned(face, mesh, pitch, yaw, roll)
    two = turned(np.ascontiguousarray(face[:, ::-1]), other, pitch, -yaw, -roll)[:, ::-1]
    apart = np.abs(one.astype(int) - two)
    assert apart.mean() < 1.5
    assert np.percentile(apart, 99) < 30


@pytest.mark.parametrize("angles", EXTREMES, ids=str)
def test_no_triangle_that_is_seen_folds(mesh, angles):
    xy, pose = mesh.points[:468, :2], fit_pose(mesh.points)
    moved = motion(mesh.points, pose, *angles)
    before = signed_areas(xy, all_triangles())
    seen = before < -0.02 * np.median(np.abs(before))
    assert (signed_areas(xy + moved, all_triangles())[seen] < 0).all()
    nose = float(np.abs(moved[4]).max()) / pose.scale
    assert nose > 2 or angles == (0, 0, 0) or not any(angles[:2])


def test_the_border_keeps_its_place_where_there_is_room(portrait, reader):
    made = turned(portrait, reader.fit(portrait), 8, -20, 10)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        assert np.array_equal(made[edge], portrait[edge])
    assert not np.array_equal(made, portrait)


@pytest.mark.parametrize("angles", [(20, 20, 20), (-20, 0, 0), (0, 20, -20), (-20, -20, 20)])
def test_a_face_that_fills_a_small_gray_picture(tight, angles):
    image, mesh = tight
    made = turned(image, mesh, *angles)
    assert (made.shape, made.dtype) == ((48, 48, 3), np.uint8)
    assert np.ptp(made, axis=2).max() == 0
    assert 3 < np.abs(made.astype(int) - image).mean() < 60


@pytest.mark.parametrize("angles", EXTREMES, ids=str)
def test_nothing_is_folded_or_mirrored_into_the_picture(tight, angles):
    mesh = tight[1]
    x, y = np.meshgrid(np.arange(48), np.arange(48))
    ramp = np.stack([5 * x, 5 * y, 0 * x], 2).astype(np.uint8)
    made = cv2.GaussianBlur(turned(ramp, mesh, *angles).astype(np.float32) / 5, (0, 0), 0.7)
    down, along = np.gradient(made[..., :2], axis=(0, 1))
    turns = along[..., 0] * down[..., 1] - along[..., 1] * down[..., 0]
    assert (turns < -0.1).mean() < 0.005
    assert turns.min() > -0.6


def test_inputs_are_not_changed_and_chance_comes_from_the_generator(face, mesh, reader):
    before, turner = mesh.points.copy(), Turner(reader=reader)
    one, two, three = (turner.turn(face, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(mesh.points, before)
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)
    assert not np.array_equal(one, face)
    drawn = np.array([turner.angles(np.random.default_rng(seed)) for seed in range(500)])
    assert 19 < np.abs(drawn).max() <= 20
    assert (np.abs(drawn.mean(0)) < 2).all()


def test_no_face_no_turn():
    turner, rng = Turner(), np.random.default_rng(0)
    for image in (np.zeros((1, 1, 3), np.uint8), np.full((60, 40, 3), 90, np.uint8)):
        assert turner.turn(image, rng) is image
    # Chance is used up alike, whatever is seen.
    assert rng.random() == np.random.default_rng(0).random(7)[6]


def test_goes_to_the_workers_of_a_data_loader():
    turner = pickle.loads(pickle.dumps(Turner(12)))  # noqa: S301 - our own
    drawn = [turner.angles(np.random.default_rng(n)) for n in range(50)]
    assert 10 < np.abs(drawn).max() <= 12
    for degrees in (-1, 46, float("nan")):
        with pytest.raises(BadSettings):
            Turner(degrees)


# --- a set with turned copies ---------------------------------------------------------------------


@pytest.fixture
def source(tmp_path, face):
    """Two faces of one class, one of them in test, a picture without a face, and no picture."""
    files = {"train/happy/a.png": face, "test/happy/b.png": face[:200]}
    files["train/sad/empty.png"] = np.full((40, 40, 3), 70, np.uint8)
    for name, image in files.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".png", image[..., ::-1])[1].tobytes())
    (tmp_path / "in/train/sad/broken.png").write_bytes(b"\x89PNG no more")
    return tmp_path / "in"


def call(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["pyojeong", "--lang", "en", "data", "turn", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    return end.value.code or 0, said.out, said.err


def test_command(source, tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    code, said, err = call(capsys, monkeypatch, source, "-o", out, "--copies", "2", "--json")
    told = json.loads(said)
    assert code == 0, err
    assert (told["originals"], told["copies"], told["pictures"]) == (3, 2, 5)
    assert (told["without_face"], told["not_turned"]) == (1, 1)
    assert told["unreadable"] == ["train/sad/broken.png"]
    with (out / "labels.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    copies = [row for row in rows if row["pitch"] != "0"]
    assert len(copies) == 2
    for row in copies:
        named = f"pitch{float(row['pitch']):+.1f}_yaw{float(row['yaw']):+.1f}"
        assert named in row["path"]
        assert row["path"].startswith("train/happy/")
        assert row["source"] == "train/happy/a.png"
    made = load_dataset(out)
    assert (made.classes, len(made)) == (("happy", "sad"), 5)
    of_a = made.identities == copies[0]["identity"]
    assert (of_a.sum(), len(set(made.identities.tolist()))) == (3, 3)
    assert set(made.splits[of_a]) == {"train"}
    first = (source / "train/happy/a.png").read_bytes()
    original = next(r for r in rows if r["source"] == "train/happy/a.png" and r["pitch"] == "0")
    assert (out / original["path"]).read_bytes() == first
    code, _, err = call(capsys, monkeypatch, source, "-o", out)
    assert (code, "there already" in err) == (10, True)


def test_goes_on_after_a_break_and_only_with_the_same_command(source, tmp_path, reader):
    dataset, out = load_dataset(source).split("train").take([0]), tmp_path / "out"
    whole = tmp_path / "whole"
    write_turned(dataset, whole, Plan(2, 15, 4))

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_turned(dataset, out, Plan(2, 15, 4), stop)
    part = tmp_path / "out.part"
    assert not out.exists()
    kept, lost = sorted(part.rglob("*pitch*.png"))
    stamp = kept.stat().st_mtime_ns
    lost.unlink()
    with pytest.raises(BadSettings):
        write_turned(dataset, out, Plan(3, 15, 4))
    done = write_turned(dataset, out, Plan(2, 15, 4))
    assert (done.originals, done.copies) == (1, 2)
    assert (out / kept.relative_to(part)).stat().st_mtime_ns == stamp
    assert not part.exists()
    files = {p.relative_to(whole): p.read_bytes() for p in whole.rglob("*") if p.is_file()}
    again = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert files == again


def test_hostile(source, tmp_path):
    dataset = load_dataset(source)
    for wrong in ((0, 20, 0), (101, 20, 0), (3, 20, -1)):
        with pytest.raises(BadSettings):
            Plan(*wrong)
    with pytest.raises(BadSettings):
        write_turned(dataset, tmp_path / "x", Plan(3, 99))
    with pytest.raises(BadInput):
        write_turned(dataset.take([]), tmp_path / "x", Plan())
    with pytest.raises(OutputFailed):
        write_turned(dataset, tmp_path / "no/x", Plan())
    (tmp_path / "y.part").mkdir()
    (tmp_path / "y.part/turn.json").write_text("[", "utf-8")
    with pytest.raises(BadSettings):
        write_turned(dataset, tmp_path / "y", Plan())


def test_pictures_of_the_trade(data_folder, reader):
    """Of 15 faces of FER2013, nearly all are found again and most have turned by nearly as much."""
    images = np.load(data_folder / "faces/fer2013_public_test.npz")["images"][::240]
    changes = []
    for image in images:
        shown = np.repeat(image[..., None], 3, 2)
        mesh = reader.fit(shown)
        if mesh is None:
            continue
        found = reader.fit(turned(shown, mesh, 0, 12, 0))
        changes.append(head_angles(found.points).yaw - head_angles(mesh.points).yaw if found else 0)
    assert len(changes) > 10
    assert 8 < np.median(changes) < 15


def test_a_written_picture_reads_back(source, tmp_path):
    dataset = load_dataset(source).split("train").take([0])
    write_turned(dataset, tmp_path / "o", Plan(1))
    (copy,) = (tmp_path / "o").rglob("*pitch*.png")
    assert read_image(copy).rgb.shape == dataset.read(0).shape
