"""Pictures in and out: any usual still format to upright RGB, and back without loss of meaning.

Only the file's content decides its format. The size in the header is checked before anything is
decoded, so that a small file cannot claim gigabytes.
"""

from __future__ import annotations

import io
import threading
import warnings
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, PngImagePlugin

from pyojeong.errors import BadInput, OutputFailed
from pyojeong.media import xmp
from pyojeong.media.files import Note, atomic_path, check_input, read_bytes
from pyojeong.media.image_formats import opener_of
from pyojeong.settings import settings

Rgb = NDArray[np.uint8]
"""RGB uint8 (H, W, 3)."""

_ORIENTATION, _EXIF_IFD, _MAKER_NOTE, _GPS_IFD = 0x0112, 0x8769, 0x927C, 0x8825
# Description, make, model, resolution, software, date, artist, copyright and the EXIF block.
# The position (GPS) and the thumbnail, which shows the picture before the edit, stay behind;
# in TIFF files the other tags describe the file's own storage.
_KEPT_TAGS = {270, 271, 272, 282, 283, 296, 305, 306, 315, 33432, _EXIF_IFD}

# Pillow reports doubts through the process-wide warning filters; one reader at a time sets them
# aside and puts them back.
_WARNINGS = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A still picture, the right way up.

    rgb: uint8 (H, W, 3). alpha: uint8 (H, W), 255 opaque, or None where the file has none.
    icc: RGB colour profile the values are in; None means sRGB. exif: EXIF bytes without
    orientation (already applied), position and thumbnail. xmp: XMP packet without position.
    notes: what was changed in reading.
    """

    rgb: Rgb
    alpha: NDArray[np.uint8] | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ValueError(f"expected uint8 (H, W, 3), got {self.rgb.dtype} {self.rgb.shape}")
        if self.alpha is not None and (
            self.alpha.shape != self.rgb.shape[:2] or self.alpha.dtype != np.uint8
        ):
            raise ValueError(f"expected uint8 (H, W) alpha, got {self.alpha.shape}")

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])


# --- reading ---------------------------------------------------------------------------------


def read_image(path: Path | str, *, position: bool = False) -> Picture:
    """A picture file (PNG, JPEG, WebP, BMP, GIF, TIFF) as upright 8-bit RGB.

    position: keep where it was taken (GPS) in EXIF and XMP.

    Of an animation or a multi-page file the first picture is taken. CMYK, 16-bit, gray and
    palette pictures are converted; alpha is kept apart. Notes say what was changed.
    Raises BadInput for anything that is no whole picture of these formats, or is larger than
    the settings max_image_bytes or max_image_pixels (checked before decoding).
    """
    path = Path(path)
    data = read_bytes(path, settings().max_image_bytes, "max_image_bytes")
    return decode_image(data, path, position=position)


def decode_image(data: bytes, path: Path | str, *, position: bool = False) -> Picture:
    """As `read_image`, from the bytes of a file; `path` is what messages call it."""
    path = Path(path)
    opener = opener_of(data, path)
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with opener(io.BytesIO(data)) as image:
                _check_size(image, path)
                return _picture(image, path, position)
        except BadInput:
            raise
        except Image.DecompressionBombError as error:
            # A frame larger than its file's header says; WebP refuses by itself.
            raise _too_large(path, str(error)) from error
        # On a broken file Pillow raises nearly anything: OSError, SyntaxError, struct.error...
        except Exception as error:
            raise BadInput(
                f"{path} is damaged or cut short and cannot be read as a picture ({error}).",
                f"{path}은(는) 손상되었거나 잘린 그림 파일이라 읽을 수 없습니다({error}).",
            ) from error


def image_size(path: Path | str) -> tuple[int, int]:
    """Width and height of a picture file once upright, px, from its header alone.

    Raises BadInput for what is no picture or has no readable header.
    """
    width, height, turn = stored_size(path)
    return (height, width) if turn >= 5 else (width, height)


def stored_size(path: Path | str) -> tuple[int, int, int]:
    """Width and height as stored, px, and how EXIF says it is to be turned (1 to 8, 1 not at all;
    from 5 on, width and height change places). Raises BadInput as `image_size` does."""
    path = Path(path)
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with check_input(path).open("rb") as stream:
                head = stream.read(1024)
            with path.open("rb") as stream, opener_of(head, path)(stream) as image:
                return (*image.size, _valid(image.getexif().get(_ORIENTATION, 1)))
        except BadInput:
            raise
        # As in `decode_image`.
        except Exception as error:
            raise BadInput(
                f"{path} is damaged and cannot be read as a picture ({error}).",
                f"{path}은(는) 손상된 그림 파일이라 읽을 수 없습니다({error}).",
            ) from error


def _check_size(image: ImageFile.ImageFile, path: Path) -> None:
    width, height = image.size
    limit = settings().max_image_pixels
    if width * height > limit:
        raise _too_large(path, f"{width}x{height} px, the limit is {limit:,} px in all")


def _too_large(path: Path, seen: str) -> BadInput:
    return BadInput(
        f"{path} is too large: {seen}. "
        "Make it smaller, or raise the limit with PYOJEONG_MAX_IMAGE_PIXELS.",
        f"{path}이(가) 너무 큽니다: {seen}. 줄이거나 PYOJEONG_MAX_IMAGE_PIXELS로 한도를 올리세요.",
    )


def _picture(image: ImageFile.ImageFile, path: Path, position: bool) -> Picture:
    notes = []
    if getattr(image, "is_animated", False):
        image.seek(0)
        notes.append(
            Note(
                f"{path} holds several pictures; only the first is used.",
                f"{path}에는 그림이 여러 장 있어 첫 장만 씁니다.",
            )
        )
    image.load()
    exif, turn = _exif(image, position)
    icc = image.info.get("icc_profile")
    rgb, alpha, converted = _rgb(image)
    if converted:
        notes.append(
            Note(
                f"{path} is {converted}; it was converted to 8-bit RGB.",
                f"{path}: {converted} 그림을 8비트 RGB로 바꿨습니다.",
            )
        )
    # A profile describes the file's own channels: it stays true only for RGB.
    keeps_profile = icc and icc[16:20] == b"RGB " and image.mode in ("RGB", "RGBA", "P", "PA")
    return Picture(
        _upright(rgb, turn),
        None if alpha is None else _upright(alpha, turn),
        icc if keeps_profile else None,
        exif,
        _xmp(image, position),
        tuple(notes),
    )


def _rgb(image: Image.Image) -> tuple[Rgb, NDArray[np.uint8] | None, str]:
    """RGB, alpha, and what was converted ("" for what nobody needs to be told)."""
    if image.mode == "CMYK":
        return np.array(_from_cmyk(image)), None, "CMYK"
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        srgb = ImageCms.createProfile("sRGB")
        return np.array(ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")), None, "LAB"
    if image.mode == "F" or image.mode.startswith("I"):
        gray = _eight_bits(np.asarray(image))
        return np.repeat(gray[:, :, None], 3, 2), None, "16-bit"
    if "A" in image.mode or "a" in image.mode or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"))
        return np.ascontiguousarray(rgba[:, :, :3]), np.ascontiguousarray(rgba[:, :, 3]), ""
    return np.array(image.convert("RGB")), None, ""


def _from_cmyk(image: Image.Image) -> Image.Image:
    icc = image.info.get("icc_profile")
    if icc:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None  # A broken profile is no reason to refuse the picture.
        if converted is not None:
            return converted
    return image.convert("RGB")


def _eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Gray of any depth to 8 bits: floats up to 1 as shares of white, else by their range."""
    gray = np.nan_to_num(values.astype(np.float32))
    top = float(gray.max())
    whites = (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0)
    white = next((w for w in whites if top <= w), top)
    if values.dtype == np.uint16:
        white = 65535.0
    eight: NDArray[np.uint8] = np.clip(np.rint(gray * (255 / white)), 0, 255).astype(np.uint8)
    return eight


