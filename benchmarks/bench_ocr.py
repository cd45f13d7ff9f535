"""How well pictures of text are read: `python benchmarks/bench_ocr.py`.

Character error rate (Levenshtein distance over length, runs of white space as one space) on pages
drawn from the beginnings of the story passages under corpus/passages, which played no part in
building the reader. Fonts: Pyojeong Gothic at 40 px, and two of handwriting (Nanum Pen and Nanum
Brush, Debian's fonts-nanum; left out where not installed). Conditions: clean; noisy (contrast 60 %,
Gaussian noise of 28 gray levels, 2 % salt and pepper); rotated by 3 degrees; shadow over half the
page; phone (perspective, warm uneven light, blur, noise, JPEG 60); small (16 px).

"tesseract": the program as it comes, `-l kor+eng`. "one block": the same with `--psm 6`. "ours":
Ocr "tesseract" of Pyojeong. Drawn letters are kinder than real handwriting.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from report import Table, write_report

from pyojeong.media.fonts import FOLDER
from pyojeong.media.image import read_image
from pyojeong.text.tesseract import TesseractOcr

ROOT = Path(__file__).parents[1]
NANUM = Path("/usr/share/fonts/truetype/nanum")
FONTS = {
    "gothic": FOLDER / "PyojeongGothic-Regular.ttf",
    "pen": NANUM / "NanumPen.ttf",
    "brush": NANUM / "NanumBrush.ttf",
}
CONDITIONS = ("clean", "noisy", "rotated", "shadow", "phone", "small")
PAGES, LETTERS, SIZE, WIDTH = 3, 160, 40, 900


@dataclass(frozen=True)
class Sheet:
    """A drawn page and what stands on it."""

    lang: str
    font: str
    condition: str
    image: np.ndarray
    text: str


def sheets() -> Iterator[Sheet]:
    for lang, names in (("ko", ("gothic", "pen", "brush")), ("en", ("gothic", "pen"))):
        files = sorted((ROOT / "corpus/passages" / lang).glob("*.json"))[:PAGES]
        for name in names:
            if not FONTS[name].is_file():
                print(f"without {name}: {FONTS[name]} is not installed")
                continue
            for number, file in enumerate(files):
                story = " ".join(json.loads(file.read_text("utf-8"))["text"].split())
                page, text = drawn(story[: story.rfind(" ", 0, LETTERS)], FONTS[name])
                for condition in CONDITIONS:
                    yield Sheet(lang, name, condition, changed(page, condition, number), text)


def drawn(story: str, file: Path) -> tuple[np.ndarray, str]:
    """The story as lines on white paper."""
    font = ImageFont.truetype(str(file), SIZE, layout_engine=ImageFont.Layout.BASIC)
    lines = [""]
    for word in story.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) > WIDTH:
            lines.append(word)
        else:
            lines[-1] = longer
    step = round(1.6 * SIZE)
    page = Image.new("RGB", (WIDTH + 120, step * len(lines) + 120), "white")
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        pen.text((60, 60 + step * number), line, (20, 20, 30), font)
    return np.asarray(page), "\n".join(lines)


def changed(page: np.ndarray, condition: str, seed: int) -> np.ndarray:
    """The page as it would be found."""
    random = np.random.default_rng(seed)
    height, width = page.shape[:2]
    pixels = page.astype(np.float32)
    if condition == "noisy":
        pixels = pixels * 0.6 + 60 + random.normal(0, 28, pixels.shape)
        grain = random.random((height, width))
        pixels[grain < 0.01], pixels[grain > 0.99] = 0, 255
    elif condition == "rotated":
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1)
        pixels = cv2.warpAffine(
            pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255)
        )
    elif condition == "shadow":
        y, x = np.mgrid[:height, :width]
        edge = (x - 0.55 * width + 0.4 * (y - height / 2)) / (0.03 * width)
        pixels *= (1 - 0.65 / (1 + np.exp(-edge)))[:, :, None]
    elif condition == "phone":
        pixels = photographed(pixels, random)
    elif condition == "small":
        return cv2.resize(page, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def photographed(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[0.03, 0.04], [-0.05, 0], [-0.01, -0.03], [0, -0.01]]) * (
        width,
        height,
    )
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    warm = pixels * np.array([0.93, 0.88, 0.78], np.float32)
    seen = cv2.warpPerspective(warm, matrix, (width, height), borderValue=(90, 70, 60))
    y, x = np.mgrid[:height, :width]
    seen = seen * (1 - 0.5 * (x / width) * (y / height))[:, :, None]
    seen = cv2.GaussianBlur(seen, (0, 0), 1.2) + random.normal(0, 7, seen.shape)
    bgr = np.clip(seen, 0, 255).astype(np.uint8)[:, :, ::-1]
    coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR)[:, :, ::-1]


def plain(image: np.ndarray, layout: int) -> str:
    """What the program itself makes of the picture."""
    data = cv2.imencode(".png", image[:, :, ::-1])[1].tobytes()
    command = ["tesseract", "stdin", "-", "-l", "kor+eng", "--psm", str(layout)]
    environment = {"PATH": "/usr/bin:/usr/local/bin:/opt/homebrew/bin", "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, input=data, capture_output=True, check=True, env=environment)
    return done.stdout.decode("utf-8", "replace")


def errors(got: str, text: str) -> float:
    """Edits to make `got` from `text`, per character of `text`."""
    got, text = " ".join(got.split()), " ".join(text.split())
    before = list(range(len(got) + 1))
    for i, char in enumerate(text, 1):
        now = [i]
        for j, other in enumerate(got, 1):
            now.append(min(before[j] + 1, now[-1] + 1, before[j - 1] + (char != other)))
        before = now
    return before[-1] / len(text)


def used() -> float:
    """CPU seconds of this process and the programs it ran."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(t.ru_utime + t.ru_stime for t in map(resource.getrusage, whose))


