"""Files: what is read as text, what is refused, and output that is whole or not there at all."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pyojeong import settings as settings_module
from pyojeong.errors import BadInput, OutputFailed
from pyojeong.media.files import (
    atomic_path,
    check_input,
    check_output,
    output_failed,
    read_bytes,
    read_text_file,
)

STORY = "옛날 옛적에 토끼가 살았어요.\n똠방각하는 펲시를 마셨다.\n"


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


class TestText:
    @pytest.mark.parametrize(
        ("codec", "encoding"),
        [
            ("utf-8", "utf-8"),
            ("utf-8-sig", "utf-8"),
            ("utf-16", "utf-16"),
            ("utf-32", "utf-32"),
            ("cp949", "cp949"),
        ],
    )
    def test_usual_encodings_are_read_and_said(self, tmp_path, codec, encoding):
        found = read_text_file(written(tmp_path / "글.txt", STORY.encode(codec)))
        assert found.text == STORY
        assert found.encoding == encoding
        if encoding == "utf-8":
            assert found.notes == ()
        else:
            assert encoding.upper() in found.notes[0].text("en")
            assert encoding.upper() in found.notes[0].text("ko")

    def test_big_endian_utf16(self, tmp_path):
        data = b"\xfe\xff" + STORY.encode("utf-16-be")
        assert read_text_file(written(tmp_path / "a", data)).text == STORY

    def test_euc_kr(self, tmp_path):
        text = "오늘은 정말 신난다! 漢字도 조금 있고 ‘따옴표’도 있다."
        found = read_text_file(written(tmp_path / "a", text.encode("euc-kr")))
        assert (found.text, found.encoding) == (text, "cp949")

    def test_line_ends_become_newlines_and_stray_controls_go(self, tmp_path):
        data = ("가나다 " * 50 + "\r\n나\r다\x0b\n라\x07").encode()
        found = read_text_file(written(tmp_path / "a", data)).text
        assert found == "가나다 " * 50 + "\n나\n다\x0b\n라"

    @pytest.mark.parametrize(
        "data",
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0",
            b"\xff\xd8\xff\xe0\x10JFIF\x80\x81\x82",
            "안녕".encode("utf-16-le"),
            b"\xff\xfea",
            b"\xef\xbb\xbf\xff",
            bytes(range(256)),
            "Grüße aus Köln".encode("latin-1"),
            "これは日本語の文章です。".encode("shift-jis"),
            bytes(range(0x81, 0xC6)) * 20,
            b"\x01\x02\x03abc",
        ],
    )
    def test_binary_and_unknown_encodings_are_refused(self, tmp_path, data):
        with pytest.raises(BadInput, match="UTF-8"):
            read_text_file(written(tmp_path / "a.txt", data))

    @pytest.mark.parametrize("data", [b" \n\t ", b"\xef\xbb\xbf", "\u3000".encode()])
    def test_white_space_is_no_text(self, tmp_path, data):
        with pytest.raises(BadInput, match="no text"):
            read_text_file(written(tmp_path / "a.txt", data))

    def test_too_large_is_refused_unread(self, tmp_path, monkeypatch):
        path = tmp_path / "large.txt"
        with path.open("wb") as file:
            file.truncate(50_000_000)  # Sparse: nothing of it can be text.
        with pytest.raises(BadInput, match="PYOJEONG_MAX_TEXT_BYTES") as caught:
            read_text_file(path)
        assert "50,000,000" in str(caught.value)
        small = settings_module.Settings(max_text_bytes=5)
        monkeypatch.setattr("pyojeong.media.files.settings", lambda: small)
        with pytest.raises(BadInput, match="too large"):
            read_text_file(written(path, b"123456"))
        assert read_text_file(written(path, b"12345")).text == "12345"


class TestInput:
    def test_what_is_no_file_is_named(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        cases = {
            tmp_path / "none.txt": "no file",
            tmp_path: "folder",
            written(tmp_path / "empty", b""): "empty",
            tmp_path / "pipe": "pipe or a device",
            Path(os.devnull): "pipe or a device",
            tmp_path / "empty" / "below": "no file",
            tmp_path / ("long" * 100): "Cannot read",
            Path("nul\0byte"): "Cannot read",
        }
        for path, word in cases.items():
            with pytest.raises(BadInput, match=word) as caught:
                check_input(path)
            assert caught.value.text("ko") != caught.value.text("en")

    @pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
    def test_unreadable(self, tmp_path, monkeypatch, number):
        path = written(tmp_path / "a", b"x")

        def refuse(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(Path, "open", refuse)
        with pytest.raises(BadInput):
            read_bytes(path, 10, "max_text_bytes")


class TestAtomicOutput:
    def test_the_file_appears_at_the_end_with_its_suffix(self, tmp_path):
        path = tmp_path / "결과.mp4"
        with atomic_path(path) as part:
            assert part.parent == tmp_path
            assert part.suffix == ".mp4"
            part.write_bytes(b"new")
            assert not path.exists()
        assert path.read_bytes() == b"new"
        assert [p.name for p in tmp_path.iterdir()] == ["결과.mp4"]

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
    def test_any_exception_leaves_the_old_file_alone(self, tmp_path, error):
        path = written(tmp_path / "a", b"old")

        def write() -> None:
            with atomic_path(path) as part:
                part.write_bytes(b"half")
                raise error

        with pytest.raises(error):
            write()
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]

    def test_killed_in_the_middle_leaves_the_old_file(self, tmp_path):
        path = written(tmp_path / "a.txt", b"old")
        code = (
            "import sys, time\nfrom pyojeong.media.files import atomic_path\n"
            "with atomic_path(sys.argv[1]) as part:\n"
            "    part.write_bytes(b'half')\n    print('writing', flush=True)\n    time.sleep(60)\n"
        )
        child = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"writing\n"
        child.send_signal(signal.SIGKILL)
        child.wait(10)
        child.stdout.close()
        assert path.read_bytes() == b"old"

    def test_mode_is_kept_and_links_stay_links(self, tmp_path):
        path = written(tmp_path / "a", b"old")
        path.chmod(0o640)
        link = tmp_path / "link"
        link.symlink_to(path)
        with atomic_path(link) as part:
            part.write_bytes(b"new")
        assert link.is_symlink()
        assert path.read_bytes() == b"new"
        assert path.stat().st_mode & 0o777 == 0o640

    def test_a_new_file_gets_the_usual_mode(self, tmp_path):
        (tmp_path / "plain").touch()
        with atomic_path(tmp_path / "a") as part:
            part.write_bytes(b"")
        assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode

    def test_the_longest_name_works(self, tmp_path):
        path = tmp_path / ("가" * 83 + ".txt")
        with atomic_path(path) as part:
            part.write_text("x")
        assert path.read_text() == "x"

    @pytest.mark.parametrize("check", [check_output, lambda p: atomic_path(p).__enter__()])
    def test_impossible_places_are_named(self, tmp_path, check):
        file = written(tmp_path / "file", b"x")
        for path, word in [
            (tmp_path / "none/a.png", "no folder"),
            (tmp_path, "is a folder"),
            (file / "a.png", "no folder"),
            (Path(os.devnull), "pipe or a device"),
        ]:
            with pytest.raises(OutputFailed, match=word) as caught:
                check(path)
            assert caught.value.text("ko") != caught.value.text("en")
        assert list(tmp_path.iterdir()) == [file]

    def test_check_leaves_nothing(self, tmp_path):
        assert check_output(tmp_path / "a.png") == tmp_path / "a.png"
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("number", "word"),
        [(errno.EACCES, "read-only"), (errno.EROFS, "read-only"), (errno.ENOSPC, "space")],
    )
    def test_folder_that_takes_no_file(self, tmp_path, monkeypatch, number, word):
        # Tests may run as root, whom no mode of a folder stops.
        def refuse(*_: object, **__: object) -> int:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "open", refuse)
        for opener in (check_output, lambda p: atomic_path(p).__enter__()):
            with pytest.raises(OutputFailed, match=word):
                opener(tmp_path / "a.png")

    def test_disk_full_while_writing_and_at_the_end(self, tmp_path, monkeypatch):
        path = written(tmp_path / "a", b"old")
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with pytest.raises(OutputFailed, match="space"), atomic_path(path):
            raise full

        def refuse(_: int) -> None:
            raise full

        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(OutputFailed, match="space"), atomic_path(path) as part:
            part.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]

    def test_errors_that_are_not_about_the_output_pass_through(self, tmp_path):
        with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "a"):
            (tmp_path / "other").read_bytes()
        assert list(tmp_path.iterdir()) == []

    def test_two_writers_at_once_do_not_meet(self, tmp_path):
        path = tmp_path / "a"
        with atomic_path(path) as first, atomic_path(path) as second:
            assert first != second
            first.write_text("1")
            second.write_text("2")
        assert path.read_text() == "1"

    def test_other_reasons_are_passed_on(self, tmp_path):
        error = output_failed(tmp_path / "a", OSError(errno.EIO, "Input/output error"))
        assert "Input/output error" in error.en
