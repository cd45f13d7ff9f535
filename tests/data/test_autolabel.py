"""Labels from names and captions: 60 names with exact expectations, captions, the CSV's way there
and back, hostile tables."""

import csv
import json
import unicodedata

import cv2
import numpy as np
import pytest

from pyojeong.data.autolabel.label import label, label_folder
from pyojeong.data.autolabel.reading import read_rows
from pyojeong.data.autolabel.table import as_dataset, read_table, reviewed, write_table
from pyojeong.data.autolabel.words import Words, load_words
from pyojeong.emotion import EMOTIONS, EmotionScores, Unsure
from pyojeong.errors import BadInput, BadSettings
from pyojeong.face.reader import ReadFace

NAMES = [
    # the keyword groups of the Nota cartoon faces
    ("neutral-cartoon-face", "neutral"),
    ("angry-man-cartoon", "anger"),
    ("upset_girl_0012", "anger"),
    ("unhappy-customer", "anger"),
    ("shocked-cat", "surprise"),
    ("frightened boy (3)", "surprise"),
    ("amazedWoman", "surprise"),
    ("happy-old-man-cartoon", "smile"),
    ("smiling_cartoon_boy_17", "smile"),
    ("little-girl-cry", "sad"),
    # other forms
    ("IMG_2031CryingBaby", "sad"),
    ("SADFACE01", "sad"),
    ("happyFaces", "!several faces: 'faces'"),
    ("the-saddest-clown", "sad"),
    ("surprised2", "surprise"),
    ("3laughing", "smile"),
    ("HTMLAngryEmoji", "anger"),
    ("smile-happy-grin", "smile"),
    ("expressionless.final.v2", "neutral"),
    ("isn't-she-sad", "sad"),
    # word boundaries
    ("smiley-sadler-street", ""),
    ("unhappyville-station", ""),
    ("madrid-smilesmith", ""),
    ("crystal-ball", ""),
    ("amazing-landscape", ""),
    ("sadhu-portrait", ""),
    ("neutralizer", ""),
    ("angrybirds", ""),
    ("happy-birthday-cake", ""),
    ("DSC_0001", ""),
    # conflicts, negations, several people
    ("stubborn-sad-upset-boy", "!conflict: sad, anger"),
    ("happy-tears", "!conflict: smile, sad"),
    ("smile_or_cry", "!conflict: smile, sad"),
    ("not-happy-man", "!negated: 'happy'"),
    ("without-a-smile", "!negated: 'smile'"),
    ("not-angry-just-sad", "sad"),
    ("sad-couple-on-bench", "!several faces: 'couple'"),
    ("smiling kids", "!several faces: 'kids'"),
    # Korean
    ("슬픈아이", "sad"),
    ("화난_표정", "anger"),
    ("아이가우는모습", "sad"),
    ("웃는얼굴3", "smile"),
    ("깜짝놀란고양이", "surprise"),
    ("무표정한남자", "neutral"),
    ("할머니의미소를", "smile"),
    ("행복한-소녀", "smile"),
    ("너무화난강아지", "anger"),
    ("펑펑울고있는소년", "sad"),
    ("분노에찬사람", "anger"),
    ("표정없는인형", "neutral"),
    ("배우는학생", ""),  # 우는 in 배우는, to learn
    ("서울고양이", ""),  # 울고 in 서울고양이, a cat of Seoul
    ("대화난이도", ""),  # 화난 in 대화 난이도
    ("미소녀게임", ""),  # 미소 in 미소녀, a pretty girl
    ("동화나라", ""),
    ("놀라운풍경", ""),
    ("슬프지않은아이", "!negated: '슬프'"),
    ("안 웃는 아이", "!negated: '웃는'"),
    ("웃다가우는아기_슬픔", "sad"),
    ("슬픈미소", "!conflict: sad, smile"),
    ("행복한가족", "!several faces: '가족'"),
    ("sad_웃는얼굴", "!conflict: sad, smile"),
]


@pytest.fixture(scope="module")
def table():
    return load_words()


def row_of(table, name, caption=""):
    return label(f"{name}.jpg", table.find(name), table.find(caption))


