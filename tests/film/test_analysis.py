"""Numbers of a film with known statistics, and the page and tables made of them."""

from __future__ import annotations

import csv
import itertools
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from pyojeong.film.analysis import (
    analyse,
    breadth,
    chi_square,
    clear_emotions,
    difference,
    track_counts,
)
from pyojeong.film.answers import answers
from pyojeong.film.report.edits import edit_list
from pyojeong.film.report.make import write_report
from pyojeong.film.report.marked import write_marked
from pyojeong.film.report.tables import columns_of
from pyojeong.film.report.timeline import MOST_FACES, MOST_PIECES, stretches
from pyojeong.film.types import Character, FilmReading, Line, Shot, Sightings
from pyojeong.media.decode import read_frames
from pyojeong.media.encode import VideoWriter
from pyojeong.media.files import Note

EMOTIONS = ("happiness", "anger", "sadness")
STEP = 0.2


def reading_of(plans, *, names=("Joy", "Anger", "Zed"), tracks=12, length=10, emotions=EMOTIONS):
    """A film in which character c shows emotion k in a share plans[c][k] of its tracks; each
    track is one shot in which that character alone is seen."""
    rows, chance = [], np.random.default_rng(0)
    shots, time = [], 0.0
    for c, plan in enumerate(plans):
        felt = np.repeat(np.arange(len(plan)), np.round(np.array(plan) * tracks).astype(int))
        for number, k in enumerate(chance.permutation(felt)):
            start = time
            for _ in range(length):
                scores = np.full(len(emotions), 0.1 / (len(emotions) - 1))
                scores[k] = 0.9
                rows.append((time, len(shots), 100 * c + number, c, scores))
                time += STEP
            shots.append(Shot(start, time, round(start * 5), round(time * 5) - 1, "cut"))
    n = len(rows)
    scores = np.array([row[4] for row in rows], np.float32).reshape(n, len(emotions))
    columns = [np.array([row[i] for row in rows], np.int64) for i in (1, 2, 3)]
    seen = Sightings(
        np.arange(n), np.array([row[0] for row in rows]), *columns,
        np.tile(np.array([0, 0, 10, 10], np.float32), (n, 1)), np.full(n, 0.1, np.float32),
        scores, scores, np.zeros(n, np.bool_),
    )  # fmt: skip
    characters = tuple(Character(name, True) for name in names[: len(plans)])
    frames = np.arange(n)
    return FilmReading(
        "film.mp4", time, 640, 360, STEP, frames, frames * STEP, tuple(shots), characters,
        tuple(emotions), seen, (), {}, {}, (),
    )  # fmt: skip


@pytest.fixture(scope="module")
def reading():
    return reading_of([(1.0, 0.0, 0.0), (0.0, 0.75, 0.25), (1 / 3, 1 / 3, 1 / 3)])


