"""Announcements and transfers found in words alone."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.truth import read_truth
from qa_pipeline.conversation import find_announcements, find_handovers, find_transfers
from qa_pipeline.records import Word
from qa_pipeline.resources import resource_folder

BRANDS = ("Bluebell Broadband", "青藤宽带")


def spoken(*segments: str | float) -> list[Word]:
    """Words of segments with a second between them; a number is a longer pause."""
    words: list[Word] = []
    at_s = 1.0
    for segment in segments:
        if isinstance(segment, float):
            at_s += segment
            continue
        for token in segment.split() if segment.isascii() else segment:
            words.append(Word(text=token, start_s=at_s, end_s=at_s + 0.25, probability=0.9))
            at_s += 0.3
        at_s += 1.0
    return words


def texts_of(words: list[Word], language: str) -> list[str]:
    joined = "" if language == "zh" else " "
    return [
        joined.join(w.text for w in words if region.start_s <= w.start_s <= region.end_s)
        for region in find_announcements(words, language)
    ]


@pytest.mark.parametrize(
    ("language", "recorded", "live"),
    [
        (
            "en",
            ["welcome to bluebell", "this call may be recorded for quality and training purposes"],
            "good morning bluebell my name is anna how may i help you",
        ),
        # As a weak recogniser hears it.
        ("en", ["for technical held press too press one for billing"], "hello my name is anna"),
        ("zh", ["欢迎致电青藤宽带", "为保证服务质量，您的通话将被录音"], "您好工号一零二四"),
        ("zh", ["普通话请按一，人工服务请按零"], "您好我是小王请问有什么可以帮您"),
    ],
)
def test_a_recorded_voice_at_the_start_is_an_announcement(
    language: str, recorded: list[str], live: str
) -> None:
    words = spoken(*recorded, live)
    assert texts_of(words, language) == recorded


@pytest.mark.parametrize(
    "said",
    [
        "good morning my name is anna this call may be recorded for training purposes",
        "please press one on the remote control",
        "i was told to press one and then to press two but nothing happens",
    ],
)
def test_people_who_speak_of_keys_and_recording_are_no_announcement(said: str) -> None:
    opening = "hello this is bluebell my name is anna how may i help you"
    assert find_announcements(spoken(opening, said, "okay and then"), "en") == ()


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "en",
            "thank you for calling bluebell this call is being recorded for training purposes",
            "you are through to maya what is your name please",
        ),
        (
            "en",
            "good morning bluebell calls are recorded for training purposes",
            "my name is maya how may i help you",
        ),
        (
            "en",
            "good morning bluebell this call is being recorded for training purposes",
            "this is maya",
        ),
        (
            "en",
            "hello bluebell just so you know this call is being recorded for training purposes",
            "who am i speaking to",
        ),
        ("zh", "您好，为了保证服务质量，通话将被录音。", "我是林悦，请问有什么可以帮您？"),
        ("zh", "感谢您的来电，为保证服务质量，本次通话将被录音，", "请问您贵姓？"),
    ],
)
def test_an_agent_who_reads_out_the_notice_is_no_recording(
    language: str, before: str, after: str
) -> None:
    assert find_announcements(spoken(before, after), language) == ()
    # Somebody else takes the call where they greet, or later.
    greeting = "您好" if language == "zh" else "good morning bluebell"
    joined = "" if language == "zh" else " "
    (found,) = find_announcements(spoken(before, f"{greeting}{joined}{after}"), language)
    assert found.start_s == 1.0
    assert len(find_announcements(spoken(before, 5.0, after), language)) == 1


@pytest.mark.parametrize(
    ("language", "recorded", "live"),
    [
        (
            "en",
            "welcome to bluebell this call may be recorded for quality and training purposes",
            "good morning my name is maya how may i help you",
        ),
        (
            "zh",
            "欢迎致电青藤宽带为保证服务质量您的通话将被录音",
            "您好工号一零二四请问有什么可以帮您",
        ),
    ],
)
def test_who_greets_right_after_a_recording_keeps_the_greeting(
    language: str, recorded: str, live: str
) -> None:
    joined = "" if language == "zh" else " "
    assert texts_of(spoken(f"{recorded}{joined}{live}"), language) == [recorded]
    # In one breath, and greeting once: an agent who reads the notice out.
    own = f"{live}{joined}{recorded}"
    assert texts_of(spoken(own), language) == []


def test_the_notice_of_a_named_speaker_is_theirs() -> None:
    notice = "this call is being recorded for quality and training purposes"
    words = spoken("welcome to bluebell", notice, "who am i speaking to")
    assert len(find_announcements(words, "en")) > 0
    assert find_announcements(words, "en", named=True) == ()
    menu = spoken("welcome to bluebell", notice, "for bills press one for help press two")
    (found, *_, last) = find_announcements(menu, "en", named=True)
    assert (found.start_s, last.end_s) == (1.0, menu[-1].end_s)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "it said all our agents are busy and you are number nine"),
        ("en", "now press one please"),
        ("en", "and press two"),
        ("zh", "它一直说座席全忙您前面还有九个人"),
        ("zh", "好的然后请按二"),
    ],
)
def test_who_repeats_a_recording_or_names_a_key_is_a_person(language: str, said: str) -> None:
    assert find_announcements(spoken(5.0, said, 5.0), language) == ()


@pytest.mark.parametrize(
    ("language", "greeting", "told", "said"),
    [
        (
            "en",
            "bluebell good evening",
            "i want to know why my bill is so high",
            "please press one",
        ),
        # As a weak recogniser hears "please stay on the line" with the first note of the music.
        (
            "en",
            "bluebell good evening",
            "i have been waiting for twenty minutes",
            "one moment please stay on the line do",
        ),
        ("zh", "青藤宽带晚上好", "我的宽带从昨天晚上就上不去了", "请不要挂机请耐心等待"),
        ("zh", "青藤宽带晚上好", "我的宽带从昨天晚上就上不去了", "在遥控器上请按一"),
    ],
)
def test_agents_who_never_give_a_name_are_no_recording(
    language: str, greeting: str, told: str, said: str
) -> None:
    both = spoken(greeting, told, said)
    first, last = len(spoken(greeting)), len(spoken(said))
    customer = both[first:-last]
    assert find_announcements(both[:first] + both[-last:], language, customer) == ()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "i will look at it please press one and then press two"),
        ("en", "please stay on the line i'll be back as soon as possible"),
        ("zh", "我查一下请不要挂机请耐心等待"),
        ("zh", "请按一再请按二我这边就能看到"),
    ],
)
def test_whoever_says_i_is_no_recording(language: str, said: str) -> None:
    assert find_announcements(spoken(said), language) == ()


@pytest.mark.parametrize(
    ("language", "recorded"),
    [
        (
            "en",
            "please stay on the line and your call will be answered by the next available agent",
        ),
        ("en", "your call is important to us please hold the line"),
        ("zh", "您的来电对我们很重要请不要挂机"),
        ("zh", "请耐心等待我们将尽快为您接听"),
    ],
)
def test_a_queue_is_heard_at_the_start(language: str, recorded: str) -> None:
    (found,) = find_announcements(spoken(recorded, 4.0), language)
    assert found.start_s == 1.0


def test_a_machine_that_was_told_much_is_still_a_recording() -> None:
    menu = "for billing press one for technical support press two for all else press three"
    words = spoken("tell us in a few words how we can help", 4.0, menu)
    told = spoken(13.0, "i want to know why my bill is so high")
    (found,) = find_announcements(words, "en", told)
    assert found.end_s == words[-1].end_s


def test_a_recorded_voice_in_a_hold_stands_alone() -> None:
    live = "hello my name is anna how may i help you"
    queue = "all our agents are busy you are number three"
    words = spoken(live, 5.0, queue, 5.0, "thank you for holding")
    assert texts_of(words, "en") == [queue]
    close = spoken(live, queue, "thank you for holding")
    assert find_announcements(close, "en") == ()


@pytest.mark.parametrize(
    ("language", "first", "passed_on", "second"),
    [
        (
            "en",
            "good morning bluebell my name is anna how may i help you",
            "i will put you through to our technical department",
            "good morning my name is robert how can i help you",
        ),
        ("zh", "您好工号一零二四请问有什么可以帮您", "我帮您转接到技术部门", "您好工号二零四八"),
    ],
)
def test_a_transfer_begins_where_the_second_agent_greets(
    language: str, first: str, passed_on: str, second: str
) -> None:
    words = spoken(first, 20.0, passed_on, 4.0, second)
    (transfer,) = find_transfers(words, language, BRANDS)
    last = spoken(second)
    assert transfer.taken_s == words[-len(last)].start_s
    assert transfer.left_s < transfer.taken_s
    # Announced but not done, or a second greeting that nothing led to: no transfer.
    assert find_transfers(spoken(first, 20.0, passed_on, 4.0, "mhm"), language, BRANDS) == ()
    assert find_transfers(spoken(first, 3.0, second), language, BRANDS) == ()


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "good morning bluebell my name is anna how may i help you",
                "i will put you through to our technical department",
                "good morning my name is robert how can i help you",
                "let me connect you to the department for bills",
                "hello you are speaking with carol how can i help you",
            ),
        ),
        (
            "zh",
            (
                "您好工号一零二四请问有什么可以帮您",
                "我帮您转接到技术部门",
                "您好工号二零四八",
                "这个要转接到账单部门",
                "您好工号四零九六为您服务",
            ),
        ),
    ],
)
def test_a_call_may_be_passed_on_twice(language: str, lines: tuple[str, ...]) -> None:
    first, passed, second, again, third = lines
    words = spoken(first, 20.0, passed, 4.0, second, 9.0, again, 3.0, third)
    transfers = find_transfers(words, language, BRANDS)
    starts = [w.start_s for w in words]
    last = len(spoken(third))
    both = len(spoken(second, again, third))
    assert [t.taken_s for t in transfers] == [starts[-both], starts[-last]]
    assert all(a.taken_s < b.left_s < b.taken_s for a, b in pairwise(transfers))


def test_a_handover_needs_no_introduction_but_something_that_leads_to_it() -> None:
    first = "good morning my name is anna how may i help you"
    passed = "i will put you through to a colleague"
    second = "so i see the fault on your line"
    after = len(second.split())
    for words in (spoken(first, passed, 3.0, second), spoken(first, 9.0, second)):
        assert words[-after].start_s in [t.taken_s for t in find_handovers(words, "en")]
    assert find_handovers(spoken(first, 3.0, second), "en") == ()


def test_a_hold_is_silence_of_everybody() -> None:
    first = "good morning my name is anna how may i help you"
    agent = spoken(first, 15.0, "good morning my name is robert how can i help you")
    assert len(find_transfers(agent, "en")) == 1
    between = agent[len(first.split())].start_s - 12.0
    customer = [
        Word(text="so", start_s=between + i, end_s=between + i + 0.9, probability=0.9)
        for i in range(11)
    ]
    assert find_transfers(agent, "en", others=customer) == ()


class Walked(list[Word]):
    """Words that count how often somebody walks over all of them."""

    times = 0

    def __iter__(self) -> Iterator[Word]:
        self.times += 1
        return super().__iter__()


def test_the_words_of_a_call_of_hours_are_not_walked_over_for_every_segment() -> None:
    lines = ["how may i help you", "i will transfer you", "well it is about the bill", "press one"]
    own, others = Walked(spoken(*lines * 100)), Walked(spoken(0.5, *lines * 100))
    find_announcements(own, "en", others)
    find_transfers(own, "en", BRANDS, others)
    find_handovers(own, "en", others)
    assert max(own.times, others.times) < 20


@pytest.mark.parametrize("number", range(1, 21))
def test_no_sample_call_has_either(number: int) -> None:
    name = f"call-2026-{number:04d}.truth.json"
    truth = read_truth(resource_folder("sample_calls") / name)
    words = {
        role: [
            Word(text=w.text, start_s=w.start_s, end_s=w.end_s, probability=1.0)
            for w in truth.words
            if w.role == role
        ]
        for role in ("agent", "customer")
    }
    everybody = words["agent"] + words["customer"]
    for own, others in ((words["agent"], words["customer"]), (everybody, [])):
        assert find_announcements(own, truth.language, others) == ()
        assert find_transfers(own, truth.language, BRANDS, others) == ()


@settings(deadline=None)  # the first example loads what compares phrases
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["press one", "how may i help", "transfer you", "hello this is", "yes"]
            ),
            st.floats(0.0, 20.0),
        ),
        max_size=12,
    )
)
def test_moments_lie_within_the_call_and_in_order(drawn: list[tuple[str, float]]) -> None:
    words = spoken(*(part for text, pause_s in drawn for part in (text, pause_s)))
    starts = {w.start_s for w in words}
    regions = find_announcements(words, "en")
    assert list(regions) == sorted(regions, key=lambda r: r.start_s)
    assert all(r.start_s in starts and r.start_s < r.end_s for r in regions)
    for transfer in (*find_transfers(words, "en"), *find_handovers(words, "en")):
        assert transfer.taken_s in starts
        assert transfer.left_s < transfer.taken_s


def test_a_language_without_cues_has_no_moments() -> None:
    words = spoken("bonjour appuyez sur un")
    assert find_announcements(words, "fr") == ()
    assert find_transfers(words, "fr") == ()
