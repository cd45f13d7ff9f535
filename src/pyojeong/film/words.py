"""What is said in a film: found, read, given to who says it, joined with their face."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EmotionScores
from pyojeong.film.fusion import HOUSE_FUSION, Fusion, HouseNames, differ
from pyojeong.film.speakers import Rows, speaker_of
from pyojeong.film.types import FilmReading, Line, Sightings
from pyojeong.film.utterances import Utterance, utterances
from pyojeong.media.cues import Cue, write_srt
from pyojeong.media.decode import probe, read_audio, read_subtitle_track
from pyojeong.media.subtitle_file import read_subtitles
from pyojeong.speech.recognition import HEARD_HZ, SpeechToText
from pyojeong.text.reader import TextReader

LONGEST = 2000
"""Characters of a line that are read; the rest is left out."""

WHOSE = 0.6
"""Certainty of the speaker from which a face may contradict the words. Of the cartoon's lines
that are given to somebody with less, half are given to the wrong one, whose face proves nothing."""


def find_cues(
    film: Path | str,
    subtitles: Path | str | None = None,
    speech_to_text: SpeechToText | None = None,
    *,
    track: int = 0,
    heard: Path | None = None,
) -> list[Cue]:
    """The film's subtitles: from a file, else from its own text track, else written down from its
    sound where a way to do so is given, else none.

    track: number among the film's text tracks. heard: file (.srt) for what was written down from
    the sound, which takes long; where it is there, nobody listens again. Raises BadInput (a file
    that cannot be used, more subtitles than any film needs), InferenceFailed, OutputFailed.
    """
    if subtitles is not None:
        return read_subtitles(subtitles)
    info = probe(film)
    # Some programs write a track with nothing in it.
    if track < len(info.subtitles) and (cues := read_subtitle_track(film, track)):
        return cues
    if speech_to_text is None or info.audio_codec is None:
        return []
    if heard is not None and heard.is_file():
        return read_subtitles(heard)
    cues = speech_to_text.transcribe(*read_audio(film, HEARD_HZ))
    if heard is not None and cues:
        write_srt(heard, cues)
    return cues


def read_lines(
    cues: Sequence[Cue],
    reading: FilmReading,
    reader: TextReader | None = None,
    fusion: Fusion = HOUSE_FUSION,
) -> tuple[Line, ...]:
    """Every line that is said in a film that was watched, in order of time.

    Joined to a reading by `dataclasses.replace(reading, lines=read_lines(...))`. reader: of the
    words, the default text model when None. fusion: `fusion.fit` gives one's own. Without
    cues no model is opened.
    """
    said = utterances(cues, reading.characters)
    if not said:
        return ()
    reader = reader or TextReader()
    names = HouseNames(reading.emotions)
    scores = reader.read_lines(one.said[:LONGEST] for one in said)
    return tuple(
        _line(one, read, reading, names, fusion)
        for one, (_, read) in zip(said, scores, strict=True)
    )


def _line(
    said: Utterance, read: EmotionScores, reading: FilmReading, names: HouseNames, fusion: Fusion
) -> Line:
    words = np.array(read.values, np.float32)
    speaker = speaker_of(said, reading)
    face = _face(reading.sightings, speaker.rows, names)
    apart = face is not None and speaker.certainty >= WHOSE and differ(face, words, names.known)
    return Line(
        said.start,
        said.end,
        said.text,
        words,
        speaker.character,
        speaker.certainty,
        None if face is None else fusion.pool(names.opened(face), words),
        apart,
    )


def _face(sightings: Sightings, rows: Rows, names: HouseNames) -> NDArray[np.float32] | None:
    """(7,) what a face shows during a line: the mean of its clear sightings; None without any."""
    scores = sightings.scores[rows]
    clear = ~sightings.unsure[rows] & ~np.isnan(scores).any(1)
    return names.house(scores[clear].mean(0)) if clear.any() else None
