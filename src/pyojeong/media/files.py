"""Files in and out: checked input, text in any usual Korean encoding, atomic output."""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pyojeong.errors import BadInput, Language, OutputFailed
from pyojeong.settings import settings


class Note(NamedTuple):
    """A remark worth telling the user, in English and Korean."""

    en: str
    ko: str

    def text(self, lang: Language) -> str:
        return self.ko if lang == "ko" else self.en


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text that was read. Lines end in "\\n" whatever the file used.

    encoding: "utf-8", "utf-16", "utf-32" or "cp949" (which EUC-KR is part of). notes: what the
    user should know, such as an encoding other than UTF-8.
    """

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


# --- input -----------------------------------------------------------------------------------


def check_input(path: Path | str) -> Path:
    """The path, if it is a regular file that is not empty. Raises BadInput."""
    path = Path(path)
    try:
        state = path.stat()
    except (OSError, ValueError) as error:
        raise _cannot_read(path, error) from error
    if stat.S_ISDIR(state.st_mode):
        raise BadInput(
            f"{path} is a folder; name a file in it.",
            f"{path}은(는) 폴더입니다. 그 안의 파일을 지정하세요.",
        )
    if not stat.S_ISREG(state.st_mode):
        raise BadInput(
            f"{path} is a pipe or a device; give a regular file.",
            f"{path}은(는) 파이프나 장치입니다. 일반 파일을 지정하세요.",
        )
    if state.st_size == 0:
        raise BadInput(f"{path} is empty (0 bytes).", f"{path}은(는) 빈 파일입니다(0바이트).")
    return path


def read_bytes(path: Path | str, limit: int, setting: str) -> bytes:
    """The whole file, at most `limit` bytes; `setting` names the limit for the error message.

    Raises BadInput for whatever `check_input` refuses and for a larger file, before reading it.
    """
    path = check_input(path)
    size = path.stat().st_size
    if size <= limit:
        try:
            with path.open("rb") as stream:
                data = stream.read(limit + 1)
        except OSError as error:
            raise _cannot_read(path, error) from error
        if len(data) <= limit:
            return data
        size = len(data)
    variable = f"PYOJEONG_{setting.upper()}"
    raise BadInput(
        f"{path} is too large: {size:,} bytes, the limit is {limit:,}. "
        f"Split it, or raise the limit with {variable}.",
        f"{path}이(가) 너무 큽니다: {size:,}바이트, 한도는 {limit:,}바이트입니다. "
        f"나누거나 {variable}로 한도를 올리세요.",
    )


def _cannot_read(path: Path, error: Exception) -> BadInput:
    number = error.errno if isinstance(error, OSError) else errno.EINVAL
    if number in (errno.ENOENT, errno.ENOTDIR):
        return BadInput(f"There is no file {path}.", f"파일이 없습니다: {path}")
    if number in (errno.EACCES, errno.EPERM):
        return BadInput(
            f"{path} may not be read; check its permissions.",
            f"{path}을(를) 읽을 권한이 없습니다. 권한을 확인하세요.",
        )
    reason = error.strerror if isinstance(error, OSError) else error
    return BadInput(f"Cannot read {path}: {reason}.", f"{path}을(를) 읽을 수 없습니다: {reason}.")


# --- text ------------------------------------------------------------------------------------

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # The UTF-32 mark begins with the UTF-16 one.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def read_text_file(path: Path | str) -> TextFile:
    """A text file in UTF-8, UTF-16 or UTF-32 with a byte order mark, or CP949/EUC-KR.

    Raises BadInput when it is missing, no regular file, larger than the setting max_text_bytes,
    binary, in another encoding, or holds nothing but white space.
    """
    data = read_bytes(path, settings().max_text_bytes, "max_text_bytes")
    text, encoding = _decode(data, Path(path))
    if "\0" in text or len(_CONTROLS.findall(text)) > len(text) // 100:
        raise _binary(Path(path))
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise BadInput(f"{path} holds no text.", f"{path}에 글이 없습니다.")
    name = encoding.upper()
    note = Note(
        f"{path} is not in UTF-8; it was read as {name}.",
        f"{path}은(는) UTF-8이 아니어서 {name}로 읽었습니다.",
    )
    return TextFile(text, encoding, () if encoding == "utf-8" else (note,))


def _decode(data: bytes, path: Path) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            name = "utf-8-sig" if encoding == "utf-8" else encoding
            try:
                return data.decode(name), encoding
            except UnicodeDecodeError as error:
                raise _binary(path) from error
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise _binary(path) from error
    try:
        text = data.decode("cp949")
    except UnicodeDecodeError as error:
        raise _binary(path) from error
    if not _looks_korean(text):
        raise _binary(path)
    return text, "cp949"


def _looks_korean(text: str) -> bool:
    """Whether CP949 is a believable reading: much of what is not ASCII is everyday Hangul.

    Almost any bytes can be read as CP949, but then they give rare syllables and ideographs;
    EUC-KR holds the 2,350 syllables that real Korean text is made of.
    """
    foreign = [c for c in text[:100_000] if c > "\x7f"]
    hangul = [c for c in foreign if "가" <= c <= "힣"]
    common = "".join(hangul).encode("euc-kr", "ignore")
    return len(hangul) * 2 >= len(foreign) and len(common) >= 1.8 * len(hangul)


def _binary(path: Path) -> BadInput:
    return BadInput(
        f"{path} is not a text file, or its encoding is unknown. Save it as UTF-8.",
        f"{path}은(는) 글 파일이 아니거나 인코딩을 알 수 없습니다. UTF-8로 저장하세요.",
    )


# --- output ----------------------------------------------------------------------------------


def check_output(path: Path | str) -> Path:
    """Fail before long work: whether a file can be written there now. Nothing is left behind.

    Gives the path with links resolved, so that the file a link points to is what gets replaced.
    Raises OutputFailed.
    """
    target = _output_target(path)
    part = _new_part(target)
    part.unlink()
    return target


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """Write a file so that it is there completely or not at all.

    Gives the path of a new, empty file in the same folder with the same suffix. It takes the
    place of `path` when the block ends, and is removed on any exception, Ctrl-C included; the
    old file is untouched until then. Raises OutputFailed when the folder is missing or
    read-only, the path is a folder or device, or the disk is full (in the block as well).
    """
    target = _output_target(path)
    part = _new_part(target)
    try:
        yield part
        _settle(part, target)
    except OSError as error:
        if _is_about(error, part):
            raise output_failed(target, error) from error
        raise
    finally:
        # Gone already after success.
        with contextlib.suppress(OSError):
            part.unlink()


def output_failed(path: Path, error: OSError) -> OutputFailed:
    """The error for a file that cannot be written, in the user's words."""
    number = error.errno
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return OutputFailed(
            f"No space left to write {path}; free some and try again.",
            f"{path}을(를) 쓸 공간이 부족합니다. 공간을 비우고 다시 시도하세요.",
        )
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputFailed(
            f"Cannot write to {path.parent}: it is read-only. Choose another folder.",
            f"{path.parent}에 쓸 수 없습니다(읽기 전용). 다른 폴더를 고르세요.",
        )
    if number in (errno.ENOENT, errno.ENOTDIR):
        return OutputFailed(
            f"There is no folder {path.parent}; make it first.",
            f"폴더가 없습니다: {path.parent}. 먼저 만드세요.",
        )
    if number == errno.EISDIR:
        return OutputFailed(
            f"{path} is a folder; give a file name for the result.",
            f"{path}은(는) 폴더입니다. 결과 파일의 이름을 지정하세요.",
        )
    reason = error.strerror or error
    return OutputFailed(
        f"Cannot write {path}: {reason}.", f"{path}을(를) 쓸 수 없습니다: {reason}."
    )


