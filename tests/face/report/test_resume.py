"""A run that was stopped goes on: killed, interrupted, with files and settings changed since."""

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import pytest

from pyojeong.errors import OutputFailed
from pyojeong.face.report.journal import JOURNAL, THUMBNAILS, Journal, progress_folder
from pyojeong.face.report.make import FORMATS, Asked, make_report
from pyojeong.face.report.record import Record, Stamp, from_line
from pyojeong.media.files import Note


class Stopping:
    """Reads so many pictures, then the person presses Ctrl-C."""

    def __init__(self, reader, after):
        self.reader, self.after = reader, after

    def read(self, image):
        if self.reader.seen >= self.after:
            raise KeyboardInterrupt
        return self.reader.read(image)


@pytest.fixture
def photos(tmp_path, photo):
    for number in range(12):
        photo(tmp_path / f"photos/{number:02}.png", 1 + number % 2, number % 7)
    return tmp_path / "photos"


@pytest.fixture
def stopped(photos, tmp_path, reader):
    """Output of a run that was stopped after five pictures."""
    output = tmp_path / "r.json"
    with pytest.raises(KeyboardInterrupt):
        make_report([photos], [output], Asked(), reader=Stopping(reader, 5))
    assert not output.exists()
    assert progress_folder(output).is_dir()
    reader.seen = 0
    return output


def go_on(photos, output, reader, asked=None, **more):
    notes = []
    found = make_report(
        [photos], [output], asked or Asked(), reader=reader, tell=notes.append, **more
    )
    assert not progress_folder(output).exists()
    return found, [note.en for note in notes]


def test_goes_on_and_says_so(photos, stopped, reader, tmp_path):
    found, notes = go_on(photos, stopped, reader)
    assert reader.seen == 7
    assert (found.pictures, found.recalled, found.reread) == (12, 5, 0)
    assert notes == ["Going on with the run that stopped: 5 pictures were read before."]
    fresh = tmp_path / "fresh.json"
    make_report([photos], [fresh], Asked(), reader=reader)
    assert stopped.read_bytes() == fresh.read_bytes()


def test_a_file_changed_since_is_read_again_in_its_place(photos, photo, stopped, reader):
    os.utime(photo(photos / "01.png", 3), ns=(1, 1))
    found, _ = go_on(photos, stopped, reader)
    assert (reader.seen, found.recalled, found.reread) == (8, 4, 1)
    items = json.loads(stopped.read_text("utf-8"))
    assert [item["image"][-6:] for item in items] == [f"{n:02}.png" for n in range(12)]
    assert len(items[1]["faces"]) == 3


def test_files_that_came_and_went(photos, photo, stopped, reader):
    (photos / "00.png").unlink()
    photo(photos / "00a.png", 1)
    found, _ = go_on(photos, stopped, reader)
    assert (found.pictures, found.recalled) == (12, 4)
    names = [item["image"][-7:] for item in json.loads(stopped.read_text("utf-8"))]
    assert names[0] == "00a.png"


def test_settings_changed_since_start_anew_and_say_so(photos, stopped, reader):
    found, notes = go_on(photos, stopped, reader, Asked(threshold=0.5))
    assert (reader.seen, found.recalled) == (12, 0)
    assert "starting anew" in notes[0]


def test_another_language_does_not(photos, stopped, reader):
    found, _ = go_on(photos, stopped, reader, Asked(lang="ko"))
    assert found.recalled == 5


def test_a_line_cut_short_is_dropped(photos, stopped, reader):
    journal = progress_folder(stopped) / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-20])
    found, _ = go_on(photos, stopped, reader)
    assert found.recalled == 4
    assert found.pictures == 12


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"[" * 100_000 + b"\n",
        b'{"image":"x","size":[1,2],"faces":[{"box":[1,2,3],"score":1,"emotion":null}],'
        b'"error":null,"stamp":null,"thumbnails":[]}\n',
        b'{"image":"x","size":[1,2],"faces":[{"box":[1,2,3,4],"score":1,"emotion":"joy",'
        b'"confidence":1,"scores":{}}],"error":null,"stamp":null,"thumbnails":[]}\n',
    ],
)
def test_whatever_else_a_journal_holds_is_dropped(photos, stopped, reader, line):
    journal = progress_folder(stopped) / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:3], line, *lines[3:]]))
    found, _ = go_on(photos, stopped, reader)
    assert found.recalled == 2
    assert found.pictures == 12


