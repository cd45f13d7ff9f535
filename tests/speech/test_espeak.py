"""The espeak backend: its process, its moods, its errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pyojeong.emotion import Emotion
from pyojeong.errors import BadSettings, InferenceFailed, MissingExtra
from pyojeong.speech import espeak_process, espeak_server
from pyojeong.speech.espeak import EspeakVoice
from pyojeong.speech.espeak_process import EspeakProcess, EspeakRequest
from pyojeong.speech.types import Prosody

PLAIN = Prosody()
SERVER = Path(espeak_server.__file__)


@pytest.fixture
def voice() -> Iterator[EspeakVoice]:
    with EspeakVoice() as made:
        yield made


def gone(pid: int) -> bool:
    """No such process, not even a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_starts_with_the_first_text_only(voice: EspeakVoice) -> None:
    assert voice.pid is None
    voice.speak("...", "ko", PLAIN)
    assert voice.pid is None
    voice.speak("안녕", "ko", PLAIN)
    assert voice.pid is not None


def test_close_leaves_no_zombie_and_can_be_undone(voice: EspeakVoice) -> None:
    voice.speak("안녕", "ko", PLAIN)
    pid = voice.pid
    assert pid is not None
    voice.close()
    voice.close()
    assert gone(pid)
    assert len(voice.speak("안녕", "ko", PLAIN).samples)


