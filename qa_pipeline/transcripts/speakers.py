"""Who a line belongs to, by the name written before it, and what role the name tells."""

import re
from collections import Counter
from collections.abc import Iterable

from qa_pipeline.records import Role

_AGENT = (
    "agent|advis[eo]r|representative|rep|csr|operator|associate|support|staff|clerk|specialist|"
    "(?:customer|client) (?:service|services|care|support|experience)(?: .*)?|"
    "service (?:agent|desk|rep)|call cent(?:er|re)|"
    "坐席|座席|客服|话务员|接线员|工作人员|服务人员|专员|客户经理|业务员|工号"
)
_CUSTOMER = (
    "customer|caller|client|user|guest|patient|member|subscriber|"
    "客户|顾客|用户|来电人|来电者|来电|主叫|消费者|会员|乘客"
)
_IVR = "ivr|system|recording|announcement|auto ?attendant|voice ?bot|bot|系统|语音导航|机器人|录音"
_SOUNDS = re.compile(
    "laugh|laughter|laughs|music|noise|silence|inaudible|unintelligible|crosstalk|cough|sigh|"
    "applause|beep|ringing|pause|hold|foreign|笑|笑声|音乐|噪音|沉默|停顿|听不清|铃声"
)
_ROLES: tuple[tuple[Role, str], ...] = (("agent", _AGENT), ("ivr", _IVR), ("customer", _CUSTOMER))

_NAME = r"[^\W\d_][\w .'’·-]{0,38}?"
_BRACKETED = re.compile(rf"^[-–—>\s]*[\[(【（]\s*({_NAME})\s*[\])】）]\s*[:：]?\s*(.*)$", re.DOTALL)
_WITH_COLON = re.compile(rf"^[-–—>\s]*({_NAME})\s*[:：]\s*(.*)$", re.DOTALL)


def role_of_name(name: str) -> Role | None:
    """Return the role that a speaker's name tells, ``None`` for a name of a person.

    English words must stand alone ("Agent 2", not "Agentha"); "customer service" is the agent.
    """
    plain = re.sub(r"[\s_#-]+", " ", name.strip().lower())
    for role, words in _ROLES:
        if re.search(rf"(?:^|[^a-z])(?:{words})(?:$|[^a-z])", plain):
            return role
    return None


def split_name(line: str) -> tuple[str, str] | None:
    """Split ``Agent: text``, ``[Agent] text``, ``坐席：text`` into name and text.

    ``[laughter]`` and the like name a sound and nobody.
    """
    match = _BRACKETED.match(line) or _WITH_COLON.match(line)
    if match is None or len(match.group(1).split()) > 4:
        return None
    if _SOUNDS.fullmatch(match.group(1).lower()):
        return None
    return match.group(1).strip(), match.group(2).strip()


def trusted_names(lines: Iterable[str]) -> frozenset[str]:
    """Return the names that really are speakers: a role by name, or before several lines.

    A single "One more thing: ..." is a sentence and not a speaker.
    """
    counts = Counter(split[0] for split in map(split_name, lines) if split)
    return frozenset(n for n, count in counts.items() if count > 1 or role_of_name(n))
