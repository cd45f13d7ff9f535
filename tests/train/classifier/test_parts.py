"""Batches, squares, loss, schedules and measures, each against an oracle."""

import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")

import torch

from pyojeong.errors import BadInput, BadSettings
from pyojeong.face.square import cut_square
from pyojeong.train.calibration import calibration_error, find_temperature, softmax
from pyojeong.train.classifier.batches import Batches
from pyojeong.train.classifier.config import Config, Loss, Optimizer, Schedule
from pyojeong.train.classifier.crops import crop, make_crops
from pyojeong.train.classifier.measuring import macro_f1
from pyojeong.train.classifier.placing import placing, precision
from pyojeong.train.classifier.schooling import divide
from pyojeong.train.classifier.teaching import (
    best_epoch,
    class_weights,
    make_optimizer,
    make_schedule,
    normalise,
    soft_loss,
    stalled,
)

# --- batches ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [2, 7, 16, 17, 33])
@pytest.mark.parametrize("batch", [1, 4, 16])
@pytest.mark.parametrize("world", [1, 2, 3])
@pytest.mark.parametrize("seed", [None, 5])
def test_devices_share_every_row_once(rows, batch, world, seed):
    seen, lengths = [], set()
    for rank in range(world):
        batches = Batches(rows, batch, seed, rank, world)
        made = list(batches)
        assert len(made) == len(batches)
        lengths.add(len(made))
        if seed is not None and batch > 1 and rows // world > 1:
            assert min(map(len, made)) > 1
        seen += [row for part in made for _, row, counted in part if counted]
    assert len(lengths) == 1
    assert set(seen) == set(range(rows))
    if seed is None:
        assert len(seen) == rows
    else:
        assert len(seen) == math.ceil(rows / world) * world


def test_an_epoch_goes_on_where_it_stopped():
    whole, rest = Batches(33, 4, 7), Batches(33, 4, 7)
    for batches in (whole, rest):
        batches.set_epoch(3)
    rest.skip = 5
    for _ in range(2):
        rest.set_epoch(3)
        assert list(rest) == list(whole)[5:]
    before = list(whole)
    for batches in (whole, rest):
        batches.set_epoch(4)
    assert list(rest) == list(whole) != before


# --- squares ----------------------------------------------------------------------------------


def test_a_square_is_what_lies_there_and_its_edge_beyond():
    image = np.arange(40 * 30 * 3, dtype=np.uint32).reshape(40, 30, 3).astype(np.uint8)
    inside = cut_square(image, np.array([15.0, 20.0]), 10, 10)
    assert np.array_equal(inside, image[15:25, 10:20])
    corner = cut_square(image, np.array([0.0, 0.0]), 10, 10)
    assert np.array_equal(corner[5:, 5:], image[:5, :5])
    assert (corner[:5, :5] == image[0, 0]).all()
    for shape in ((1, 5000, 3), (5000, 1, 3), (1, 1, 3)):
        assert cut_square(np.zeros(shape, np.uint8), np.zeros(2), 5000.0, 16).shape == (16, 16, 3)


def test_a_box_gets_its_margin_on_every_side(drawn):
    data = drawn()
    boxes = data.boxes.copy()
    boxes[0] = (5, 5, 15, 13)
    boxes[1] = (-1e9, -5, 1e9, 1e9)
    data = replace(data, boxes=boxes)
    made = crop(data, 0, 14, 0.2)
    assert np.array_equal(made, data.pictures.read(0)[2:16, 3:17])
    assert np.array_equal(crop(data, 1, 20, 0.0), data.pictures.read(1))
    assert np.array_equal(crop(data, 2, 20, 0.3), data.pictures.read(2))


def test_votes_become_targets_and_unknown_rows_are_left_out(drawn):
    data = drawn()
    votes = np.tile(np.float32([2, 1, 1]), (60, 1))
    votes[3], labels = 0, data.labels.copy()
    labels[4] = -1
    data = replace(data, targets=votes, labels=labels)
    crops = make_crops(data, 20, 0.0, votes=True, cache="none")
    assert (len(crops), crops.kept) == (59, None)
    assert np.allclose(crops.targets[0], [0.5, 0.25, 0.25])
    assert np.allclose(crops.targets[3], np.eye(3)[labels[3]])
    plain = make_crops(data, 20, 0.0, votes=False, cache="memory")
    assert np.array_equal(plain.targets.argmax(1), plain.labels)
    assert np.array_equal(plain[7], crops[7])


