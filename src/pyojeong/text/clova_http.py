"""One question to CLOVA OCR, through `pyojeong.web`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pyojeong.errors import BadSettings
from pyojeong.web import Service, post, usable, usable_key

LARGEST_ANSWER = 20_000_000


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ask, and with which key. Raises BadSettings where either cannot be used.

    url: https, or http on this machine. secret: value of the header X-OCR-SECRET.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.url or not self.secret:
            raise BadSettings(
                "CLOVA OCR needs an account: set PYOJEONG_CLOVA_URL (the APIGW invoke URL of a "
                "General domain) and PYOJEONG_CLOVA_SECRET (its secret key).",
                "CLOVA OCR에는 계정이 필요합니다. PYOJEONG_CLOVA_URL(General 도메인의 APIGW Invoke "
                "URL)과 PYOJEONG_CLOVA_SECRET(Secret Key)을 설정하세요.",
            )
        if not usable(self.url):
            raise BadSettings(
                "PYOJEONG_CLOVA_URL is no usable address: it must begin with https:// (http:// is "
                "for this machine only) and hold no user name.",
                "PYOJEONG_CLOVA_URL을 쓸 수 없습니다. https://로 시작해야 하고(http://는 이 컴퓨터만) "
                "사용자 이름이 없어야 합니다.",
            )
        if not usable_key(self.secret):
            raise BadSettings(
                "PYOJEONG_CLOVA_SECRET holds characters that no secret key has.",
                "PYOJEONG_CLOVA_SECRET에 비밀 키에 없는 문자가 있습니다.",
            )

    @property
    def host(self) -> str:
        """The name to show: the rest of the URL is half a key."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Answer:
    """status: of HTTP. body: at most LARGEST_ANSWER bytes."""

    status: int
    body: bytes

    def error_code(self) -> tuple[str, str]:
        """(code, message) of the service's error object; empty where the body is none."""
        try:
            told = json.loads(self.body)
            return str(told["code"])[:20], str(told["message"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return "", ""


def post_json(address: Address, value: Any, timeout_s: float, retry_after_s: float) -> Answer:
    """The answer to a POST of `value` as JSON; tried again once where the service stumbled.

    timeout_s: of each try. Raises InferenceFailed when there is no answer in time, no connection,
    or more than LARGEST_ANSWER bytes. An answer of any status comes back.
    """
    body = json.dumps(value, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=UTF-8", "X-OCR-SECRET": address.secret}
    service = Service(
        "CLOVA OCR", address.url, headers, address.secret, "PYOJEONG_CLOVA_URL", LARGEST_ANSWER
    )
    reply = post(service, body, timeout_s, retry_after_s)
    return Answer(reply.status, reply.body)
