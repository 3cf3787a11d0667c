"""What is wrong with a value or a file, as part of why a file could not be processed.

Ours are kept in English like the reasons they are part of. Those of the libraries that read files
are known as they word them; what is not known stays in English.
"""

from typing import Final

from qa_pipeline.language.kept_sentences import KeptSentences, Sentence

PROBLEMS: Final = {
    "no_date_such_as": Sentence(
        "{value!r} is not a date such as 2026-03-01T09:30:00+08:00",
        "“{value}”不是2026-03-01T09:30:00+08:00这样的日期",
    ),
    "no_date_of_form": Sentence(
        "{value!r} is not a date of the form {form}", "“{value}”不是{form}这种格式的日期"
    ),
    "no_date": Sentence("{value} is not a date", "{value}不是日期"),
    "no_such_field": Sentence(
        "no such field; the fields are {fields}", "没有这个字段；可用的字段为{fields}"
    ),
    "wrong_value": Sentence(
        "the value {value} does not fit: {problem}", "值{value}不合要求：{problem}"
    ),
}
"""Of a field of metadata."""
GPU_FAULTS: Final = {
    "memory": Sentence("out of memory", "内存不足"),
    "launch": Sentence("unspecified launch failure", "计算程序运行失败"),
    "illegal": Sentence("an illegal memory access was encountered", "访问了不允许的内存"),
    "instruction": Sentence("an illegal instruction was encountered", "遇到了无效的指令"),
    "misaligned": Sentence("misaligned address", "内存地址未对齐"),
    "assert": Sentence("device-side assert triggered", "计算程序的检查未通过"),
    "timed_out": Sentence("the launch timed out and was terminated", "计算超时，已被中止"),
    "ecc": Sentence("uncorrectable ECC error encountered", "内存出现无法纠正的错误"),
    "none": Sentence("no CUDA-capable device is detected", "没有找到可用的GPU"),
    "unknown": Sentence("unknown error", "未知错误"),
}
"""As CUDA says it of what makes a worker process end."""
LIBRARIES: Final = {
    # CUDA, by torch and by CTranslate2
    "gpu": Sentence("CUDA error: {fault}", "GPU出错：{fault}"),
    "gpu_failed": Sentence("CUDA failed with error {fault}", "GPU出错：{fault}"),
    # ffmpeg and the system
    "invalid_data": Sentence("Invalid data found when processing input", "数据无效"),
    "ends_early": Sentence("End of file", "文件不完整"),
    "input_output": Sentence("Input/output error", "输入输出错误"),
    "forbidden": Sentence("Permission denied", "没有权限"),
    "stale": Sentence("Stale file handle", "文件所在的网络存储已断开"),
    "timed_out": Sentence("Connection timed out", "连接超时"),
    "too_many": Sentence("Too many open files", "打开的文件过多"),
    # JSON
    "json_value": Sentence("Expecting value", "此处应有值"),
    "json_comma": Sentence("Expecting ',' delimiter", "缺少逗号"),
    "json_colon": Sentence("Expecting ':' delimiter", "缺少冒号"),
    "json_name": Sentence(
        "Expecting property name enclosed in double quotes", "此处应有用双引号括起的字段名"
    ),
    "json_comma_object": Sentence(
        "Illegal trailing comma before end of object", "最后一个字段后多了逗号"
    ),
    "json_comma_array": Sentence(
        "Illegal trailing comma before end of array", "最后一个值后多了逗号"
    ),
    "json_more": Sentence("Extra data", "结尾之后还有内容"),
    "json_open": Sentence("Unterminated string starting at", "文字缺少结尾的引号"),
    "json_control": Sentence("Invalid control character at", "文字中有不允许的控制字符"),
    # fields
    "missing": Sentence("Field required", "缺少这个字段"),
    "extra": Sentence("Extra inputs are not permitted", "没有这个字段"),
    "string": Sentence("Input should be a valid string", "应为文字"),
    "number_in_text": Sentence(
        "Input should be a valid number, unable to parse string as a number", "应为数字"
    ),
    "number": Sentence("Input should be a valid number", "应为数字"),
    "finite": Sentence("Input should be a finite number", "应为有限的数字"),
    "integer_in_text": Sentence(
        "Input should be a valid integer, unable to parse string as an integer", "应为整数"
    ),
    "integer_in_number": Sentence(
        "Input should be a valid integer, got a number with a fractional part", "应为整数"
    ),
    "integer": Sentence("Input should be a valid integer", "应为整数"),
    "list": Sentence("Input should be a valid tuple", "应为列表"),
    "object": Sentence(
        "Input should be a valid dictionary or instance of {kind}",
        "应为由字段组成的JSON对象（{kind}）",
    ),
    "at_least": Sentence("Input should be greater than or equal to {least}", "应不小于{least}"),
    "at_most": Sentence("Input should be less than or equal to {most}", "应不大于{most}"),
    "more_than": Sentence("Input should be greater than {least}", "应大于{least}"),
    "one_of": Sentence("Input should be '{first}' or '{last}'", "应为'{first}'或'{last}'"),
    "word_ends_early": Sentence(
        "Value error, word {word!r} ends at {end} before {start}",
        "词“{word}”的结束时间{end}早于开始时间{start}",
    ),
}
"""As the libraries say it; the first that fits is told."""
FIELD_PROBLEMS: Final = KeptSentences(
    PROBLEMS, parts=KeptSentences(LIBRARIES, parts=KeptSentences(GPU_FAULTS))
)


def field_problem(name: str, **values: object) -> str:
    """Return the problem called ``name`` of `PROBLEMS`, as it is kept.

    Raises:
        KeyError: there is no such problem, or a value of it is missing.
    """
    return FIELD_PROBLEMS.kept(name, **values)