def test_rows_without_a_split_get_one_and_validation_comes_from_training(drawn):
    def splitter(data, shares, seed):
        ends = np.cumsum(np.array(shares) * len(data)).round().astype(int)
        names = np.repeat(["train", "val", "test"], np.diff([0, *ends]))
        return replace(data, splits=names, notes=(f"seed {seed}",))

    config = Config().with_values({"data.shares": [0.5, 0.3, 0.2], "data.split_seed": 9})
    made = divide(drawn(splits=None), config, splitter)
    assert [(made.splits == s).sum() for s in ("train", "val", "test")] == [30, 18, 12]
    assert made.notes == ("seed 9",)
    half = divide(drawn(splits=(48, 0, 12)), config, splitter)
    assert [(half.splits == s).sum() for s in ("train", "val", "test")] == [34, 14, 12]
    assert (half.splits[48:] == "test").all()
    own = drawn()
    assert divide(own, config, splitter) is own
    with pytest.raises(BadInput, match="too few"):
        divide(drawn(rows=2, splits=(1, 1, 0)), config, splitter)


def test_normalised_pictures_are_what_torchvision_makes():
    pictures = torch.randint(0, 256, (2, 4, 4, 3), dtype=torch.uint8)
    mean, std = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0.5, 0.6, 0.7])
    made = normalise(pictures, mean, std, gray=False)
    assert made.shape == (2, 3, 4, 4)
    assert torch.allclose(made[1, 2], (pictures[1, :, :, 2] / 255 - 0.3) / 0.7)
    gray = normalise(pictures, torch.zeros(3), torch.ones(3), gray=True)
    assert torch.allclose(gray[:, 0], gray[:, 2])
    assert torch.allclose(gray[0, 0, 1, 1] * 255, pictures[0, 1, 1].float() @
                          torch.tensor([0.299, 0.587, 0.114]), atol=1e-3)  # fmt: skip


# --- loss, optimisers, schedules --------------------------------------------------------------


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_loss_is_torchs_own(smoothing):
    logits, labels = torch.randn(9, 4), torch.randint(0, 4, (9,))
    targets, all_count = torch.eye(4)[labels], torch.ones(9, dtype=torch.bool)
    ours = soft_loss(logits, targets, all_count, Loss(smoothing=smoothing), torch.ones(4))
    theirs = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
    assert torch.allclose(ours, theirs)
    soft = torch.softmax(torch.randn(9, 4), 1)
    ours = soft_loss(logits, soft, all_count, Loss(smoothing=smoothing), torch.ones(4))
    theirs = torch.nn.functional.cross_entropy(logits, soft, label_smoothing=smoothing)
    assert torch.allclose(ours, theirs)


def test_weights_and_what_does_not_count():
    logits, labels = torch.randn(6, 3), torch.tensor([0, 0, 0, 1, 1, 2])
    targets = torch.eye(3)[labels]
    weights = class_weights(targets.numpy(), "balanced")
    assert torch.allclose(weights, torch.tensor([6 / 9, 1.0, 2.0]))
    counted = torch.tensor([True] * 5 + [False])
    ours = soft_loss(logits, targets, counted, Loss(), weights)
    theirs = torch.nn.functional.cross_entropy(logits[:5], labels[:5], weight=weights)
    assert torch.allclose(ours, theirs)
    assert class_weights(np.float32([[1, 0], [1, 0]]), "balanced").tolist() == [1.0, 0.0]
    assert float(soft_loss(logits, targets, torch.zeros(6, dtype=torch.bool), Loss(), weights)) == 0


def rates(schedule, epochs, losses=None):
    net = torch.nn.Linear(2, 2)
    optimizer = make_optimizer(Optimizer("sgd", 1.0, 0.9, 0.0), net)
    made = make_schedule(schedule, optimizer, epochs)
    seen = []
    for epoch in range(epochs):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        made.step(losses[epoch]) if losses else made.step()
    return seen


