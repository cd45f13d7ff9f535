"""What all pictures of a report come to, counted as they go by."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.face.report.record import Item, Record

FAILURES_KEPT = 1000
"""Most failures held in memory; files of tables hold them all."""


@dataclass(slots=True)
class EmotionCount:
    """Faces that read as one emotion. confidence: sum over them; `mean` is what is shown."""

    faces: int = 0
    unsure: int = 0
    confidence: float = 0.0

    @property
    def mean(self) -> float:
        """Mean confidence, 0 to 1; 0 without faces."""
        return self.confidence / self.faces if self.faces else 0.0


@dataclass(slots=True)
class Summary:
    """Counts of a report.

    pictures: all, those that failed too. failed: that could not be read. faceless: read, but
    without a face. faces: found. unread: faces whose emotion could not be read. unsure: faces
    whose reading should not be relied on. recalled, reread: pictures taken over from a run that
    stopped; those read again because the file had changed. failures: the first `FAILURES_KEPT`.
    """

    pictures: int = 0
    failed: int = 0
    faceless: int = 0
    faces: int = 0
    unread: int = 0
    unsure: int = 0
    recalled: int = 0
    reread: int = 0
    emotions: dict[Emotion, EmotionCount] = field(
        default_factory=lambda: {emotion: EmotionCount() for emotion in EMOTIONS}
    )
    failures: list[Record] = field(default_factory=list)

    def add(self, record: Record) -> None:
        self.pictures += 1
        if record.error is not None:
            self.failed += 1
            if len(self.failures) < FAILURES_KEPT:
                self.failures.append(record)
            return
        self.faceless += not record.faces
        for face in record.faces:
            self._add_face(face)

    def _add_face(self, face: Item) -> None:
        self.faces += 1
        if face["emotion"] is None:
            self.unread += 1
            return
        count = self.emotions[Emotion(face["emotion"])]
        count.faces += 1
        count.confidence += float(face["confidence"])
        if face.get("unsure"):
            count.unsure += 1
            self.unsure += 1

    def share(self, emotion: Emotion) -> float:
        """Share of the faces that could be read, 0 to 1."""
        read = self.faces - self.unread
        return self.emotions[emotion].faces / read if read else 0.0
