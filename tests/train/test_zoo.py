"""Every network of the zoo builds, learns a step, and is read by ONNX Runtime as by torch."""

import socket
import time
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")
# Not imported here: beside a torch without CUDA only the zoo knows how.
if find_spec("torchvision") is None:
    pytest.skip("torchvision is in the train extra", allow_module_level=True)

from pyojeong.errors import BadSettings  # noqa: E402
from pyojeong.face.exported import ExportedClassifier  # noqa: E402
from pyojeong.train import zoo  # noqa: E402
from pyojeong.train.export_classifier import export  # noqa: E402
from pyojeong.train.zoo.heads import HEADS  # noqa: E402
from pyojeong.train.zoo.pooling import AdaptivePool  # noqa: E402
from pyojeong.train.zoo.residual_masking import Masking  # noqa: E402
from pyojeong.vision import vision  # noqa: E402

LABELS = ("기쁨", "분노", "슬픔", "놀람", "중립")


def normalised(pictures, built):
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    return (x - torch.tensor(built.mean)[:, None, None]) / torch.tensor(built.std)[:, None, None]


def timm_or_skip():
    vision()  # timm imports torchvision, which may need help to load
    return pytest.importorskip("timm", reason="timm is in the train extra")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "net.onnx"
    yield path
    path.unlink(missing_ok=True)  # some take half a gigabyte


def assert_read_alike(built, pictures, file):
    """ONNX Runtime gives the exported network's probabilities as torch does."""
    with torch.no_grad():
        logits = built.net.eval()(normalised(pictures, built))
        # Untrained networks are sure of nothing; sharpened, their differences would show.
        temperature = max(float(logits.std(1).mean()) / 2, 1e-6)
        expected = torch.softmax(logits / temperature, 1).numpy()
    export(
        built.net,
        file,
        labels=LABELS,
        mean=built.mean,
        std=built.std,
        side=pictures.shape[1],
        temperature=temperature,
        crop_margin=0.1,
        gray=False,
        notes={"note": built.note},
    )
    assert np.abs(ExportedClassifier(file).probabilities(pictures) - expected).max() < 1e-4


@pytest.mark.parametrize("name", zoo.NAMES)
def test_builds_learns_exports_and_reloads(name, file):
    torch.manual_seed(0)
    built = zoo.build(name, len(LABELS), head="dropout")
    side = 64
    pictures = np.random.default_rng(1).integers(0, 256, (4, side, side, 3), dtype=np.uint8)
    optimizer = torch.optim.SGD(built.net.parameters(), lr=1e-3)
    loss = torch.nn.functional.cross_entropy(
        built.net.train()(normalised(pictures, built)), torch.arange(4)
    )
    loss.backward()
    before = next(built.net.parameters()).detach().clone()
    optimizer.step()
    assert torch.isfinite(loss)
    assert not torch.equal(before, next(built.net.parameters()))
    del optimizer
    built.net.zero_grad(set_to_none=True)
    assert_read_alike(built, pictures, file)


@pytest.mark.parametrize("head", HEADS)
def test_heads_give_one_score_per_class(head):
    built = zoo.build("mobilenet_v3_small", 7, head=head, dropout=0.3)
    assert built.net.eval()(torch.rand(2, 3, 64, 64)).shape == (2, 7)


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "vgg16", "pyojeong-small"])
def test_only_the_head_learns_where_that_is_asked(name):
    net = zoo.build(name, 3, head="deep", part="head").net
    learning = {n for n, p in net.named_parameters() if p.requires_grad}
    assert learning
    assert all(n.startswith(("fc.", "classifier.")) for n in learning)
    assert len(learning) < len(list(net.named_parameters())) / 2


@pytest.mark.parametrize("name", ["resnet18", "vgg16", "residual-masking", "pyojeong-small"])
def test_a_step_of_the_head_alone_leaves_the_body(name):
    torch.manual_seed(0)
    net = zoo.build(name, 3, part="head").net.train()
    before = {n: p.detach().clone() for n, p in net.named_parameters()}
    learning = [p for p in net.parameters() if p.requires_grad]
    torch.nn.functional.cross_entropy(
        net(torch.rand(2, 3, 64, 64)), torch.tensor([0, 2])
    ).backward()
    torch.optim.SGD(learning, lr=0.1).step()
    moved = {n for n, p in net.named_parameters() if not torch.equal(p, before[n])}
    assert moved == {n for n, p in net.named_parameters() if p.requires_grad}


