"""Exported files: what torch computes, read by the film room as its users read it."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")

from pyojeong.data.cartoon.pictures import make_pictures  # noqa: E402
from pyojeong.data.cartoon.style import LABELS  # noqa: E402
from pyojeong.data.instances.decoding import fitted, letterbox  # noqa: E402
from pyojeong.errors import InferenceFailed  # noqa: E402
from pyojeong.film.yolo_seg import YoloSegOnnx  # noqa: E402
from pyojeong.train.characters.export import check_export  # noqa: E402
from pyojeong.train.characters.loss import overlap  # noqa: E402
from pyojeong.train.characters.measuring import find  # noqa: E402
from pyojeong.train.characters.net import Exported, decode  # noqa: E402


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


def test_the_file_says_what_it_is(sure):
    import onnxruntime

    segmenter = YoloSegOnnx(sure[1])
    assert segmenter.labels == LABELS
    notes = onnxruntime.InferenceSession(str(sure[1])).get_modelmeta().custom_metadata_map
    assert notes["task"] == "segment"
    assert notes["imgsz"] == "[128, 128]"


@pytest.mark.parametrize("side", [(128, 128), (96, 128), (64, 160)])
def test_any_size_gives_what_torch_gives(sure, side):
    import onnxruntime

    net, path = sure
    given = torch.rand(1, 3, *side)
    with torch.no_grad():
        wanted = Exported(net)(given)
    session = onnxruntime.InferenceSession(str(path))
    for a, b in zip(session.run(None, {"images": given.numpy()}), wanted, strict=True):
        assert a.shape == tuple(b.shape)
        assert a == pytest.approx(b.numpy(), abs=2e-3, rel=1e-3)


def test_cells_lie_where_the_layout_puts_them(sure):
    grids, _ = sure[0](torch.rand(1, 3, 64, 96))
    cells = decode(grids, sure[0].classes)[3]
    assert len(cells) == 8 * 12 + 4 * 6 + 2 * 3
    assert cells[0].tolist() == [4, 4, 8]
    assert cells[13].tolist() == [12, 12, 8]
    assert cells[-1].tolist() == [80, 48, 32]


def test_figures_are_those_of_the_exporters_decoding(sure):
    net, path = sure
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


def test_training_measures_what_films_will_find(sure):
    net, path = sure
    segmenter = YoloSegOnnx(path, threshold=0.3)
    seen = 0
    for picture in make_pictures(3, 9, "train", (128, 72)):
        (theirs,) = segmenter.segment([picture.image])
        ours = find(net, picture.image, 128)
        most = int((ours.scores > 0.3).sum())
        assert len(theirs) == most
        assert ours.scores[:most] == pytest.approx(theirs.scores, abs=1e-3)
        assert ours.classes[:most].tolist() == theirs.classes.tolist()
        for a, b in zip(ours.masks[:most], theirs.masks, strict=True):
            assert (a != b).sum() <= max(3, 0.01 * b.sum())
        seen += most
    assert seen >= 3


def test_a_file_of_other_numbers_is_refused(sure):
    net, path = sure
    image = next(iter(make_pictures(1, 3, "train", (128, 72)))).image
    assert check_export(net, path, image, 128) < 1e-3
    before = net.head[0].bias.data.clone()
    net.head[0].bias.data[:4] += 1.0
    try:
        with pytest.raises(InferenceFailed):
            check_export(net, path, image, 128)
    finally:
        net.head[0].bias.data.copy_(before)
