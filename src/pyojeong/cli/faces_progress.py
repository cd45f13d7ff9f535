"""How far a long run over pictures has come, on standard error."""

from __future__ import annotations

import sys
import time

from pyojeong.cli.language import say
from pyojeong.face.report.summary import Summary

QUIET_S, TERMINAL_S, LOG_S = 3.0, 0.25, 60.0
"""Nothing is said before the first; then a line is redrawn, or a new one written to a log."""


class ProgressLine:
    """Call it with the summary so far after each picture; `done` clears the line."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._begun = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._next = self._begun + (QUIET_S if self._terminal else LOG_S)
        self._drawn = 0

    def __call__(self, summary: Summary) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (TERMINAL_S if self._terminal else LOG_S)
        text = self._text(summary, now - self._begun)
        if not self._terminal:
            print(text, file=sys.stderr)
            return
        print("\r" + text.ljust(self._drawn), end="", file=sys.stderr, flush=True)
        self._drawn = len(text)

    def done(self) -> None:
        if self._drawn:
            print("\r" + " " * 2 * self._drawn + "\r", end="", file=sys.stderr, flush=True)
            self._drawn = 0

    def _text(self, summary: Summary, passed: float) -> str:
        count = f"{summary.pictures:,} / {max(self._total, summary.pictures):,}"
        read = summary.pictures - summary.recalled
        speed = read / passed if passed > 0 else 0.0
        parts = [say(f"{count} pictures", f"사진 {count}장")]
        parts.append(say(f"{summary.faces:,} faces", f"얼굴 {summary.faces:,}개"))
        if summary.failed:
            parts.append(say(f"{summary.failed:,} failed", f"실패 {summary.failed:,}장"))
        if speed > 0:
            left = _duration((self._total - summary.pictures) / speed)
            parts.append(say(f"{speed:.1f} per second", f"초당 {speed:.1f}장"))
            parts.append(say(f"{left} left", f"{left} 남음"))
        return "  ·  ".join(parts)


def _duration(seconds: float) -> str:
    minutes = max(0, round(seconds / 60))
    if minutes < 1:
        return say("under a minute", "1분 미만")
    if minutes < 60:
        return say(f"{minutes} min", f"{minutes}분")
    hours, minutes = divmod(minutes, 60)
    return say(f"{hours} h {minutes} min", f"{hours}시간 {minutes}분")
