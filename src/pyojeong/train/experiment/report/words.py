"""Small parts that the page and the sections of the runs share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyojeong.errors import Language


class Words:
    """Texts in the language of the page."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def __call__(self, en: str, ko: str) -> str:
        return ko if self.lang == "ko" else en

    def duration(self, seconds: float) -> str:
        if not math.isfinite(seconds):
            return "–"
        if seconds < 100:
            return self(f"{seconds:.0f} s", f"{seconds:.0f}초")
        if seconds < 6000:
            return self(f"{seconds / 60:.0f} min", f"{seconds / 60:.0f}분")
        return self(f"{seconds / 3600:.1f} h", f"{seconds / 3600:.1f}시간")


def figure(title: str, note: str, drawn: str, wide: bool = False) -> str:
    """A drawing with its caption. title, note: HTML."""
    kind = ' class="wide"' if wide else ""
    caption = f"<figcaption><b>{title}</b>{note}</figcaption>"
    return f"<figure{kind}>{caption}{drawn}</figure>\n"


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    kinds: Sequence[str] = (),
    texts: int = 1,
    plain: Sequence[int] = (),
) -> str:
    """A table of cells of HTML. kinds: class of each row. The first `texts` columns, or those in
    `plain`, are words; the others numbers.
    """
    words = set(plain) or set(range(texts))

    def cell(tag: str, at: int, value: str) -> str:
        kind = "" if at in words else ' class="num"'
        return f"<{tag}{kind}>{value}</{tag}>"

    head = "".join(cell("th", at, value) for at, value in enumerate(heads))
    body = ""
    for number, row in enumerate(rows):
        kind = f' class="{kinds[number]}"' if kinds and kinds[number] else ""
        body += f"<tr{kind}>{''.join(cell('td', at, v) for at, v in enumerate(row))}</tr>\n"
    whole = f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>"
    return f'<div class="scroll"><table>{whole}</table></div>\n'
