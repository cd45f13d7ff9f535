"""Speech: is it said right, does the mouth follow it, do the moods differ, how fast is it.

    python benchmarks/bench_speech.py

Pronunciation: phones that espeak makes from the written form, and from the form respelled by
`pyojeong.speech.korean`, against those of the standard (the examples of tests/speech). Plain,
tense and aspirated stops count as different, ㅈ and ㅉ (one sound in espeak) and ㄹ's variants
do not. Mouth: correlation of the opening with the 40 ms RMS envelope at 24 frames per second.
Moods: intensity 1; pitch by autocorrelation; one Korean sentence.
"""

from __future__ import annotations

import runpy
import time
from pathlib import Path

import numpy as np
from report import Table, write_report

from pyojeong.emotion import Emotion
from pyojeong.expression import ARKIT_52
from pyojeong.speech.espeak import EspeakVoice
from pyojeong.speech.espeak_process import EspeakProcess, EspeakRequest
from pyojeong.speech.hangul import is_syllable, split_syllable
from pyojeong.speech.korean import pronounce
from pyojeong.speech.types import Prosody, Speech
from pyojeong.speech.visemes import viseme_track
from pyojeong.speech.voices import NARRATORS

TESTS = Path(__file__).parents[1] / "tests" / "speech"
# espeak's name → class of sound, and the same classes by jamo.
SOUNDS = {"q": "g", "k": "g", "ɡ": "g", "q-": "G", "k-": "G", "kh": "K", "d": "d", "d-": "d", "t": "d",
          "t-": "D", "p": "b", "b": "b", "p-": "B", "ph": "P", "s": "s", "s-": "S", "dʑ": "j", "tɕ": "j",
          "tʃ": "j",
          "ɾ": "l",
          "ɫ": "l"}  # fmt: skip
ONSETS = dict(zip("ㄱㄲㅋㄷㄸㅌㅂㅃㅍㅅㅆㅈㅉㅊㄴㅁㄹㅎㅇ", "gGKdDTbBPsSjjCnmlh_", strict=True))
CODAS = dict(zip("ㄱㄷㅂㄴㅁㅇㄹ", "gdbnmŋl", strict=True))
VOWEL_SOUNDS = "ɐ ɛ yɐ yɛ ʌ e yʌ ye o wɐ wɛ we yo u wʌ we wi yu ɯ ɯy i"
VOWELS = dict(zip("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ", VOWEL_SOUNDS.split(), strict=True))
SENTENCE = "오늘 아침에 할머니가 갑자기 집으로 돌아오셨어요."
STORY = "옛날 옛적에 깊은 산속에 작은 토끼 한 마리가 살았어요. " * 60


def heard(process: EspeakProcess, text: str) -> str:
    """The classes of the sounds of one utterance."""
    names = [name.strip("ˈˌ") for name, _ in process.ask(EspeakRequest(text, "ko")).phones]
    sounds = ""
    for i, name in enumerate(n for n in names if n):
        follows = [n for n in names if n][i + 1 : i + 2]
        stop = name == "t-" and (not follows or follows[0][0] not in "ɐɛʌeouɯijw")
        sounds += "d" if stop else SOUNDS.get(name, name.replace("j", "y"))
    return sounds.replace("dh", "T").replace("jh", "C").replace("ll", "l")


def meant(spoken: str) -> str:
    """The classes of the sounds of a text in standard pronunciation."""
    sounds = ""
    for char in filter(is_syllable, spoken):
        onset, vowel, coda = split_syllable(char)
        sounds += ONSETS[onset].strip("_") + VOWELS[vowel] + CODAS.get(coda, "")
    return sounds.replace("ll", "l")


def distance(a: str, b: str) -> int:
    """Edit distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def pronunciation() -> Table:
    standard = runpy.run_path(str(TESTS / "test_korean.py"))["STANDARD"]
    pairs = [p.replace("_", " ").split("=") for listed in standard.values() for p in listed.split()]
    process = EspeakProcess()
    rows = []
    for name, respell in (("as written", str), ("respelled", lambda t: pronounce(t).text)):
        errors = [distance(heard(process, respell(a)), meant(b)) for a, b in pairs]
        phones = sum(len(meant(b)) for _, b in pairs)
        right = sum(e == 0 for e in errors)
        rows.append([name, f"{right} of {len(pairs)}", f"{sum(errors) / phones:.1%}"])
    process.close()
    return ["fed to espeak", "words all right", "wrong sounds"], rows


def follow(speech: Speech, columns: list[int]) -> float:
    times = np.arange(0, speech.duration_s, 1 / 24)
    half = int(0.02 * speech.rate)
    padded = np.pad(speech.samples, half)
    starts = (times * speech.rate).astype(int)
    envelope = [np.sqrt(np.mean(padded[i : i + 2 * half] ** 2)) for i in starts]
    opening = viseme_track(speech, 24).sample(times)[:, columns].sum(axis=1)
    return float(np.corrcoef(opening, envelope)[0, 1])


def mouth(voice: EspeakVoice) -> Table:
    texts = runpy.run_path(str(TESTS / "test_visemes.py"))
    jaw = [ARKIT_52.index("jawOpen")]
    lips = [ARKIT_52.index(n) for n in ("jawOpen", "mouthLowerDownLeft", "mouthLowerDownRight",
                                        "mouthUpperUpLeft", "mouthUpperUpRight")]  # fmt: skip
    rows = []
    for lang, name in (("ko", "KOREAN"), ("en", "ENGLISH")):
        spoken = [voice.speak(t, lang, Prosody()) for t in texts[name]]
        for what, columns in (("jaw", jaw), ("jaw and lips", lips)):
            found = [follow(s, columns) for s in spoken]
            rows.append([lang, what, f"{np.mean(found):.2f}", f"{min(found):.2f}"])
    return ["language", "opening", "mean correlation", "lowest"], rows


def moods(voice: EspeakVoice) -> Table:
    pitch_hz = runpy.run_path(str(TESTS / "test_espeak.py"))["pitch_hz"]
    rows = []
    for emotion in Emotion:
        speech = voice.speak(SENTENCE, "ko", Prosody(emotion, 1.0))
        level = 20 * np.log10(np.sqrt(np.mean(speech.samples**2)))
        peak = np.abs(speech.samples).max()
        pitch = pitch_hz(speech.samples, speech.rate)
        cells = [f"{pitch:.0f}", f"{speech.duration_s:.2f}", f"{level:.1f}", f"{peak:.2f}"]
        rows.append([emotion.value, *cells])
    return [f"emotion ({NARRATORS['ko']})", "pitch, Hz", "length, s", "level, dBFS", "peak"], rows


def speed(voice: EspeakVoice) -> Table:
    voice.speak("가", "ko", Prosody())
    start = time.perf_counter()
    speech = voice.speak(STORY, "ko", Prosody())
    spoken = time.perf_counter()
    viseme_track(speech, 24).sample(np.arange(0, speech.duration_s, 1 / 24))
    moved = time.perf_counter()
    rows = [
        ["speech", f"{speech.duration_s / (spoken - start):.0f}"],
        ["mouth movement, 24 frames/s", f"{speech.duration_s / (moved - spoken):.0f}"],
    ]
    return ["made", "seconds per second of work"], rows


def main() -> None:
    with EspeakVoice() as voice:
        tables = {
            "Pronunciation": pronunciation(),
            "Mouth and sound": mouth(voice),
            "Moods": moods(voice),
            "Speed": speed(voice),
        }
    write_report("speech", __doc__ or "", tables)


if __name__ == "__main__":
    main()
