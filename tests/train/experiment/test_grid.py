"""Grid files: the runs they mean, names that stay, mistakes named in both languages."""

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.errors import BadSettings
from pyojeong.train.experiment import studies
from pyojeong.train.experiment.grid import parse_grid, read_grid, with_source
from pyojeong.train.experiment.planned import Changed

TWO = """
seeds = [1, 2]
presets = ["sgd-step"]
[base.model]
name = "resnet50"
[[factor]]
name = "model.name"
values = ["resnet50", "vgg16"]
[[factor]]
name = "preset"
values = ["sgd-step", "adam-plateau"]
[[factor]]
name = "looks"
level = [{ name = "turned", set = { augment.pose = 0.7 } }]
"""


def labels(text):
    return list(dict.fromkeys(run.label for run in parse_grid(text).runs))


def test_one_factor_at_a_time():
    assert labels(TWO) == ["base", "model=vgg16", "preset=adam-plateau", "looks=turned"]
    grid = parse_grid(TWO)
    assert len(grid.runs) == 8
    assert {run.seed for run in grid.runs} == {run.config.train.seed for run in grid.runs} == {1, 2}
    turned = grid.runs[-1]
    assert turned.config.augment.pose == 0.7
    assert turned.changed == {"augment.pose": 0.7}
    assert turned.levels == {"model.name": "resnet50", "preset": "sgd-step", "looks": "turned"}
    assert grid.runs[0].levels["looks"] == "-"


def test_all_combinations():
    grid = parse_grid('mode = "full"\n' + TWO.replace("[1, 2]", "[4]"))
    assert len(grid.runs) == 4
    assert grid.runs[-1].label == "model=vgg16, preset=adam-plateau, looks=turned"


def test_names_stay_and_are_of_the_settings():
    runs = parse_grid(TWO).runs
    assert len({run.name for run in runs}) == len(runs)
    again = parse_grid(f"# moved\n{TWO}[base.train]\nworkers = 3\nloggers = ['mlflow']\n").runs
    assert [run.name for run in again] == [run.name for run in runs]
    assert with_source(runs[0], "/elsewhere").name == runs[0].name
    longer = parse_grid(f"{TWO}[base.train]\nepochs = 31\n").runs
    assert not {run.name for run in longer} & {run.name for run in runs}
    assert runs[2].name.startswith("model-vgg16-s1-")


def test_runs_that_mean_the_same_are_one():
    more = f'{TWO}[[run]]\nname = "again"\nset = {{ model.name = "vgg16" }}\n'
    assert labels(more) == labels(TWO)


def test_names_are_safe_for_folders():
    grid = parse_grid('[[run]]\nname = "../../한글 / x"\nset = { train.batch = 7 }\n')
    assert grid.runs[1].name.startswith("한글-x-s1-")


def test_chosen_by_a_word():
    grid = parse_grid(TWO)
    assert {run.label for run in grid.chosen(("VGG",))} == {"model=vgg16"}
    assert len(grid.chosen(())) == 8
    with pytest.raises(BadSettings, match="vgg17"):
        grid.chosen(("vgg17",))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[factor]", "TOML"),
        ("mod = 'full'", "mode"),
        ("mode = 'some'", "one-at-a-time"),
        ("seeds = ['a']", "seeds"),
        ("seeds = [-1]", "seeds"),
        ("presets = ['sgd']", "sgd-step"),
        ("factor = 3", "factor"),
        ("factor = [3]", "factor"),
        ("[[factor]]\nvalues = [1]", "factor.name"),
        ("[[factor]]\nname = 'train.batch'", "train.batch"),
        ("[[factor]]\nname = 'train.batch'\nvalues = [8, 8]", "train.batch"),
        ("[[factor]]\nname = 'train.bach'\nvalues = [8]", "train.batch"),
        ("[[factor]]\nname = 'train.batch'\nvalues = ['x']", "train.batch"),
        ("[[factor]]\nname = 'preset'\nvalues = ['adam-plato']", "adam-plateau"),
        ("[[factor]]\nname = 'x'\nlevels = []", "level"),
        ("[[run]]\nname = 'x'\nsett = {}", "set"),
        ("[[run]]\nname = 'x'\nset = { model.nam = 'y' }", "model.name"),
        ("[base]\nepochs = 3", "base"),
        ("[base.train]\nepochs = 0", "train.epochs"),
        ("[[published]]\nname = 'x'\naccuracy = 73.3", "0 - 1"),
        ("[[published]]\nname = 'x'\naccuracy = true", "accuracy"),
        ("[[published]]\nname = 'x'\naccuracy = 0.5\nset = { a.b = 1 }", "a.b"),
        ("title = 3", "title"),
    ],
)
def test_mistakes_are_named_in_both_languages(text, named):
    with pytest.raises(BadSettings) as caught:
        parse_grid(text)
    assert named in caught.value.en
    assert named in caught.value.ko


