"""Why a file could not be processed, in words: kept in English, told in the reader's language."""

from typing import Final

from qa_pipeline.language.failure_problems import FIELD_PROBLEMS
from qa_pipeline.language.kept_sentences import KeptSentences, Sentence

SENTENCES: Final = {
    "is_folder": Sentence("{path}: is a folder, not a recording", "{path}：是文件夹，不是录音"),
    "empty": Sentence("{path}: the file is empty (0 bytes)", "{path}：文件是空的（0字节）"),
    "missing": Sentence("{path}: no such file", "{path}：没有这个文件"),
    "forbidden_file": Sentence(
        "{path}: no permission to read this file", "{path}：没有读取这个文件的权限"
    ),
    "forbidden_folder": Sentence(
        "{path}: no permission to read this folder", "{path}：没有读取这个文件夹的权限"
    ),
    "not_decoded": Sentence(
        "{path}: not a recording that can be decoded ({problem}); the file may be damaged, miss "
        "its header, or not be audio at all",
        "{path}：不是可以解码的录音（{problem}）；文件可能已损坏、缺少文件头，或者根本不是音频",
    ),
    "no_stream": Sentence(
        "{path}: has no audio stream (format {format})", "{path}：没有音轨（格式：{format}）"
    ),
    "no_sound": Sentence(
        "{path}: holds no sound (0 samples could be decoded)",
        "{path}：没有声音（解码得到0个采样）",
    ),
    "not_numbers": Sentence(
        "{path}: {samples} samples are not numbers (NaN or infinite)",
        "{path}：有{samples}个采样不是有效数值",
    ),
    "unreadable": Sentence("{path}: cannot be read ({problem})", "{path}：无法读取（{problem}）"),
    "unfinished": Sentence(
        "{path}: is still being written: it has changed since this run began; the next run takes "
        "it when it is complete",
        "{path}：还在写入：本次运行开始后文件有变化；写完后由下一次运行处理",
    ),
    "same_id": Sentence(
        "{path}: call id {call_id!r} is already that of {other}, which is another recording; give "
        "each call an id of its own in the metadata",
        "{path}：通话编号“{call_id}”已属于另一段录音{other}；请在元数据中给每通通话各自的编号",
    ),
    "not_json": Sentence(
        "{path}, line {line}: not valid JSON ({problem})",
        "{path}，第{line}行：不是有效的JSON（{problem}）",
    ),
    "no_fields": Sentence(
        "{path}, line {line}: metadata must be a JSON object of fields",
        "{path}，第{line}行：元数据必须是由字段组成的JSON对象",
    ),
    "wrong_field": Sentence(
        "{path}, line {line}, field {field!r}: {problem}; correct it and run again",
        "{path}，第{line}行，字段“{field}”：{problem}；请改正后重新运行",
    ),
    "wrong_name": Sentence(
        "{path}: file name read with pattern {pattern!r}, field {field!r}: {problem}",
        "{path}：按模式“{pattern}”读取文件名时，字段“{field}”：{problem}",
    ),
    "metadata_encoding": Sentence(
        "{path}: its text is neither UTF-8, UTF-16 nor GB18030; save it as UTF-8",
        "{path}：文本编码不是UTF-8、UTF-16或GB18030；请另存为UTF-8",
    ),
    "transcript_empty": Sentence("{path}: the transcript is empty", "{path}：转写文本是空的"),
    "transcript_no_words": Sentence("{path}: the cues hold no words", "{path}：字幕中没有文字"),
    "transcript_encoding": Sentence(
        "{path}: its text is in no known encoding; save it as UTF-8",
        "{path}：文本编码无法识别；请另存为UTF-8",
    ),
    "transcript_no_cues": Sentence(
        "{path}: no cues found (no line with '-->'); is this a transcript?",
        "{path}：没有找到字幕（没有含“-->”的行）；这是转写文本吗？",
    ),
    "transcript_no_header": Sentence(
        "{path}, line {line}: a WebVTT file begins with WEBVTT, this one does not",
        "{path}，第{line}行：WebVTT文件应以WEBVTT开头，这个文件没有",
    ),
    "transcript_no_time": Sentence(
        "{path}, line {line}: {text!r} is not a time such as 00:01:02,500; correct the line",
        "{path}，第{line}行：“{text}”不是00:01:02,500这样的时间；请改正这一行",
    ),
    "transcript_ends_early": Sentence(
        "{path}, line {line}: the cue ends before it starts",
        "{path}，第{line}行：字幕的结束时间早于开始时间",
    ),
    "export_no_words": Sentence(
        "{path}: the exported conversation holds no words", "{path}：导出的对话中没有文字"
    ),
    "no_export": Sentence(
        "{path}, line {line}: not a transcript that `qa-pipeline calls export --format json` wrote "
        '("format" is not "{format}")',
        "{path}，第{line}行：不是由`qa-pipeline calls export --format json`写出的转写文本"
        "（“format”不是“{format}”）",
    ),
    "export_version": Sentence(
        "{path}, line {line}: format version {found} is not {known}, the one this version reads",
        "{path}，第{line}行：格式版本“{found}”不是本版本能读取的{known}",
    ),
    "export_field": Sentence(
        "{path}, line {line}, field {field}: {problem}",
        "{path}，第{line}行，字段{field}：{problem}",
    ),
    "worker_ended_saying": Sentence(
        "{path}: the worker process on {device} ended with code {code} ({problem}) whenever this "
        "call was processed",
        "{path}：每次处理这通通话，{device}上的工作进程都以代码{code}退出（{problem}）",
    ),
    "worker_ended": Sentence(
        "{path}: the worker process on {device} ended with code {code} whenever this call was "
        "processed",
        "{path}：每次处理这通通话，{device}上的工作进程都以代码{code}退出",
    ),
    "no_memory": Sentence(
        "{path}: not enough memory for this call ({problem}), not even piece by piece; free some "
        "(nvidia-smi lists who uses a GPU), name fewer workers or use --device cpu, then run the "
        "same command again",
        "{path}：处理这通通话的内存不足（{problem}），分段处理也不够；请释放内存（nvidia-smi可列出"
        "占用GPU的进程）、减少workers，或使用--device cpu，然后重新运行同一命令",
    ),
    "voice_unreadable": Sentence(
        "{path}: the known voice of agent {agent_id!r} cannot be read ({problem}); delete the "
        "file, it is learnt again from the next calls",
        "{path}：无法读取坐席“{agent_id}”的已知嗓音（{problem}）；请删除这个文件，"
        "系统会从以后的通话中重新学习",
    ),
    "unexpected": Sentence(
        "{path}: unexpected {error}: {problem}", "{path}：意外错误{error}：{problem}"
    ),
}
"""Those that a file of a centre meets; of others the English sentence is told."""
_REASONS: Final = KeptSentences(SENTENCES, parts=FIELD_PROBLEMS)


def failure_reason(name: str, **values: object) -> str:
    """Return the reason called ``name`` of `SENTENCES`, as it is kept.

    Raises:
        KeyError: there is no such reason, or a value of it is missing.
    """
    return _REASONS.kept(name, **values)


def in_language(reason: str, language: str) -> str:
    """Return a kept reason as a reader of ``language`` (ISO 639-1) is told it.

    What a library or the system says of the problem stays as it is where it is none of what
    `failure_problems` knows.
    """
    return _REASONS.told(reason, language)
