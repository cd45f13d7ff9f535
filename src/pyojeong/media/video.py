"""Films: the writer and the readers, in one place to import from."""

from pyojeong.media.decode import (
    VideoInfo,
    probe,
    read_audio,
    read_frames,
    read_subtitle_track,
)
from pyojeong.media.encode import VideoWriter, check_film_output

__all__ = [
    "VideoInfo",
    "VideoWriter",
    "check_film_output",
    "probe",
    "read_audio",
    "read_frames",
    "read_subtitle_track",
]