class TestNames:
    def test_there_are_sixty(self):
        assert len({name for name, _ in NAMES}) >= 60

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    @pytest.mark.parametrize(("name", "expected"), NAMES)
    def test_exactly(self, table, name, expected, form):
        row = row_of(table, unicodedata.normalize(form, name))
        if expected.startswith("!"):
            assert (row.status, row.reason) == ("review", expected[1:])
        elif not expected:
            assert (row.label, row.status, row.reason) == ("", "review", "no emotion word")
        else:
            assert (row.label, row.status, row.reason) == (expected, "label", "")

    def test_a_conflict_has_no_label_and_several_faces_keep_theirs(self, table):
        assert row_of(table, "stubborn-sad-upset").label == ""
        assert row_of(table, "sad-couple").label == "sad"

    def test_every_word_of_the_table_finds_its_own_label(self, table):
        from pyojeong.data.autolabel.words import _shipped

        for name, row in _shipped()["labels"].items():
            for word in (*row["en"], *row["ko"], *row.get("ko_start", ())):
                assert {w.label for w in table.find(word).found} == {name}, word

    def test_no_word_stands_for_two_labels(self):
        from pyojeong.data.autolabel.words import _shipped

        words = [
            w
            for row in _shipped()["labels"].values()
            for key in ("en", "ko", "ko_start")
            for w in row.get(key, ())
        ]
        assert len(words) == len(set(words))

    def test_anything_at_all_can_be_a_name(self, table):
        rng = np.random.default_rng(3)
        letters = "가힣ㄱsadSAD웃는우는🙂é\u0301İß_-. 019'’\u200b\U0001f468"
        for _ in range(500):
            table.find("".join(rng.choice(list(letters), rng.integers(0, 30))))


class TestCaptions:
    def test_name_and_caption_together_are_surer(self, table):
        alone, both = row_of(table, "sad boy"), row_of(table, "sad boy", "A boy is crying.")
        caption = row_of(table, "boy", "A boy is crying.")
        assert caption.confidence < alone.confidence < both.confidence
        assert both.provenance == "file name: 'sad'; caption: 'crying'"

    def test_a_caption_may_contradict_the_name(self, table):
        assert row_of(table, "sad", "a smiling boy").reason == "conflict: sad, smile"
        assert row_of(table, "boy", "The boy is not very happy.").reason == "negated: 'happy'"
        assert row_of(table, "소년", "행복하지 않은 소년").reason == "negated: '행복'"

    def test_sidecars_of_every_kind(self, tmp_path, table):
        for name in ("a.jpg", "b.PNG", "c.jpeg", "d.png", "e.png"):
            (tmp_path / name).write_bytes(b"not opened")
        (tmp_path / "a.txt").write_text("화난 아저씨", "utf-8")
        (tmp_path / "b.PNG.txt").write_bytes("우는 아이".encode("cp949"))
        (tmp_path / "c.json").write_text(
            json.dumps({"id": "happy-1", "info": {"caption": ["a shocked man"]}}), "utf-8"
        )
        (tmp_path / "d.json").write_text('{"caption": ' + "[" * 3000, "utf-8")
        (tmp_path / "e.txt").write_text(" ", "utf-8")
        labelled = label_folder(tmp_path, table)
        assert [row.label for row in labelled.rows] == ["anger", "sad", "surprise", "", ""]
        assert len(labelled.notes) == 1
        assert "d.json" in labelled.notes[0].en


class TestUserWords:
    def write(self, tmp_path, text):
        path = tmp_path / "words.toml"
        path.write_text(text, "utf-8")
        return load_words(path)

    def test_words_and_labels_are_added_moved_and_dropped(self, tmp_path):
        own = self.write(
            tmp_path,
            '[labels.fear]\nen = ["frightened", "Spooked"]\nko = ["겁먹"]\nreads = ["fear"]\n'
            '[labels.anger]\ndrop = ["upset"]\n[several]\nen = ["duo"]\n',
        )
        assert own.find("frightened spooked 겁먹은").found[0].label == "fear"
        assert {w.label for w in own.find("frightened spooked 겁먹은").found} == {"fear"}
        assert own.find("upset").found == ()
        assert own.find("sad duo").several == "duo"
        assert own.find("happy").found[0].label == "smile"

    def test_the_shipped_labels_can_be_replaced(self, tmp_path):
        own = self.write(tmp_path, 'replace = true\n[labels.joy]\nen = ["happy"]\n')
        assert list(own.labels) == ["joy"]

    @pytest.mark.parametrize(
        "text",
        [
            "labels = 3",
            "[labels.x]\nen = 'sad'",
            "[labels.x]\nen = [3]",
            "[labels.x]\nen = ['two words']",
            "[labels.x]\nreads = ['hope']",
            "[labels.x]\ncolour = ['red']",
            "[labels.'a b']\nen = ['sad']",
            "[other]\nen = []",
            "[labels.x",
            "[labels.x]\nen = ['']",
        ],
    )
    def test_wrong_files_are_refused(self, tmp_path, text):
        with pytest.raises(BadSettings):
            self.write(tmp_path, text)