@pytest.mark.parametrize("changes", [{"head": "wide"}, {"part": "tail"}])
def test_unknown_heads_and_parts_are_told(changes):
    with pytest.raises(BadSettings, match="there are"):
        zoo.build("resnet18", 3, **changes)


def test_a_network_of_timm(file):
    timm_or_skip()
    torch.manual_seed(0)
    built = zoo.build("timm:resnet10t", len(LABELS), head="dropout")
    pictures = np.random.default_rng(2).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    assert_read_alike(built, pictures, file)


def test_a_network_of_timm_learns_its_head_alone():
    timm_or_skip()
    net = zoo.build("timm:resnet10t", 3, part="head").net
    learning = {n for n, p in net.named_parameters() if p.requires_grad}
    assert learning == {"1.weight", "1.bias"}


@pytest.mark.parametrize("name", ["resnet51", "timm:resnet10", ""])
def test_unknown_names_are_told_with_what_there_is(name):
    with pytest.raises(BadSettings, match="resnet"):
        zoo.build(name, 3)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("resnet_50", "resnet50"), ("vgg-16", "vgg16"), ("efficientnetb0", "efficientnet_b0")],
)
def test_the_nearest_name_is_guessed(name, meant):
    with pytest.raises(BadSettings, match=f"Did you mean {meant}") as told:
        zoo.build(name, 3)
    assert f"혹시 {meant}" in told.value.text("ko")


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "residual-masking"])
def test_without_a_server_training_begins_from_scratch_and_says_so(name, monkeypatch):
    def refused(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", refused)
    monkeypatch.setenv("TORCH_HOME", "/nonexistent/torch")
    monkeypatch.setattr("torch.hub.get_dir", lambda: "/nonexistent/torch")
    built = zoo.build(name, 3, pretrained=True)
    assert "from scratch, because" in built.note


def test_a_server_that_never_answers_is_not_waited_for(monkeypatch, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/weights-0123abcd.pth"
        weights = vision("models").MobileNet_V3_Small_Weights
        fetch = torch.hub.load_state_dict_from_url
        monkeypatch.setattr(import_module("pyojeong.train.zoo.build"), "PATIENCE", 0.3)
        monkeypatch.setattr("torch.hub.get_dir", lambda: str(tmp_path))
        monkeypatch.setattr(
            weights,
            "get_state_dict",
            lambda *_, **options: fetch(address, str(tmp_path), **options),
        )
        begun = time.monotonic()
        built = zoo.build("mobilenet_v3_small", 3, pretrained=True)
    assert time.monotonic() - begun < 10
    assert "from scratch, because" in built.note
    assert socket.getdefaulttimeout() is None


def test_timm_without_a_server_begins_from_scratch(monkeypatch):
    timm = timm_or_skip()
    create = timm.create_model

    def offline(name, pretrained=False, **options):
        if pretrained:
            raise ConnectionError("no network")
        return create(name, **options)

    monkeypatch.setattr(timm, "create_model", offline)
    built = zoo.build("timm:resnet10t", 3, pretrained=True)
    assert "from scratch, because" in built.note
    assert built.net.eval()(torch.rand(1, 3, 64, 64)).shape == (1, 3)


def test_the_residual_masking_network_has_the_published_layers():
    net = zoo.build("residual-masking", 7).net
    millions = sum(p.numel() for p in net.parameters()) / 1e6
    assert millions == pytest.approx(137.7, abs=0.2)


@pytest.mark.parametrize("size", [(8, 8), (7, 5), (3, 3), (1, 1)])
def test_a_mask_sums_to_one_over_the_channels(size):
    mask = Masking(8, 3).eval()(torch.rand(2, 8, *size))
    assert mask.shape == (2, 8, *size)
    assert torch.allclose(mask.sum(1), torch.ones(2, *size), atol=1e-5)


@pytest.mark.parametrize("size", [(2, 2), (7, 7), (3, 11), (14, 9)])
def test_pooling_is_torchs_own(size):
    x = torch.rand(2, 3, *size)
    expected = torch.nn.AdaptiveAvgPool2d(7)(x)
    assert torch.allclose(AdaptivePool(7)(x), expected, atol=1e-6)


def test_torchvision_comes_in_more_than_once():
    assert vision("models") is vision("models")
    assert vision().__name__ == "torchvision"