def test_a_grid_cannot_grow_without_end():
    values = list(range(1, 101))
    text = 'mode = "full"\n' + "".join(
        f"[[factor]]\nname = '{name}'\nvalues = {values}\n"
        for name in ("train.batch", "train.epochs")
    )
    with pytest.raises(BadSettings, match="5000"):
        parse_grid(text)


class TestStudies:
    @pytest.mark.parametrize("name", studies.names())
    def test_every_shipped_study_is_whole(self, name):
        grid = studies.study(name)
        assert grid.title.en != grid.title.ko
        assert grid.about.en != grid.about.ko
        assert len(grid.seeds) >= 3
        assert all(run.config.train.epochs == 30 for run in grid.runs)
        for published in grid.published:
            ours = [r for r in grid.runs if r.config.with_values(published.values) == r.config]
            assert ours, published.name

    def test_models_and_heads_are_known(self):
        from pyojeong.train import zoo

        for name in studies.names():
            for run in studies.study(name).runs:
                assert run.config.model.name in zoo.NAMES

    def test_the_original_comparison_is_there(self):
        grid = studies.study("cartoon_faces")
        factors = {factor.name: factor for factor in grid.factors}
        named = {level.name for level in factors["model.name"].levels}
        assert len(named) == 10
        assert {"inception_v3", "efficientnet_b0", "mobilenet_v2"} <= named
        assert len(factors["preset"].levels) == 6
        assert {p.accuracy for p in grid.published} == {0.7333, 0.7698, 0.7579, 0.7439}
        korean = studies.study("korean_faces")
        assert {run.config.augment.pose for run in korean.runs} == {0.0, 0.7}
        assert korean.published[0].accuracy == 0.86

    def test_found_by_name_or_file(self, tmp_path):
        assert studies.find_grid("korean_faces").mode == "full"
        path = tmp_path / "grid.toml"
        path.write_text(TWO, "utf-8")
        assert len(studies.find_grid(str(path)).runs) == 8


def test_a_base_from_a_file(tmp_path):
    (tmp_path / "base.toml").write_text('[model]\nname = "vgg16"\n', "utf-8")
    grid_file = tmp_path / "grid.toml"
    grid_file.write_text('base = "base.toml"\npresets = ["batch-64"]\n', "utf-8")
    base = read_grid(grid_file).base
    assert (base.model.name, base.train.batch) == ("vgg16", 64)
    (tmp_path / "base.toml").write_text("[model]\nnaem = 3\n", "utf-8")
    with pytest.raises(BadSettings):
        read_grid(grid_file)


def test_what_is_laid_over_a_grid():
    changed = Changed({"train.epochs": 2, "model.name": "resnet18"}, (7,))
    grid = parse_grid(TWO, None, changed)
    assert {run.seed for run in grid.runs} == {7}
    assert {run.config.train.epochs for run in grid.runs} == {2}
    assert [run.config.model.name for run in grid.runs][:2] == ["resnet18", "resnet50"]
    with pytest.raises(BadSettings, match="--set"):
        parse_grid(TWO, None, Changed({"train.epoch": 2}))


ENSEMBLE = (
    TWO
    + """
[[ensemble]]
name = "both"
members = ["base", "model=vgg16"]
"""
)


def test_an_ensemble_for_each_seed():
    grid = parse_grid(ENSEMBLE)
    assert [(e.label, e.seed, e.kind) for e in grid.ensembles] == [
        ("both", 1, "soft"),
        ("both", 2, "soft"),
    ]
    names = {run.name: run.label for run in grid.runs}
    assert [names[m] for m in grid.ensembles[1].members] == ["base", "model=vgg16"]
    assert grid.ensembles[0].name != parse_grid(ENSEMBLE + 'kind = "stacked"').ensembles[0].name


@pytest.mark.parametrize(
    "wrong", ['members = ["base"]', 'members = ["base", "x"]', 'kind = "hard"']
)
def test_an_ensemble_of_nothing_is_refused(wrong):
    text = f'{TWO}\n[[ensemble]]\nname = "both"\n{wrong}\n'
    if "kind" in wrong:
        text += 'members = ["base", "model=vgg16"]\n'
    with pytest.raises(BadSettings, match="both"):
        parse_grid(text)