@pytest.fixture
def folder(tmp_path, table):
    root = tmp_path / "pictures"
    (root / "sub").mkdir(parents=True)
    names = [
        "sad_boy.png",
        "sub/웃는얼굴.png",
        "sad_upset.png",
        'x, "y".png',
        "=1+1.png",
        " b .png",
    ]
    for name in names:
        cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tofile(root / name)
    return root


class TestRoundTrip:
    def test_nothing_is_lost(self, tmp_path, folder, table):
        rows = label_folder(folder, table).rows
        write_table(tmp_path / "a.csv", rows)
        again = read_table(tmp_path / "a.csv", folder, tuple(table.labels))
        assert again == rows == reviewed(again)
        write_table(tmp_path / "b.csv", again)
        assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()

    def test_no_cell_begins_a_formula(self, tmp_path, folder, table):
        write_table(tmp_path / "a.csv", label_folder(folder, table).rows)
        text = (tmp_path / "a.csv").read_text("utf-8-sig")
        cells = [c for line in csv.reader(text.splitlines()) for c in line]
        assert not [c for c in cells if c.startswith(("=", "+", "-", "@"))]

    def test_decisions_of_a_person_are_kept_and_said(self, tmp_path, folder, table):
        write_table(tmp_path / "a.csv", label_folder(folder, table).rows)
        text = (tmp_path / "a.csv").read_text("utf-8-sig")
        text = text.replace("sad_upset.png,,0,review", "sad_upset.png,anger,0,label")
        (tmp_path / "b.csv").write_text(text, "utf-8")
        rows = reviewed(read_table(tmp_path / "b.csv", folder, tuple(table.labels)))
        (row,) = [r for r in rows if r.path == "sad_upset.png"]
        assert (row.label, row.automatic, row.confidence) == ("anger", "", 1.0)
        assert row.provenance.endswith("person: anger")
        assert reviewed(rows) == rows
        dataset = as_dataset(rows, folder, tuple(table.labels))
        assert [dataset.classes[k] for k in dataset.labels] == ["sad", "anger", "smile"]
        assert dataset.read(0).shape == (8, 8, 3)
        assert "3 pictures wait" in dataset.notes[0]

    @pytest.mark.parametrize("how", ["semicolons", "tabs", "cp949", "utf-16", "crlf", "columns"])
    def test_as_other_programs_save_it(self, tmp_path, folder, table, how):
        lines = [["path", "label", "status"], ["sub/웃는얼굴.png", "smile", "Label"]]
        if how == "columns":
            lines = [["note", "status", "label", "path"], ["!", "label", "smile", lines[1][0]]]
        text = "\n".join({"semicolons": ";", "tabs": "\t"}.get(how, ",").join(r) for r in lines)
        text = text.replace("\n", "\r\n") if how == "crlf" else text
        encoding = how if how in ("cp949", "utf-16") else "utf-8"
        (tmp_path / "t.csv").write_bytes(text.encode(encoding))
        (row,) = read_table(tmp_path / "t.csv", folder, tuple(table.labels))
        assert (row.path, row.label, row.status) == ("sub/웃는얼굴.png", "smile", "label")

    def test_hangul_taken_apart_finds_the_picture(self, tmp_path, folder, table):
        path = unicodedata.normalize("NFD", "sub/웃는얼굴.png")
        (tmp_path / "t.csv").write_text(f"path,label,status\n{path},smile,label\n", "utf-8")
        (row,) = read_table(tmp_path / "t.csv", folder, tuple(table.labels))
        assert row.path == "sub/웃는얼굴.png"

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("sad_boy.png,glad,label", "line 2: label 'glad'"),
            ("sad_boy.png,sad,done", "status 'done'"),
            ("sad_boy.png,,label", "without a label"),
            ("none.png,sad,label", "no picture none.png"),
            ("../pictures/sad_boy.png,sad,label", "no path below the folder"),
            ("/etc/passwd,sad,label", "no path below the folder"),
            ("sad_boy.png,sad", "2 cells instead of 3"),
            ("sad_boy.png,sad,label\nsad_boy.png,sad,label", "also in line 2"),
            ('"sad_boy.png,sad,label', "quotes"),
            ("\n".join(f"n{k}.png,sad,label" for k in range(9)), "9 rows"),
        ],
    )
    def test_broken_rows_are_named(self, tmp_path, folder, table, body, said):
        (tmp_path / "t.csv").write_text(f"path,label,status\n{body}\n", "utf-8")
        with pytest.raises(BadInput, match=said) as caught:
            read_table(tmp_path / "t.csv", folder, tuple(table.labels))
        assert caught.value.ko != caught.value.en

    @pytest.mark.parametrize(
        "data", [b"", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"path,label\n", b"a,b,c\n", b"\0" * 50]
    )
    def test_what_is_no_table_is_refused(self, tmp_path, folder, table, data):
        (tmp_path / "t.csv").write_bytes(data)
        with pytest.raises(BadInput):
            read_table(tmp_path / "t.csv", folder, tuple(table.labels))

    @pytest.mark.parametrize("number", ["nan", "1.5", "-1", "x"])
    def test_confidence_is_a_share(self, tmp_path, folder, table, number):
        (tmp_path / "t.csv").write_text(
            f"path,label,status,confidence\nsad_boy.png,sad,label,{number}\n", "utf-8"
        )
        with pytest.raises(BadInput, match="confidence"):
            read_table(tmp_path / "t.csv", folder, tuple(table.labels))