def _exif(image: Image.Image, position: bool) -> tuple[bytes | None, int]:
    """EXIF fit to be written again, and the orientation (1-8) still to be applied."""
    try:
        exif = image.getexif()
        turn = exif.get(_ORIENTATION, 1)
        # Reading the block first makes it part of what is kept; a maker note breaks when moved.
        exif.get_ifd(_EXIF_IFD).pop(_MAKER_NOTE, None)
        if position:
            exif.get_ifd(_GPS_IFD)
        for tag in set(exif) - _KEPT_TAGS - ({_GPS_IFD} if position else set()):
            del exif[tag]
        return exif.tobytes() if exif else None, _valid(turn)
    # Broken EXIF raises nearly anything, and is no reason to refuse the picture.
    except Exception:
        return None, 1


def _xmp(image: Image.Image, position: bool) -> bytes | None:
    packet = image.info.get("xmp")
    if not isinstance(packet, bytes) or xmp.parse(packet) is None:
        return None
    return packet if position else xmp.without_position(packet)


def _valid(turn: object) -> int:
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation (CIPA DC-008, tag 274) to (H, W) or (H, W, 3)."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    rows = slice(None, None, -1 if orientation in (3, 4, 7, 8) else 1)
    columns = slice(None, None, -1 if orientation in (2, 3, 6, 7) else 1)
    return np.ascontiguousarray(pixels[rows, columns])


def to_srgb(picture: Picture) -> Picture:
    """The picture with its colours in sRGB, which films and models take for granted.

    A phone's wide-gamut photo would look pale without. Itself where it has no profile.
    """
    if picture.icc is None:
        return picture
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.icc))
        srgb = ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(Image.fromarray(picture.rgb), profile, srgb)
    except (ImageCms.PyCMSError, OSError):
        image = None  # What a broken profile means nobody knows.
    return replace(picture, rgb=picture.rgb if image is None else np.array(image), icc=None)


