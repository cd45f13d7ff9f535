"""One run of training a picture classifier, from settings to a folder that others read.

    config.toml  versions.json  log.jsonl  checkpoints/  model.onnx  predictions.npz  result.json

`result.json` is written last, so its presence means that the run is complete. A run that was
killed at any point and resumed ends with the numbers of an unbroken one (same machine, same
number of threads).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from pyojeong.data.dataset import Dataset
from pyojeong.errors import BadInput, BadSettings, InferenceFailed
from pyojeong.train.classifier.config import Augmentation, Config
from pyojeong.train.classifier.crops import Crops, Views
from pyojeong.train.classifier.finish import Export, finish
from pyojeong.train.classifier.folder import open_folder, same_data
from pyojeong.train.classifier.keeping import LAST, Keeping
from pyojeong.train.classifier.lesson import Lesson
from pyojeong.train.classifier.loggers import make_loggers
from pyojeong.train.classifier.placing import placing
from pyojeong.train.classifier.quiet import MisconfigurationException, Trainer, quiet_lightning
from pyojeong.train.classifier.schooling import School, augmenter, divide, make_parts
from pyojeong.train.classifier.teaching import class_weights

Tell = Callable[[str], None]
Build = Callable[..., Any]
"""As `pyojeong.train.zoo.build`."""


def run(
    config: Config,
    folder: Path,
    resume: bool = False,
    *,
    data: Dataset | None = None,
    build: Build | None = None,
    export: Export | None = None,
    tell: Tell = print,
) -> None:
    """Train, or go on, until the folder holds the finished model.

    data: the pictures, where they are at hand already; else `config.data.source` is read.
    build, export: make the network and its file, as zoo and export_classifier do. Raises
    BadInput, BadSettings, MissingExtra, InferenceFailed, OutputFailed; KeyboardInterrupt after
    Ctrl-C, when the folder can be resumed.
    """
    config = open_folder(config, folder, resume)
    dataset = divide(data if data is not None else _loaded(config), config, _split)
    built = _built(config, len(dataset.classes), build)
    side = config.data.side or built.side
    parts = make_parts(dataset, config, side)
    same_data(folder, config, parts.digest)
    for note in (*dataset.notes, built.note):
        tell(note)
    _try(config.augment, parts.train, config.train.seed)
    weights = class_weights(parts.train.targets, config.loss.weights)
    lesson = Lesson(config, built.net, built.mean, built.std, weights)
    trainer = fit(config, lesson, School(parts, config, augmenter(config.augment)), folder, tell)
    if trainer.is_global_zero:
        finish(config, lesson, parts, dataset.classes, folder, built.note, export or _exporter())


def fit(config: Config, lesson: Lesson, school: School, folder: Path, tell: Tell) -> Trainer:
    """Train to the last epoch, from the last checkpoint where there is one."""
    last = folder / LAST
    with quiet_lightning(), _in_our_words():
        trainer = Trainer(
            **placing(config.train),
            max_epochs=config.train.epochs,
            callbacks=[Keeping(folder, config.train.save_seconds, tell)],
            logger=make_loggers(config, folder),
            default_root_dir=folder,
            num_sanity_val_steps=0,
            log_every_n_steps=1_000_000,
            use_distributed_sampler=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        where = last if last.is_file() else None
        with _stoppable(trainer):
            trainer.fit(lesson, datamodule=school, ckpt_path=where, weights_only=True)
    return trainer


@contextmanager
def _stoppable(trainer: Trainer) -> Iterator[None]:
    """Ctrl-C stays Ctrl-C: Lightning answers it by leaving the program, deaf to any further one.

    A terminated run (SIGTERM) leaves with the usual status of one.
    """
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as stop:
        if trainer.received_sigterm:
            raise SystemExit(128 + signal.SIGTERM) from stop
        raise KeyboardInterrupt from stop
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """What torch raises, as an error of ours."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise InferenceFailed(
            "The device has too little memory for a step; lower train.batch or data.side.",
            "장치의 메모리가 부족합니다. train.batch나 data.side를 줄이세요.",
        ) from error
    except MisconfigurationException as error:
        raise BadSettings(
            f"Training cannot be set up so: {error}", f"이렇게 학습할 수 없습니다: {error}"
        ) from error
    except UnpicklingError as error:
        raise _unreadable(error) from error
    except RuntimeError as error:
        if "PytorchStreamReader" in str(error):
            raise _unreadable(error) from error
        if "DataLoader worker" not in str(error):
            raise
        raise InferenceFailed(
            f"A process that prepares pictures ended ({error}); lower train.workers.",
            f"사진을 준비하는 프로세스가 끝났습니다({error}). train.workers를 줄이세요.",
        ) from error


def _unreadable(error: Exception) -> BadInput:
    return BadInput(
        f"The checkpoint to go on from cannot be read: {error}",
        f"이어 할 체크포인트를 읽을 수 없습니다: {error}",
    )


def _loaded(config: Config) -> Dataset:
    if not config.data.source:
        raise BadSettings(
            "Say where the pictures are: --data PATH, or source in [data].",
            "사진이 어디 있는지 알려 주세요: --data PATH 또는 [data]의 source.",
        )
    from pyojeong.data.load import load_dataset

    return load_dataset(config.data.source, classes=config.data.classes or None)


def _split(dataset: Dataset, shares: tuple[float, float, float], seed: int) -> Dataset:
    from pyojeong.data.split import split_dataset

    return split_dataset(dataset, shares=shares, seed=seed)


def _exporter() -> Export:
    from pyojeong.train.export_classifier import export

    return export


def _built(config: Config, classes: int, build: Build | None) -> Any:
    """The network with weights from the seed (or pretrained), laid out for quick convolutions."""
    from pyojeong.train import zoo

    model = config.model
    torch.manual_seed(config.train.seed)
    built = (build or zoo.build)(
        model.name,
        classes,
        head=model.head,
        part=model.part,
        dropout=model.dropout,
        pretrained=model.pretrained,
    )
    net: Any = built.net
    net.to(memory_format=torch.channels_last)
    return built


def _try(settings: Augmentation, crops: Crops, seed: int) -> None:
    """Fail before long work where the augmentation does; its own words do not leave a worker."""
    if (augment := augmenter(settings)) is not None:
        Views(crops, seed, augment)[0, 0, True]
