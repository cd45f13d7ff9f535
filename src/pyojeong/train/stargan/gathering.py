"""The data sets of a run made ready: emotions by folder or of AI-Hub, attributes of CelebA."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from pyojeong.data.dataset import SPLITS, Dataset
from pyojeong.errors import BadInput, BadSettings
from pyojeong.train.classifier.crops import Crops, make_crops
from pyojeong.train.classifier.schooling import digest
from pyojeong.train.stargan.config import Config, Data
from pyojeong.train.stargan.domains import Domain, groups_of, is_attributes


def load_sets(data: Data) -> list[Dataset]:
    """The sets of `data.sources`. Raises BadSettings where none is named, BadInput."""
    from pyojeong.data.celeba import find_attributes, load_celeba
    from pyojeong.data.load import load_dataset

    if not data.sources:
        raise BadSettings(
            "Say where the pictures are: --data PATH, once for each data set.",
            "사진이 어디 있는지 알려 주세요: 데이터마다 --data PATH.",
        )
    found = []
    for source in data.sources:
        path = Path(source)
        if find_attributes(path) is not None:
            found.append(load_celeba(path, path.name, data.attributes))
        else:
            found.append(load_dataset(path, classes=data.classes or None))
    return found


def make_domains(sets: list[Dataset], config: Config) -> list[Domain]:
    """Each set divided and cut to squares. Raises BadInput where one holds too little."""
    domains = [_domain(_divided(found, config.data), config) for found in sets]
    names = [label for domain in domains for label in domain.labels]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(
            f"Two data sets have the label {', '.join(twice)}; name its classes otherwise.",
            f"두 데이터에 같은 라벨이 있습니다: {', '.join(twice)}. 클래스 이름을 바꾸세요.",
        )
    return domains


def _divided(found: Dataset, data: Data) -> Dataset:
    """Every row in a split; a set that has none is divided by picture groups or, where several
    attributes hold at once, by chance."""
    if (found.splits == "train").any() and (found.splits != "train").any():
        return found
    if is_attributes(found):
        chance = np.random.default_rng(data.split_seed).random(len(found))
        ends = np.cumsum(data.shares)
        return replace(found, splits=np.array(SPLITS)[np.searchsorted(ends[:2], chance)])
    from pyojeong.data.split import split_dataset

    shares = (data.shares[0], data.shares[1], data.shares[2])
    return split_dataset(found, shares=shares, seed=data.split_seed)


def _domain(found: Dataset, config: Config) -> Domain:
    attributes = is_attributes(found)
    train = _squares(found.split("train"), config.data, attributes)
    held = found.split("test") if (found.splits == "test").any() else found.split("val")
    test = _squares(held, config.data, attributes)
    if len(train) < config.train.batch or len(test) < 2:
        raise BadInput(
            f"{found.title} has {len(train)} pictures to learn from and {len(test)} to measure on; "
            "that is too few.",
            f"{found.title}: 학습 사진 {len(train)}장, 평가 사진 {len(test)}장은 너무 적습니다.",
        )
    groups = groups_of(found.classes) if attributes else ()
    return Domain(found.title, found.classes, not attributes, groups, train, test, digest(found))


def _squares(part: Dataset, data: Data, attributes: bool) -> Crops:
    """The squares of a split, with labels (n, k) of 0 and 1 as targets."""
    if not attributes:
        return make_crops(part, data.side, data.padding, False, "auto")
    # Cutting asks for a class; which attributes hold stays in the set's own targets.
    known = replace(part, labels=np.zeros(len(part), np.int64))
    crops = make_crops(known, data.side, data.padding, False, "auto")
    targets = crops.dataset.targets
    assert targets is not None  # noqa: S101 - is_attributes saw them
    return replace(crops, targets=targets.astype(np.float32))
