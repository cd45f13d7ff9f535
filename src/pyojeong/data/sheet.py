"""Pairs or single pictures of a set as one HTML page that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np

from pyojeong.data.dataset import Dataset
from pyojeong.errors import BadInput
from pyojeong.media.files import atomic_path

SIDE = 112
"""Side of a picture in the page, px."""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#212529;background:#fff}
figure{display:inline-block;margin:0 1rem 1rem 0;padding:.5rem;border:1px solid #dee2e6;
border-radius:6px;vertical-align:top}
figcaption{max-width:240px;font-size:12px;overflow-wrap:anywhere}
img{width:112px;height:112px;object-fit:contain;background:#e9ecef;margin-right:4px}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .8rem;text-align:left;
border-bottom:1px solid #dee2e6}"""

Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def write_sheet(
    path: Path,
    title: str,
    dataset: Dataset,
    table: Table,
    figures: Iterable[tuple[Sequence[int], str]],
    lang: str,
) -> None:
    """A title, a table and figures: rows of the set shown side by side, and a caption. Every text
    is escaped and the page may load nothing. Raises OutputFailed."""
    head = (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>{_table(*table)}\n"
    )
    with atomic_path(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(head)
        for rows, caption in figures:
            pictures = "".join(_picture(dataset, row) for row in rows)
            stream.write(f"<figure>{pictures}<figcaption>{escape(caption)}</figcaption></figure>\n")
        stream.write("</body></html>\n")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _picture(dataset: Dataset, row: int) -> str:
    name = escape(dataset.name(row), quote=True)
    try:
        image = dataset.read(row)
    except BadInput:
        return f'<img alt="{name}">'
    ratio = SIDE / max(image.shape[:2])
    size = max(1, round(image.shape[1] * ratio)), max(1, round(image.shape[0] * ratio))
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    small = cv2.resize(np.ascontiguousarray(image[:, :, ::-1]), size, interpolation=way)
    data = base64.b64encode(cv2.imencode(".jpg", small)[1].tobytes()).decode()
    return f'<img alt="{name}" title="{name}" src="data:image/jpeg;base64,{data}">'
