"""TensorBoard and MLflow see what the log holds; without them the install line is named."""

import json
import math

import pytest

pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")

from pyojeong.errors import MissingExtra
from pyojeong.train.classifier import loggers


@pytest.fixture
def logged(train, config, monkeypatch):
    """logged(name) → folder and log lines of a run that was stopped once."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    def call(name):
        settings = config.with_values({"train.loggers": [name]})
        with monkeypatch.context() as patch:
            patch.setattr("pyojeong.train.classifier.run.finish", lambda *a: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                train(settings)
        folder = train(settings, resume=True)
        lines = (folder / "log.jsonl").read_text("utf-8").splitlines()
        return folder, [json.loads(line) for line in lines]

    return call


def test_tensorboard(logged):
    pytest.importorskip("tensorboard", reason="tensorboard is in the loggers extra")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder, lines = logged("tensorboard")
    events = EventAccumulator(str(folder / "tensorboard"))
    events.Reload()
    seen = events.Scalars("val_loss")
    assert [e.step for e in seen] == [1, 2, 3]
    assert all(
        math.isclose(e.value, line["val_loss"], rel_tol=1e-5)
        for e, line in zip(seen, lines, strict=True)
    )


def test_mlflow(logged):
    pytest.importorskip("mlflow", reason="mlflow is in the loggers extra")
    from mlflow.tracking import MlflowClient

    folder, lines = logged("mlflow")
    number = json.loads((folder / "mlflow.json").read_text("utf-8"))["run"]
    client = MlflowClient((folder / "mlruns").as_uri())
    (experiment,) = [e for e in client.search_experiments() if e.name == "pyojeong"]
    assert len(client.search_runs([experiment.experiment_id])) == 1
    seen = client.get_metric_history(number, "val_accuracy")
    assert [m.value for m in sorted(seen, key=lambda m: m.step)] == pytest.approx(
        [line["val_accuracy"] for line in lines]
    )
    assert client.get_run(number).data.params["model.name"] == "resnet18"


@pytest.mark.parametrize("name", ["tensorboard", "mlflow"])
def test_without_the_package_the_install_line_is_named(train, config, name, monkeypatch):
    monkeypatch.setattr(loggers, "find_spec", lambda package: None)
    with pytest.raises(MissingExtra, match=r'pip install "pyojeong\[loggers\]"'):
        train(config.with_values({"train.loggers": [name]}))
