"""The training loop of the expression classifier, on generated pictures."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.train import expression, expression_export, expression_report  # noqa: E402
from pyojeong.train.expression import Config  # noqa: E402
from pyojeong.train.expression_data import FER, FERPLUS, ExpressionFaces  # noqa: E402
from pyojeong.train.expression_views import (  # noqa: E402
    Disturb,
    exact_views,
    to_size,
    training_views,
)

SMALL = Config(
    stem=8, widths=(8, 16), blocks=1, batch=8, epochs=4, sizes=((0.0, 16), (0.5, 24)), muxspace=0
)


@pytest.fixture(scope="module")
def faces():
    rng = np.random.default_rng(3)
    n, side = 20, 48
    label = rng.integers(0, len(FER), n)
    level = (label * 25 + 30)[:, None, None]
    images = list((level + rng.integers(0, 60, (n, side, side))).astype(np.uint8))
    frames = np.tile(np.eye(2, 3, dtype=np.float32), (n, 1, 1))
    votes = rng.dirichlet(np.ones(len(FERPLUS)), n).astype(np.float32)
    one = np.ones(n, np.float32)
    return ExpressionFaces(
        images=images,
        fer=np.eye(len(FER), dtype=np.float32)[label],
        ferplus=votes,
        fer_weight=one,
        ferplus_weight=one,
        frames=frames,
        loose=frames,
        label=label,
        majority=votes.argmax(1),
    )


def weights(state):
    return [*state.net.state_dict().values(), *state.mean.state_dict().values()]


def test_a_stopped_run_goes_on_to_exactly_the_same_weights(faces, tmp_path, monkeypatch):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    keep = expression.log

    def log_and_copy(folder, report):
        keep(folder, report)
        if report["epoch"] == 2:
            shutil.copy(folder / "last.pt", broken)

    monkeypatch.setattr(expression, "log", log_and_copy)
    first = expression.train(SMALL, faces, faces, whole)
    torch.manual_seed(99)
    second = expression.train(SMALL, faces, faces, broken)
    assert first.epoch == second.epoch == SMALL.epochs
    assert all(torch.equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))
    assert len((whole / "log.jsonl").read_text("utf-8").splitlines()) == SMALL.epochs
    assert len((broken / "log.jsonl").read_text("utf-8").splitlines()) == 2


def test_the_config_comes_back_from_its_file(tmp_path):
    config = Config(widths=(8, 16), disturb=Disturb(turn=3.0), sizes=((0.0, 24),))
    config.save(tmp_path / "config.json")
    assert Config.load(tmp_path / "config.json") == config


def test_the_schedule_starts_low_peaks_and_ends_at_zero():
    rates = [expression.learning_rate(SMALL, done) for done in np.linspace(0, 1, 200)]
    assert rates[0] < 0.05 * SMALL.rate
    assert max(rates) == pytest.approx(SMALL.rate, rel=1e-2)
    assert rates[-1] == pytest.approx(0, abs=1e-9)
    assert [expression.picture_side(SMALL, d) for d in (0, 0.49, 0.5, 1)] == [16, 16, 24, 24]


def test_a_row_without_weight_does_not_teach():
    logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    target = np.array([[1, 0], [0, 1]], np.float32)
    loss = expression.soft_loss(logits, target, np.array([1, 0], np.float32))
    assert float(loss) == pytest.approx(np.log1p(np.exp(-2)) / 2)


def test_the_exported_file_agrees_with_torch(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    torch.manual_seed(5)
    balance = (np.ones(7, np.float32), np.arange(8, dtype=np.float32))
    reader = expression_export.Reader([expression.build(SMALL)], (0.8, 1.3)).eval()
    path = tmp_path / "net.onnx"
    expression_export.export(reader, balance, path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    for n in (1, 5):
        batch = rng.integers(0, 256, (n, 1, 48, 48)).astype(np.float32)
        with torch.no_grad():
            expected = [made.numpy() for made in reader(torch.from_numpy(batch))]
        for ours, theirs in zip(session.run(None, {"faces": batch}), expected, strict=True):
            assert np.abs(ours - theirs).max() < 2e-3  # weights in half precision
            assert ours.sum(1) == pytest.approx(1, abs=1e-5)
    notes = json.loads(session.get_modelmeta().custom_metadata_map["pyojeong"])
    assert notes["fer-7"]["temperature"] == 0.8
    assert notes["ferplus-8"] == {
        "temperature": 1.3,
        "balance": [float(n) for n in range(8)],
    }


@pytest.mark.parametrize("which", [0, 1])
def test_training_goes_on_from_an_exported_file(faces, tmp_path, which):
    rng = np.random.default_rng(4)
    nets = [expression.train(replace(SMALL, seed=s), faces, faces, tmp_path).mean for s in (1, 2)]
    path = tmp_path / "both.onnx"
    reader = expression_export.Reader(nets, (1.0, 1.0))
    expression_export.export(reader, (np.ones(7, np.float32), np.ones(8, np.float32)), path)
    started = expression.start(replace(SMALL, start=f"{path}#{which}"), faces).net
    views = rng.integers(0, 256, (6, 24, 24)).astype(np.uint8)
    for again, before in zip(
        *(expression.predict(n, views) for n in (started, nets[which])), strict=True
    ):
        assert np.abs(again - before).max() < 2e-3  # weights in half precision
    # As in any trained network: on the faces seen, every normalised output is about 0 ± 1.
    for name, value in started.state_dict().items():
        if name.endswith("first.weight"):
            assert torch.allclose(value.flatten(1).norm(dim=1), torch.ones(len(value)))


def test_another_network_is_no_start(faces, tmp_path):
    path = tmp_path / "one.onnx"
    reader = expression_export.Reader([expression.build(SMALL)], (1.0, 1.0))
    expression_export.export(reader, (np.ones(7, np.float32), np.ones(8, np.float32)), path)
    wider = replace(SMALL, widths=(8, 24), start=str(path))
    with pytest.raises(SystemExit, match="not the network"):
        expression.start(wider, faces)


def test_mirrored_faces_read_the_same():
    torch.manual_seed(6)
    reader = expression_export.Reader([expression.build(SMALL)], (1.0, 1.0)).eval()
    batch = torch.rand(3, 1, 48, 48) * 255
    with torch.no_grad():
        pairs = zip(reader(batch), reader(batch.flip(3)), strict=True)
        assert all(torch.allclose(a, b, atol=1e-5) for a, b in pairs)


def test_temperature_makes_up_for_overconfidence():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1, (4000, 5)).astype(np.float32)
    chances = expression_report.softmax(logits)
    drawn = np.array([rng.choice(5, p=p / p.sum()) for p in chances.astype(float)])
    target = np.eye(5, dtype=np.float32)[drawn]
    found = expression_export.fit_temperature(logits * 2, target, np.ones(4000, np.float32))
    assert found == pytest.approx(2, rel=0.12)


def test_balance_divides_by_the_share_of_each_class(faces):
    fer, ferplus = expression_export.balances(faces, 1.0)
    assert 1 / fer == pytest.approx(faces.fer.mean(0))
    assert 1 / ferplus == pytest.approx(faces.ferplus.mean(0))
    assert expression_export.balances(faces, 0.0)[1] == pytest.approx(1)


def test_the_house_report_maps_truth_and_reading_the_same_way(faces):
    right = np.eye(len(FERPLUS), dtype=np.float32)[faces.majority]
    unsure = np.full((len(faces), len(FER)), 1 / len(FER), np.float32)
    even = (np.ones(7, np.float32), np.ones(8, np.float32))
    report = expression_report.measure_house(unsure, right, even, faces)
    assert report.ferplus.accuracy == 1
    order = ["happy", "angry", "sad", "fear", "surprise", "disgust", "neutral"]
    assert report.fer.count == tuple(int((faces.label == FER.index(n)).sum()) for n in order)


def test_report_counts_by_hand():
    chances = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]], np.float32)
    report = expression_report.head_report(chances, np.array([0, 1, 1, -1]), ("a", "b"))
    assert report.accuracy == pytest.approx(2 / 3)
    assert report.recall == pytest.approx((1.0, 0.5))
    assert report.precision == pytest.approx((0.5, 1.0))
    assert report.count == (1, 2)
    assert report.ece == pytest.approx((0.1 + 0.6 + 0.2) / 3)
    assert "| b | 2 | 0.500 | 1.000 | a 0.50 |" in report.table()


def test_views_depend_on_the_seed_alone_and_keep_their_size(faces):
    rows = np.array([3, 0, 3])
    made = [
        training_views(faces, rows, 24, Disturb(), np.random.default_rng(seed))
        for seed in (1, 1, 2)
    ]
    assert made[0].shape == (3, 24, 24)
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])


def test_no_disturbance_shows_the_exact_crop_or_its_mirror_image(faces):
    still = Disturb(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    exact = exact_views(faces, 48)
    made = training_views(faces, np.arange(len(faces)), 48, still, np.random.default_rng(0))
    same = [np.abs(a.astype(int) - b).max() <= 1 for a, b in zip(made, exact, strict=True)]
    mirrored = [
        np.abs(a.astype(int) - b[:, ::-1]).max() <= 1 for a, b in zip(made, exact, strict=True)
    ]
    assert all(a or b for a, b in zip(same, mirrored, strict=True))
    assert any(same)
    assert any(mirrored)


def test_a_frame_at_another_size_shows_the_same_square():
    matrix = np.array([[1.5, 0.2, -4], [-0.2, 1.5, 7]], np.float32)
    half = to_size(matrix, 24)
    for corner, small in ((-0.5, -0.5), (47.5, 23.5)):
        source = np.linalg.solve(matrix[:, :2], [corner, corner] - matrix[:, 2])
        assert half[:, :2] @ source + half[:, 2] == pytest.approx([small, small], abs=1e-4)
