"""The measures that a card may ask for, by name, of whom, and what reasons call them."""

from qa_pipeline.records import MeasureRole

LABELS: dict[str, tuple[str, str]] = {
    "talk_s": ("talk time in seconds", "说话时长（秒）"),
    "talk_share_pct": ("share of the talk time in per cent", "说话时长占比（%）"),
    "silence_pct": ("silence in per cent", "静默占比（%）"),
    "longest_silence_s": ("longest silence in seconds", "最长静默（秒）"),
    "dead_air_s": ("dead air in seconds", "未说明的静默（秒）"),
    "longest_dead_air_s": ("longest dead air in seconds", "最长的未说明静默（秒）"),
    "announced_silence_s": ("announced silence in seconds", "已说明的静默（秒）"),
    "longest_gap_s": ("longest stretch without speech in seconds", "最长无人说话时间（秒）"),
    "hold_count": ("number of holds", "等待次数"),
    "hold_s": ("time on hold in seconds", "等待时长（秒）"),
    "longest_hold_s": ("longest hold in seconds", "最长等待（秒）"),
    "response_delay_s": ("response delay in seconds", "应答延迟（秒）"),
    "interruptions": ("number of interruptions", "打断次数"),
    "longest_monologue_s": ("longest monologue in seconds", "最长连续讲话（秒）"),
    "pace_wpm": ("pace in words a minute", "语速（词/分钟）"),
    "pace_cpm": ("pace in characters a minute", "语速（字/分钟）"),
    "pauses_per_min": ("pauses a minute", "每分钟停顿次数"),
    "median_pause_s": ("median pause in seconds", "停顿中位数（秒）"),
    "negative_tone_pct": ("share of negative tone in per cent", "消极语气占比（%）"),
    "positive_tone_pct": ("share of positive tone in per cent", "积极语气占比（%）"),
    "tone_change": ("change of tone", "语气变化"),
    "tone_trend": ("trend of tone", "语气走向"),
    "recognition_confidence_pct": ("recognition confidence in per cent", "识别置信度（%）"),
    "speech_covered_pct": ("share of speech with words in per cent", "识别覆盖率（%）"),
    "answer_delay_s": ("answer delay in seconds", "接听延迟（秒）"),
    "noise_level_dbfs": ("noise level in dBFS", "噪声水平（dBFS）"),
    "snr_db": ("signal-to-noise ratio in dB", "信噪比（dB）"),
    "loudness_dbfs": ("loudness in dBFS", "音量（dBFS）"),
    "loudness_spread_db": ("spread of loudness in dB", "音量起伏（dB）"),
    "pitch_hz": ("pitch in Hz", "音高（Hz）"),
    "pitch_st": ("pitch in semitones", "音高（半音）"),
    "pitch_range_st": ("pitch range in semitones", "音高变化范围（半音）"),
    "pitch_vs_habit_st": ("pitch against habit in semitones", "音高与平时相比（半音）"),
    "pitch_range_vs_habit_st": (
        "pitch range against habit in semitones",
        "音高变化范围与平时相比（半音）",
    ),
    "loudness_vs_habit_db": ("loudness against habit in dB", "音量与平时相比（dB）"),
    "pace_vs_habit_pct": ("pace against habit in per cent", "语速与平时相比（%）"),
    "voice_vs_habit_z": ("voice against habit", "声音与平时相比"),
}
"""What reasons call each measure, in English and in Mandarin; defined where it is computed."""

MEASURE_NAMES = tuple(LABELS)
"""The measures a card may ask for."""

MEASURED_IN_WINDOWS = (
    "talk_s",
    "talk_share_pct",
    "silence_pct",
    "longest_silence_s",
    "longest_gap_s",
    "hold_count",
    "hold_s",
    "longest_hold_s",
    "interruptions",
    "pace_wpm",
    "pace_cpm",
    "negative_tone_pct",
    "positive_tone_pct",
    "recognition_confidence_pct",
    "loudness_dbfs",
    "pitch_st",
)
"""Those of them that can also be told for a part of the call (``windowed``)."""

_OF_THE_AGENT = (
    "pitch_vs_habit_st",
    "pitch_range_vs_habit_st",
    "loudness_vs_habit_db",
    "pace_vs_habit_pct",
    "voice_vs_habit_z",
)
_OF_THE_CALL = (
    "silence_pct",
    "longest_silence_s",
    "dead_air_s",
    "longest_dead_air_s",
    "announced_silence_s",
    "longest_gap_s",
    "hold_count",
    "hold_s",
    "longest_hold_s",
    "speech_covered_pct",
    "answer_delay_s",
    "noise_level_dbfs",
    "snr_db",
)
_OF_EVERYBODY = ("tone_change", "tone_trend")


def roles_of(name: str) -> tuple[MeasureRole, ...]:
    """Return of whom a measure is taken; of anybody else it is never known."""
    if name in _OF_THE_CALL:
        return ("call",)
    if name in _OF_THE_AGENT:
        return ("agent",)
    return ("agent", "customer", "call") if name in _OF_EVERYBODY else ("agent", "customer")


def label(name: str, language: str) -> str:
    """Return what a measure is called in a reason; its name where there is no other."""
    en, zh = LABELS.get(name, (name, name))
    return zh if language == "zh" else en
