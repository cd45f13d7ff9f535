"""What every test may use."""

import io
import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS

ROOT = Path(__file__).parents[1]
LETTERS = sorted(
    set("나는여우가곰은우리가기뻐화나슬퍼무서워놀라역겨보통요오늘정말.!?abcdefghijklmnopqrstuvwxyz")
)


@pytest.fixture(scope="session")
def portrait_path() -> Path:
    """The NASA portrait of Eileen Collins: 512 x 512 px, one face, smiling broadly."""
    return ROOT / "examples/portrait.png"


@pytest.fixture(scope="session")
def portrait(portrait_path):
    """The portrait as RGB uint8 (512, 512, 3), not writeable."""
    from pyojeong.media.image import read_image

    rgb = read_image(portrait_path).rgb
    rgb.setflags(write=False)
    return np.asarray(rgb)


@pytest.fixture(scope="session")
def note():
    """note(lines, size=40) → RGB uint8: the lines in dark letters of `size` px on white paper."""
    from PIL import Image, ImageDraw

    from pyojeong.media.fonts import font

    def write(lines, size=40):
        face = font(size)
        width = round(max(face.getlength(line) for line in lines)) + 120
        page = Image.new("RGB", (width, 120 + round(1.6 * size) * len(lines)), "white")
        pen = ImageDraw.Draw(page)
        for number, line in enumerate(lines):
            pen.text((60, 60 + round(1.6 * size) * number), line, (20, 20, 30), face)
        return np.asarray(page).copy()

    return write


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The training data, where it is at hand."""
    folder = os.environ.get("PYOJEONG_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs PYOJEONG_DATA, the folder of the training data")
    return Path(folder)


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory):
    """tiny_encoder("bert" | "electra", labels, several) → a folder as transformers saves it: two
    layers of 32 units, random weights, WordPiece over single syllables. labels None leaves out
    the classifier.
    """
    pytest.importorskip("torch", reason="torch is in the train extra")
    transformers = pytest.importorskip("transformers", reason="transformers is in the train extra")
    import torch

    from pyojeong.vision import mend

    mend()  # transformers imports torchvision by itself

    def make(kind="bert", labels=tuple(EMOTIONS), several=False):
        folder = tmp_path_factory.mktemp("encoder") / kind
        folder.mkdir()
        marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        pieces = [*marks, *LETTERS, *("##" + letter for letter in LETTERS)]
        (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", "utf-8")
        shape = {
            "vocab_size": len(pieces),
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 64,
            "initializer_range": 0.15,
        }
        if labels:
            shape["id2label"] = dict(enumerate(map(str, labels)))
            shape["label2id"] = {str(label): n for n, label in enumerate(labels)}
        if several:
            shape["problem_type"] = "multi_label_classification"
        name = {"bert": "Bert", "electra": "Electra"}[kind]
        config = getattr(transformers, f"{name}Config")(**shape)
        torch.manual_seed(3)
        suffix = "ForSequenceClassification" if labels else "Model"
        net = getattr(transformers, f"{name}{suffix}")(config)
        tokenizer = getattr(transformers, f"{name}Tokenizer")
        tokenizer(str(folder / "vocab.txt"), do_lower_case=False).save_pretrained(folder)
        net.save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def kobert_pieces():
    """kobert_pieces(texts, size) → a SentencePiece processor trained on them, with KoBERT's
    special pieces and numbers."""
    library = pytest.importorskip("sentencepiece", reason="sentencepiece is in the dev extra")

    def train(texts, size):
        made = io.BytesIO()
        library.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=made,
            vocab_size=size,
            hard_vocab_limit=False,
            unk_id=0,
            pad_id=1,
            bos_id=-1,
            eos_id=-1,
            unk_piece="[UNK]",
            pad_piece="[PAD]",
            control_symbols=["[CLS]", "[SEP]", "[MASK]"],
            minloglevel=2,
        )
        return library.SentencePieceProcessor(model_proto=made.getvalue())

    return train


# Films whose every picture carries its number, in blocks that survive any encoder.
WIDTH, HEIGHT, BITS = 96, 64, 12


def numbered_picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """RGB (height, width, 3): twelve blocks, light for the ones of the number in binary."""
    bits = np.array([number >> bit & 1 for bit in range(BITS)], np.uint8).reshape(3, 4)
    block = np.ones((-(-height // 3), -(-width // 4)), np.uint8)
    gray = (40 + 170 * np.kron(bits, block))[:height, :width]
    return np.repeat(gray[:, :, None], 3, 2).astype(np.uint8)


def number_of(image: np.ndarray) -> int:
    """The number that a picture made by `numbered` carries."""
    height, width = image.shape[:2]
    found = 0
    for bit in range(BITS):
        row, column = divmod(bit, 4)
        y, x = round((row + 0.5) * height / 3), round((column + 0.5) * width / 4)
        found |= int(image[y - 2 : y + 3, x - 2 : x + 3].mean() > 125) << bit
    return found


def write_numbered(
    path: Path,
    stamps: Iterable[int],
    unit: Fraction,
    codec: str = "libx264",
    rate: Fraction | int = 25,
    **options: str,
) -> list[int]:
    """Write picture n at stamps[n] in `unit` seconds; gives the stamps."""
    stamps = list(stamps)
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            codec, rate, options={k.replace("_", "-"): v for k, v in options.items()}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = stream.time_base = unit
        stream.codec_context.gop_size = 12
        for number, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number), format="rgb24")
            frame.pts, frame.time_base = stamp, unit
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return stamps


@pytest.fixture(scope="session")
def numbered():
    """numbered.write(path, stamps, unit, codec="libx264", rate=25, **options) → stamps: picture n
    at stamps[n] in `unit` seconds; numbered.number_of(image) → the number that a picture carries;
    numbered.picture(n, width, height) → such a picture."""
    return SimpleNamespace(write=write_numbered, number_of=number_of, picture=numbered_picture)