def test_schedules_of_the_issue():
    step = rates(Schedule("step", step=7, gamma=0.1), 15)
    assert step == pytest.approx([1.0] * 7 + [0.1] * 7 + [0.01])
    multi = rates(Schedule("multistep", milestones=(2, 4), gamma=0.5), 6)
    assert multi == pytest.approx([1, 1, 0.5, 0.5, 0.25, 0.25])
    cosine = rates(Schedule("cosine"), 10)
    assert cosine == pytest.approx([(1 + math.cos(math.pi * n / 10)) / 2 for n in range(10)])
    again = rates(Schedule("restarts", t0=4, tmult=1), 9)
    assert again[0] == again[4] == again[8] == 1.0
    assert again[3] < 0.2
    flat = rates(Schedule("plateau", patience=1, gamma=0.1), 5, losses=[1, 1, 1, 1, 1])
    assert flat == pytest.approx([1, 1, 1, 0.1, 0.1])
    assert rates(Schedule("constant"), 3) == [1.0] * 3


@pytest.mark.parametrize(
    ("name", "kind"),
    [("sgd", torch.optim.SGD), ("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)],
)
def test_optimisers_decay_weights_only_and_leave_the_frozen(name, kind):
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 2))
    net[0].requires_grad_(False)
    optimizer = make_optimizer(Optimizer(name, 0.1, 0.8, 0.01), net)
    assert type(optimizer) is kind
    assert [len(g["params"]) for g in optimizer.param_groups] == [1, 1]
    assert [g["weight_decay"] for g in optimizer.param_groups] == [0.01, 0.0]


def test_best_and_stalled():
    history = [
        {"val_accuracy": a, "val_loss": loss}
        for a, loss in [(0.5, 1.0), (0.7, 0.9), (0.7, 0.8), (0.6, 0.9), (0.6, 1.0)]
    ]
    assert best_epoch(history) == 2
    assert stalled(history, 2)
    assert not stalled(history, 3)
    assert not stalled(history, 0)
    assert not stalled([], 1)


def test_auto_precision_follows_the_device(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    for capability, found in (("AVX2", "32"), ("AVX512", "bf16"), ("AVX512_VNNI", "bf16")):
        monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda c=capability: c)
        assert precision("auto") == found
    with pytest.raises(BadSettings, match="needs a GPU"):
        precision("16")
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert precision("16") == "16"


def test_torchrun_decides_the_devices(monkeypatch):
    for name, value in (
        ("TORCHELASTIC_RUN_ID", "x"),
        ("LOCAL_WORLD_SIZE", "4"),
        ("WORLD_SIZE", "8"),
    ):
        monkeypatch.setenv(name, value)
    made = placing(Config().train)
    assert (made["devices"], made["num_nodes"]) == (4, 2)


# --- measures ---------------------------------------------------------------------------------


def test_temperature_is_found_again():
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (20_000, 4)).astype(np.float32)
    likely = softmax(logits)
    labels = (likely.cumsum(1) > random.random((20_000, 1))).argmax(1)
    for true in (0.5, 1.0, 3.0):
        assert find_temperature(logits * true, labels) == pytest.approx(true, rel=0.03)


def test_few_pictures_do_not_make_sure_of_everything():
    logits = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]] * 3
    assert softmax(logits, find_temperature(logits, np.array([0, 1, 2, 0]))).max() < 0.95


def test_measures_against_counting_by_hand():
    sure = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.45, 0.55]])
    labels = np.array([0, 1, 1, 1])
    gaps = [1 * abs(0.9 - 1), 1 * abs(0.8 - 0), 1 * abs(0.7 - 1), 1 * abs(0.55 - 1)]
    assert calibration_error(sure, labels) == pytest.approx(sum(gaps) / 4)
    sklearn = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(1)
    read, truth = random.integers(0, 4, 99), random.integers(0, 4, 99)
    assert macro_f1(read, truth, 7) == pytest.approx(sklearn.f1_score(truth, read, average="macro"))
