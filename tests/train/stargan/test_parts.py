"""Networks, losses, wishes and batches of StarGAN, against what is known of them."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")

import torch

from pyojeong.errors import BadSettings
from pyojeong.train.stargan.config import Config
from pyojeong.train.stargan.domains import Domain, Feeder, groups_of, wish_length, wishes
from pyojeong.train.stargan.judge import frechet_distance
from pyojeong.train.stargan.losses import gradient_penalty, label_loss
from pyojeong.train.stargan.nets import Critic, Generator
from pyojeong.train.stargan.painter import to_input, to_pictures


def size_of(net):
    return sum(p.numel() for p in net.parameters())


def test_the_networks_have_the_layers_of_the_paper():
    """Parameters counted from its tables 4 and 5, for 128 px and five attributes."""
    with torch.device("meta"):
        assert size_of(Generator(5)) == 8_430_528
        assert size_of(Critic(128, 5)) == 44_762_048


@pytest.mark.parametrize("side", [32, 128])
def test_shapes(side):
    generator, critic = Generator(4, 4, 1), Critic(side, 3, 4)
    pictures = torch.rand(2, 3, side, side)
    made = generator(pictures, torch.eye(4)[:2])
    assert made.shape == pictures.shape
    assert made.abs().max() <= 1
    score, logits = critic(made)
    assert score.shape == (2, 1, 2, 2)
    assert logits.shape == (2, 3)


def test_a_quick_generator_starts_near_the_picture():
    pictures = torch.rand(2, 3, 32, 32) * 2 - 1
    made = Generator(2, 8, 1, quick=True)(pictures, torch.eye(2))
    assert (made - pictures).abs().mean() < 0.2
    assert (Generator(2, 8, 1)(pictures, torch.eye(2)) - pictures).abs().mean() > 0.3


def test_the_penalty_of_a_linear_critic():
    """Its slope is the same everywhere, so the penalty is (|w| - 1)²."""
    slope = torch.randn(3, 8, 8)

    def critic(x):
        return (x * slope).sum((1, 2, 3)), x

    real, made = torch.rand(2, 4, 3, 8, 8)
    found = gradient_penalty(critic, real, made, torch.rand(4, 1, 1, 1))
    assert found.item() == pytest.approx((slope.norm().item() - 1) ** 2, rel=1e-5)


def test_label_losses_are_zero_where_all_is_right_and_known_where_nothing_is():
    truth = torch.eye(3)
    assert label_loss(truth * 50, truth, True) < 1e-6
    assert label_loss((truth - 0.5) * 100, truth, False) < 1e-6
    assert label_loss(torch.zeros(3, 3), truth, True).item() == pytest.approx(np.log(3))
    assert label_loss(torch.zeros(3, 3), truth, False).item() == pytest.approx(3 * np.log(2))


def domain(title, labels, exclusive=True):
    nothing = SimpleNamespace()
    return Domain(
        title, labels, exclusive, () if exclusive else groups_of(labels), nothing, nothing
    )


LOOKS = domain("looks", ("Black_Hair", "Blond_Hair", "Male"), False)
EMOTIONS = domain("emotions", ("happy", "sad"))


def test_wishes_hold_all_labels_and_the_mask():
    goals = torch.tensor([[0.0, 1.0]])
    assert wish_length([EMOTIONS]) == 2
    assert torch.equal(wishes([EMOTIONS], 0, goals), goals)
    both = [LOOKS, EMOTIONS]
    assert wishes(both, 1, goals).tolist() == [[0, 0, 0, 0, 1, 0, 1]]
    assert wishes(both, 0, torch.tensor([[1.0, 0, 1]])).tolist() == [[1, 0, 1, 0, 0, 1, 0]]
    assert wishes(both, 1, goals, mask=0).tolist() == [[0, 0, 0, 0, 1, 1, 0]]


def test_goals_change_one_thing():
    truth = np.array([[1, 0, 1]], np.float32)
    assert LOOKS.goals(truth, 1).tolist() == [[0, 1, 1]], "a hair colour takes the other's place"
    assert LOOKS.goals(truth, 2).tolist() == [[1, 0, 0]], "what is there goes"
    assert EMOTIONS.goals(np.array([[1, 0]], np.float32), 1).tolist() == [[0, 1]]
    assert truth.tolist() == [[1, 0, 1]]


class Squares:
    """As `classifier.crops.Crops`: picture n is of colour n and has label n."""

    def __init__(self, rows, kept=True):
        self.pictures = np.arange(rows, dtype=np.uint8)[:, None, None, None].repeat(3, 3)
        self.kept = self.pictures if kept else None
        self.targets = np.eye(rows, dtype=np.float32)

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, row):
        return self.pictures[row].copy()


@pytest.mark.parametrize("kept", [True, False])
def test_every_picture_comes_once_an_epoch_whoever_reads(kept):
    feeder = Feeder(Squares(10, kept), 4, (1,), 0, 1)
    seen = [int(row) for step in range(5) for row in feeder(step)[1].argmax(1)]
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert seen[:10] != seen[10:]
    again = Feeder(Squares(10, kept), 4, (1,), 0, 1)
    assert np.array_equal(again(3)[1], feeder(3)[1]), "a step does not depend on those before"
    assert np.array_equal(again(3)[0][:, 0, 0, 0], again(3)[1].argmax(1))


def test_two_processes_share_the_pictures():
    one, *two = (
        Feeder(Squares(12), batch, (1,), rank, world)
        for batch, rank, world in ((4, 0, 1), (2, 0, 2), (2, 1, 2))
    )
    for step in range(6):
        halves = np.concatenate([feeder(step)[1] for feeder in two])
        assert np.array_equal(one(step)[1], halves)


def test_pixels_survive_the_way_to_the_network_and_back():
    levels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1).expand(-1, -1, -1, 3)
    x = to_input(levels)
    assert (x.min(), x.max()) == (-1, 1)
    assert torch.equal(to_pictures(x), levels)


def test_the_frechet_distance_of_known_distributions():
    """Of normal distributions with diagonal covariances: |m|² + Σ (σ - τ)²."""
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
    first, second = signs * (1, 2, 3) + (1, 0, 0), signs * (2, 2, 1)
    assert frechet_distance(first, second) == pytest.approx(1 + 1 + 0 + 4, abs=1e-6)
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "value"),
    [("data.side", 100), ("net.kind", "slow"), ("train.loggers", ["tensorbord"]),
     ("train.precision", "16"), ("optimizer.critic_steps", 0), ("net.wide", 3)],
)  # fmt: skip
def test_settings_that_are_wrong_are_named(name, value):
    with pytest.raises(BadSettings, match=name.replace(".", r"\.")):
        Config().with_values({name: value})


def test_settings_survive_their_file():
    config = Config().with_values({"data.sources": ["a", "b"], "train.loggers": ["tensorboard"]})
    assert Config.from_toml(config.to_toml()) == config
