"""Which cell answers for which figure, and how wrong it is."""

import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.train.characters.loss import Targets, assign, loss, overlap  # noqa: E402
from pyojeong.train.characters.net import SegNet, Shape  # noqa: E402

SMALL = Shape((8, 16, 16, 16, 16), (1, 1, 1, 1), 16)


def test_overlap_of_boxes():
    a = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]])
    b = torch.tensor([[0.0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10]])
    iou, nearer = overlap(a, b)
    assert iou == pytest.approx(torch.tensor([1, 1 / 3, 0]), abs=1e-5)
    assert nearer[2] < nearer[1] < nearer[0]


def test_cells_answer_for_the_figure_around_them():
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


def test_a_picture_without_figures_teaches_only_that():
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
