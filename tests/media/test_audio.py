"""Sound: resampling against known sines, WAV files, loudness."""

import wave

import numpy as np
import pytest

from pyojeong.errors import BadInput
from pyojeong.media.audio import envelope, read_wav, resample, write_wav

RATES = [(22_050, 44_100), (22_050, 48_000), (48_000, 16_000), (44_100, 22_050), (8_000, 22_050)]


def sine(hertz: float, rate: int, count: int) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(count) / rate).astype(np.float32)


class TestResample:
    @pytest.mark.parametrize(("rate", "to_rate"), RATES)
    @pytest.mark.parametrize("share", [0.01, 0.3, 0.8])
    def test_a_sine_stays_the_same_sine_in_place(self, rate, to_rate, share):
        hertz = share * min(rate, to_rate) / 2
        found = resample(sine(hertz, rate, rate), rate, to_rate)
        assert found.dtype == np.float32
        assert len(found) == to_rate
        edge = to_rate // 20
        wanted = sine(hertz, to_rate, to_rate)
        assert np.abs(found - wanted)[edge:-edge].max() < 1e-3

    @pytest.mark.parametrize(("rate", "to_rate"), [(48_000, 16_000), (44_100, 22_050)])
    def test_what_the_new_rate_cannot_hold_is_gone(self, rate, to_rate):
        found = resample(sine(0.6 * to_rate, rate, rate), rate, to_rate)
        assert np.abs(found[500:-500]).max() < 1e-3

    def test_a_constant_stays_constant_and_speech_comes_back(self):
        np.testing.assert_allclose(
            resample(np.full(5000, 0.5, np.float32), 22_050, 48_000)[300:-300], 0.5, atol=1e-5
        )
        low = resample(
            np.random.default_rng(1).normal(0, 0.1, 3000).astype(np.float32), 8000, 22_050
        )
        again = resample(resample(low, 22_050, 48_000), 48_000, 22_050)[: len(low)]
        np.testing.assert_allclose(again[300:-300], low[300:-300], atol=2e-3)

    def test_same_rate_and_nothing(self):
        samples = sine(100, 8000, 50)
        same = resample(samples, 8000, 8000)
        np.testing.assert_array_equal(same, samples)
        assert same is not samples
        assert len(resample(np.zeros(0, np.float32), 8000, 16_000)) == 0
        assert len(resample(np.ones(1, np.float32), 16_000, 8000)) == 1


class TestEnvelope:
    def test_loudness_of_each_frame(self):
        samples = np.concatenate([np.zeros(22_050), 0.5 * sine(441, 22_050, 22_050)])
        loud = envelope(samples.astype(np.float32), 22_050, 24)
        assert loud.shape == (48,)
        np.testing.assert_allclose(loud[:24], 0, atol=1e-6)
        np.testing.assert_allclose(loud[24:], 0.5 / np.sqrt(2), rtol=0.06)

    def test_part_of_a_frame_counts_as_one(self):
        assert envelope(np.ones(10, np.float32), 100, 24).shape == (3,)
        assert envelope(np.zeros(0, np.float32), 100, 24).shape == (0,)


class TestWav:
    def test_round_trip(self, tmp_path):
        samples = 0.9 * sine(300, 22_050, 5000)
        write_wav(tmp_path / "소리.wav", samples, 22_050)
        back, rate = read_wav(tmp_path / "소리.wav")
        assert rate == 22_050
        np.testing.assert_allclose(back, samples, atol=1e-4)

    def test_too_loud_is_clipped_not_wrapped(self, tmp_path):
        write_wav(tmp_path / "a.wav", np.array([2, -2], np.float32), 8000)
        np.testing.assert_allclose(read_wav(tmp_path / "a.wav")[0], [1, -1], atol=1e-4)

    @pytest.mark.parametrize("width", [1, 2, 3, 4])
    def test_every_width_and_two_channels(self, tmp_path, width):
        wanted = np.array([0.5, -0.5, 0.25, 0.0])
        top = 2 ** (8 * width - 1)
        numbers = (wanted * top).astype(int) + (128 if width == 1 else 0)
        left = [int(n).to_bytes(width, "little", signed=width > 1) for n in numbers]
        with wave.open(str(tmp_path / "a.wav"), "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(width)
            out.setframerate(8000)
            out.writeframes(b"".join(b * 2 for b in left))
        found, _ = read_wav(tmp_path / "a.wav")
        np.testing.assert_allclose(found, wanted, atol=1e-2)

    @pytest.mark.parametrize("data", [b"RIFF", b"nothing of the kind", b"RIFF\0\0\0\0WAVEfmt "])
    def test_what_is_no_wav(self, tmp_path, data):
        (tmp_path / "a.wav").write_bytes(data)
        with pytest.raises(BadInput, match="WAV"):
            read_wav(tmp_path / "a.wav")
