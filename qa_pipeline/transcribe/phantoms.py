"""Phrases that recognisers write where nobody spoke: what subtitles of films and shows end with.

Whisper learnt from subtitles, and writes their credits on silence, noise and music (Koenecke et
al., Careless Whisper, 2024, count inventions in one transcription of a hundred). No call contains
the phrases of ``CREDITS``, wherever in a window; nor, as all that is said in one, those of
``CERTAIN``, but for a sign-off that was surely heard. Those of ``PLAUSIBLE`` are said in calls too:
they are taken out only where the model itself doubts that there was speech.

Which error is worse: an invented "thank you for watching" may be the thanks that a standard asks
for, and makes a silent line talk; a true one that is lost says nothing of service. So a sign-off
stays only where all speaks for it: the model is sure of the words and of speech, and the speech
found in the window is as long as the words take.
"""

import re
from collections.abc import Sequence

CREDITS = (
    "subtitles by the amara org community",
    "transcription by castingwords",
    "like and subscribe to our channel",
    "字幕由amara org社区提供",
    "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
    "请不吝点赞订阅转发打赏",
    "明镜需要您的支持",
    "欢迎订阅明镜",
    "优优独播剧场yoyo television series exclusive",
)
SIGN_OFFS = (
    "thanks for watching",
    "thank you for watching",
    "thank you so much for watching",
    "谢谢观看",
    "感谢观看",
    "谢谢大家观看",
    "谢谢收看",
    "感谢收看",
    "谢谢大家收看",
)
CERTAIN = (
    *CREDITS,
    *SIGN_OFFS,
    "don't forget to subscribe",
    "please subscribe",
    "like and subscribe",
    "please like and subscribe",
    "see you in the next video",
    "i'll see you in the next video",
    "subtitles by",
    "captions by",
    "transcribed by",
    "字幕志愿者",
    "中文字幕",
    "字幕",
    "感谢您的收看",
    "多谢您的观看",
    "下期再见",
    "我们下期节目再见",
)
PLAUSIBLE = (
    "thank you",
    "thanks",
    "bye",
    "bye bye",
    "you",
    "okay",
    "so",
    "oh",
    "谢谢",
    "谢谢大家",
    "嗯",
    "好",
    "再见",
)
DOUBTFUL = 0.4
"""No-speech probability, or one minus the words' probability, from which the model doubts."""
_SURE = 0.9
"""Mean probability of the words of a sign-off that was surely heard."""
_SURELY_SPEECH = 0.1
"""No-speech probability up to which there surely was speech."""
_WORDS_A_SECOND = {"en": (1.5, 8.0), "zh": (2.0, 13.0)}
"""Slowest and fastest at which the words (characters) of a sign-off are said."""
_NAMED = re.compile(
    r"(?:subtitles?|captions?|captioning|transcri(?:bed|ption)) by (?!default\b)(?:\S+ ){0,3}\S+"
    r"|(?:中文)?字幕(?:志愿者\W*\w{0,12}|by\W*\w{1,12}|由(?!于|谁)\w{1,12}提供)",
    re.IGNORECASE,
)
"""Credits with a name, which is another each time."""
_LONGEST_TAIL = 40
_OTHER = re.compile(r"[^\w]+|_")


def _bare(text: str) -> str:
    return _OTHER.sub("", text.lower().replace("'", "").replace("’", ""))


_CERTAIN = frozenset(_bare(text) for text in CERTAIN)
_CREDITS = frozenset(_bare(text) for text in CREDITS)
_SIGN_OFFS = frozenset(_bare(text) for text in SIGN_OFFS)
_TAILS = _CREDITS | _SIGN_OFFS
_PLAUSIBLE = frozenset(_bare(text) for text in PLAUSIBLE)


def is_phantom(
    text: str, probability: float, no_speech_probability: float, speech_s: float | None = None
) -> bool:
    """Say whether the whole text of a window is such a phrase, once or several times over.

    Args:
        text: what was written for one window.
        probability: mean probability of its words, 0 to 1.
        no_speech_probability: that nothing was said in the window, 0 to 1.
        speech_s: seconds of speech found in the window, ``None`` where they are not known.
    """
    whole = _bare(text)
    if not whole:
        return False
    sure = probability >= _SURE and no_speech_probability <= _SURELY_SPEECH
    if sure and whole in _SIGN_OFFS and speech_s is not None and _takes(text, speech_s):
        return False
    if _made_of(whole, _CERTAIN) or _NAMED.fullmatch(" ".join(text.split()).rstrip(".。!！ ")):
        return True
    doubtful = max(no_speech_probability, 1.0 - probability) >= DOUBTFUL
    return doubtful and _made_of(whole, _PLAUSIBLE) and no_speech_probability >= DOUBTFUL / 2


def _takes(text: str, speech_s: float) -> bool:
    """Tell whether a text may be what is said in so many seconds of speech."""
    language = "en" if text.isascii() else "zh"
    units = len(text.split()) if language == "en" else len(_bare(text))
    slowest, fastest = _WORDS_A_SECOND[language]
    return slowest * speech_s <= units <= fastest * speech_s


def phantom_tail(texts: Sequence[str], probabilities: Sequence[float]) -> int:
    """Return how many words at the end of a window are such phrases after true speech.

    Credits are; a sign-off only where the model doubts its words.
    """
    longest = 0
    for size in range(1, min(len(texts), _LONGEST_TAIL + 1)):
        whole = _bare("".join(texts[-size:]))
        doubtful = 1.0 - sum(probabilities[-size:]) / size >= DOUBTFUL
        if whole and _made_of(whole, _TAILS if doubtful else _CREDITS):
            longest = size
    return longest


def _made_of(whole: str, phrases: frozenset[str]) -> bool:
    """Say whether a text is a row of these phrases and nothing else."""
    reached = {0}
    for at in range(len(whole)):
        if at in reached:
            reached |= {at + len(p) for p in phrases if whole.startswith(p, at)}
    return len(whole) in reached
