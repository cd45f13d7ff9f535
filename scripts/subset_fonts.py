"""Make the fonts Pyojeong ships from the original NanumGothic files (needs fonttools).

    python scripts/subset_fonts.py NanumGothic.ttf NanumGothicBold.ttf

Takes out hinting and editing tables, which drawing on film does not use, and nothing else: every
character stays. The licence (SIL OFL 1.1) reserves the name of the original for unchanged files,
so the result is called Pyojeong Gothic.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parents[1] / "src/pyojeong/media/fonts"
FAMILY = "Pyojeong Gothic"


def make(source: Path, style: str) -> Path:
    """The smaller, renamed font, written into the package."""
    font = TTFont(source)
    options = subset.Options(hinting=False, drop_tables=["TSI0", "TSI1", "TSI2", "TSI3", "TSI5"])
    options.name_IDs = ["*"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    rename(font, style)
    target = FOLDER / f"PyojeongGothic-{style}.ttf"
    font["head"].modified = font["head"].created  # The same bytes every time.
    font.recalcTimestamp = False
    font.save(target)
    return target


def rename(font: TTFont, style: str) -> None:
    name = font["name"]
    kept = [r for r in name.names if r.nameID == 0 and r.platformID == 3 and r.langID == 0x409]
    name.names = kept
    copyright_line = kept[0].toUnicode()
    texts = {
        0: f"{copyright_line} Changed for Pyojeong: hinting removed, renamed.",
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style}, from version 3.021",
        4: f"{FAMILY} {style}",
        5: "Version 3.021",
        6: f"PyojeongGothic-{style}",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }
    for identity, text in texts.items():
        name.setName(text, identity, 3, 1, 0x409)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, style in zip(map(Path, sys.argv[1:3]), ("Regular", "Bold"), strict=True):
        made = make(path, style)
        sys.stdout.write(f"{made} {made.stat().st_size:,} bytes\n")