def on_white(picture: Picture) -> Picture:
    """The picture without transparency, laid on white. Itself where it has no alpha."""
    if picture.alpha is None:
        return picture
    alpha = picture.alpha[:, :, None].astype(np.float32) / 255
    flat = picture.rgb * alpha + 255 * (1 - alpha)
    return replace(picture, rgb=np.rint(flat).astype(np.uint8), alpha=None)


# --- writing ---------------------------------------------------------------------------------

_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
# One segment holds it all (CIPA DC-008).
_LONGEST_JPEG_EXIF = 65_533
_LONGEST_JPEG_XMP = 65_502
_XMP_TAG = 700
_LONGEST_SIDE = {"JPEG": 65_500, "WEBP": 16_383}


def image_format(path: Path | str) -> str:
    """Pillow's name of the format a suffix stands for. Raises OutputFailed for others."""
    suffix = Path(path).suffix.lower()
    if suffix in _FORMATS:
        return _FORMATS[suffix]
    known = " ".join(_FORMATS)
    raise OutputFailed(
        f"Cannot write a picture as {suffix or 'a file without suffix'!r}. Use one of: {known}.",
        f"{suffix!r} 형식으로는 그림을 쓸 수 없습니다. 다음 중에서 고르세요: {known}",
    )


def keeps_pixels(path: Path | str) -> bool:
    """Whether a picture written there is the same to the last bit, and can say so (XMP)."""
    return image_format(path) in ("PNG", "TIFF")


def write_image(path: Path | str, picture: Picture, quality: int = 95) -> tuple[Note, ...]:
    """Write a picture in the format its suffix names, whole or not at all.

    PNG, TIFF and BMP keep every pixel; so does WebP at quality 100. quality: 1-100, for JPEG and
    WebP. The profile, EXIF and XMP go along where the format holds them. JPEG and BMP have no alpha:
    the picture is laid on white and a note says so. Raises OutputFailed.
    """
    kind = image_format(path)
    longest = max(picture.width, picture.height)
    if longest > _LONGEST_SIDE.get(kind, longest):
        raise OutputFailed(
            f"{kind} holds at most {_LONGEST_SIDE[kind]} px a side, not {longest}. Use PNG.",
            f"{kind}의 한 변은 {_LONGEST_SIDE[kind]}픽셀까지입니다({longest}). PNG를 쓰세요.",
        )
    image, notes = _pillow_image(picture, kind, Path(path))
    exif = picture.exif or b""
    if kind == "JPEG" and len(exif) > _LONGEST_JPEG_EXIF:
        exif = b""
    options: dict[str, Any] = {"exif": exif} if kind != "BMP" else {}
    if kind != "BMP" and picture.icc:
        options["icc_profile"] = picture.icc
    if kind == "JPEG":
        options |= {"quality": quality, "subsampling": 0 if quality >= 90 else 2}
    elif kind == "PNG":
        # Run lengths alone: for photos five times as fast as zlib's default, and no larger.
        options |= {"compress_level": 1, "compress_type": zlib.Z_RLE}
    elif kind == "WEBP":
        options |= {"quality": quality, "lossless": quality >= 100, "exact": True}
    elif kind == "TIFF" and not picture.exif:
        # Pillow's compressing encoder cannot write an EXIF block.
        options["compression"] = "tiff_deflate"
    if picture.xmp:
        options |= _packed(kind, picture.xmp, exif)
    with atomic_path(path) as part, part.open("wb") as stream:
        image.save(stream, kind, **options)
    return notes


def _packed(kind: str, packet: bytes, exif: bytes) -> dict[str, Any]:
    """How Pillow is told to write an XMP packet."""
    if kind == "PNG":
        chunks = PngImagePlugin.PngInfo()
        chunks.add_itxt("XML:com.adobe.xmp", packet.decode("utf-8", "replace"))
        return {"pnginfo": chunks}
    if kind == "TIFF":
        # Pillow writes these or those tags, so the packet goes among the EXIF ones.
        tags = Image.Exif()
        if exif:
            tags.load(exif)
        tags[_XMP_TAG] = packet
        return {"exif": tags.tobytes(), "compression": None}
    too_long = kind == "JPEG" and len(packet) > _LONGEST_JPEG_XMP
    return {"xmp": packet} if kind in ("JPEG", "WEBP") and not too_long else {}


def _pillow_image(picture: Picture, kind: str, path: Path) -> tuple[Image.Image, tuple[Note, ...]]:
    if picture.alpha is None:
        return Image.fromarray(picture.rgb), ()
    if kind not in ("JPEG", "BMP"):
        return Image.fromarray(np.dstack([picture.rgb, picture.alpha])), ()
    note = Note(
        f"{kind} has no transparency; {path} is laid on white. Use PNG to keep it.",
        f"{kind}에는 투명도가 없어 {path}을(를) 흰 바탕에 놓았습니다. PNG를 쓰면 유지됩니다.",
    )
    return Image.fromarray(on_white(picture).rgb), (note,)
