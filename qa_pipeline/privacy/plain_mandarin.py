"""Mandarin secrets and user names that are words: what states them and what asks for them.

Words are not parted, so a value is what stands between the link (是, 叫) and the end of the clause.
"""

import re
from collections.abc import Iterator, Sequence

from qa_pipeline.privacy.tokens import Token
from qa_pipeline.privacy.vocabulary import word_list


def _any(name: str) -> str:
    return "|".join(sorted(map(re.escape, word_list(name)), key=len, reverse=True))


_SECRETS = _any("plain_secrets_zh")
_LOGINS = _any("plain_logins_zh")
_SERVICES = _any("plain_services_zh")
_LINK = "(?:就是|应该是|好像是|还是|是|就叫|叫做|叫|为|改成了|改成|设成了|设成|用的是)"
_STATED = re.compile(
    rf"(?:(?:{_SECRETS}|{_LOGINS})(?:{_any('plain_between_zh')})*{_LINK}"
    rf"|(?:{_SERVICES})(?:名字|名)?(?:就叫做|就叫|叫做|叫|是叫)"
    rf"|搜(?:一下|索)?我?(?:的)?(?:{_SERVICES}))"
)
_ANY_NAMED = re.compile(f"{_SECRETS}|{_LOGINS}|{_SERVICES}")
_SECURITY = re.compile(_any("plain_security_zh"))
_VERIFYING = re.compile(_any("plain_verifying_zh"))
_PERSONAL = re.compile(_any("plain_personal_zh"))
_ASKING = re.compile(_any("plain_asking_zh"))
_NOT_ASKING = re.compile(_any("plain_not_asking_zh"))
_ENDS_WITH_NAME = re.compile(rf"(?:{_SECRETS}|{_LOGINS}|{_SERVICES})(?:是|呢|啊)?\n*$")
_OPENERS = re.compile(rf"(?:{_any('plain_openers_zh')})*")
_TALK = re.compile(_any("plain_talk_zh"))
_PARTICLES = "吧啊呢呀哦噢嘛哈啦的了"
_CLAUSE_ENDS = set("，。？！；、：,.?!;:…")
_SHORTEST, _LONGEST = 2, 10
"""Characters of a value."""
Span = tuple[int, int]


def stated(tokens: Sequence[Token]) -> Iterator[Span]:
    """Find 密码是芝麻开门 and 微信叫大海的浪."""
    said = _characters(tokens)
    for match in _STATED.finditer(said):
        yield from _value(tokens, said, match.end())


def asks(tokens: Sequence[Token]) -> bool:
    """Tell a question for a secret or a user name."""
    said = _characters(tokens)
    if _NOT_ASKING.search(said):
        return False
    if _SECURITY.search(said) or (_VERIFYING.search(said) and _PERSONAL.search(said)):
        return True
    if not _ANY_NAMED.search(said):
        return False
    return bool(_ASKING.search(said) or _ENDS_WITH_NAME.search(said))


def answer(tokens: Sequence[Token], *, late: bool) -> Iterator[Span]:
    """Find what answers such a question: the first that is said, or what 是 leads to.

    ``late``: others spoke between, only 是 counts.
    """
    said = _characters(tokens)
    at = 0
    while at < len(said):
        start = _after_openers(said, at)
        told = said[at:start].endswith(("是", "叫", "为"))
        found = list(_value(tokens, said, start)) if told or not late else []
        if found:
            yield from found
            return
        end = _clause_end(tokens, start)
        late |= end > start
        at = end + 1


def _after_openers(said: str, at: int) -> int:
    opened = _OPENERS.match(said, at)
    return opened.end() if opened else at


def _characters(tokens: Sequence[Token]) -> str:
    """Return one character a token: the Han ones, ``a`` for words and numbers, else a break."""
    return "".join(
        t.text if t.script == "han" else "a" if t.script in ("latin", "digits") else "\n"
        for t in tokens
    )


def _clause_end(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].text not in _CLAUSE_ENDS:
        at += 1
    return at


def _value(tokens: Sequence[Token], said: str, first: int) -> Iterator[Span]:
    """Find the rest of a clause where it is no talk about the thing itself."""
    first = _after_openers(said, first)
    end = _clause_end(tokens, first)
    while end > first and said[end - 1] in _PARTICLES:
        end -= 1
    part = said[first:end]
    han = sum(character != "a" for character in part)
    if not _SHORTEST <= len(part) <= _LONGEST or not han or _TALK.search(part) or "\n" in part:
        return
    yield first, end - 1
