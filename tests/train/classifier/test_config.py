"""Settings: what is read, what is written, how mistakes are named."""

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.errors import BadSettings
from pyojeong.train.classifier.config import Config, assignment
from pyojeong.train.classifier.presets import PRESETS, preset


def test_what_is_written_is_read_back():
    changed = Config().with_values(
        {
            "data.source": '한글 "폴더"\\끝\x7f\t',
            "data.classes": ["기쁨", "슬픔"],
            "data.shares": [0.7, 0.2, 0.1],
            "optimizer.rate": 1e-5,
            "schedule.milestones": [3, 5],
            "train.loggers": ["mlflow", "tensorboard"],
            "model.pretrained": True,
        }
    )
    assert Config.from_toml(changed.to_toml()) == changed
    assert Config.from_toml("") == Config()


def test_values_people_write_are_taken():
    config = Config.from_toml("[train]\nprecision = 16\ndevices = 2\n[optimizer]\nrate = 1\n")
    assert (config.train.precision, config.train.devices) == ("16", "2")
    assert config.optimizer.rate == 1.0
    assert Config.from_toml('[train]\nloggers = "mlflow"').train.loggers == ("mlflow",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[optimiser]\nrate = 1", "optimizer"),
        ("[optimizer]\nrat = 1", "optimizer.rate"),
        ("[model]\nnmae = 'x'", "model.name"),
        ("epochs = 3", "train"),
        ("train = 3", "train"),
        ("[train]\nepochs = '3'", "train.epochs"),
        ("[train]\nepochs = 3.5", "train.epochs"),
        ("[train]\nepochs = true", "train.epochs"),
        ("[train]\nepochs = 0", "train.epochs"),
        ("[train]\ndevices = 'two'", "train.devices"),
        ("[train]\nloggers = ['mlfow']", "mlflow"),
        ("[optimizer]\nrate = nan", "optimizer.rate"),
        ("[optimizer]\nname = 'adm'", "adam"),
        ("[data]\nshares = [0.5, 0.5]", "data.shares"),
        ("[data]\nshares = [0.5, 0.4, 0.2]", "data.shares"),
        ("[data]\nclasses = [1]", "data.classes"),
        ("[schedule]\nmilestones = [5, 3]", "schedule.milestones"),
        ("[schedule]\nmilestones = [1.5]", "schedule.milestones"),
        ("[augment]\nkind = 'auto'", "autoaugment"),
        ("[model\n", "TOML"),
    ],
)
def test_mistakes_are_named_in_both_languages(text, named):
    with pytest.raises(BadSettings) as caught:
        Config.from_toml(text)
    assert named in caught.value.en
    assert named in caught.value.ko


def test_a_near_miss_gets_a_guess():
    with pytest.raises(BadSettings, match=r"Did you mean schedule\.patience\?"):
        Config.from_toml("[schedule]\npatiense = 3")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("model.name=vgg16", "vgg16"),
        ("train.devices=2", "2"),
        ("optimizer.rate=1e-3", 1e-3),
        ("train.epochs = 5", 5),
        ("model.pretrained=true", True),
        ('data.classes=["a", "b"]', ["a", "b"]),
        ("train.loggers=mlflow", "mlflow"),
    ],
)
def test_assignments_of_the_command_line(text, value):
    name, found = assignment(text)
    assert found == value
    Config().with_values({name: found})


def test_an_assignment_without_a_value_or_a_known_name():
    with pytest.raises(BadSettings, match=r"section\.name=value"):
        assignment("model.name")
    with pytest.raises(BadSettings, match=r"model\.name"):
        assignment("model.nam=x")


def test_presets_are_the_pairs_of_the_issue():
    pairs = {
        (preset([name]).optimizer.name, preset([name]).schedule.name)
        for name in PRESETS
        if not name.startswith("batch")
    }
    assert pairs == {
        ("adam", "plateau"),
        ("sgd", "step"),
        ("sgd", "multistep"),
        ("adamw", "cosine"),
        ("sgd", "restarts"),
        ("adamw", "step"),
    }
    assert (preset(["sgd-step"]).schedule.step, preset(["sgd-step"]).schedule.gamma) == (7, 0.1)
    both = preset(["sgd-step", "batch-64"])
    assert (both.train.batch, both.train.epochs, both.optimizer.name) == (64, 30, "sgd")
    with pytest.raises(BadSettings, match="batch-16"):
        preset(["batch-17"])
