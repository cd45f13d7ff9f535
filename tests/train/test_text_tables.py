"""Labelled tables of others: the AI-Hub dialogues, usual label columns, broken rows."""

import csv
import json
import math

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS, LABEL_SETS
from pyojeong.errors import BadInput, BadSettings
from pyojeong.train.text_table_files import guess_encoding
from pyojeong.train.text_tables import TableOptions, read_tables

# The header of the real files, with the space that "4번감정세기" lacks.
AIHUB = ["wav_id", "발화문", "상황"]
AIHUB += ["1번 감정", "1번 감정세기", "2번 감정", "2번 감정세기", "3번 감정", "3번 감정세기"]
AIHUB += ["4번 감정", "4번감정세기", "5번 감정", "5번 감정세기", "나이", "성별"]


def votes(text, *pairs):
    cells = [str(c) for pair in pairs for c in pair]
    return ["5e258fd1305bcf3ad153a6a4", text, "sad", *cells, "27", "male"]


def write_csv(path, rows, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def named(labelled):
    return [EMOTIONS[n].value for n in labelled.targets.argmax(1)]


class TestAiHub:
    rows = (
        votes(
            "왜 그래, 무슨 일이야?",
            ("Sadness", 2),
            ("Neutral", 0),
            ("Angry", 1),
            ("Sadness", 1),
            ("Neutral", 0),
        ),
        votes(
            "헐! 나 이벤트에 당첨 됐어.",
            ("Happiness", 2),
            ("happiness", 1),
            ("Surprise", 2),
            ("Happiness", 1),
            ("Fear", 0),
        ),
    )

    @pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig", "utf-16"])
    def test_five_votes_become_shares(self, tmp_path, encoding):
        path = write_csv(tmp_path / "5차년도.csv", [AIHUB, *self.rows], encoding)
        got = read_tables([path])
        assert got.texts == [row[1] for row in self.rows]
        assert got.targets[0].tolist() == pytest.approx([0, 0.2, 0.4, 0, 0, 0, 0.4])
        assert got.targets[1].tolist() == pytest.approx([0.6, 0, 0, 0.2, 0.2, 0, 0])
        assert got.intensities.tolist() == pytest.approx([0.4, 0.6])
        assert got.sources == ["5차년도"] * 2
        assert got.reports[0].layout.kind == "raters"

    def test_votes_count_by_strength_when_asked(self, tmp_path):
        path = write_csv(tmp_path / "a.csv", [AIHUB, *self.rows])
        got = read_tables([path], TableOptions(strength=True))
        # 2 + 1 for sadness, 1 for anger, and 1 for each neutral, whose strength is always 0.
        assert got.targets[0].tolist() == pytest.approx(np.array([0, 1, 3, 0, 0, 0, 2]) / 6)

    def test_a_row_needs_three_readable_votes(self, tmp_path):
        poor = votes("음.", ("Sadness", 1), ("", ""), ("슬픈가", 1), ("Sadness", 1), ("", ""))
        enough = votes("음.", ("Sadness", 1), ("", ""), ("Fear", "x"), ("Sadness", 1), ("", ""))
        got = read_tables([write_csv(tmp_path / "a.csv", [AIHUB, poor, enough])])
        assert got.targets.tolist() == [pytest.approx([0, 0, 2 / 3, 1 / 3, 0, 0, 0])]
        assert got.reports[0].broken == {"fewer than 3 readable votes": 1}


class TestLabels:
    def test_columns_are_found_by_name(self, tmp_path):
        path = write_csv(
            tmp_path / "a.csv",
            [["id", "감정_대분류", "사람문장1"], ["1", "당황", "어쩌지"], ["2", "상처", "너무해"]],
        )
        got = read_tables([path])
        assert got.reports[0].layout.label_set == "aihub-7"
        assert got.targets[0].tolist() == pytest.approx([0, 0, 0, 0.3, 0.7, 0, 0])
        assert named(got) == ["surprise", "sadness"]
        assert all(math.isnan(v) for v in got.intensities)

    def test_columns_can_be_named(self, tmp_path):
        path = write_csv(tmp_path / "a.csv", [["말", "emotion", "마음"], ["와", "x", "joy"]])
        assert named(read_tables([path], TableOptions("말", "마음"))) == ["happiness"]
        with pytest.raises(BadSettings, match="말, emotion, 마음"):
            read_tables([path], TableOptions("문장", "마음"))

    def test_kote_numbers_without_a_header(self, tmp_path):
        path = tmp_path / "train.tsv"
        path.write_text('39\t내가 "톰보다" 더 낫지\t42,40\n7\t무서워\t18\n8\t?\t99\n', "utf-8")
        got = read_tables([path], TableOptions("1", "2", "kote-43"))
        assert LABEL_SETS["kote-43"].labels[18] == "공포/무서움"
        assert got.texts[0] == '내가 "톰보다" 더 낫지'
        assert named(got) == ["happiness", "fear"]
        assert got.reports[0].broken == {"unknown label '99'": 1}

    def test_a_column_per_label(self, tmp_path):
        head = ["text", "admiration", "anger", "disgust", "fear", "id"]
        path = write_csv(tmp_path / "a.csv", [head, ["hm", 0, 1, 0, 1, 7], ["no", 0, 0, 0, 0, 8]])
        got = read_tables([path])
        assert got.reports[0].layout.label_set == "goemotions-27"
        assert got.targets[0].tolist() == pytest.approx([0, 0.5, 0, 0.5, 0, 0, 0])
        assert got.reports[0].broken == {"no label": 1}

    def test_json_lines_hold_lists_and_shares(self, tmp_path):
        path = tmp_path / "a.jsonl"
        rows = [
            {"text": "a", "label": ["기쁨", "놀람"], "intensity": 0.5},
            {"text": "b", "label": {"sadness": 0.75, "fear": 0.25}},
            {"text": "c", "label": "joy, anger"},
            {"text": 5, "label": "joy"},
            {"text": "d", "label": [[["joy"]]]},
            {"text": "e", "label": None},
        ]
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join([*lines, "{", "[" * 5000, "3"]), "utf-8")
        got = read_tables([path])
        assert got.targets[:, :4].tolist() == [
            pytest.approx(row) for row in ([0.5, 0, 0, 0], [0, 0, 0.75, 0.25], [0.5, 0.5, 0, 0])
        ]
        assert got.intensities[0] == 0.5
        assert got.reports[0].broken == {
            "a line that is no JSON object": 3,
            "no label": 2,
            "no text": 1,
        }

    def test_parquet(self, tmp_path):
        pa = pytest.importorskip("pyarrow", reason="pyarrow is in the train extra")
        from pyarrow import parquet

        table = pa.table(
            {
                "sentence": ["좋아", None, "싫어"],
                "labels": [[17], [0], [27, 2]],
                "audio": [b"\xff" * 10] * 3,
            }
        )
        parquet.write_table(table, tmp_path / "a.parquet")
        whole = (tmp_path / "a.parquet").read_bytes()
        (tmp_path / "b.parquet").write_bytes(whole[:-30])
        got = read_tables([tmp_path], TableOptions(label_set="goemotions-27"))
        # Joy is number 17 of the files, neutral 27 and anger 2.
        assert named(got) == ["happiness", "anger"]
        assert got.targets[1].tolist() == [0, 0.5, 0, 0, 0, 0, 0.5]
        first, second = got.reports
        assert first.broken == {"no text": 1}
        assert second.rows == 0
        assert "cannot be read further" in next(iter(second.broken))

    def test_labels_without_emotion_are_counted(self, tmp_path):
        path = write_csv(
            tmp_path / "a.csv", [["text", "label"], ["음", "비장함"], ["와", "즐거움/신남"]]
        )
        got = read_tables([path])
        assert got.reports[0].layout.label_set == "kote-43"
        assert got.reports[0].broken == {"a label that says nothing of emotion": 1}

    def test_numbers_ask_for_the_set(self, tmp_path):
        path = write_csv(tmp_path / "a.csv", [["text", "label"], ["음", 3]])
        with pytest.raises(BadInput, match="name the label set"):
            read_tables([path])
        with pytest.raises(BadSettings, match="kote-43"):
            TableOptions(label_set="kote")


