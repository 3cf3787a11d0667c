"""English secrets and user names that are words: what states them and what asks for them."""

from collections.abc import Iterator, Sequence

from qa_pipeline.privacy.tokens import Token
from qa_pipeline.privacy.vocabulary import PhraseSet, vocabulary, word_list, word_set

_SECRETS = PhraseSet(word_list("plain_secrets_en"))
_SERVICES = PhraseSet(word_list("plain_services_en"))
_LOGINS = PhraseSet(word_list("plain_logins_en"))
_PERSONAL_QUESTIONS = PhraseSet(word_list("plain_questions_en"))
_SURE_QUESTIONS = PhraseSet(word_list("plain_sure_questions_en"))
_SECURITY = PhraseSet(word_list("plain_security_en"))
_ASKING = PhraseSet(word_list("plain_asking_en"))
_NOT_ASKING = word_set("plain_not_asking_en")
_TALK = word_set("not_logins") | word_set("plain_talk_en")
_ENDS = word_set("plain_ends_en")
_INSIDE = {"the", "of", "up", "a"}
"""Words of talk that may stand in a name: "dave the builder"."""
_OPENERS = PhraseSet(word_list("plain_openers_en"))
_OTHERS = PhraseSet(["new one", "old one", "other one", "first one", "second one"])
_UNDER = {"under", "with", "as"}
_BEFORE_LINK = {"for", "on", "to", "i", "you", "which"}
_LINKS = {"is", "was", "are", "were", ":", "be", "says", "reads"}
_STOPS = set(".?!;…:")
_CLAUSE_ENDS = _STOPS | {",", "，", "。", "？", "！"}
_BETWEEN = 6
"""Words between "password" and "is"."""
_SHORT_QUESTION = 6
_TELLS = {"i", "i've", "we", "we've"}
_LEADS = {"it", "that", "is", "was", "be"}
_MOST_WORDS = 3
_MOST_IN_ANSWER = 4
_GIVES = {"used", "typed", "use", "put", "entered", "tried", "try", "set", "type", "enter", "have"}
Span = tuple[int, int]


def stated(tokens: Sequence[Token]) -> Iterator[Span]:
    """Find "my password is sunflower", "I used rainbow as my password", "on Skype as sparky"."""
    named = False
    for at in range(len(tokens)):
        length = max(
            _SECRETS.length_with_is(tokens, at),
            _LOGINS.length_with_is(tokens, at),
            _OTHERS.length_with_is(tokens, at) if named else 0,
        )
        if length:
            named = True
            yield from _after_link(tokens, at + length)
            yield from _before(tokens, at)
            if at > 1 and tokens[at - 1].text in ("the", "my") and tokens[at - 2].text in _UNDER:
                yield from _value(tokens, at + length, _MOST_WORDS)
        end = at + _SERVICES.length_with_is(tokens, at)
        if at < end < len(tokens) and tokens[end].text in ("as", "under"):
            yield from _value(tokens, _after_openers(tokens, end + 1), _MOST_WORDS)


def asks(tokens: Sequence[Token]) -> bool:
    """Tell a question for a secret or a user name, which is what the other side then says."""
    words = {token.text for token in tokens}
    if words & _NOT_ASKING:
        return False
    if _SURE_QUESTIONS.is_in(tokens):
        return True
    if _SECURITY.is_in(tokens) and _PERSONAL_QUESTIONS.is_in(tokens):
        return True
    ends = [at + length for at in range(len(tokens)) if (length := _named_length(tokens, at))]
    if not ends:
        return False
    rest = {token.text for token in tokens[ends[-1] :]}
    bare = rest <= _CLAUSE_ENDS | {"please"} and ends[-1] <= _SHORT_QUESTION
    if bare and not words & _TELLS:
        return True  # "and your memorable word?"
    return _ASKING.is_in(tokens)


def answer(tokens: Sequence[Token], *, late: bool) -> Iterator[Span]:
    """Find what answers such a question: the first that is said, or what "it's" leads to.

    ``late``: others spoke between, only "it's" counts.
    """
    at = 0
    while at < len(tokens):
        start = _after_openers(tokens, at)
        told = any(t.without_is in _LEADS for t in tokens[at:start])
        found = list(_value(tokens, start, _MOST_IN_ANSWER)) if told or not late else []
        if found:
            yield from found
            return
        end = _clause_end(tokens, start)
        late |= end > start
        at = end + 1


def _named_length(tokens: Sequence[Token], at: int) -> int:
    named = (_SECRETS, _LOGINS, _SERVICES)
    return max(phrases.length_with_is(tokens, at) for phrases in named)


def _after_link(tokens: Sequence[Token], end: int) -> Iterator[Span]:
    """Find the value after "is", with a few words such as "for the website" before that."""
    start = end if tokens[end - 1].text.endswith("'s") else _link_end(tokens, end)
    if start is not None:
        yield from _value(tokens, _after_openers(tokens, start), _MOST_WORDS)


def _link_end(tokens: Sequence[Token], end: int) -> int | None:
    for at in range(end, min(end + _BETWEEN, len(tokens))):
        token = tokens[at]
        if token.text in _LINKS:
            return at + 1
        aside = token.text == "," and _text(tokens, at + 1) == "which"
        said = token.script == "latin" and (token.text not in _ENDS or token.text in _BEFORE_LINK)
        if not aside and not said:
            return None
    return None


def _before(tokens: Sequence[Token], at: int) -> Iterator[Span]:
    """Find the value of "I used rainbow as my password" and "try rainbow for the password"."""
    own = at - 1 if _text(tokens, at - 1) in ("my", "the", "a", "our", "your") else at
    end = own - 1
    if _text(tokens, end) not in ("as", "for"):
        return
    for first in range(end - 1, max(end - 1 - _MOST_WORDS, 0), -1):
        if _text(tokens, first - 1) in _GIVES:
            part = tokens[first:end]
            if all(token.script == "latin" and not _is_talk(token) for token in part):
                yield first, end - 1
            return


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _after_openers(tokens: Sequence[Token], at: int) -> int:
    """Return where a value may begin: after fillers, "it's", "I think", "set to" and commas."""
    while at < len(tokens):
        length = _OPENERS.length_at(tokens, at)
        if not length and tokens[at].script == "mark" and tokens[at].text not in _STOPS:
            length = 1
        if not length:
            return at
        at += length
    return at


def _clause_end(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].text not in _CLAUSE_ENDS:
        at += 1
    return at


def _value(tokens: Sequence[Token], first: int, most: int) -> Iterator[Span]:
    """Find up to ``most`` words that are no talk, up to a mark or a word that goes on."""
    at = first
    while at < len(tokens) and tokens[at].script == "latin" and tokens[at].text not in _ENDS:
        if _is_talk(tokens[at]) and not (at > first and tokens[at].text in _INSIDE):
            return
        at += 1
    words = at - first
    if not 0 < words <= most or len("".join(t.text for t in tokens[first:at])) < 2:
        return
    if at < len(tokens) and tokens[at].script in ("digits", "placeholder"):
        return  # user names with digits are codes
    if vocabulary().units.length_at(tokens, first):
        return
    yield first, at - 1


def _is_talk(token: Token) -> bool:
    text = token.without_is
    if token.text in _TALK or text in _TALK:
        return True
    return len(text) > 4 and text.endswith(("ed", "ing", "n't")) and not token.upper
