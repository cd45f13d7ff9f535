"""BackgroundRemover "removebg": the paid service remove.bg. The picture leaves this machine.

One multipart POST with the key in a header, one PNG back: https://www.remove.bg/api.
"""

from __future__ import annotations

import io
import json
import secrets

import cv2
import numpy as np
from PIL import Image as PillowImage

from pyojeong.edit.background.types import Cutout, Image
from pyojeong.errors import BadInput, BadSettings, InferenceFailed, PyojeongError
from pyojeong.media.image import decode_image
from pyojeong.settings import settings
from pyojeong.web import Reply, Service, post, shown, usable, usable_key

LARGEST_ANSWER = 120_000_000
# The service takes 22 MB and gives PNG up to 10 megapixels back.
_LARGEST_SENT = 22_000_000
_MOST_PIXELS = 10_000_000


class RemoveBg:
    """BackgroundRemover "removebg". Safe to use from several threads.

    url, key: None takes the settings removebg_url and removebg_key. timeout_s: of one request.
    Raises BadSettings where the key is missing, or the URL is neither https nor on this machine.
    """

    name = "removebg"

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        timeout_s: float = 60.0,
        retry_after_s: float = 1.0,
    ) -> None:
        found = settings()
        self._url = found.removebg_url if url is None else url
        self._key = found.removebg_key if key is None else key
        self._timeout_s, self._retry_after_s = timeout_s, retry_after_s
        _check(self._url, self._key)

    def remove(self, image: Image) -> Cutout:
        """Raises InferenceFailed; BadSettings for a key or an account that is refused."""
        boundary = secrets.token_hex(16)
        service = Service(
            "remove.bg",
            self._url,
            {
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Accept": "image/png",
                "X-Api-Key": self._key,
            },
            self._key,
            "PYOJEONG_REMOVEBG_URL",
            LARGEST_ANSWER,
        )
        body = _form(boundary, _sent(image))
        reply = post(service, body, self._timeout_s, self._retry_after_s)
        if reply.status != 200:
            raise _refused(service, reply)
        return _cutout(reply.body, image)


def _check(url: str, key: str) -> None:
    if not key:
        raise BadSettings(
            "remove.bg needs an account: set PYOJEONG_REMOVEBG_KEY (its API key).",
            "remove.bg에는 계정이 필요합니다. PYOJEONG_REMOVEBG_KEY(API 키)를 설정하세요.",
        )
    if not usable_key(key):
        raise BadSettings(
            "PYOJEONG_REMOVEBG_KEY holds characters that no key has.",
            "PYOJEONG_REMOVEBG_KEY에 키에 없는 문자가 있습니다.",
        )
    if not usable(url):
        raise BadSettings(
            "PYOJEONG_REMOVEBG_URL is no usable address: it must begin with https:// (http:// is "
            "for this machine only) and hold no user name.",
            "PYOJEONG_REMOVEBG_URL을 쓸 수 없습니다. https://로 시작해야 하고(http://는 이 컴퓨터만) "
            "사용자 이름이 없어야 합니다.",
        )


def _sent(image: Image) -> tuple[str, bytes]:
    """(file name, file): PNG where it is small enough, else JPEG; at most 10 megapixels."""
    height, width = image.shape[:2]
    scale = min(1.0, (_MOST_PIXELS / (height * width)) ** 0.5)
    picture = PillowImage.fromarray(image)
    if scale < 1:
        picture = picture.resize((max(1, int(width * scale)), max(1, int(height * scale))))
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    if stream.tell() <= _LARGEST_SENT:
        return "photo.png", stream.getvalue()
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=92)
    return "photo.jpg", stream.getvalue()


def _form(boundary: str, file: tuple[str, bytes]) -> bytes:
    """multipart/form-data (RFC 7578)."""
    name, data = file
    fields = {"size": "auto", "format": "png"}
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    )
    kind = "image/png" if name.endswith("png") else "image/jpeg"
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="image_file"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    return head.encode() + data + f"\r\n--{boundary}--\r\n".encode()


def _cutout(body: bytes, image: Image) -> Cutout:
    """The answer at the size of the photo, whose own bytes stay where the subject is solid."""
    try:
        picture = decode_image(body, "remove.bg")
    except BadInput as error:
        raise _broken() from error
    if picture.alpha is None:
        raise _broken()
    height, width = image.shape[:2]
    smooth = cv2.INTER_LINEAR
    rgb = np.asarray(cv2.resize(picture.rgb, (width, height), interpolation=smooth), np.uint8)
    alpha = cv2.resize(picture.alpha, (width, height), interpolation=smooth)
    solid = (alpha == 255)[:, :, None]
    return Cutout(np.where(solid, image, rgb), np.asarray(alpha, np.uint8))


def _refused(service: Service, reply: Reply) -> PyojeongError:
    """The error for an HTTP status other than 200."""
    status = reply.status
    if status in (401, 403):
        return BadSettings(
            "remove.bg does not accept the API key. Check PYOJEONG_REMOVEBG_KEY.",
            "remove.bg가 API 키를 받아들이지 않습니다. PYOJEONG_REMOVEBG_KEY를 확인하세요.",
        )
    if status == 402:
        return BadSettings(
            "The remove.bg account has no credits left. Buy some, or use --remover selfie.",
            "remove.bg 계정의 크레딧이 없습니다. 충전하거나 --remover selfie를 쓰세요.",
        )
    if status == 429:
        return InferenceFailed(
            "remove.bg has been asked too often. Wait a minute and try again.",
            "remove.bg 호출 한도를 넘었습니다. 잠시 기다렸다가 다시 시도하세요.",
        )
    if status == 404 or 300 <= status < 400:
        return BadSettings(
            f"{service.host} has no such service at that address (HTTP {status}). "
            "Check PYOJEONG_REMOVEBG_URL.",
            f"{service.host}의 그 주소에 서비스가 없습니다(HTTP {status}). "
            "PYOJEONG_REMOVEBG_URL을 확인하세요.",
        )
    seen = " ".join(filter(None, (f"HTTP {status}", shown(service, _told(reply.body)))))
    return InferenceFailed(
        f"remove.bg failed: {seen}. Try another picture, or --remover selfie.",
        f"remove.bg가 실패했습니다: {seen}. 다른 사진이나 --remover selfie를 써 보세요.",
    )


def _told(body: bytes) -> str:
    """Title of the first error of the service's JSON; empty where the body is none."""
    try:
        return str(json.loads(body)["errors"][0]["title"])
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return ""


def _broken() -> InferenceFailed:
    return InferenceFailed(
        "remove.bg answered with something else than a cut-out picture. "
        "Check PYOJEONG_REMOVEBG_URL.",
        "remove.bg의 응답을 이해할 수 없습니다. PYOJEONG_REMOVEBG_URL을 확인하세요.",
    )
