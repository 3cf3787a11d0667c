"""Spoken calls with a recorded announcement and a transfer, made with espeak-ng."""

from dataclasses import dataclass

import numpy as np

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Samples, Transcript, Turn, Word
from synthesis.espeak import Voice, speak
from synthesis.sounds import hold_music, ring_tone
from synthesis.telephone import add_noise, telephone_band

MENU = Voice("en-us+f5", pitch=80, rate_wpm=150)
AGENT = Voice("en-gb-x-rp+f2", pitch=60)
SECOND = Voice("en-gb-scotland+m2", pitch=30)
CUSTOMER = Voice("en-us+m3", pitch=40)
NAMES = {"ivr": MENU, "agent": AGENT, "second": SECOND, "customer": CUSTOMER}

Line = tuple[str, str] | float
"""Who says what, or seconds of hold music."""

OPENING: tuple[Line, ...] = (
    ("ivr", "Welcome to Bluebell Broadband. This call may be recorded for quality and training"),
    ("ivr", "For questions about your bill press one. For technical help press two."),
    ("agent", "Good morning, Bluebell Broadband, my name is Anna, how may I help you today?"),
    ("customer", "Hello, my internet has been very slow since Monday and I work from home."),
    ("agent", "I am sorry to hear that. Could you tell me your account number please?"),
    ("customer", "Yes. My account number is four one seven two two nine."),
)
TRANSFER: tuple[Line, ...] = (
    ("agent", "Thank you. I will put you through to our technical department, please hold."),
    ("customer", "Okay, thank you very much."),
    9.0,
    ("second", "Good morning, technical department, my name is Robert, how can I help you?"),
    ("customer", "Hello. My internet is slow and I was told that you can repair it."),
    ("second", "I can see a fault on your line. Our engineer will repair it within two days."),
    ("customer", "That is good to know, thank you. I had feared that it would take weeks."),
    ("second", "You are welcome. Is there anything else I can help you with today?"),
    ("customer", "No, that is all. Goodbye."),
)


@dataclass(frozen=True)
class SpokenCall:
    """A call of several tracks with the true words and who spoke when."""

    tracks: dict[str, Samples]
    """By person; ``system`` is ringing and music."""
    words: dict[str, tuple[Word, ...]]
    turns: tuple[Turn, ...]

    def mono(self) -> Samples:
        """Everything on one noisy telephone line."""
        mix = telephone_band(sum(self.tracks.values(), np.zeros(1, np.float32)))
        return add_noise(mix, 30.0, np.random.default_rng(7)).astype(np.float32)

    def transcript(self, *people: str, channel: int = 0) -> Transcript:
        """What a perfect recogniser would hear of some people."""
        words = sorted((w for p in people for w in self.words[p]), key=lambda w: w.start_s)
        return Transcript(
            channel=channel,
            language="en",
            language_probability=1.0,
            words=tuple(w.model_copy(update={"channel": channel}) for w in words),
            speech_s=sum(w.end_s - w.start_s for w in words),
        )

    def regions(self, *people: str) -> tuple[Region, ...]:
        """Where some people speak."""
        return tuple(Region(t.start_s, t.end_s) for t in self.turns if t.speaker in people)


def spoken_call(lines: tuple[Line, ...], pause_s: float = 0.7, **voices: Voice) -> SpokenCall:
    """Speak the lines one after another, after two rings; ``voices``: of other people.

    ``pause_s``: from the end of a line, where espeak is silent for 0.05 s, to the next one.
    """
    people = {**NAMES, **voices}
    rng = np.random.default_rng(5)
    pieces: list[tuple[str, int, Samples]] = [("system", 0, ring_tone("uk", 6.0))]
    words: dict[str, list[Word]] = {name: [] for name in people}
    turns: list[Turn] = []
    at = round(6.5 * SAMPLE_RATE_HZ)
    for line in lines:
        if isinstance(line, float):
            pieces.append(("system", at, hold_music(line, rng)))
            at += round(line * SAMPLE_RATE_HZ)
            continue
        who, text = line
        speech = speak(text, people[who])
        at_s = at / SAMPLE_RATE_HZ
        pieces.append((who, at, speech.samples))
        words[who] += [
            Word(text=w.text, start_s=at_s + w.start_s, end_s=at_s + w.end_s, probability=0.9)
            for w in speech.words
        ]
        first, last = speech.words[0], speech.words[-1]
        turns.append(Turn(speaker=who, start_s=at_s + first.start_s, end_s=at_s + last.end_s))
        at += len(speech.samples) + round(pause_s * SAMPLE_RATE_HZ)
    tracks = {name: np.zeros(at, np.float32) for name in (*people, "system")}
    for name, begin, samples in pieces:
        fits = samples[: at - begin]
        tracks[name][begin : begin + len(fits)] += fits
    return SpokenCall(tracks, {name: tuple(said) for name, said in words.items()}, tuple(turns))
