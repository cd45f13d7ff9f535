"""What a picture or a film file is, and what it says of its making."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageCms

from pyojeong.errors import BadInput
from pyojeong.media import mp4
from pyojeong.media.decode import probe
from pyojeong.media.files import read_bytes
from pyojeong.media.image import Picture, decode_image
from pyojeong.media.image_formats import opener_of
from pyojeong.media.provenance import Claim, parse_claim, pixel_hash, read_claim
from pyojeong.media.xmp import properties_of
from pyojeong.settings import settings

_LONGEST = 300
"""Characters shown of one value."""
_MODES = {"1": 1, "I;16": 16, "I;16B": 16, "I": 32, "F": 32}


@dataclass(frozen=True, slots=True)
class Inspected:
    """facts: what the file is, name to text. metadata: EXIF and XMP values, name to text. claim:
    ours, if there is one. source_type: IPTC's digital source type, "" without. unchanged: whether
    the pixels are those of the claim, None where the claim says nothing of them."""

    facts: Mapping[str, str]
    metadata: Mapping[str, str]
    claim: Claim | None
    source_type: str
    unchanged: bool | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        claim = self.claim
        return {
            "file": dict(self.facts),
            "metadata": dict(self.metadata),
            "digital_source_type": self.source_type or None,
            "claim": None
            if claim is None
            else {
                "action": claim.action,
                "what": claim.what,
                "details": dict(claim.details),
                "tool": claim.tool,
                "when": claim.when,
                "ingredient_sha256": claim.ingredient or None,
                "signed": False,
            },
            "pixels_unchanged": self.unchanged,
        }


def inspect_file(path: Path) -> Inspected:
    """A picture or a film. Raises BadInput for what is neither or cannot be read."""
    try:
        data = read_bytes(path, settings().max_image_bytes, "max_image_bytes")
        opener_of(data, path)
    except BadInput as no_picture:
        try:
            return _film(path)
        except BadInput:
            raise no_picture from None
    return _still(data, path)


def _still(data: bytes, path: Path) -> Inspected:
    # Every pixel is read: a file that cannot be decoded is damaged, whatever its header says.
    picture = decode_image(data, path, position=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with opener_of(data, path)(io.BytesIO(data)) as image:
            facts = {
                "format": str(image.format),
                "size": f"{picture.width}x{picture.height} px",
                "mode": f"{image.mode}, {_MODES.get(image.mode, 8)} bits a channel",
                "frames": str(getattr(image, "n_frames", 1)),
                "colour profile": _profile(image.info.get("icc_profile")),
                "bytes": f"{len(data):,}",
            }
            comment = image.info.get("comment")
            metadata = _exif(image)
    metadata |= _xmp(picture.xmp)
    claim, source_type = read_claim(picture.xmp)
    if claim is None and isinstance(comment, bytes):
        claim = parse_claim(comment.decode("utf-8", "replace"))
        source_type = claim.source_type if claim else source_type
    return Inspected(facts, metadata, claim, source_type, _unchanged(claim, picture))


def _film(path: Path) -> Inspected:
    info = probe(path)
    facts = {
        "format": "film",
        "size": f"{info.width}x{info.height} px",
        "duration": f"{info.duration_s:.3f} s",
        "frames a second": f"{info.fps:.3f}",
        "codecs": ", ".join(filter(None, (info.video_codec, info.audio_codec))),
        "subtitles": ", ".join(info.subtitles) or "-",
        "bytes": f"{path.stat().st_size:,}",
    }
    packet = mp4.read_xmp(path)
    claim, source_type = read_claim(packet)
    return Inspected(facts, _xmp(packet), claim, source_type, None)


def _unchanged(claim: Claim | None, picture: Picture) -> bool | None:
    if claim is None or not claim.pixels:
        return None
    return pixel_hash(picture) == claim.pixels


def _profile(icc: bytes | None) -> str:
    if not icc:
        return "- (sRGB)"
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc)))
    except (ImageCms.PyCMSError, OSError):
        return "?"
    return _short(name)


def _exif(image: Image.Image) -> dict[str, str]:
    """EXIF values by their names; broken EXIF raises nearly anything, and is left out."""
    found: dict[str, str] = {}
    try:
        exif = image.getexif()
        parts = ((exif, ExifTags.TAGS), (exif.get_ifd(0x8769), ExifTags.TAGS))
        for table, names in (*parts, (exif.get_ifd(0x8825), ExifTags.GPSTAGS)):
            for tag, value in dict(table).items():
                name = names.get(tag, str(tag))
                if not isinstance(value, bytes | dict) and tag not in (0x8769, 0x8825, 700):
                    found[f"EXIF {name}"] = _short(value)
    except Exception:
        return found
    return found


def _xmp(packet: bytes | None) -> dict[str, str]:
    told = properties_of(packet) if packet else {}
    return {f"XMP {name}": _short(text) for (_, name), text in told.items() if name != "claim"}


def _short(value: object) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
