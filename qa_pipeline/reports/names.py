"""What measures, verdicts, stages and groups are called in reports, in English.

Each name is a text of the catalogues beside (``texts/``), as are the texts of the templates.
"""

from typing import Final

from qa_pipeline.reports.catalogue import N_

MEASURES: Final[dict[str, tuple[str, str]]] = {
    # name: (words for the reader, unit)
    "talk_s": (N_("Talk time"), N_("s")),
    "talk_share_pct": (N_("Share of the talking"), N_("%")),
    "silence_pct": (N_("Silence"), N_("%")),
    "longest_silence_s": (N_("Longest silence"), N_("s")),
    "dead_air_s": (N_("Dead air, not announced"), N_("s")),
    "longest_dead_air_s": (N_("Longest dead air, not announced"), N_("s")),
    "announced_silence_s": (N_("Silence that was announced"), N_("s")),
    "longest_gap_s": (N_("Longest time without speech"), N_("s")),
    "hold_count": (N_("Holds"), N_("per call")),
    "hold_s": (N_("Time on hold"), N_("s")),
    "longest_hold_s": (N_("Longest hold"), N_("s")),
    "response_delay_s": (N_("Time to respond"), N_("s")),
    "interruptions": (N_("Interruptions of the other"), N_("per call")),
    "longest_monologue_s": (N_("Longest monologue"), N_("s")),
    "pace_wpm": (N_("Pace, English"), N_("words/min")),
    "pace_cpm": (N_("Pace, Mandarin"), N_("characters/min")),
    "pauses_per_min": (N_("Pauses"), N_("per min of speaking")),
    "median_pause_s": (N_("Typical pause"), N_("s")),
    "negative_tone_pct": (N_("Negative tone"), N_("% of utterances")),
    "positive_tone_pct": (N_("Positive tone"), N_("% of utterances")),
    "tone_change": (N_("Change of tone, first to last third"), N_("points")),
    "tone_trend": (N_("Trend of tone (1 better, -1 worse)"), ""),
    "recognition_confidence_pct": (N_("Certainty of the recogniser"), N_("%")),
    "speech_covered_pct": (N_("Speech covered by words"), N_("%")),
    "answer_delay_s": (N_("Time to answer"), N_("s")),
    "noise_level_dbfs": (N_("Noise level"), N_("dBFS")),
    "snr_db": (N_("Speech above noise"), N_("dB")),
    "loudness_dbfs": (N_("Loudness"), N_("dBFS")),
    "loudness_spread_db": (N_("Unsteadiness of loudness"), N_("dB")),
    "pitch_hz": (N_("Pitch of the voice"), N_("Hz")),
    "pitch_st": (N_("Pitch of the voice above 100 Hz"), N_("semitones")),
    "pitch_range_st": (N_("Movement of the pitch"), N_("semitones")),
    "pitch_vs_habit_st": (N_("Pitch against own habit"), N_("semitones")),
    "pitch_range_vs_habit_st": (N_("Movement of the pitch against own habit"), N_("semitones")),
    "loudness_vs_habit_db": (N_("Loudness against own habit"), N_("dB")),
    "pace_vs_habit_pct": (N_("Pace against own habit"), N_("%")),
    "voice_vs_habit_z": (N_("Voice raised above own habit"), N_("spreads")),
}
UNITS: Final = {
    "s": N_("s"),
    "pct": N_("%"),
    "db": N_("dB"),
    "dbfs": N_("dBFS"),
    "wpm": N_("words/min"),
    "hz": N_("Hz"),
    "st": N_("semitones"),
}
ROLES: Final = {
    "agent": N_("agent"),
    "customer": N_("customer"),
    "ivr": N_("announcement"),
    "call": N_("call"),
}
SPEAKER: Final = N_("speaker")
MINUTES: Final = N_("min")
HOURS: Final = N_("h")
GROUPS: Final = {
    "team": N_("Team"),
    "site": N_("Site"),
    "queue": N_("Queue"),
    "agent": N_("Agent"),
    "language": N_("Language"),
    "direction": N_("Direction"),
}
NONE_NAMED: Final = {
    "team": N_("no team named"),
    "site": N_("no site named"),
    "queue": N_("no queue named"),
    "agent": N_("no agent named"),
    "language": N_("no language named"),
    "direction": N_("no direction named"),
}
DIRECTIONS: Final = {"inbound": N_("inbound"), "outbound": N_("outbound")}
LANGUAGES: Final = {"en": N_("English"), "zh": N_("Mandarin")}
STAGES: Final = {
    "read": N_("reading the file"),
    "decode": N_("reading the file"),
    "transcribe": N_("transcribing"),
    "speakers": N_("telling the speakers apart"),
    "conversation": N_("putting the conversation together"),
    "measures": N_("measuring"),
    "score": N_("scoring"),
    "write": N_("writing the result"),
}
VERDICTS: Final = {
    "met": N_("met"),
    "partly_met": N_("partly met"),
    "not_met": N_("not met"),
    "not_applicable": N_("not applicable"),
    "unscored": N_("cannot tell"),
}