class TestNumbers:
    def test_time_and_shares(self, reading):
        joy, anger, zed = analyse(reading).people
        assert joy.seconds == pytest.approx(12 * 10 * STEP)
        assert joy.share == pytest.approx(1 / 3)
        assert joy.shots == joy.tracks == 12
        assert joy.shares.tolist() == [1, 0, 0]
        assert joy.intervals.tolist() == [[1, 1], [0, 0], [0, 0]]
        assert anger.shares == pytest.approx([0, 0.75, 0.25])
        low, high = anger.intervals[1]
        assert 0.4 < low < 0.75 < high <= 1
        assert joy.breadth == 0
        assert zed.breadth == pytest.approx(1)

    def test_the_bootstrap_is_of_tracks(self, reading):
        """Ten times as many pictures of the same tracks make nothing surer."""
        more = reading_of([(1.0, 0.0, 0.0), (0.0, 0.75, 0.25)], length=100)
        once = reading_of([(1.0, 0.0, 0.0), (0.0, 0.75, 0.25)])
        widths = [np.ptp(analyse(r).people[1].intervals[1]) for r in (once, more)]
        assert widths[0] == pytest.approx(widths[1], abs=0.02)

    def test_interval_covers_as_often_as_it_says(self):
        chance, hits = np.random.default_rng(5), 0
        for trial in range(60):
            felt = chance.random(20) < 0.4
            share = float(felt.mean())
            made = reading_of([(share, 1 - share, 0.0)], tracks=20, length=2)
            low, high = analyse(made, trial).people[0].intervals[0]
            hits += low - 1e-9 <= 0.4 <= high + 1e-9
        assert hits >= 50

    def test_cramers_v_against_scipy(self):
        stats = pytest.importorskip("scipy.stats", reason="scipy is in the train extra")
        for seed in range(5):
            table = np.random.default_rng(seed).integers(0, 30, (3, 4))
            wanted = stats.contingency.association(table, method="cramer")
            groups = [row[None].astype(float) for row in table]
            assert difference(groups)[0] == pytest.approx(wanted)
        assert difference([np.ones((2, 1)), np.ones((3, 1))])[0] == 0

    def test_chi_square_against_scipy(self, reading):
        stats = pytest.importorskip("scipy.stats", reason="scipy is in the train extra")
        analysis, clear = analyse(reading), clear_emotions(reading)
        table = np.stack([track_counts(reading, c, clear).sum(0) for c in range(3)])
        known = stats.chi2_contingency(table, correction=False)
        assert (analysis.chi_square, analysis.freedom) == (
            pytest.approx(known.statistic),
            known.dof,
        )
        assert analysis.v == pytest.approx(math.sqrt(known.statistic / table.sum() / 2))
        assert chi_square(np.zeros((2, 0)))[1] == chi_square(np.ones((1, 3)))[1] == 0

    def test_a_difference_is_one_and_none_is_none(self, reading):
        pairs = {(p.first, p.second): p for p in analyse(reading).pairs}
        assert pairs[0, 1].v == pytest.approx(1)
        assert pairs[0, 1].p <= 0.01
        assert pairs[0, 1].gap == pytest.approx(1)
        alike = reading_of([(0.5, 0.5, 0.0), (0.5, 0.5, 0.0)])
        assert analyse(alike).pairs[0].p > 0.5

    def test_chance_differences_are_rarely_significant(self):
        chance = np.random.default_rng(2)
        small = 0
        for seed in range(40):
            groups = [np.eye(3)[chance.integers(0, 3, 10)] * 7 for _ in range(2)]
            small += difference(groups, seed)[1] < 0.05
        assert small <= 6

    def test_breadth_is_entropy(self):
        assert breadth(np.array([[0.5, 0.5, 0, 0], [1, 0, 0, 0], [0.25] * 4])) == pytest.approx(
            [0.5, 0, 1]
        )

    def test_changes_are_within_tracks(self, reading):
        seen = reading.sightings
        scores = seen.scores.copy()
        scores[3:5] = (0.1, 0.8, 0.1)
        joy = analyse(replace(reading, sightings=replace(seen, scores=scores))).people[0]
        assert joy.changes.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]

    def test_together(self):
        both = reading_of([(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
        half = len(both.sightings) // 2
        frames = np.tile(np.arange(half), 2)
        made = replace(both, sightings=replace(both.sightings, frame=frames))
        pair = analyse(made).pairs[0]
        assert pair.together[0, 1] == pytest.approx(half * STEP)
        assert pair.together.sum() == pair.together[0, 1]

    def test_unclear_rows_count_for_time_only(self, reading):
        seen = reading.sightings
        unsure = seen.unsure.copy()
        unsure[:60] = True
        scores = seen.scores.copy()
        scores[60:65] = np.nan
        made = replace(reading, sightings=replace(seen, unsure=unsure, scores=scores))
        joy = analyse(made).people[0]
        assert joy.unsure == pytest.approx(65 / 120)
        assert joy.seconds == pytest.approx(24)
        assert track_counts(made, 0, clear_emotions(made)).sum() == 55

    def test_answers(self, reading):
        said = [one.en for one in answers(analyse(reading), EMOTIONS)]
        assert said[0].startswith("Joy practically always shows happiness")
        assert "Anger does not always show anger" in said[1]
        assert any(one.startswith("Zed has the widest range") for one in said)
        assert any("Joy and Anger feel differently" in one for one in said)
        korean = [one.ko for one in answers(analyse(reading), EMOTIONS)]
        assert "Joy은(는) 거의 언제나 기쁨을(를) 보입니다" in korean[0]

    def test_same_twice(self, reading):
        assert answers(analyse(reading), EMOTIONS) == answers(analyse(reading), EMOTIONS)

    def test_seldom_seen_is_said(self):
        few = reading_of([(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)], tracks=2)
        joy = analyse(few).people[0]
        assert joy.shares.tolist() == [1, 0, 0]
        assert np.isnan(joy.intervals).all()
        said = [one.en for one in answers(analyse(few), EMOTIONS)]
        assert "too seldom" in said[0]
        assert not any("widest" in one for one in said)

    def test_many_characters_can_still_differ(self):
        plans = [(1.0, 0.0, 0.0) if n % 2 else (0.0, 1.0, 0.0) for n in range(12)]
        made = reading_of(plans, names=[f"c{n}" for n in range(12)])
        pairs = {(p.first, p.second): p.p for p in analyse(made).pairs}
        assert len(pairs) == 66
        assert pairs[0, 1] < 0.05
        assert pairs[0, 2] > 0.5

    def test_peaks_lie_apart(self, reading):
        peaks = analyse(reading).peaks
        times = sorted(p.time for p in peaks if p.character == 1)
        assert len(times) == 4
        assert min(np.diff(times)) >= 3


class Strict(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in ("meta", "img", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


class TestReport:
    def test_files(self, reading, tmp_path):
        line = Line(1.0, 2.0, "I am <b>happy</b>", np.full(7, 1 / 7, np.float32), 1, 0.9,
                    np.full(7, 1 / 7, np.float32), True)  # fmt: skip
        told = replace(reading, lines=(line,), thumbs={3: b"\xff\xd8 no picture"})
        written = {path.name for path in write_report(told, tmp_path, "ko")}
        assert {
            "report.html",
            "emotions.png",
            "timeline.png",
            "shots.csv",
            "together.csv",
            "analysis.json",
            "peaks.json",
            "peaks.edl",
            "lines.csv",
        } <= written
        assert {path.name for path in tmp_path.iterdir()} == written
        page = (tmp_path / "report.html").read_text("utf-8")
        parser = Strict()
        parser.feed(page)
        assert not parser.open
        assert '<html lang="ko">' in page
        assert "&lt;b&gt;happy" in page
        assert not re.search(r"(src|href)=.?(https?:|//)", page)
        table = json.loads((tmp_path / "analysis.json").read_text("utf-8"))
        assert table["characters"][0]["character"] == "Joy"
        assert table["characters"][0]["happiness"] == 1
        with (tmp_path / "sightings.csv").open(encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == len(reading.sightings)
        assert float(rows[0]["happiness"]) == pytest.approx(0.9)

    def test_names_are_harmless(self, tmp_path):
        bad = "<script>alert(1)</script>\"'&\x07"
        made = replace(
            reading_of([(1.0, 0.0, 0.0)], names=(bad,)), title=bad, notes=(Note(bad, bad),)
        )
        write_report(made, tmp_path)
        page = (tmp_path / "report.html").read_text("utf-8")
        assert page.count("<script") == 1
        assert "alert(1)</script>" not in page.replace("&lt;", "")
        parser = Strict()
        parser.feed(page)
        edl = (tmp_path / "peaks.edl").read_text("utf-8")
        assert "\x07" not in edl

    @pytest.mark.parametrize("plans", [[], [(0.0, 0.0, 0.0)], [(1.0, 0.0, 0.0)]])
    def test_hardly_anything(self, plans, tmp_path):
        made = reading_of(plans, names=("Only",))
        write_report(made, tmp_path)
        assert answers(analyse(made), EMOTIONS)
        for name, columns in columns_of(EMOTIONS).items():
            head = (tmp_path / f"{name}.csv").read_text("utf-8-sig").splitlines()[0]
            assert head.split(",") == list(columns)

    def test_only_what_is_not_clear(self, reading, tmp_path):
        seen = reading.sightings
        nothing = np.full_like(seen.scores, math.nan)
        made = replace(reading, sightings=replace(seen, scores=nothing))
        analysis = analyse(made)
        assert not any(person.known for person in analysis.people)
        assert analysis.pairs == ()
        write_report(made, tmp_path)

    def test_a_long_film_has_a_small_page(self, tmp_path):
        made = reading_of([(0.4, 0.3, 0.3)] * 3, tracks=3300, length=10)
        assert len(made.sightings) > 90_000
        clear = clear_emotions(made)
        pieces = sum(len(list(stretches(made, c, clear))) for c in range(3))
        assert pieces <= 1.2 * MOST_PIECES
        thumbs = dict.fromkeys(range(0, 90_000, 30), bytes(3000))
        write_report(replace(made, thumbs=thumbs), tmp_path)
        page = (tmp_path / "report.html").read_text("utf-8")
        assert len(page) < 5_000_000
        assert page.count('<div class="lane">') == 3
        assert page.count("<img") <= MOST_FACES + 12

    def test_every_pair_is_told_of_once(self, reading):
        said = " ".join(one.en for one in answers(analyse(reading), EMOTIONS))
        sure = [pair for pair in analyse(reading).pairs if pair.p < 0.05]
        assert said.count("feel differently (V") == len(sure)
        many = reading_of([(0.4, 0.3, 0.3)] * 8, names=[f"c{n}" for n in range(8)])
        told = [one.en for one in answers(analyse(many), EMOTIONS) if "differently" in one.en]
        assert told == [told[0]]
        assert "(28)" in told[0]

    def test_the_edit_list(self, reading):
        peaks = analyse(reading).peaks
        text = edit_list(reading, peaks)
        events = re.findall(
            r"^(\d{3})  AX       V     C        (\S+) (\S+) (\S+) (\S+)$", text, re.M
        )
        assert len(events) == len(peaks)
        assert events[0][3] == "00:00:00:00"
        assert all(a[4] == b[3] for a, b in itertools.pairwise(events))

    def test_a_marked_copy(self, tmp_path):
        """Boxes are drawn where somebody is seen, at every frame between two looks, and only then."""
        film = tmp_path / "film.mp4"
        with VideoWriter(film, 160, 120, 10, None, False) as writer:
            for _ in range(40):
                writer.write_frame(np.full((120, 160, 3), 90, np.uint8))
        base = reading_of([(1.0, 0.0, 0.0)], tracks=1, length=5)
        seen = replace(
            base.sightings,
            frame=np.array([8, 12, 16, 20, 24]),
            boxes=np.array([[20 + 4 * n, 50, 60 + 4 * n, 110] for n in range(5)], np.float32),
        )
        made = replace(base, sightings=seen, frames=np.arange(0, 40, 4), width=160, height=120)
        out = tmp_path / "marked.mp4"
        write_marked(out, film, made, "en")
        frames = [rgb.astype(int) for _, rgb in read_frames(out)]
        assert len(frames) == 40
        drawn = [np.abs(frame - 90).max() > 60 for frame in frames]
        assert drawn == [8 <= n < 28 for n in range(40)]
        # Half way between two looks the box's left edge is half way too.
        assert np.abs(frames[10][80, 20:26] - 90).max() > 60