def test_forgotten_voice_ends_its_process() -> None:
    voice = EspeakVoice()
    voice.speak("안녕", "ko", PLAIN)
    pid = voice.pid
    assert pid is not None
    del voice
    assert gone(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_killed_process_is_started_again(voice: EspeakVoice) -> None:
    before = voice.speak("다시 살아났다", "ko", PLAIN)
    first = voice.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    after = voice.speak("다시 살아났다", "ko", PLAIN)
    assert voice.pid != first
    assert [p.name for p in after.phones] == [p.name for p in before.phones]
    assert gone(first)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP on Windows")
def test_process_that_hangs_is_reported(voice: EspeakVoice) -> None:
    stuck = EspeakVoice(timeout_s=0.3)
    stuck._process._timeout_s = 30.0  # a slow machine may need long to start it
    stuck.speak("안녕", "ko", PLAIN)
    stuck._process._timeout_s = 0.3
    pid = stuck.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(InferenceFailed) as caught:
        stuck.speak("안녕", "ko", PLAIN)
    assert "0.3 s" in caught.value.en
    assert "실패" in caught.value.ko
    assert gone(pid)
    stuck._process._timeout_s = 30.0
    assert len(stuck.speak("안녕", "ko", PLAIN).samples)
    stuck.close()


def test_interrupted_answer_does_not_meet_the_next_question(
    voice: EspeakVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [p.name for p in voice.speak("둘째", "ko", PLAIN).phones]

    def interrupted(server: object, count: int) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(espeak_process, "_read_exactly", interrupted)
        with pytest.raises(KeyboardInterrupt):
            voice.speak("첫째로 긴 문장입니다", "ko", PLAIN)
    assert [p.name for p in voice.speak("둘째", "ko", PLAIN).phones] == expected


@pytest.mark.parametrize("ending", ["import sys; sys.exit(3)", "print('nonsense')"])
def test_process_that_keeps_dying_is_reported(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(ending, "utf-8")
    monkeypatch.setattr(espeak_process, "_SERVER", broken)
    with pytest.raises(InferenceFailed):
        EspeakVoice().speak("안녕", "ko", PLAIN)


def test_missing_package_names_the_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SERVER.read_text("utf-8").replace("import espeakng_loader", "import no_such_package")
    changed = tmp_path / "server.py"
    changed.write_text(text, "utf-8")
    monkeypatch.setattr(espeak_process, "_SERVER", changed)
    with pytest.raises(MissingExtra, match="pip install espeakng-loader") as caught:
        EspeakVoice().speak("안녕", "ko", PLAIN)
    assert "설치" in caught.value.ko


@pytest.mark.parametrize("name", ["xx-nowhere", "ko+nobody", "ko+../../etc/passwd", ""])
def test_unknown_voice(voice: EspeakVoice, name: str) -> None:
    if not name:
        voice.speak("안녕", "ko", Prosody(voice=name))
        return
    with pytest.raises(BadSettings):
        voice.speak("안녕", "ko", Prosody(voice=name))
    assert len(voice.speak("안녕", "ko", PLAIN).samples)


def test_several_threads_take_turns(voice: EspeakVoice) -> None:
    texts = ["하나 둘 셋", "one two three", "넷 다섯", "four five"]
    alone = [len(voice.speak(t, "ko", PLAIN).phones) for t in texts]
    found: dict[int, int] = {}

    def work(i: int) -> None:
        found[i] = len(voice.speak(texts[i], "ko", PLAIN).phones)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[i] for i in range(4)] == alone


def test_gpl_code_stays_out_of_this_process(voice: EspeakVoice) -> None:
    script = (
        "import sys; from pyojeong.speech.espeak import EspeakVoice;"
        "from pyojeong.speech.types import Prosody;"
        "EspeakVoice().speak('안녕', 'ko', Prosody());"
        "assert 'espeakng_loader' not in sys.modules;"
        "assert not __import__('os').path.exists('/proc/self/maps') or "
        "'libespeak' not in open('/proc/self/maps').read()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_nothing_is_left_when_the_program_ends() -> None:
    script = (
        "from pyojeong.speech.espeak import EspeakVoice;"
        "from pyojeong.speech.types import Prosody;"
        "v = EspeakVoice(); v.speak('안녕', 'ko', Prosody()); print(v.pid)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert gone(int(done.stdout))


def test_server_runs_as_a_module_and_ends_with_its_input() -> None:
    requests = EspeakRequest("안녕", "ko").line() + b"not json\n" + b'{"text": "x"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "pyojeong.speech.espeak_server"],
        input=requests,
        capture_output=True,
        check=True,
        timeout=60,
    )
    hello, rest = done.stdout.split(b"\n", 1)
    assert json.loads(hello) == {"ready": True, "rate": 22050}
    reply, rest = rest.split(b"\n", 1)
    size = json.loads(reply)["bytes"]
    assert size > 10_000
    errors = [json.loads(line)["error"] for line in rest[size:].splitlines()]
    assert errors == ["request", "request"]


def test_process_dies_with_its_parent() -> None:
    process = EspeakProcess()
    process.ask(EspeakRequest("안녕", "ko"))
    server = process._server
    assert server is not None
    assert server.stdin is not None
    server.stdin.close()  # what the death of the parent does
    deadline = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.returncode == 0
    process.close()


def pitch_hz(samples: np.ndarray, rate: int) -> float:
    """Median fundamental frequency by autocorrelation over loud 40 ms frames."""
    size = int(0.04 * rate)
    found = []
    floor = 0.6 * np.sqrt(np.mean(samples**2))
    for at in range(0, len(samples) - size, size // 2):
        frame = samples[at : at + size] - samples[at : at + size].mean()
        if np.sqrt(np.mean(frame**2)) < floor:
            continue
        match = np.correlate(frame, frame, "full")[size - 1 :]
        low, high = rate // 450, rate // 60
        best = low + int(np.argmax(match[low:high]))
        if match[best] > 0.5 * match[0]:
            found.append(rate / best)
    return float(np.median(found))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ko", "오늘 아침에 할머니가 갑자기 집으로 돌아오셨어요."),
        ("en", "This morning my grandmother suddenly came back home."),
    ],
)
def test_emotions_sound_as_they_should(voice: EspeakVoice, lang: str, text: str) -> None:
    spoken = {
        e: voice.speak(text, lang, Prosody(e, 1.0))  # type: ignore[arg-type]
        for e in Emotion
    }
    pitch = {e: pitch_hz(s.samples, s.rate) for e, s in spoken.items()}
    length = {e: s.duration_s for e, s in spoken.items()}
    level = {e: float(np.sqrt(np.mean(s.samples**2))) for e, s in spoken.items()}
    plain = Emotion.NEUTRAL
    assert pitch[Emotion.SADNESS] < 0.9 * pitch[plain]
    assert pitch[Emotion.SURPRISE] > 1.15 * pitch[plain]
    assert pitch[Emotion.HAPPINESS] > 1.05 * pitch[plain]
    assert length[Emotion.SADNESS] > 1.1 * length[plain]
    assert length[Emotion.ANGER] < 0.95 * length[plain]
    assert level[Emotion.ANGER] > 1.3 * level[plain]
    assert level[Emotion.SADNESS] < 0.8 * level[plain]


def test_intensity_is_a_scale(voice: EspeakVoice) -> None:
    lengths = [
        voice.speak("눈물이 났어요.", "ko", Prosody(Emotion.SADNESS, i)).duration_s
        for i in (0.0, 0.5, 1.0)
    ]
    assert lengths == sorted(lengths)


def test_sound_is_even_and_never_clips(voice: EspeakVoice) -> None:
    for emotion in Emotion:
        samples = voice.speak("갑자기 사자가 나타났어요!", "ko", Prosody(emotion, 1.0)).samples
        assert np.abs(samples).max() < 0.95
        assert abs(samples.mean()) < 0.01
        assert samples[0] == 0
        assert samples[-1] == 0


def test_korean_is_spoken_as_it_sounds(voice: EspeakVoice) -> None:
    def phones(text: str) -> list[str]:
        return [p.name for p in voice.speak(text, "ko", PLAIN).phones]

    assert phones("국물")[2] == "ŋ"
    assert "l" in phones("신라")
    assert "n" in phones("독립")[2:]
    assert phones("좋다") == phones("조타")
    assert phones("3개") == phones("세 개")
    assert phones("아가")[1] == "ɡ"
    assert phones("아가") != phones("아까")


def test_speaker_has_a_voice_of_their_own(voice: EspeakVoice) -> None:
    text = "안녕하세요, 반갑습니다."
    narrator = voice.speak(text, "ko", PLAIN)
    wolf = voice.speak(text, "ko", Prosody(speaker="늑대"))
    child = voice.speak(text, "ko", Prosody(speaker="꼬마"))
    heights = [pitch_hz(s.samples, s.rate) for s in (wolf, narrator, child)]
    assert heights == sorted(heights)
    assert heights[0] < 0.8 * heights[1]
