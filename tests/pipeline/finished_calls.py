"""A folder of short calls with finished transcripts, each a little different from the others."""

from pathlib import Path

VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Agent>Good morning, Bluebell Broadband, this is Maya, how may I help you?

00:00:05.000 --> 00:00:09.000
<v Customer>My router number {number} shows a red light since this morning.

00:00:10.000 --> 00:00:16.000
<v Agent>I am sorry about that. I have reset the line for you. Thank you for calling, goodbye.
"""


def write_calls(folder: Path, count: int) -> Path:
    """Write so many calls into a new folder and return it."""
    folder.mkdir()
    for number in range(count):
        (folder / f"call-{number}.vtt").write_text(VTT.format(number=number), encoding="utf-8")
    return folder
