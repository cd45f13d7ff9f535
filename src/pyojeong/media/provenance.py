"""What made a picture or a film: written into it, and read back.

Three notes, so that each kind of reader meets one it knows: the IPTC digital source type
(https://cv.iptc.org/newscodes/digitalsourcetype) and a claim in the words of C2PA in XMP, and a
line in EXIF. The claim is not signed: it tells an honest reader what was done, and proves nothing
to a distrustful one, as C2PA's own signed manifests would.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pyojeong.media.fonts import font
from pyojeong.media.image import Picture
from pyojeong.media.xmp import properties_of, with_properties

SOURCE_TYPE = ("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "DigitalSourceType")
CLAIM = ("urn:pyojeong:claim:1", "claim")
CREATOR = ("http://ns.adobe.com/xap/1.0/", "CreatorTool")
EDITED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_SOFTWARE, _EXIF_IFD, _HISTORY = 305, 0x8769, 0x9213


@dataclass(frozen=True, slots=True)
class Claim:
    """action: C2PA's name of what was done, "c2pa.edited" or "c2pa.created". what: in words, in
    English. details: more of it, JSON values. source_type: IPTC's, a URL. tool: who did it. when:
    ISO 8601. ingredient: SHA-256 of the file that was edited, hexadecimal, "" where there is none.
    pixels: SHA-256 of the pixels, "" in formats that do not keep them."""

    action: str
    what: str
    details: Mapping[str, Any] = field(default_factory=dict)
    source_type: str = EDITED
    tool: str = ""
    when: str = ""
    ingredient: str = ""
    pixels: str = ""

    def to_json(self) -> str:
        """The claim in C2PA's words (assertions c2pa.actions.v2, c2pa.ingredient, c2pa.hash)."""
        action = {
            "action": self.action,
            "when": self.when,
            "softwareAgent": self.tool,
            "digitalSourceType": self.source_type,
            "description": self.what,
            "parameters": dict(self.details),
        }
        assertions: list[dict[str, Any]] = [
            {"label": "c2pa.actions.v2", "data": {"actions": [action]}}
        ]
        if self.ingredient:
            data = {"relationship": "parentOf", "alg": "sha256", "hash": self.ingredient}
            assertions.append({"label": "c2pa.ingredient", "data": data})
        if self.pixels:
            data = {"alg": "sha256", "hash": self.pixels, "name": "pixels, RGBA rows"}
            assertions.append({"label": "c2pa.hash", "data": data})
        table = {"claim_generator": self.tool, "signed": False, "assertions": assertions}
        return json.dumps(table, ensure_ascii=False)


def edited(what: str, details: Mapping[str, Any], source: bytes | None = None) -> Claim:
    """The claim of an edit made now by this version. source: the file that was edited."""
    ingredient = hashlib.sha256(source).hexdigest() if source is not None else ""
    return Claim("c2pa.edited", what, details, EDITED, tool(), _now(), ingredient)


def made(what: str, details: Mapping[str, Any]) -> Claim:
    """The claim of a picture or film made now by this version from a photo and a text."""
    return Claim("c2pa.created", what, details, EDITED, tool(), _now())


def tool() -> str:
    """This program and its version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"pyojeong {version('pyojeong')}"
    except PackageNotFoundError:
        return "pyojeong"


def stamped(picture: Picture, claim: Claim, *, lossless: bool = True) -> Picture:
    """The picture with the claim in its XMP and EXIF. lossless: whether the format it is going to
    keeps every pixel, so that the claim can say what they are."""
    if lossless:
        claim = replace(claim, pixels=pixel_hash(picture))
    exif = Image.Exif()
    if picture.exif:
        exif.load(picture.exif)
    exif[_SOFTWARE] = claim.tool
    exif.get_ifd(_EXIF_IFD)[_HISTORY] = f"{claim.what} ({claim.tool}, {claim.when})"
    return replace(picture, xmp=packet(claim, picture.xmp), exif=exif.tobytes())


def packet(claim: Claim, before: bytes | None = None) -> bytes:
    """XMP with the claim, and with all that `before` says besides."""
    told = {SOURCE_TYPE: claim.source_type, CREATOR: claim.tool, CLAIM: claim.to_json()}
    return with_properties(before, told, position=True)


def read_claim(xmp: bytes | None) -> tuple[Claim | None, str]:
    """Our claim in an XMP packet, if there is one, and the digital source type, "" without."""
    told = properties_of(xmp) if xmp else {}
    return parse_claim(told.get(CLAIM, "")), told.get(SOURCE_TYPE, "")


def parse_claim(text: str) -> Claim | None:
    """What `Claim.to_json` wrote; None for anything else."""
    try:
        table = json.loads(text)
        actions: dict[str, Any] = {}
        hashes = {}
        for assertion in table["assertions"]:
            if assertion["label"] == "c2pa.actions.v2":
                actions = assertion["data"]["actions"][0]
            else:
                hashes[str(assertion["label"])] = str(assertion["data"]["hash"])
        return Claim(
            str(actions["action"]),
            str(actions["description"]),
            dict(actions["parameters"]),
            str(actions["digitalSourceType"]),
            str(table["claim_generator"]),
            str(actions["when"]),
            hashes.get("c2pa.ingredient", ""),
            hashes.get("c2pa.hash", ""),
        )
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, RecursionError):
        return None


def pixel_hash(picture: Picture) -> str:
    """SHA-256 of width, height and the pixels, row by row, with alpha (255 where there is none)."""
    digest = hashlib.sha256(f"{picture.width}x{picture.height}".encode())
    for y in range(0, picture.height, 512):
        rows = picture.rgb[y : y + 512]
        alpha = picture.alpha
        seen = np.full(rows.shape[:2], 255, np.uint8) if alpha is None else alpha[y : y + 512]
        digest.update(np.dstack([rows, seen]).tobytes())
    return digest.hexdigest()


def visibly_marked(rgb: NDArray[np.uint8], text: str) -> NDArray[np.uint8]:
    """The picture with a line of text in its lower right corner, on a dark plate."""
    height, width = rgb.shape[:2]
    size = max(9, round(min(height, width) / 36))
    letters = font(size)
    left, top, right, bottom = letters.getbbox(text)
    pad = max(3, size // 2)
    w, h = min(width, round(right - left) + 2 * pad), min(height, round(bottom - top) + 2 * pad)
    plate = Image.fromarray(rgb[height - h :, width - w :]).convert("RGB")
    plate = Image.blend(plate, Image.new("RGB", plate.size, (0, 0, 0)), 0.55)
    ImageDraw.Draw(plate).text((pad - left, pad - top), text, (255, 255, 255), letters)
    out = rgb.copy()
    out[height - h :, width - w :] = np.asarray(plate)
    return out


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