def measure() -> tuple[Table, Table]:
    reader = TesseractOcr()
    found: dict[tuple[str, str, str], list[list[float]]] = {}
    for sheet in sheets():
        start = used()
        ours = reader.read(np.ascontiguousarray(sheet.image))
        took = used() - start
        row = [errors(text, sheet.text) for text in (plain(sheet.image, 3), plain(sheet.image, 6))]
        row += [errors(ours.text, sheet.text), ours.confidence, took]
        found.setdefault((sheet.lang, sheet.font, sheet.condition), []).append(row)
        print(sheet.lang, sheet.font, sheet.condition, *(f"{value:.3f}" for value in row))
    columns = ["text", "font", "page", "tesseract", "one block", "ours", "certainty", "CPU s"]
    rows = [
        [*key, *(f"{value:.3f}" for value in mean[:3]), f"{mean[3]:.2f}", f"{mean[4]:.1f}"]
        for key, values in found.items()
        for mean in [np.mean(values, axis=0)]
    ]
    by_lang = [
        [lang, condition, *(f"{v:.3f}" for v in np.mean(picked, axis=0)[:3])]
        for lang in ("ko", "en")
        for condition in CONDITIONS
        for picked in [
            [r for k, v in found.items() if (k[0], k[2]) == (lang, condition) for r in v]
        ]
        if picked
    ]
    return (columns, rows), (["text", "page", "tesseract", "one block", "ours"], by_lang)


def without_text() -> Table:
    """Photos on which nothing is written: the portrait, and those of the training data if there."""
    reader = TesseractOcr()
    samples = Path(os.environ.get("PYOJEONG_DATA", "")) / "samples"
    files = [ROOT / "examples/portrait.png", *sorted(samples.glob("p*.jp*g"))]
    rows = []
    for file in files:
        image = read_image(file).rgb
        text = plain(image, 6)
        rows.append([file.name, str(len(text.split())), str(len(reader.read(image)))])
    return ["picture", "words of one block", "words of ours"], rows


def main() -> None:
    every, by_lang = measure()
    version = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True)
    about = (__doc__ or "") + f"\n{version.stdout.splitlines()[0]}; language data of the system."
    tables = {
        "Character error rate over all fonts": by_lang,
        f"Each font, {PAGES} pages a row": every,
        "Photos without text": without_text(),
    }
    write_report("ocr", about, tables)


if __name__ == "__main__":
    main()
