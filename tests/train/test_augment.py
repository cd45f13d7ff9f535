"""What augmentation does to pictures, and that chance comes from the generator alone."""

import json
from importlib.util import find_spec

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.errors import BadInput, BadSettings
from pyojeong.train.augment import OPERATIONS, Augment, basic, lit, make, placed


def picture(height=48, width=40):
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / 5 + c) * 60 + y + 60 for c in range(3)]
    return np.clip(np.stack(waves, -1), 0, 255).astype(np.uint8)


@pytest.fixture
def pipeline(tmp_path):
    if find_spec("albumentations") is None:
        pytest.skip("albumentations is in the augment extra")
    import albumentations

    path = tmp_path / "mine.json"
    made = albumentations.Compose(
        [
            albumentations.HorizontalFlip(p=0.5),
            albumentations.RandomBrightnessContrast(p=1.0),
            albumentations.RandomCrop(32, 32),
        ]
    )
    path.write_text(json.dumps(made.to_dict()), "utf-8")
    return path


@pytest.fixture(params=["none", "basic", "advanced", "autoaugment", "albumentations"])
def augment(request):
    file = request.getfixturevalue("pipeline") if request.param == "albumentations" else ""
    return make(Augment(request.param, str(file)))


def test_same_chance_same_picture_and_input_untouched(augment):
    image = picture()
    before = image.copy()
    first = [augment(image, np.random.default_rng(seed)) for seed in range(12)]
    again = [augment(image, np.random.default_rng(seed)) for seed in range(12)]
    for one, other in zip(first, again, strict=True):
        assert one.shape == image.shape
        assert one.dtype == np.uint8
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(image, before)


def test_chance_of_others_does_not_matter_and_is_left_alone(augment):
    import torch

    image = picture()
    torch.manual_seed(3)
    np.random.seed(3)
    first = augment(image, np.random.default_rng(7))
    left = torch.random.get_rng_state()
    torch.manual_seed(3)
    assert torch.equal(left, torch.random.get_rng_state())
    torch.manual_seed(99)
    np.random.seed(99)
    np.testing.assert_array_equal(first, augment(image, np.random.default_rng(7)))


@pytest.mark.parametrize("kind", ["basic", "advanced", "autoaugment"])
def test_pictures_vary(kind):
    image, augment = picture(), make(Augment(kind))
    seen = {augment(image, np.random.default_rng(seed)).tobytes() for seed in range(20)}
    assert len(seen) > 12


@pytest.mark.parametrize("kind", ["basic", "advanced", "autoaugment"])
@pytest.mark.parametrize("shape", [(1, 1), (2, 30), (96, 17)])
def test_any_shape(kind, shape):
    augment = make(Augment(kind))
    for seed in range(8):
        assert augment(picture(*shape), np.random.default_rng(seed)).shape == (*shape, 3)


@pytest.mark.parametrize("at", range(len(OPERATIONS)))
def test_every_operation_at_no_strength_changes_little(at):
    image = picture()
    made = OPERATIONS[at](image, 0.0, np.random.default_rng(0))
    assert np.abs(made.astype(int) - image).mean() < 6


def test_placing_nothing_is_the_picture_and_a_mirror_is_a_mirror():
    image = picture()
    np.testing.assert_array_equal(placed(image, 0, 1, (0, 0)), image)
    np.testing.assert_array_equal(placed(image, 0, 1, (0, 0), mirrored=True), image[:, ::-1])


def test_a_shift_is_a_share_of_the_side():
    image = picture(40, 40)
    np.testing.assert_array_equal(placed(image, 0, 1, (0.25, 0))[:, 10:], image[:, :30])


def test_light():
    flat = np.full((3, 3, 3), 100, np.uint8)
    assert (lit(flat, 1, 20) == 120).all()
    assert (lit(flat, 2, 0) == 72).all()


def test_half_of_the_pictures_are_mirrored():
    image = np.zeros((33, 33, 3), np.uint8)
    image[:, :10] = 255
    lighter_left = [
        m[:, :16].mean() > m[:, 17:].mean()
        for m in (basic(image, np.random.default_rng(seed)) for seed in range(200))
    ]
    assert 70 < sum(lighter_left) < 130


def test_unknown_kinds_are_told_with_what_there_is():
    with pytest.raises(BadSettings, match="autoaugment"):
        make(Augment("autoaugmant"))


def test_a_pipeline_needs_its_file(tmp_path, pipeline):
    with pytest.raises(BadSettings, match=r"augment\.file"):
        make(Augment("albumentations"))
    with pytest.raises(BadInput):
        make(Augment("albumentations", str(tmp_path / "none.json")))


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "{",
        '{"transform": {"__class_fullname__": "os.system", "p": 1}}',
        '{"transform": {"__class_fullname__": "Lambda", "image": "x"}}',
        '{"lambda_transforms": 3}',
    ],
)
def test_other_files_are_refused(tmp_path, pipeline, text):
    pipeline.write_text(text, "utf-8")
    with pytest.raises(BadInput, match="pipeline"):
        make(Augment("albumentations", str(pipeline)))


def test_yaml_cannot_make_objects(tmp_path, pipeline):
    path = tmp_path / "mine.yaml"
    path.write_text("!!python/object/apply:os.system ['true']", "utf-8")
    with pytest.raises(BadInput):
        make(Augment("albumentations", str(path)))


def test_a_pipeline_that_normalises_is_refused(pipeline):
    import albumentations

    made = albumentations.Compose([albumentations.Normalize()])
    pipeline.write_text(json.dumps(made.to_dict()), "utf-8")
    augment = make(Augment("albumentations", str(pipeline)))
    with pytest.raises(BadSettings, match="float32"):
        augment(picture(), np.random.default_rng(0))
