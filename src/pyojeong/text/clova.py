"""Ocr "clova": NAVER CLOVA OCR, the General API in version V2, a paid service of NAVER Cloud.

One JSON object goes to the invoke URL of a domain, with its secret key in a header, and one comes
back: https://api.ncloud-docs.com/docs/ai-application-service-ocr-ocr. It reads handwriting far
better than anything offline, and the picture leaves this machine.
"""

from __future__ import annotations

import base64
import io
import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

from PIL import Image as PillowImage

from pyojeong.errors import BadSettings, InferenceFailed, PyojeongError
from pyojeong.settings import settings
from pyojeong.text.clova_http import Address, Answer, post_json
from pyojeong.text.ocr import Image, OcrText

SOURCE = "clova-v2"
# More is not read better, and takes long to send.
_LONGEST_SIDE = 4096
_QUALITY = 95
_OVER_LIMIT = ("0023", "0025")
_WRONG_ADDRESS = ("0001", "0022")


class ClovaOcr:
    """Ocr "clova". Safe to use from several threads.

    url, secret: of a General domain; None takes the settings clova_url and clova_secret.
    timeout_s: of one request. retry_after_s: wait before the one retry after a 5xx.
    Raises BadSettings where they are missing, or the URL is neither https nor on this machine.
    """

    name = "clova"

    def __init__(
        self,
        url: str | None = None,
        secret: str | None = None,
        timeout_s: float = 30.0,
        retry_after_s: float = 1.0,
    ) -> None:
        found = settings()
        self._address = Address(
            found.clova_url if url is None else url,
            found.clova_secret if secret is None else secret,
        )
        self._timeout_s = timeout_s
        self._retry_after_s = retry_after_s

    def read(self, image: Image) -> OcrText:
        """The words the service finds, in its order. Raises InferenceFailed; BadSettings for a
        key or an address it does not accept."""
        data, sent = _jpeg(image)
        question = {
            "version": "V2",
            "requestId": str(uuid.uuid4()),
            "timestamp": int(time.time() * 1000),
            "lang": "ko",
            "images": [
                {"format": "jpg", "name": "page", "data": base64.b64encode(data).decode("ascii")}
            ],
        }
        answer = post_json(self._address, question, self._timeout_s, self._retry_after_s)
        if answer.status != 200:
            raise _refused(self._address, answer)
        page = _page(self._address, answer.body)
        height, width = image.shape[:2]
        seen = _seen_size(page) or sent
        return OcrText.of(_rows(page, width / seen[0], height / seen[1]), SOURCE, (width, height))


def _jpeg(image: Image) -> tuple[bytes, tuple[int, int]]:
    """The picture as sent, and its size (width, height)."""
    picture = PillowImage.fromarray(image)
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), PillowImage.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=_QUALITY, subsampling=0)
    return stream.getvalue(), picture.size


# --- the answer ------------------------------------------------------------------------------


def _page(address: Address, body: bytes) -> dict[str, Any]:
    """The one image object of the answer. Raises InferenceFailed for anything else."""
    try:
        (page,) = json.loads(body)["images"]
        result = page["inferResult"]
        message = str(page.get("message", ""))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _broken() from error
    if result != "SUCCESS":
        seen = _shown(address, message) or "-"
        raise InferenceFailed(
            f"CLOVA OCR could not read the picture: {seen}.",
            f"CLOVA OCR이 그림을 읽지 못했습니다: {seen}.",
        )
    return dict(page)


def _rows(
    page: dict[str, Any], scale_x: float, scale_y: float
) -> list[tuple[str, Sequence[float], float, int]]:
    rows: list[tuple[str, Sequence[float], float, int]] = []
    line = 0
    try:
        for field in page.get("fields", []):
            corners = field["boundingPoly"]["vertices"]
            # A coordinate of 0 may be left out.
            xs = [_number(corner.get("x", 0)) * scale_x for corner in corners]
            ys = [_number(corner.get("y", 0)) * scale_y for corner in corners]
            box = (min(xs), min(ys), max(xs), max(ys))
            rows.append((_text(field["inferText"]), box, _number(field["inferConfidence"]), line))
            line += bool(field.get("lineBreak", False))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise _broken() from error
    return rows


def _seen_size(page: dict[str, Any]) -> tuple[float, float] | None:
    """Size (width, height) of the picture the coordinates refer to, where the answer tells it."""
    told = page.get("convertedImageInfo")
    if not isinstance(told, dict) or not {"width", "height"} <= told.keys():
        return None
    try:
        width, height = _number(told["width"]), _number(told["height"])
    except (TypeError, OverflowError) as error:
        raise _broken() from error
    return (width, height) if 0 < width < 1e6 and 0 < height < 1e6 else None


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} is no number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is no text")
    return value


# --- errors ----------------------------------------------------------------------------------


def _refused(address: Address, answer: Answer) -> PyojeongError:
    """The error for an HTTP status other than 200."""
    status = answer.status
    code, message = answer.error_code()
    if status in (401, 403):
        return BadSettings(
            "CLOVA OCR does not accept the secret key. Check PYOJEONG_CLOVA_SECRET.",
            "CLOVA OCR이 비밀 키를 받아들이지 않습니다. PYOJEONG_CLOVA_SECRET을 확인하세요.",
        )
    if status == 429 or code in _OVER_LIMIT:
        return InferenceFailed(
            "CLOVA OCR has been asked too often. Wait a while, or raise the limit of the domain.",
            "CLOVA OCR 호출 한도를 넘었습니다. 잠시 기다리거나 도메인의 한도를 올리세요.",
        )
    if status == 404 or 300 <= status < 400 or code in _WRONG_ADDRESS:
        return BadSettings(
            f"There is no CLOVA OCR domain at that address of {address.host} (HTTP {status}). "
            "Check PYOJEONG_CLOVA_URL.",
            f"{address.host}의 그 주소에 CLOVA OCR 도메인이 없습니다(HTTP {status}). "
            "PYOJEONG_CLOVA_URL을 확인하세요.",
        )
    seen = " ".join(filter(None, (f"HTTP {status}", _shown(address, f"{code} {message}"))))
    return InferenceFailed(
        f"CLOVA OCR failed: {seen}. Try again later.",
        f"CLOVA OCR이 실패했습니다: {seen}. 나중에 다시 시도하세요.",
    )


def _broken() -> InferenceFailed:
    return InferenceFailed(
        "CLOVA OCR answered with something else than a page of text. "
        "Check that PYOJEONG_CLOVA_URL belongs to a General domain.",
        "CLOVA OCR의 응답을 이해할 수 없습니다. PYOJEONG_CLOVA_URL이 General 도메인의 것인지 확인하세요.",
    )


def _shown(address: Address, message: str) -> str:
    """A remark of the service on one line, without the key should it be repeated there."""
    plain = "".join(c if c.isprintable() else " " for c in message)
    return " ".join(plain.replace(address.secret, "***").split())[:200]
