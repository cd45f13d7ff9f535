"""Ensembles of exported classifiers against plain arithmetic."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("sklearn", reason="scikit-learn is in the train extra")

from pyojeong.cli.main import main  # noqa: E402
from pyojeong.errors import BadInput, BadSettings, MissingWeights  # noqa: E402
from pyojeong.face.exported import ExportedClassifier  # noqa: E402
from pyojeong.train.ensemble import mix, paired_interval  # noqa: E402
from pyojeong.train.export_classifier import export  # noqa: E402

LABELS = ("happy", "sad", "angry")
SIDE = 8


def told_by(reader):
    """The notes inside an exported file."""
    session = reader._network._session
    return json.loads(session.get_modelmeta().custom_metadata_map["pyojeong"])


class Colours(torch.nn.Module):
    """Logits from the mean colours, by a fixed matrix."""

    def __init__(self, seed):
        super().__init__()
        rng = np.random.default_rng(seed)
        self.matrix = torch.nn.Parameter(torch.tensor(rng.normal(0, 4, (3, 3)), dtype=torch.float))

    def forward(self, x):
        return x.mean((2, 3)) @ self.matrix + x.mean((2, 3)) * 6


def pictures(rows, seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, rows)
    images = rng.integers(0, 200, (rows, SIDE, SIDE, 3))
    images[np.arange(rows), :, :, truth] += 12
    return images.astype(np.uint8), truth


def logits_of(net, images):
    with torch.no_grad():
        return net(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255).numpy()


def finished_run(folder, seed, labels=LABELS, temperature=1.5, names="n", called=None, **settings):
    folder.mkdir()
    net = Colours(seed).eval()
    order = [LABELS.index(label) for label in labels]

    class Ordered(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, x):
            return self.net(x)[:, order]

    whole = Ordered()
    options = {"side": SIDE, "crop_margin": 0.1} | settings
    export(
        whole,
        folder / "model.onnx",
        labels=called or labels,
        mean=(0, 0, 0),
        std=(1, 1, 1),
        temperature=temperature,
        gray=False,
        notes={},
        **options,
    )
    val, val_truth = pictures(300, 1)
    test, truth = pictures(400, 2)
    back = np.argsort(order)
    np.savez(
        folder / "predictions.npz",
        logits=logits_of(whole, test),
        labels=back[truth],
        names=np.array([f"{names}{i}" for i in range(400)]),
        thumbs=np.zeros((400, 48, 48, 3), np.uint8),
        val_logits=logits_of(whole, val),
        val_labels=back[val_truth],
    )
    (folder / "result.json").write_text(json.dumps({"temperature": temperature}), "utf-8")
    return folder


@pytest.fixture
def runs(tmp_path):
    other = ("angry", "happy", "sad")
    return [finished_run(tmp_path / "a", 5), finished_run(tmp_path / "b", 6, labels=other)]


def softmax(logits):
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


def test_a_soft_vote_is_the_weighted_mean_of_what_the_members_say(runs, tmp_path):
    out = tmp_path / "both.onnx"
    mix(runs, out, "soft", (3, 1))
    images, _ = pictures(20, 9)
    first, second = (ExportedClassifier(run / "model.onnx").probabilities(images) for run in runs)
    mean = 0.75 * first + 0.25 * second[:, [1, 2, 0]]
    read = ExportedClassifier(out)
    made = read.probabilities(images)
    # The vote is calibrated anew: a power of it, normalised.
    told = told_by(read)
    power = mean ** (1 / told["temperature"])
    np.testing.assert_allclose(made, power / power.sum(1, keepdims=True), atol=1e-4)
    assert read.card.labels == LABELS
    assert read.card.members == 2


@pytest.mark.parametrize("method", ["soft", "stacked"])
def test_the_file_reads_what_was_measured(runs, tmp_path, method):
    out = tmp_path / "both.onnx"
    worth = mix(runs, out, method)
    images, truth = pictures(400, 2)
    read = ExportedClassifier(out).probabilities(images).argmax(1)
    assert (read == truth).mean() == pytest.approx(worth.accuracy, abs=0.003)
    assert worth.gain == pytest.approx(worth.accuracy - max(worth.accuracies))
    assert worth.interval[0] <= worth.gain <= worth.interval[1]
    assert len(worth.ms) == 3
    told = json.loads(out.with_suffix(".json").read_text("utf-8"))
    assert told["accuracy"] == worth.accuracy
    assert [m["name"] for m in told["members"]] == ["a", "b"]
    sizes = [(run / "model.onnx").stat().st_size / 1e6 for run in runs]
    assert [m["file_mb"] for m in told["members"]] == pytest.approx(sizes, abs=1e-3)
    assert told["file_mb"] == pytest.approx(out.stat().st_size / 1e6, abs=1e-3)
    assert told["method"] == method
    assert told["weights"] == ([0.5, 0.5] if method == "soft" else [])


def test_the_stacked_file_computes_the_regression(runs, tmp_path):
    onnx = pytest.importorskip("onnx", reason="onnx is in the train extra")
    out = tmp_path / "both.onnx"
    mix(runs, out, "stacked")
    images, _ = pictures(30, 9)
    first, second = (ExportedClassifier(run / "model.onnx").probabilities(images) for run in runs)
    given = np.log(np.maximum(np.concatenate([first, second[:, [1, 2, 0]]], 1), 1e-6))
    held = {
        value.name: onnx.numpy_helper.to_array(value)
        for value in onnx.load(str(out)).graph.initializer
    }
    expected = softmax((given @ held["slopes"].T + held["offsets"]) / held["temperature"])
    np.testing.assert_allclose(ExportedClassifier(out).probabilities(images), expected, atol=1e-4)


def test_the_interval_is_that_of_rows_drawn_anew():
    rng = np.random.default_rng(1)
    ours, theirs = rng.random(500) < 0.8, rng.random(500) < 0.7
    drawn = rng.integers(0, 500, (4000, 500))
    expected = np.quantile((ours[drawn].mean(1) - theirs[drawn].mean(1)), (0.025, 0.975))
    assert paired_interval(ours, theirs) == pytest.approx(tuple(expected), abs=0.01)
    assert paired_interval(ours, ours) == (0, 0)


def test_what_the_file_is_made_of_is_told_in_it(runs, tmp_path):
    mix(runs, tmp_path / "both.onnx", "soft", (3, 1))
    reader = ExportedClassifier(tmp_path / "both.onnx")
    told = told_by(reader)
    assert told["notes"] == {"ensemble": ["a", "b"], "method": "soft", "weights": [0.75, 0.25]}


def test_an_ensemble_stands_alone_and_is_made_the_same_again(runs, tmp_path):
    mix(runs, tmp_path / "one.onnx", "stacked")
    mix(runs, tmp_path / "two.onnx", "stacked")
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()
    for run in runs:
        (run / "model.onnx").unlink()
    images, _ = pictures(3, 9)
    assert ExportedClassifier(tmp_path / "one.onnx").probabilities(images).shape == (3, 3)


@pytest.mark.parametrize("name", ["both", "both.json", "a/model.onnx", "a/result.onnx"])
def test_an_ensemble_does_not_overwrite_a_run(runs, tmp_path, name):
    kept = {file: file.read_bytes() for file in runs[0].iterdir()}
    with pytest.raises(BadSettings, match=r"\.onnx"):
        mix(runs, tmp_path / name)
    assert {file: file.read_bytes() for file in runs[0].iterdir()} == kept


def test_a_member_of_other_operators_is_refused(runs, tmp_path):
    onnx = pytest.importorskip("onnx", reason="onnx is in the train extra")
    model = onnx.load(str(runs[1] / "model.onnx"))
    model.opset_import[0].version = 16
    onnx.save(model, str(runs[1] / "model.onnx"))
    with pytest.raises(BadInput, match="operators"):
        mix(runs, tmp_path / "both.onnx")
    assert not (tmp_path / "both.onnx").exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("labels", np.zeros(7, np.int64)),
        ("names", np.array(["n0"])),
        ("logits", np.full((400, 3), np.nan, np.float32)),
        ("val_logits", np.zeros((300, 2), np.float32)),
        ("val_labels", np.full(300, 9)),
    ],
)
def test_columns_that_do_not_agree_are_told(runs, tmp_path, column, value):
    with np.load(runs[1] / "predictions.npz") as table:
        kept = dict(table)
    np.savez(runs[1] / "predictions.npz", **(kept | {column: value}))
    with pytest.raises(BadInput, match="damaged"):
        mix(runs, tmp_path / "both.onnx")


def test_the_same_pictures_with_other_labels_are_refused(runs, tmp_path):
    with np.load(runs[1] / "predictions.npz") as table:
        kept = dict(table)
    np.savez(runs[1] / "predictions.npz", **(kept | {"labels": np.roll(kept["labels"], 1)}))
    with pytest.raises(BadInput, match="same pictures"):
        mix(runs, tmp_path / "both.onnx")


def test_too_few_validation_rows_cannot_be_stacked(runs, tmp_path):
    for run in runs:
        with np.load(run / "predictions.npz") as table:
            kept = dict(table)
        few = {name: kept[name][:1] for name in ("val_logits", "val_labels")}
        np.savez(run / "predictions.npz", **(kept | few))
    with pytest.raises(BadInput, match="--method soft"):
        mix(runs, tmp_path / "both.onnx", "stacked")
    assert mix(runs, tmp_path / "both.onnx", "soft").rows == 400


def test_stacking_learns_whom_to_trust(tmp_path):
    good = finished_run(tmp_path / "good", 5)
    bad = finished_run(tmp_path / "bad", 6)
    with np.load(bad / "predictions.npz") as table:
        kept = dict(table)
    rng = np.random.default_rng(0)
    for name in ("logits", "val_logits"):
        kept[name] = rng.normal(0, 6, kept[name].shape).astype(np.float32)
    np.savez(bad / "predictions.npz", **kept)
    soft = mix([good, bad], tmp_path / "soft.onnx", "soft")
    stacked = mix([good, bad], tmp_path / "stacked.onnx", "stacked")
    assert stacked.accuracy > soft.accuracy
    assert stacked.gain > -0.03


def test_two_classes_stack(tmp_path):
    def narrowed(folder, seed):
        run = finished_run(folder, seed)
        with np.load(run / "predictions.npz") as table:
            kept = dict(table)
        rows = kept["val_labels"] < 2
        kept["val_labels"], kept["val_logits"] = kept["val_labels"][rows], kept["val_logits"][rows]
        np.savez(run / "predictions.npz", **kept)
        return run

    runs = [narrowed(tmp_path / "a", 5), narrowed(tmp_path / "b", 6)]
    worth = mix(runs, tmp_path / "both.onnx", "stacked")
    images, _ = pictures(50, 3)
    assert (ExportedClassifier(tmp_path / "both.onnx").probabilities(images).argmax(1) < 2).all()
    assert worth.rows == 400


def test_runs_that_do_not_go_together_are_refused(runs, tmp_path):
    out = tmp_path / "both.onnx"
    others = [
        finished_run(tmp_path / "c", 7, names="m"),
        finished_run(tmp_path / "e", 7, crop_margin=0.5),
    ]
    for other in others:
        with pytest.raises(BadInput):
            mix([runs[0], other], out)
    with pytest.raises(BadInput, match="first run"):
        mix([runs[0], finished_run(tmp_path / "f", 7, called=("happy", "sad", "fear"))], out)
    with pytest.raises(MissingWeights):
        mix([runs[0], tmp_path], out)
    assert not out.exists()


@pytest.mark.parametrize("side", [11, 16, 41])
def test_members_of_other_sides_get_their_own_size(runs, tmp_path, side):
    other = finished_run(tmp_path / "other", 7, side=side)
    mix([runs[0], other], tmp_path / "both.onnx")
    made = ExportedClassifier(tmp_path / "both.onnx")
    assert made.card.side == max(SIDE, side)
    plain = np.full((3, made.card.side, made.card.side, 3), 0, np.uint8)
    plain[np.arange(3), :, :, np.arange(3)] = 130
    firsts = [ExportedClassifier(run / "model.onnx") for run in (runs[0], other)]
    each = [
        reader.probabilities(plain[:, : reader.card.side, : reader.card.side]) for reader in firsts
    ]
    log = np.log(np.mean(each, axis=0))
    about = told_by(made)
    wanted = np.exp(log / about["temperature"])
    wanted /= wanted.sum(1, keepdims=True)
    np.testing.assert_allclose(made.probabilities(plain), wanted, atol=2e-5)


def test_a_run_that_is_not_finished_is_refused(runs, tmp_path):
    (runs[1] / "result.json").unlink()
    with pytest.raises(BadInput):
        mix(runs, tmp_path / "both.onnx")


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY", b"text"])
def test_damaged_predictions_are_told(runs, tmp_path, junk):
    (runs[1] / "predictions.npz").write_bytes(junk)
    with pytest.raises(BadInput, match="damaged"):
        mix(runs, tmp_path / "both.onnx")
    assert not (tmp_path / "both.onnx").exists()


@pytest.mark.parametrize(
    ("count", "method", "weights"),
    [
        (1, "soft", ()),
        (2, "hard", ()),
        (2, "soft", (1,)),
        (2, "soft", (0, 0)),
        (2, "soft", (-1, 2)),
        (2, "soft", (float("nan"), 2)),
        (2, "stacked", (1, 1)),
    ],
)
def test_settings_are_checked(runs, tmp_path, count, method, weights):
    with pytest.raises(BadSettings):
        mix(runs[:count], tmp_path / "both.onnx", method, weights)


def test_the_command_tells_gain_and_cost(runs, tmp_path, monkeypatch, capsys):
    out = tmp_path / "both.onnx"
    words = ["train", "ensemble", *map(str, runs), "-o", str(out), "--weights", "2,1"]
    monkeypatch.setattr("sys.argv", ["pyojeong", "--lang", "en", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    told = capsys.readouterr()
    assert not stop.value.code, told.err
    assert "points over the best member" in told.out + told.err
    assert ExportedClassifier(out).card.members == 2
