"""Text that comes as an argument or through a pipe, or as a file read line by line."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from pyojeong.errors import BadInput
from pyojeong.media.files import check_input, read_text_file
from pyojeong.settings import settings


def check_text(text: str) -> str:
    """The text, if there is any and it is within the setting max_text_bytes. Raises BadInput."""
    limit = settings().max_text_bytes
    # A character takes one to four bytes: most texts need not be encoded to be measured.
    if len(text) > limit or (
        len(text) * 4 > limit and len(text.encode("utf-8", "replace")) > limit
    ):
        raise BadInput(
            f"The text is longer than {limit:,} bytes. Split it, or raise PYOJEONG_MAX_TEXT_BYTES.",
            f"글이 {limit:,}바이트보다 깁니다. 나누거나 PYOJEONG_MAX_TEXT_BYTES로 한도를 올리세요.",
        )
    if not text.strip():
        raise BadInput("The text is empty.", "글이 비어 있습니다.")
    return text


def text_lines(path: Path) -> Iterator[str]:
    """Lines of a text file, without their ends, read as they are asked for.

    UTF-8 files of any size are streamed; other encodings are read whole, within the limits of
    `read_text_file`. Raises BadInput, also in the middle when the text breaks off into binary.
    """
    path = check_input(path)
    if not _starts_as_utf8(path):
        for line in io.StringIO(read_text_file(path).text):
            yield line.removesuffix("\n")
        return
    limit = settings().max_text_bytes
    try:
        # "\n" only: str.splitlines would also break at U+2028 and its kin.
        with path.open(encoding="utf-8-sig", newline=None) as stream:
            while line := stream.readline(limit):
                if len(line) == limit or "\0" in line:
                    raise _broken(path)
                yield line.removesuffix("\n")
    except UnicodeDecodeError as error:
        raise _broken(path) from error


def _starts_as_utf8(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _broken(path: Path) -> BadInput:
    return BadInput(
        f"{path} holds a line that is not text, or one longer than the limit.",
        f"{path}에 글이 아니거나 한도보다 긴 줄이 있습니다.",
    )
