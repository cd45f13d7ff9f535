"""SAMI as Korean subtitle makers write it."""

from __future__ import annotations

import pytest

from pyojeong.errors import BadInput
from pyojeong.media import cues
from pyojeong.media.cues import Cue
from pyojeong.media.subtitle_file import read_subtitles

HEAD = """<SAMI>
<HEAD>
<TITLE>film</TITLE>
<STYLE TYPE="text/css">
<!--
P { margin-left:8pt; }
.KRCC { Name:Korean; lang:ko-KR; SAMIType:CC; }
-->
</STYLE>
</HEAD>
<BODY>
"""


def read(tmp_path, body, encoding="utf-8", head=HEAD):
    path = tmp_path / "film.smi"
    path.write_bytes((head + body).encode(encoding))
    return read_subtitles(path)


def test_texts_stand_until_the_next(tmp_path):
    body = """<SYNC Start=1000><P Class=KRCC>
너무 <b>기뻐요</b>!<br>정말로
<SYNC Start=3500><P Class=KRCC>&nbsp;
<SYNC Start=4000><P Class=KRCC><font color="#ffff00">무서워 &amp; 슬퍼</font>
<SYNC Start=5000><P Class=KRCC>끝
</BODY></SAMI>"""
    assert read(tmp_path, body) == [
        Cue(1.0, 3.5, "너무 기뻐요!\n정말로"),
        Cue(4.0, 5.0, "무서워 & 슬퍼"),
        Cue(5.0, 10.0, "끝"),
    ]


def test_old_files_are_in_cp949_and_anyhow_written(tmp_path):
    body = "<sync start='500' end=\"900\"><p class='krcc'>안녕하세요\n<sync start=2000>그래\n"
    found = read(tmp_path, body, "cp949", "<sami><body>\n")
    assert found == [Cue(0.5, 0.9, "안녕하세요")]


def test_the_language_with_most_texts_is_read(tmp_path):
    body = "".join(
        f"<SYNC Start={n}000><P Class=KRCC>말 {n}<P Class=ENCC>word {n}\n" for n in range(3)
    )
    body += "<SYNC Start=9000><P Class=KRCC>하나 더\n"
    assert [cue.text for cue in read(tmp_path, body)] == ["말 0", "말 1", "말 2", "하나 더"]


@pytest.mark.parametrize("body", ["", "<SYNC Start=x><P>hi", "<SYNC Start=1><P>&nbsp;"])
def test_nothing_is_an_error(tmp_path, body):
    with pytest.raises(BadInput, match="no subtitles"):
        read(tmp_path, body)


@pytest.mark.parametrize("piece", ["<SYNC ", "<SYNC Start=", "<!--", "<P Class=", "<br", "&nbsp;<"])
def test_floods_end(tmp_path, piece):
    """A pattern that looked back would take hours over this."""
    with pytest.raises(BadInput):
        read(tmp_path, piece * 400_000)


def test_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(cues, "MOST_CUES", 5)
    body = "".join(f"<SYNC Start={n}><P>a{n}" for n in range(7))
    with pytest.raises(BadInput, match="more than 5"):
        read(tmp_path, body)
