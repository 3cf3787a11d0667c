"""Phrases are found through recognition errors, and not found where they were not said."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.language.normalise import pieces
from qa_pipeline.language.patterns import Sieve, pattern
from qa_pipeline.records import Conversation, Trust, Utterance, Word
from qa_pipeline.scoring import load_scorecard, parse_scorecard, score_call, search
from qa_pipeline.scoring.checks import Match
from qa_pipeline.scoring.matching import find
from qa_pipeline.scoring.phrases import compiled
from qa_pipeline.scoring.stream import Stream
from tests.scoring.cards import card_with, judged
from tests.scoring.truth import SAMPLES, read_truth, truth_files


def utterance(
    text: str, number: int = 1, start_s: float = 0.0, probability: float = 0.9
) -> Utterance:
    zh = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    parts = list(text) if zh else text.split()
    return Utterance(
        utterance_id=f"u{number:04d}",
        role="agent",
        speaker="agent",
        language="zh" if zh else "en",
        words=tuple(
            Word(
                text=part,
                start_s=start_s + 0.3 * i,
                end_s=start_s + 0.3 * i + 0.3,
                probability=probability,
            )
            for i, part in enumerate(parts)
        ),
        text=text,
        start_s=start_s,
        end_s=start_s + 0.3 * len(parts),
    )


def matches(phrase: str, text: str, match: Match = "sound") -> bool:
    stream = Stream((utterance(text),))
    return any(h.found for h in find(stream, compiled((phrase,), match, None)))


HEARD = [
    ("good morning", "well Good Morning sir", "exact"),
    ("I am sorry", "oh I'm sorry", "exact"),
    ("do not worry", "don't worry", "exact"),
    ("within twenty four hours", "within 24 hours", "exact"),
    ("二十四小时内", "我们会在24小时内联系", "exact"),
    ("你好", "您好", "exact"),
    ("感谢您的来电", "感謝您的來電", "exact"),
    ("thank you for calling", "thank you for cooling", "fuzzy"),
    ("bluebell broadband", "blue bell broad band", "sound"),
    ("bluebell broadband", "blubell brodband", "sound"),
    (
        "is there anything else I can help you with",
        "is their anything els I can help with",
        "sound",
    ),
    ("祝您生活愉快", "祝您生活与快", "sound"),
    ("请问有什么可以帮您", "请问有身么可以邦您", "sound"),
    ("青藤宽带", "青滕宽带", "sound"),
    ("招商银行", "招商银航", "sound"),
    ("招商银行", "招伤银行", "sound"),
    ("长城宽带", "这里是常成宽带", "sound"),
    ("重庆银行客服", "虫庆银航客服", "sound"),
    ("we will not charge you", "we won't charge you", "exact"),
    ("I am sorry", "I’m sorry", "exact"),
    ("that’s your fault", "that's your fault", "exact"),
    ("who is calling", "who's calling", "exact"),
    ("José here", "Jose here", "exact"),
    ("Zoe speaking", "Zoë speaking", "exact"),
    ("VIP专线", "ＶＩＰ专线", "exact"),
    ("24小时", "２４小时", "exact"),
    ("10086", "请拨打10086", "exact"),
    ("10086", "call 10086 please", "exact"),
    ("5G", "您的5G套餐", "exact"),
    ("marks and spencer", "you are through to Marks & Spencer", "exact"),
    ("Marks & Spencer", "you are through to marks and spencer", "exact"),
    ("B&Q", "this is B&Q in Leeds", "exact"),
    ("B&Q", "this is b and q in Leeds", "exact"),
    ("H&M客服", "这里是H&M客服", "exact"),
    ("thank you for calling HSBC", "thank you for calling H S B C", "exact"),
    ("HSBC", "you are through to H.S.B.C.", "exact"),
    ("BT客服", "这里是B T客服", "sound"),
    ("下载APP", "请您下载APP", "sound"),
    ("do not worry", "please don't worry", "sound"),
    ("还有什么可以帮您", "还有没有什么可以帮您", "sound"),
    ("20%", "you get twenty percent off", "exact"),
    ("20%", "you get 20% off", "exact"),
    ("20 %", "you get 20% off", "exact"),
    ("20%", "you get twenty per cent off", "sound"),
    ("twenty percent", "you get 20 % off", "exact"),
    ("20 per cent", "you get 20% off", "sound"),
    ("20%", "我们给您百分之二十的优惠", "exact"),
    ("优惠20%", "给您优惠百分之二十", "sound"),
    ("百分之二十", "给您优惠20％", "exact"),
    ("£20", "it is twenty pounds a month", "exact"),
    ("£20", "it is £20 a month", "exact"),
    ("£ 20", "it is 20 pounds a month", "exact"),
    ("twenty pounds", "it is £20 a month", "exact"),
    ("£20", "it is twenty quid a month", "exact"),
    ("£1", "it is one pound a month", "exact"),
    ("$20", "it is twenty dollars", "exact"),
    ("€20", "it is twenty euros", "exact"),
    ("¥20", "每个月二十元", "exact"),
    ("￥20", "每个月20元", "exact"),
    ("二十元", "每个月￥20", "exact"),
    (
        "we can take £20 off your bill for you today",
        "we can take 20 pounds off your bill for you today",
        "sound",
    ),
]

NOT_HEARD = [
    ("I have refunded it", "I have not refunded it", "sound"),
    ("I will transfer you to a manager", "I won't transfer you to a manager", "sound"),
    ("that is not my problem", "that is my problem", "sound"),
    ("there is no charge for that", "there is a charge for that", "sound"),
    ("师傅会上门给您维修", "师傅不会上门给您维修", "sound"),
    ("没有问题了吧", "有没有问题了吧", "sound"),
    ("下载APP", "请您下载账单", "sound"),
    ("打开App", "打开路由器", "sound"),
    ("转VIP客服", "我帮您转客服", "sound"),
    ("good morning", "good money", "sound"),
    ("anything further", "I can not do anything for you", "sound"),
    ("please hold on", "please do not switch it off", "sound"),
    ("thank you", "think about it", "sound"),
    ("hello", "yellow", "sound"),
    ("one minute please", "it takes five minutes please stay", "sound"),
    ("that is your fault", "that is your phone", "sound"),
    ("怎么搞的", "怎么改了", "sound"),
    ("青藤宽带", "家庭宽带", "sound"),
    ("HSBC", "this is H S P C", "sound"),
    ("招商银行", "工商银航", "sound"),
    ("招商银行", "招商银航", "fuzzy"),
    ("青藤宽带", "请问宽带", "sound"),
    ("再见", "在家", "sound"),
    ("谢谢", "写信", "sound"),
    ("good morning", "good mourning", "exact"),
    ("祝您生活愉快", "祝您生活与快", "exact"),
    ("20%", "it is twenty pounds a month", "sound"),
    ("20%", "it is twenty minutes", "sound"),
    ("20% off", "it is twenty pounds off", "sound"),
    ("20%", "每个月二十元", "sound"),
    ("优惠20%", "给您优惠二十元", "sound"),
    ("£20", "you get twenty percent off", "sound"),
    ("£20", "it is twenty dollars", "sound"),
    ("£20", "it is twenty minutes", "sound"),
    ("¥20", "等了二十分钟", "sound"),
    (
        "we can take 20% off your bill for you today",
        "we can take twenty pounds off your bill for you today",
        "sound",
    ),
    (
        "we can take 20% off your bill for you today",
        "we can take twenty off your bill for you today",
        "sound",
    ),
]


@pytest.mark.parametrize(("phrase", "text", "match"), HEARD)
def test_heard(phrase: str, text: str, match: Match) -> None:
    assert matches(phrase, text, match)


@pytest.mark.parametrize(("phrase", "text", "match"), NOT_HEARD)
def test_not_heard(phrase: str, text: str, match: Match) -> None:
    assert not matches(phrase, text, match)


def test_a_phrase_across_two_utterances_is_quoted_from_the_larger_part() -> None:
    stream = Stream((utterance("thank you", 1, 0.0), utterance("for calling Bluebell", 2, 1.5)))
    (hit,) = find(stream, compiled(("thank you for calling bluebell",), "sound", None))
    quote = stream.quote(hit.first, hit.last)
    assert (quote.utterance.utterance_id, quote.text) == ("u0002", "for calling Bluebell")
    assert quote.text in quote.utterance.text


def test_utterances_far_apart_make_no_phrase() -> None:
    stream = Stream((utterance("thank you", 1, 0.0), utterance("for calling", 2, 30.0)))
    assert not find(stream, compiled(("thank you for calling",), "sound", None))


def test_each_occurrence_counts_once() -> None:
    stream = Stream((utterance("thank you so much and thank you again"),))
    phrases = compiled(("thank you", "thank you so much", "thanks"), "sound", None)
    hits = [h for h in find(stream, phrases) if h.found]
    assert [h.phrase for h in hits] == ["thank you so much", "thank you"]


def test_pieces_keep_their_place_in_the_text() -> None:
    text = "Um, I'm at No. 42, 您好!"
    found = pieces(text, "en")
    assert [p.text for p in found] == ["i", "am", "at", "no", "forty", "two", "你", "好"]
    assert [text[p.start : p.end] for p in found][-4:] == ["42", "42", "您", "好"]


def test_words_of_several_characters_and_transcripts_without_words() -> None:
    several = utterance("您好").model_copy(
        update={"words": (Word(text="您好", start_s=2, end_s=3, probability=0.9),)}
    )
    stream = Stream((several,))
    assert (stream.starts_s, stream.ends_s) == ([2, 2.5], [2.5, 3])
    bare = utterance("good morning").model_copy(update={"words": (), "start_s": 4.0, "end_s": 6.0})
    stream = Stream((bare,))
    assert stream.starts_s[0] == 4.0
    assert stream.ends_s[1] == 6.0


def test_an_empty_conversation_is_not_judged() -> None:
    card = load_scorecard(SAMPLES.parent / "scorecards" / "inbound-service.yaml")
    silent = Conversation(
        call_id="silent",
        language="en",
        duration_s=3600,
        utterances=(),
        turns=(),
        speaker_roles={},
        role_confidence=0,
        trust=Trust(level="ok"),
    )
    scored = score_call(card, silent, None, None)
    assert {r.verdict for r in scored.criteria} == {"unscored"}
    assert scored.total_pct is None
    assert scored.passed is None


def test_a_hundred_calls_take_seconds() -> None:
    card = load_scorecard(SAMPLES.parent / "scorecards" / "inbound-service.yaml")
    calls = [read_truth(path) for path in truth_files()[:10]]
    for call in calls[:2]:  # compiles the phrases of the card
        score_call(card, call.conversation, call.measures, call.metadata)
    before_s = time.process_time()
    for call in calls:
        score_call(card, call.conversation, call.measures, call.metadata)
    assert (time.process_time() - before_s) / len(calls) < 0.15


PATTERNS = (
    *(r"\d+", r"a\b", r"\bb", r"[^a]b", r"a\s*b", r"(?i)B+", r"^a", r"b$", r"\Aa", r"\Bb", r"a|ab"),
    *(r"x*", r"[ab]{2}", r"(?s).b", r"(?m)^b", "好[^您]"),
)


@given(
    st.lists(st.text(st.sampled_from("abB 1好您"), min_size=1, max_size=5), min_size=1, max_size=5),
    st.sampled_from(PATTERNS),
)
def test_patterns_match_each_utterance_by_itself(said: list[str], source: str) -> None:
    stream = Stream(tuple(utterance(text, i, 100.0 * i) for i, text in enumerate(said)))
    covered = [
        stream.words_in(i, match.start(), match.end())
        for i, text in enumerate(said)
        for match in pattern(source).finditer(text)
    ]
    found = search._pattern_hits((source,), stream)
    assert [(hit.first, hit.last) for hit in found] == [(c[0], c[-1]) for c in covered if c]
    assert not covered or source not in Sieve(PATTERNS).hopeless("\n".join(said))


@pytest.mark.parametrize(
    ("said", "verdict"),
    [("This is Theo", "met"), ("This is Al", "met"), ("This is the third time", "not_met")],
)
def test_an_exception_of_a_few_words_is_exact(said: str, verdict: str) -> None:
    check = "{says: {regex: 'this is [a-z]+', except: [this is the, this is a, this is all]}}"
    assert judged(card_with(check), f"A: {said}").verdict == verdict


@pytest.mark.parametrize(
    ("regex", "said"),
    [("不關我的事", "這不關我的事"), ("不關我的事", "不关我的事"), ("that's mine", "that’s mine")],
)
def test_a_regular_expression_is_read_as_what_is_said(regex: str, said: str) -> None:
    assert judged(card_with(f'{{never_says: {{regex: "{regex}"}}}}'), f"A: {said}").verdict == (
        "not_met"
    )


@pytest.mark.parametrize("said", ["Siobhan", "Shivawn", "Shevon", "Simon"])
def test_a_name_unlike_its_spelling_is_found_by_its_variants(said: str) -> None:
    card = parse_scorecard(
        """
        {scorecard: names, version: 1, pass_mark: 50,
        variables: {staff: [Siobhan, Shivaun, Shevon]},
        sections: [{id: only, weight: 100, criteria: [{id: only.one, ask: name, points: 1,
        check: {says: {any: ["this is {staff}"]}}}]}]}""",
        "names.yaml",
    )
    found = judged(card, f"A: Hello, this is {said} speaking")
    assert found.verdict == ("not_met" if said == "Simon" else "met")