class TestHostile:
    def test_broken_rows_are_counted_and_the_rest_is_read(self, tmp_path):
        lines = [
            b"text,label",
            "좋아,기쁨".encode(),
            b"too,few,cells,here",
            b"alone",
            b"",
            b"bad \xff\xfe bytes,joy",
            b"nul\0,joy",
            b'"open ' + b"x" * 200_000 + b",joy",
            b'close",joy',
            b"z" * 2_500_000,
            b",joy",
            b"end,sadness",
        ]
        path = tmp_path / "a.csv"
        path.write_bytes(b"\n".join(lines))
        got = read_tables([path])
        assert got.texts == ["좋아", "nul", 'close"', "end"]
        assert sum(got.reports[0].broken.values()) >= 6
        assert "left out" in got.reports[0].note().en
        assert "제외" in got.reports[0].note().ko

    def test_long_texts_are_cut_and_odd_characters_normalised(self, tmp_path):
        path = tmp_path / "a.jsonl"
        rows = [{"text": "가" * 900_000, "label": "joy"}, {"text": "\u1100\u1161", "label": "joy"}]
        path.write_text("\n".join(map(json.dumps, rows[1:])) + "\n", "utf-8")
        with path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(rows[0], ensure_ascii=False))
        assert [len(t) for t in read_tables([path]).texts] == [1, 10_000]

    def test_many_reasons_do_not_pile_up(self, tmp_path):
        rows = [["text", "label"], ["x", "joy"], *(["x", f"word{n}"] for n in range(500))]
        broken = read_tables([write_csv(tmp_path / "a.csv", rows)]).reports[0].broken
        assert len(broken) <= 31
        assert sum(broken.values()) == 500

    @pytest.mark.parametrize("content", [b"", b"\0\0\0", b"\xff" * 5000, b"text,label\n", b"a\nb"])
    def test_a_table_without_anything_says_so(self, tmp_path, content):
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        with pytest.raises(BadInput):
            read_tables([path])

    def test_paths_are_checked(self, tmp_path):
        with pytest.raises(BadInput, match="no table"):
            read_tables([tmp_path])
        (tmp_path / "a.pkl").write_bytes(b"x")
        with pytest.raises(BadInput, match=r"\.csv"):
            read_tables([tmp_path / "a.pkl"])
        with pytest.raises(BadInput, match="no file"):
            read_tables([tmp_path / "b.csv"])

    def test_a_folder_is_read_once_and_in_order(self, tmp_path):
        for name in ("b", "a"):
            write_csv(tmp_path / f"{name}.csv", [["text", "label"], [name, "joy"]])
        got = read_tables([tmp_path, tmp_path / "a.csv"])
        assert got.texts == ["a", "b"]
        assert got.where([False, True]).texts == ["b"]

    def test_encoding_is_guessed_late_in_a_file_too(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_bytes(b"text,label\n" + b"hello,joy\n" * 200_000 + "좋아,joy\n".encode("cp949"))
        assert guess_encoding(path) == "cp949"
        assert read_tables([path]).texts[-1] == "좋아"
