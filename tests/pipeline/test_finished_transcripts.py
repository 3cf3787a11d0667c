"""Announcements in transcripts that somebody else made are nobody's words."""

from pathlib import Path

import pytest

from qa_pipeline.pipeline.speaking import by_name
from qa_pipeline.transcripts import read_transcript


def spoken(folder: Path, *cues: str) -> list[tuple[str, str]]:
    """Speaker and text of each stretch of one speaker, of cues of four seconds without pauses."""
    path = folder / "call.srt"
    blocks = [
        f"{n + 1}\n00:{n * 4 // 60:02d}:{n * 4 % 60:02d},000 --> "
        f"00:{(n * 4 + 4) // 60:02d}:{(n * 4 + 4) % 60:02d},000\n{cue}\n"
        for n, cue in enumerate(cues)
    ]
    path.write_text("\n".join(blocks), encoding="utf-8")
    finished = read_transcript(path)
    heard = by_name(finished.transcript, finished.speakers, finished.turns)
    (channel,) = heard.channels
    stretches: list[tuple[str, str]] = []
    joint = "" if channel.transcript.language == "zh" else " "
    for word, speaker in zip(channel.transcript.words, channel.speakers, strict=True):
        if stretches and stretches[-1][0] == speaker:
            stretches[-1] = (speaker, f"{stretches[-1][1]}{joint}{word.text}")
        else:
            stretches.append((speaker, word.text))
    turned = {turn.speaker for turn in heard.turns}
    assert turned == {speaker for speaker, _ in stretches}
    return stretches


GREETING = "Good morning, my name is Anna, how may I help you?"


@pytest.mark.parametrize("name", ["Agent", "Speaker 1", "Maya"])
def test_an_announcement_given_to_somebody_is_taken_from_them(tmp_path: Path, name: str) -> None:
    found = spoken(
        tmp_path,
        f"{name}: Welcome to Bluebell Broadband. This call may be recorded for training purposes.",
        f"{name}: For help press one. For bills press two.",
        f"{name}: {GREETING}",
        "Customer: Hello, my internet is slow.",
        f"{name}: Let me look at that.",
        "Customer: Thank you.",
    )
    assert [speaker for speaker, _ in found] == ["ivr", name, "Customer", name, "Customer"]
    assert found[0][1].startswith("Welcome")
    assert found[0][1].endswith("press two.")
    assert found[1][1] == GREETING


def test_in_mandarin_too(tmp_path: Path) -> None:
    found = spoken(
        tmp_path,
        "坐席：欢迎致电青藤宽带。为了保证服务质量，通话将被录音。普通话请按一。",
        "坐席：您好，工号一零二四，请问有什么可以帮您？",
        "客户：我家的宽带上不了网。",
        "坐席：请稍等，我帮您查一下。",
    )
    assert [speaker for speaker, _ in found] == ["ivr", "坐席", "客户", "坐席"]
    assert found[1][1].startswith("您好")


def test_agents_who_speak_of_keys_keep_their_words(tmp_path: Path) -> None:
    found = spoken(
        tmp_path,
        f"Agent: {GREETING}",
        "Customer: How do I reset the box?",
        "Agent: Please press one on the remote control. This call may be recorded, too.",
        "Customer: Okay.",
    )
    assert {speaker for speaker, _ in found} == {"Agent", "Customer"}


def test_a_recorded_voice_with_a_name_of_its_own_is_one_too(tmp_path: Path) -> None:
    found = spoken(
        tmp_path,
        "System: For help press one.",
        f"Agent: {GREETING}",
        "Customer: Hello.",
    )
    assert [speaker for speaker, _ in found] == ["ivr", "Agent", "Customer"]