def face(emotion, probability, unsure=None):
    rest = (1 - probability) / 6
    values = tuple(probability if e == emotion else rest for e in EMOTIONS)
    box = np.array([0, 0, 4, 4], np.float32)
    return ReadFace(box, 0.9, None, EmotionScores(values, "fake", unsure=unsure))


class TestReader:
    def judge(self, folder, table, faces, name="sad_boy.png"):
        rows = [r for r in label_folder(folder, table).rows if r.path == name]
        (row,) = read_rows(rows, folder, table.labels, lambda image: faces)
        return row, rows[0]

    def test_agreement_raises_and_doubt_lowers(self, folder, table):
        agreed, before = self.judge(folder, table, [face("sadness", 0.81)])
        assert before.confidence < agreed.confidence < 1
        assert agreed.provenance == "file name: 'sad'; reader: agrees 0.81"
        assert (agreed.faces, agreed.status) == (1, "label")
        doubted, before = self.judge(folder, table, [face("happiness", 0.9)])
        assert doubted.confidence < before.confidence
        assert (doubted.status, doubted.reason, doubted.label) == (
            "review",
            "reader disagrees",
            "sad",
        )

    def test_several_faces_and_none_are_for_review(self, folder, table):
        row, _ = self.judge(folder, table, [face("sadness", 0.8)] * 3)
        assert (row.status, row.reason, row.faces) == ("review", "several faces: 3 seen", 3)
        row, _ = self.judge(folder, table, [])
        assert (row.status, row.reason, row.faces) == ("review", "no face found", 0)

    def test_an_unsure_reader_does_not_count(self, folder, table):
        row, before = self.judge(folder, table, [face("happiness", 0.9, Unsure.BLUR)])
        assert row.confidence == before.confidence
        assert "too blurred" in row.provenance

    def test_a_proposal_where_the_name_says_nothing(self, folder, table):
        row, _ = self.judge(folder, table, [face("happiness", 0.9)], "=1+1.png")
        assert (row.label, row.status) == ("", "review")
        assert row.provenance == "reader: proposes smile 0.90"

    def test_a_broken_picture_is_for_review(self, folder, table):
        (folder / "sad_boy.png").write_bytes(b"no picture")
        row, _ = self.judge(folder, table, [])
        assert row.reason == "picture cannot be read"


def test_an_empty_text_says_nothing(table):
    assert table.find("") == Words()


def test_a_folder_without_pictures_is_refused(tmp_path, table):
    with pytest.raises(BadInput, match="no pictures"):
        label_folder(tmp_path, table)
    with pytest.raises(BadInput, match="no folder"):
        label_folder(tmp_path / "none", table)
