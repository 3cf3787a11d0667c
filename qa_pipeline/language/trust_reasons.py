"""Why a call is not trusted, in words: kept in English, shown in the language of the reader."""

from typing import Final

from qa_pipeline.language.kept_sentences import KeptSentences, Sentence

SENTENCES: Final = {
    "no_words": Sentence("no words were heard", "没有听到任何词语"),
    "few_words": Sentence(
        "only {words} words were heard; at least {needed} are needed",
        "只听到{words}个词，至少需要{needed}个",
    ),
    "little_speech": Sentence(
        "only {heard:.1f} s of speech; at least {needed:g} s are needed",
        "只有{heard}秒的说话声，至少需要{needed}秒",
    ),
    "improbable_words": Sentence(
        "words were recognised with a mean probability of {probability:.2f}, below {limit:.2f}",
        "词语识别的平均概率为{probability}，低于{limit}",
    ),
    "doubted_text": Sentence(
        "the recogniser doubts its text (mean log probability {mean:.2f}, below {limit:g})",
        "识别模型对自己的文字没有把握（平均对数概率{mean}，低于{limit}）",
    ),
    "doubted_speech": Sentence(
        "the recogniser doubts that anybody speaks (probability {probability:.2f} of no speech)",
        "识别模型怀疑无人说话（无语音的概率为{probability}）",
    ),
    "inventions": Sentence(
        "{removed:.0f} % of the recognised words were taken out as inventions",
        "识别出的词语中有{removed}%被判为无中生有而删去",
    ),
    "uncovered": Sentence(
        "only {covered:.0f} % of the speech is covered by words",
        "说话声中只有{covered}%识别出了词语",
    ),
    "other_language": Sentence(
        "the language seems to be {language!r}, expected {expected}",
        "语言似乎是{language}，预期为{expected}",
    ),
    "unsure_language": Sentence(
        "the language {language!r} is unsure ({probability:.2f})",
        "不能确定语言是{language}（概率{probability}）",
    ),
    "two_languages": Sentence(
        "two languages are spoken: {language!r} and {other!r}",
        "通话中有两种语言：{language}和{other}",
    ),
    "nobody": Sentence(
        "nobody is heard but announcements and unknown speakers",
        "除语音播报和身份不明的人外，没有听到任何人",
    ),
    "one_speaker": Sentence("only one speaker was heard", "只听到一个人说话"),
    "unsure_voices": Sentence(
        "by their voices it is unsure whether two people speak",
        "从声音上不能确定是否有两个人在说话",
    ),
    "further_voice": Sentence(
        "some of what one speaker says may be a further person's, by the voice",
        "从声音上看，某一方的部分话语可能出自另外一人",
    ),
    "unsure_roles": Sentence(
        "who is the agent is unsure (confidence {confidence:.2f})",
        "不能确定谁是坐席（置信度{confidence}）",
    ),
    "unknown_speaker": Sentence(
        "{unknown:.0f} % of the words could not be given to a speaker",
        "有{unknown}%的词语无法判断是谁说的",
    ),
    "echoed": Sentence(
        "{echoed:.0f} % of the words are heard on both channels at the same time",
        "有{echoed}%的词语同时出现在两个声道上",
    ),
    "passed_on": Sentence(
        "the call was passed on, {agents} agents speak: whose verdict it is, a person has to say",
        "通话曾经转接，有{agents}位坐席说话：评判归谁，须由人来确定",
    ),
    "further_person": Sentence(
        "{further:.0f} % of the words are of a further person, role unknown",
        "有{further}%的词语出自另外一人，其身份不明",
    ),
    "silent_agent": Sentence(
        "the agent says hardly anything ({words} words)", "坐席几乎没有说话（{words}个词）"
    ),
    "silent_customer": Sentence(
        "the customer says hardly anything ({words} words)", "客户几乎没有说话（{words}个词）"
    ),
    "clipped": Sentence(
        "the recording is clipped ({clipped:.1f} % of the speech is at the limit)",
        "录音削波失真（{clipped}%的说话声达到了上限）",
    ),
    "noisy": Sentence(
        "the recording is noisy (speech is only {snr:.0f} dB above the noise)",
        "录音噪声大（说话声只比噪声高{snr}分贝）",
    ),
    "short_sound": Sentence(
        "the file declares {declared:.1f} s but holds {held:.1f} s: it is cut short",
        "文件标明时长{declared}秒，实际只有{held}秒：文件不完整",
    ),
    "short_file": Sentence(
        "the file declares {declared} bytes but holds {held}: it is cut short",
        "文件标明大小{declared}字节，实际只有{held}字节：文件不完整",
    ),
    "damaged": Sentence(
        "{packets} damaged packets were skipped", "有{packets}个损坏的数据包被跳过"
    ),
    "not_numbers": Sentence(
        "{samples} samples that are not numbers were replaced by silence",
        "有{samples}个采样不是数值，已替换为静音",
    ),
    "streams": Sentence(
        "{streams} audio streams, of which one was used", "文件中有{streams}条音轨，只使用了一条"
    ),
}
"""Every reason there is."""
_REASONS: Final = KeptSentences(SENTENCES, {"en": "英语", "zh": "汉语"})


def trust_reason(name: str, **values: object) -> str:
    """Return the reason called ``name`` of `SENTENCES`, as it is kept.

    Raises:
        KeyError: there is no such reason, or a value of it is missing.
    """
    return _REASONS.kept(name, **values)


def in_language(reason: str, language: str) -> str:
    """Return a kept reason as a reader of ``language`` (ISO 639-1) is told it."""
    return _REASONS.told(reason, language)
