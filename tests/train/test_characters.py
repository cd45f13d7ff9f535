"""The small network that cuts characters out: what it learns from, how it is measured and read."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.data.cartoon.pictures import make_pictures  # noqa: E402
from pyojeong.data.cartoon.style import LABELS  # noqa: E402
from pyojeong.data.instances.decoding import fitted, letterbox  # noqa: E402
from pyojeong.errors import BadSettings  # noqa: E402
from pyojeong.film.yolo_seg import YoloSegOnnx  # noqa: E402
from pyojeong.train.characters.export import export  # noqa: E402
from pyojeong.train.characters.loss import Targets, assign, loss, overlap  # noqa: E402
from pyojeong.train.characters.net import Exported, SegNet, Shape, decode  # noqa: E402
from pyojeong.train.characters.pictures import batch, draw, kept  # noqa: E402
from pyojeong.train.characters.precision import (  # noqa: E402
    OVERLAPS,
    Compared,
    mask_overlaps,
    mean_precision,
)
from pyojeong.train.characters.train import (  # noqa: E402
    Config,
    begin,
    changed,
    learn,
    rate,
    resume,
    run,
    save,
    targets,
)

SMALL = Shape((8, 16, 16, 16, 16), (1, 1, 1, 1), 16)
CONFIG = Config(pictures=6, width=128, sizes=((0.0, 128),), shape=SMALL, batch=4, steps=4)


@pytest.fixture(scope="module")
def drawn():
    return draw(6, 1, "train", 128, 72, 0.3)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def one(scores, classes, truth, overlaps):
    shape = (len(scores), len(truth))
    return Compared(
        np.array(scores, np.float32),
        np.array(classes, np.int64),
        np.array(truth, np.int64),
        np.array(overlaps, float).reshape(shape),
    )


class TestPrecision:
    def test_perfect_is_one_and_nothing_is_zero(self):
        perfect = one([0.9, 0.8], [0, 1], [0, 1], [[1, 0], [0, 1]])
        assert mean_precision([perfect], 2).mean == 1
        assert mean_precision([one([], [], [0], [])], 1).mean == 0
        assert mean_precision([one([0.9], [1], [0], [[1]])], 1).mean == 0
        assert np.isnan(mean_precision([one([0.9], [0], [], [])], 1).mean)

    def test_every_overlap_has_its_share(self):
        # Hits at .50, .55, .60, .65 and .70.
        found = mean_precision([one([0.9], [0], [0], [[0.72]])], 1)
        assert found.mean == pytest.approx(0.5)
        assert found.at50 == 1

    def test_a_false_find_before_the_true_one_halves_it(self):
        assert mean_precision([one([0.9, 0.8], [0, 0], [0], [[0.1], [1]])], 1).mean == 0.5
        assert mean_precision([one([0.8, 0.9], [0, 0], [0], [[0.1], [1]])], 1).mean == 1

    def test_a_second_find_of_one_figure_is_false(self):
        twice = one([0.9, 0.8, 0.7], [0, 0, 0], [0, 0], [[1, 0], [0.9, 0], [0, 1]])
        # Precision 1 up to recall .5, then 2/3: 51 and 50 of 101 points.
        assert mean_precision([twice], 1).mean == pytest.approx((51 + 50 * 2 / 3) / 101)

    def test_pictures_count_together(self):
        pair = [one([0.9], [0], [0], [[1]]), one([0.8], [0], [0], [[0]])]
        assert mean_precision(pair, 1).mean == pytest.approx(51 / 101)

    def test_absent_classes_do_not_count(self):
        found = mean_precision([one([0.9, 0.9], [0, 1], [0], [[1], [0]])], 3)
        assert found.mean == 1
        assert np.isnan(found.per_class[1:]).all()

    def test_a_greedy_find_takes_the_best_that_is_free(self):
        both = one([0.9, 0.8], [0, 0], [0, 0], [[0.7, 0.9], [0.6, 0.8]])
        at = mean_precision([both], 1).per_class[0]
        # The first takes the second figure; the other is left with .6, and hits at .50 to .60.
        assert at == pytest.approx((3 * 1 + 6 * 51 / 101) / len(OVERLAPS))

    def test_overlaps_of_masks(self):
        a = np.zeros((2, 4, 4), bool)
        a[0, :2], a[1] = True, True
        assert mask_overlaps(a, a).tolist() == [[1, 0.5], [0.5, 1]]
        assert mask_overlaps(a[:0], a).shape == (0, 2)


class TestPictures:
    def test_kept_pictures_come_back(self, tmp_path):
        first = kept(tmp_path / "p.npz", 3, 2, 128, 72, 0.3)
        again = kept(tmp_path / "p.npz", 3, 2, 128, 72, 0.3)
        assert np.array_equal(first.images, again.images)
        assert np.array_equal(first.owners, again.owners)
        assert len(kept(tmp_path / "p.npz", 2, 2, 128, 72, 0.3)) == 2

    def test_a_batch_keeps_masks_on_figures(self, drawn):
        made = batch(drawn, np.arange(6), (128, 96), np.random.default_rng(0))
        assert made.images.shape == (6, 96, 128, 3)
        assert len(made.masks) == len(made.boxes) == len(made.classes) == len(made.of)
        assert made.masks.any((1, 2)).all()
        whole = targets(made, 6)
        assert int(whole.there.sum()) == len(made.of)
        share = torch.from_numpy(made.masks).float().mean((1, 2))
        assert whole.masks[whole.there].mean((1, 2)) == pytest.approx(share, abs=1e-5)


class TestLoss:
    def test_overlap_of_boxes(self):
        a = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]])
        b = torch.tensor([[0.0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10]])
        iou, nearer = overlap(a, b)
        assert iou == pytest.approx(torch.tensor([1, 1 / 3, 0]), abs=1e-5)
        assert nearer[2] < nearer[1] < nearer[0]

    def test_cells_answer_for_the_figure_around_them(self):
        cells = torch.tensor(
            [[x + 4.0, y + 4.0, 8.0] for y in range(0, 64, 8) for x in range(0, 64, 8)]
        )
        wanted = Targets(
            torch.tensor([[[0.0, 0, 32, 32], [32, 32, 64, 64], [0, 0, 0, 0]]]),
            torch.tensor([[1, 0, -1]]),
            torch.tensor([[True, True, False]]),
            torch.zeros(1, 3, 16, 16),
        )
        boxes = wanted.boxes[:, :1].expand(1, 64, 4).clone()
        boxes[0, cells[:, 0] > 32] = wanted.boxes[0, 1]
        figure, taken, good = assign(boxes, torch.full((1, 64, 2), 0.5), cells, wanted)
        near = [((cells[:, :2] < 32).all(1)), ((cells[:, :2] > 32).all(1))]
        for number, inside in enumerate(near):
            mine = taken[0] & (figure[0] == number)
            assert 1 <= int(mine.sum()) <= 9
            assert inside[mine].all()
            assert good[0][mine].max() == pytest.approx(1.0, abs=1e-3)
        assert not good[0][~taken[0]].any()

    def test_a_picture_without_figures_teaches_only_that(self):
        net = SegNet(3, SMALL)
        empty = Targets(
            torch.zeros(1, 4, 4),
            torch.full((1, 4), -1),
            torch.zeros(1, 4, dtype=torch.bool),
            torch.zeros(1, 4, 16, 16),
        )
        found = loss(*net(torch.rand(1, 3, 64, 64)), empty, 3)
        assert found["class"] > 0
        assert float(found["box"].detach()) == float(found["mask"].detach()) == 0


class TestTraining:
    def test_it_learns_a_few_pictures(self, drawn):
        config = Config(
            pictures=6, width=128, sizes=((0.0, 128),), shape=SMALL, batch=6, steps=60, rate=1e-2
        )
        state = begin(config)
        state.net.train()
        losses = [sum(learn(config, state, drawn).values()) for _ in range(30)]
        assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])

    def test_a_run_that_goes_on_ends_like_one_unbroken(self, drawn, tmp_path):
        whole = run(CONFIG, tmp_path, drawn, every=2)
        state = begin(CONFIG)
        state.net.train()
        for _ in range(2):
            learn(CONFIG, state, drawn)
        save(state, tmp_path / "half.pt")
        again = resume(CONFIG, tmp_path / "half.pt")
        again.net.train()
        for _ in range(2):
            learn(CONFIG, again, drawn)
        for name, value in whole.mean.state_dict().items():
            assert torch.equal(value, again.mean.state_dict()[name]), name
        lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
        assert [line["step"] for line in lines] == [2, 4]

    def test_settings_are_kept_and_named(self, tmp_path):
        config = changed(CONFIG, ["steps=7", "sizes=[[0, 64], [0.5, 128]]", "rate=0.1"])
        assert (config.steps, config.rate, config.sizes) == (7, 0.1, ((0, 64), (0.5, 128)))
        config.save(tmp_path / "config.json")
        assert Config.load(tmp_path / "config.json") == config
        for wrong in ("speed=3", "steps", "shape=1"):
            with pytest.raises(BadSettings):
                changed(CONFIG, [wrong])

    def test_the_rate_rises_then_falls(self):
        rates = [rate(CONFIG, done) for done in np.linspace(0, 1, 101)]
        assert max(rates) == pytest.approx(CONFIG.rate, rel=1e-3)
        assert rates.index(max(rates)) == 4
        assert rates[-1] == pytest.approx(0.01 * CONFIG.rate)


def reference(net, image, threshold, iou):
    """What the exporter's own decoding makes of a network's outputs, in torch: Ultralytics' boxes,
    class-wise suppression and native masks."""
    height, width = image.shape[:2]
    fit = fitted(height, width, 128, 128)
    given = torch.from_numpy(letterbox(image, fit)).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        rows, proto = Exported(net).eval()(given)
    rows = rows[0].T
    scores, kinds = rows[:, 4 : 4 + net.classes].max(1)
    keep = scores > threshold
    rows, scores, kinds = rows[keep], scores[keep], kinds[keep]
    boxes = torch.cat([rows[:, :2] - rows[:, 2:4] / 2, rows[:, :2] + rows[:, 2:4] / 2], 1)
    order, left = [], scores.argsort(descending=True, stable=True).tolist()
    while left:
        first, *rest = left
        order.append(first)
        same = (overlap(boxes[first], boxes[rest])[0] > iou) & (kinds[rest] == kinds[first])
        left = [n for n, s in zip(rest, same.tolist(), strict=True) if not s]
    order = order[:100]
    logits = torch.einsum("np,phw->nhw", rows[order, 4 + net.classes :], proto[0])
    large = (
        torch.nn.functional.interpolate(logits[None], (128, 128), mode="bilinear")[0]
        if order
        else logits
    )
    inner = large[:, fit.top : 128 - fit.top or None, fit.left : 128 - fit.left or None]
    return boxes[order], scores[order], kinds[order], inner > 0, fit


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    torch.manual_seed(3)
    net = SegNet(len(LABELS), SMALL).eval()
    net.train()
    for _ in range(20):
        net(torch.rand(2, 3, 128, 128))
    net.eval()
    for head, grid in zip(net.head, net(torch.rand(1, 3, 128, 128))[0], strict=True):
        # An untrained network finds nothing; this one finds much, and is sure of some.
        spread = grid[0, 4:].flatten(1).std(1)[:, None, None, None]
        head.weight.data[4:] *= 1.5 / spread
        head.bias.data[4 : 4 + net.classes] = -2.0
    path = tmp_path_factory.mktemp("export") / "small.onnx"
    export(net, path, 128)
    return net, path


class TestExport:
    def test_the_file_says_what_it_is(self, made):
        import onnxruntime

        segmenter = YoloSegOnnx(made[1])
        assert segmenter.labels == LABELS
        notes = onnxruntime.InferenceSession(str(made[1])).get_modelmeta().custom_metadata_map
        assert notes["task"] == "segment"
        assert notes["imgsz"] == "[128, 128]"

    @pytest.mark.parametrize("side", [(128, 128), (96, 128), (64, 160)])
    def test_any_size_gives_what_torch_gives(self, made, side):
        import onnxruntime

        net, path = made
        given = torch.rand(1, 3, *side)
        with torch.no_grad():
            wanted = Exported(net)(given)
        session = onnxruntime.InferenceSession(str(path))
        for a, b in zip(session.run(None, {"images": given.numpy()}), wanted, strict=True):
            assert a.shape == tuple(b.shape)
            assert a == pytest.approx(b.numpy(), abs=2e-3, rel=1e-3)

    def test_cells_lie_where_the_layout_puts_them(self, made):
        grids, _ = made[0](torch.rand(1, 3, 64, 96))
        cells = decode(grids, made[0].classes)[3]
        assert len(cells) == 8 * 12 + 4 * 6 + 2 * 3
        assert cells[0].tolist() == [4, 4, 8]
        assert cells[13].tolist() == [12, 12, 8]
        assert cells[-1].tolist() == [80, 48, 32]

    def test_figures_are_those_of_the_exporters_decoding(self, made):
        net, path = made
        segmenter = YoloSegOnnx(path, threshold=0.3, iou=0.5)
        seen = 0
        for picture in make_pictures(3, 8, "train", (128, 128)):
            (found,) = segmenter.segment([picture.image])
            boxes, scores, kinds, inner, _ = reference(net, picture.image, 0.3, 0.5)
            cut = np.zeros_like(inner.numpy())
            for mask, box, shown in zip(
                cut, boxes.clamp(0, 128).ceil().int().tolist(), inner.numpy(), strict=True
            ):
                x0, y0, x1, y1 = box
                mask[y0:y1, x0:x1] = shown[y0:y1, x0:x1]
            there = cut.any((1, 2))
            assert len(found) == there.sum()
            assert found.scores == pytest.approx(scores.numpy()[there], abs=1e-3)
            assert found.classes.tolist() == kinds.numpy()[there].tolist()
            assert found.boxes == pytest.approx(boxes.clamp(0, 128).numpy()[there], abs=0.05)
            for a, b in zip(found.masks, cut[there], strict=True):
                assert (a != b).sum() <= max(3, 0.01 * b.sum())
            seen += len(found)
        assert seen >= 5
