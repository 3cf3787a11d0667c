"""What every measure is called and means, once. The documentation is generated from here."""

from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.records import MeasureRole

AGENT_AND_CUSTOMER: tuple[MeasureRole, ...] = ("agent", "customer")
ALL: tuple[MeasureRole, ...] = ("agent", "customer", "call")
AGENT: tuple[MeasureRole, ...] = ("agent",)
CALL: tuple[MeasureRole, ...] = ("call",)


@dataclass(frozen=True)
class Definition:
    """One measure: its name (which ends in the unit), who it is taken of, and how."""

    name: str
    unit: str
    roles: tuple[MeasureRole, ...]
    meaning: str
    source: str
    """What it is computed from; where a published definition is followed, which."""


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "talk_s",
        "seconds",
        AGENT_AND_CUSTOMER,
        "Time in which the speaker talks; overlapping turns of one speaker count once. Absent for "
        "a side that is nowhere while somebody speaks of whom nobody knows who it is.",
        "Turns of the speaker.",
    ),
    Definition(
        "talk_share_pct",
        "per cent",
        AGENT_AND_CUSTOMER,
        "The speaker's talk time out of that of agent and customer together; the two add up "
        "to 100. Absent where one side's talk time is.",
        "talk_s.",
    ),
    Definition(
        "silence_pct",
        "per cent",
        CALL,
        "Share of the time between the first and the last speech in which nobody speaks and no "
        "hold music is heard, pauses of every length included.",
        "Turns of everybody; the sound, for hold music.",
    ),
    Definition(
        "longest_silence_s",
        "seconds",
        CALL,
        "The longest stretch of at least 2 s between two turns in which nobody speaks and no "
        "hold music is heard; 0 without one. The time before the first and after the last "
        "speech does not count.",
        "Turns of everybody; the sound, for hold music.",
    ),
    Definition(
        "dead_air_s",
        "seconds",
        CALL,
        "Total length of the silences of at least 2 s that are neither a hold with music nor one "
        "that the agent announced, nor time that the customer asked for: nobody speaks, and nobody "
        "said why. Absent where nobody knows who is the agent.",
        "Turns of everybody; the sound, for hold music; the agent's words, for announcements "
        "(one moment please, 请稍等), and the customer's (let me find it, 我找一下).",
    ),
    Definition(
        "longest_dead_air_s",
        "seconds",
        CALL,
        "The longest of these silences; 0 without one.",
        "As dead_air_s.",
    ),
    Definition(
        "announced_silence_s",
        "seconds",
        CALL,
        "Total length of the silences without music that the agent asked the customer to wait "
        "through: holds on a silent line.",
        "As dead_air_s.",
    ),
    Definition(
        "longest_gap_s",
        "seconds",
        CALL,
        "The longest stretch without speech, whether silent or with hold music; 0 without one.",
        "Turns of everybody.",
    ),
    Definition(
        "hold_count",
        "number",
        CALL,
        "How often music or a tone is heard for at least 2 s while nobody speaks.",
        "The sound between turns: energy clearly above the call's noise floor for most of it, or a "
        "telephone that rings.",
    ),
    Definition(
        "hold_s",
        "seconds",
        CALL,
        "Total length of these holds.",
        "As hold_count.",
    ),
    Definition(
        "longest_hold_s",
        "seconds",
        CALL,
        "The longest of these holds; 0 without one.",
        "As hold_count.",
    ),
    Definition(
        "response_delay_s",
        "seconds",
        AGENT_AND_CUSTOMER,
        "Median time from the end of the other's turn to the beginning of this speaker's "
        "answer; an answer that begins before the end counts as 0. Back-channels "
        "do not count, nor do answers after a hold, after a silence through which this speaker "
        "asked the other to wait, or after an announcement.",
        "Turns; the gap between turns of conversation analysis (Heldner and Edlund 2010).",
    ),
    Definition(
        "interruptions",
        "number",
        AGENT_AND_CUSTOMER,
        "How often this speaker begins while the other is speaking and they overlap for more "
        "than 1 s. Back-channels alone (yes, okay, 嗯, 好的) do not count, nor do they while the "
        "other finishes and this speaker goes on afterwards; both talking on "
        "through the same overlap is one interruption, by whoever began it.",
        "Turns, and the words of the one who begins.",
    ),
    Definition(
        "longest_monologue_s",
        "seconds",
        AGENT_AND_CUSTOMER,
        "Longest stretch in which only this speaker talks, from the first to the last turn; "
        "ended by a gap of 2 s or by the other speaking more than a back-channel.",
        "Turns and words.",
    ),
    Definition(
        "pace_wpm",
        "words a minute",
        AGENT_AND_CUSTOMER,
        "English words a minute of the time in which they are spoken; pauses longer than 0.5 s "
        "are left out. A number of five digits or more counts digit by digit. Measured from 3 s of "
        "speech on.",
        "Times of the words, within the turns.",
    ),
    Definition(
        "pace_cpm",
        "characters a minute",
        AGENT_AND_CUSTOMER,
        "Mandarin characters a minute of the time in which they are spoken; pauses longer than "
        "0.5 s are left out, and so are words in Latin letters with their time. A digit counts as "
        "a character. Measured from 3 s of speech on.",
        "Times of the words, within the turns.",
    ),
    Definition(
        "pauses_per_min",
        "number a minute",
        AGENT_AND_CUSTOMER,
        "Pauses of 0.5 to 2 s in the speaker's own speech, in which nobody else speaks, for each "
        "minute of the speaker's speaking. Measured from 3 s of speech on.",
        "Times of the words, within the turns.",
    ),
    Definition(
        "median_pause_s",
        "seconds",
        AGENT_AND_CUSTOMER,
        "Median length of these pauses; none without one.",
        "As pauses_per_min.",
    ),
    Definition(
        "negative_tone_pct",
        "per cent",
        AGENT_AND_CUSTOMER,
        "Share of the speaker's utterances of at least 3 words or 4 characters whose tone is "
        "negative with a probability of at least 0.5.",
        "The tone model, on the text of each utterance, tension in the voice, and how surely the "
        "words were recognised.",
    ),
    Definition(
        "positive_tone_pct",
        "per cent",
        AGENT_AND_CUSTOMER,
        "Share of these utterances whose tone is positive with a probability of at least 0.5.",
        "As negative_tone_pct.",
    ),
    Definition(
        "tone_change",
        "points, -2 to 2",
        ALL,
        "How far the tone of the last third of the utterances lies above that of the first third. "
        "An utterance has from -1 (surely negative) to 1 (surely positive). Measured from six "
        "utterances on.",
        "Mean over the utterances of the probability of positive less that of negative.",
    ),
    Definition(
        "tone_trend",
        "1, 0 or -1",
        ALL,
        "1: the tone improves; 0: it is steady; -1: it worsens. It improves or worsens when it "
        "changes by at least 0.3 points, whichever single utterance is left out.",
        "As tone_change.",
    ),
    Definition(
        "recognition_confidence_pct",
        "per cent",
        AGENT_AND_CUSTOMER,
        "Mean probability that the recogniser gives to the speaker's words.",
        "Probability of the words.",
    ),
    Definition(
        "speech_covered_pct",
        "per cent",
        CALL,
        "Share of the time in which somebody speaks that is covered by words, pauses of up to "
        "0.5 s between words included. Low: speech was heard and not understood.",
        "Turns and times of the words.",
    ),
    Definition(
        "answer_delay_s",
        "seconds",
        CALL,
        "Time from the first ring to the answer.",
        "Metadata of the call.",
    ),
    Definition(
        "noise_level_dbfs",
        "dB relative to full scale",
        CALL,
        "Level of the noise between the turns: the 20th percentile of 50 ms frames in pauses "
        "under 2 s, or in all gaps where that is lower, on the noisier channel.",
        "The sound between turns.",
    ),
    Definition(
        "snr_db",
        "dB",
        CALL,
        "Median level of the frames with speech above the noise level, on the channel where it "
        "is lowest; on a stereo recording of a channel's own speaker only. An estimate: good for "
        "telling a noisy call from a clean one.",
        "The sound, and the turns.",
    ),
    Definition(
        "loudness_dbfs",
        "dB relative to full scale",
        AGENT_AND_CUSTOMER,
        "Median level of the voiced sound while only this speaker talks. Measured from 1 s of "
        "voiced sound on.",
        "Praat's intensity, on the speaker's channel (the only channel in mono), within turns.",
    ),
    Definition(
        "loudness_spread_db",
        "dB",
        AGENT_AND_CUSTOMER,
        "Steadiness: how far apart the middle half of the levels of one-second stretches of the "
        "speaker's speech lie. The smaller, the steadier. Measured from 8 stretches on.",
        "As loudness_dbfs; interquartile range.",
    ),
    Definition(
        "pitch_hz",
        "Hz",
        AGENT_AND_CUSTOMER,
        "Pitch level: median fundamental frequency of the voice while only this speaker talks. "
        "Measured from 1 s of voiced sound on.",
        "Praat's autocorrelation method (Boersma 1993), 60 to 500 Hz, frames of 20 ms, octave "
        "errors taken out after De Looze and Hirst (2008).",
    ),
    Definition(
        "pitch_st",
        "semitones above 100 Hz",
        AGENT_AND_CUSTOMER,
        "The same in semitones, in which equal steps sound equal: 12 log2(pitch_hz / 100); "
        "negative below 100 Hz.",
        "As pitch_hz.",
    ),
    Definition(
        "pitch_range_st",
        "semitones",
        AGENT_AND_CUSTOMER,
        "Pitch movement: from the 10th to the 90th percentile of the pitch. Small: monotonous. "
        "Measured from 3 s of voiced sound on.",
        "As pitch_hz.",
    ),
    Definition(
        "pitch_vs_habit_st",
        "semitones",
        AGENT,
        "How far the agent's pitch level lies above (below: negative) what is usual for this "
        "agent. Measured where the agent's habit is known.",
        "pitch_st, less the median of the agent's stored calls in the same language.",
    ),
    Definition(
        "pitch_range_vs_habit_st",
        "semitones",
        AGENT,
        "The same of the movement of the pitch; negative: more monotonous than usual.",
        "pitch_range_st, as pitch_vs_habit_st.",
    ),
    Definition(
        "loudness_vs_habit_db",
        "dB",
        AGENT,
        "The same of the loudness.",
        "loudness_dbfs, as pitch_vs_habit_st.",
    ),
    Definition(
        "pace_vs_habit_pct",
        "per cent",
        AGENT,
        "How much faster (slower: negative) the agent speaks than usual.",
        "pace_wpm or pace_cpm, as pitch_vs_habit_st.",
    ),
    Definition(
        "voice_vs_habit_z",
        "robust standard deviations",
        AGENT,
        "How far the voice as a whole is raised above the agent's habit: the second largest of "
        "the z-scores of pitch, loudness and pace. Beyond 3 is unusual.",
        "Distance from the median in spreads, as in the view habit_departures of the store.",
    ),
)

BY_NAME: dict[str, Definition] = {definition.name: definition for definition in DEFINITIONS}


def as_markdown() -> str:
    """Return the table of all measures for ``docs/measures.md``."""
    rows = ["| measure | of | unit | meaning | computed from |", "|---|---|---|---|---|"]
    rows += [
        f"| `{d.name}` | {', '.join(d.roles)} | {d.unit} | {d.meaning} | {d.source} |"
        for d in DEFINITIONS
    ]
    return "\n".join(rows) + "\n"


BEGIN, END = "<!-- measures: begin -->", "<!-- measures: end -->"


def write_table(document: Path) -> None:
    """Put the table between its marks in a Markdown document; the rest stays as it is."""
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{document} has no marks {BEGIN} and {END}")
    document.write_text(f"{before}{BEGIN}\n\n{as_markdown()}\n{END}{after}", encoding="utf-8")