def _output_target(path: Path | str) -> Path:
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    except (OSError, ValueError) as error:
        raise output_failed(Path(path), _as_os_error(error)) from error
    if stat.S_ISDIR(mode):
        raise output_failed(target, OSError(errno.EISDIR, ""))
    if not stat.S_ISREG(mode):
        raise OutputFailed(
            f"{path} is a pipe or a device; give the name of a regular file.",
            f"{path}은(는) 파이프나 장치입니다. 일반 파일 이름을 지정하세요.",
        )
    return target


def _as_os_error(error: OSError | ValueError) -> OSError:
    return error if isinstance(error, OSError) else OSError(errno.EINVAL, str(error))


def _new_part(target: Path) -> Path:
    # The name is short because the target's may already have the longest length allowed.
    part = target.parent / f".part-{secrets.token_hex(4)}{target.suffix}"
    try:
        # 0o666 less the umask: the mode a plainly written file would get.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        raise output_failed(target, error) from error
    return part


def _settle(part: Path, target: Path) -> None:
    with part.open("r+b") as stream:
        os.fsync(stream.fileno())
    if target.exists():
        part.chmod(stat.S_IMODE(target.stat().st_mode))
    part.replace(target)


def _is_about(error: OSError, part: Path) -> bool:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS):
        return True
    named = error.filename
    return isinstance(named, str | os.PathLike) and Path(named) == part
