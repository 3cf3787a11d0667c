"""What reasons call the facts that come with a recording, and their values."""

FACTS: dict[str, tuple[str, str]] = {
    "call_id": ("id of the call", "通话编号"),
    "agent_id": ("agent's id", "坐席工号"),
    "agent_name": ("agent's name", "坐席姓名"),
    "team": ("team", "班组"),
    "site": ("site", "站点"),
    "queue": ("queue", "队列"),
    "direction": ("direction of the call", "呼叫方向"),
    "language": ("language expected", "预期语言"),
    "started_at": ("beginning of the call", "通话开始时间"),
    "answer_delay_s": ("time to answer in seconds", "接听延迟（秒）"),
    "disposition": ("disposition of the call", "通话处理结果"),
    "hung_up_by": ("who hung up", "挂断方"),
    "agent_channel": ("agent's channel", "坐席所在声道"),
}
"""In English and in Mandarin."""
_VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "direction": {"inbound": ("inbound", "呼入"), "outbound": ("outbound", "呼出")},
    "hung_up_by": {"agent": ("the agent", "坐席"), "customer": ("the customer", "客户")},
    "language": {"en": ("English", "英语"), "zh": ("Mandarin", "汉语")},
}
"""Of facts that are one of few words; all others are as the centre writes them."""


def fact_name(field: str, language: str) -> str:
    """Return what a fact is called; its field where there is no other name."""
    en, zh = FACTS.get(field, (field, field))
    return zh if language == "zh" else en


def fact_value(field: str, value: str, language: str) -> str:
    """Return a value of a fact in words."""
    en, zh = _VALUES.get(field, {}).get(value, (value, value))
    return zh if language == "zh" else en