@pytest.mark.parametrize("harm", ["cut", "noise", "gone"])
def test_lost_thumbnails_cost_only_themselves(photos, tmp_path, reader, harm):
    output = tmp_path / "r.html"
    with pytest.raises(KeyboardInterrupt):
        make_report([photos], [output], Asked(), reader=Stopping(reader, 5))
    pictures = progress_folder(output) / THUMBNAILS
    if harm == "gone":
        pictures.unlink()
    else:
        size = pictures.stat().st_size
        pictures.write_bytes(os.urandom(size) if harm == "noise" else b"")
    found, _ = go_on(photos, output, reader)
    assert found.recalled == 5
    assert 8 <= output.read_text("utf-8").count("<img ") <= 18


def test_two_runs_at_once(photos, stopped, reader):
    with (
        Journal(progress_folder(stopped), {}, lambda note: None),
        pytest.raises(OutputFailed, match="Another run"),
    ):
        make_report([photos], [stopped], Asked(), reader=reader)
    assert reader.seen == 0


def test_a_folder_of_that_name_with_other_files_is_left_alone(photos, tmp_path, reader):
    other = tmp_path / "r.csv.progress/diary.txt"
    other.parent.mkdir()
    other.write_text("mine")
    with pytest.raises(OutputFailed, match="holds other files"):
        make_report([photos], [tmp_path / "r.csv"], Asked(), reader=reader)
    assert other.read_text() == "mine"
    assert len(list(other.parent.iterdir())) == 1


def test_an_old_report_stays_until_the_new_one_is_whole(photos, tmp_path, reader):
    output = tmp_path / "r.csv"
    output.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        make_report([photos], [output], Asked(), reader=Stopping(reader, 3))
    assert output.read_text() == "old"
    go_on(photos, output, reader)
    assert output.read_text("utf-8-sig").startswith("image,")


@pytest.mark.parametrize("suffix", list(FORMATS))
def test_while_a_report_is_written_nothing_lies_beside_it(
    photos, tmp_path, reader, monkeypatch, suffix
):
    output, seen = tmp_path / f"out/r{suffix}", []
    output.parent.mkdir()
    write = FORMATS[suffix].write

    def spying(path, *rest):
        write(path, *rest)
        seen.append(sorted(p.name for p in output.parent.iterdir()))
        raise KeyboardInterrupt

    monkeypatch.setitem(FORMATS, suffix, replace(FORMATS[suffix], write=spying))
    with pytest.raises(KeyboardInterrupt):
        make_report([photos], [output], Asked(), reader=reader)
    assert seen == [[f"r{suffix}.progress"]]
    monkeypatch.undo()
    found, _ = go_on(photos, output, reader)
    assert found.recalled == 12
    assert [p.name for p in output.parent.iterdir()] == [f"r{suffix}"]


@pytest.mark.parametrize("suffix", list(FORMATS))
def test_a_full_disk_is_said(photos, tmp_path, reader, monkeypatch, suffix):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    target = "zipfile.ZipFile.write" if suffix == ".xlsx" else "pathlib.Path.replace"
    monkeypatch.setattr(target, full)
    monkeypatch.setattr("shutil.copyfile", full)
    output = tmp_path / f"r{suffix}"
    with pytest.raises(OutputFailed, match="No space left"):
        make_report([photos], [output], Asked(), reader=reader)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["photos", f"r{suffix}.progress"]
    monkeypatch.undo()
    found, _ = go_on(photos, output, reader)
    assert found.recalled == 12


PROGRAM = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from pyojeong.face.report.make import Asked, make_report

    class Slow:
        def read(self, image):
            time.sleep(0.05)
            return []

    out = Path(sys.argv[2])
    make_report([Path(sys.argv[1])], [out], Asked(), reader=Slow(), tell=lambda n: print(n.en))
    """
)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX only")
def test_killed_without_warning(photos, tmp_path, reader):
    output = tmp_path / "r.xlsx"
    journal = progress_folder(output) / JOURNAL
    command = [sys.executable, "-c", PROGRAM, str(photos), str(output)]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if journal.is_file() and journal.read_bytes().count(b"\n") >= 4:
                break
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert not output.exists()
    found, notes = go_on(photos, output, reader)
    assert 3 <= found.recalled < 12
    assert found.recalled + reader.seen == 12
    assert "Going on" in notes[0]
    assert output.read_bytes().startswith(b"PK")


def test_records_survive_the_journal(tmp_path):
    scores = dict.fromkeys(
        ("happiness", "anger", "sadness", "fear", "surprise", "disgust", "neutral"), 1 / 7
    )
    face = {"box": [1, 2, 3.5, 4], "score": 0.5, "emotion": "fear", "confidence": 0.2}
    record = Record(
        "사진\u2028=1.png",
        3,
        4,
        ({**face, "scores": scores, "later": [1]}, {**face, "emotion": None}),
        None,
        Stamp(5, 1_795_656_498_762_785_505),
        ((0, 10), None),
    )
    assert from_line(record.as_line()) == record
    failed = Record("x", error=Note("no", "아니요"))
    assert from_line(failed.as_line()) == failed
