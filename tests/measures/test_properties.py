"""What must hold for every conversation, whatever is said."""

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.measures import BY_NAME, measure
from qa_pipeline.measures.holds import announced, customers_time
from qa_pipeline.measures.spans import total
from qa_pipeline.records import CallMetadata, Conversation, Role
from tests.measures.calls import Said, conversation

TEXTS = st.sampled_from(
    [
        "yes",
        "okay then",
        "it is broken again",
        "let me check that for you right now",
        "one moment",
    ]
)
ROLES: st.SearchStrategy[Role] = st.sampled_from(("agent", "customer", "ivr"))


FEW = settings(max_examples=40, deadline=None)
"""No deadline: a busy machine says nothing about correctness."""


@st.composite
def calls(draw: st.DrawFn) -> Conversation:
    count = draw(st.integers(0, 8))
    said: list[Said] = []
    for _ in range(count):
        # Eighths, and texts of 1, 2, 4 and 8 words: sums are exact, so limits are met alike.
        start_s = draw(st.integers(0, 320)) / 8
        length_s = draw(st.integers(1, 64)) / 8
        said.append((draw(ROLES), draw(TEXTS), start_s, start_s + length_s))
    return conversation(sorted(said, key=lambda s: s[2]))


@FEW
@given(calls())
def test_values_are_defined_unique_and_within_bounds(call: Conversation) -> None:
    measures = measure(call, None, None, CallMetadata())
    keys = [(value.name, value.role) for value in measures.values]
    assert len(keys) == len(set(keys))
    for value in measures.values:
        assert value.role in BY_NAME[value.name].roles
        assert value.value >= 0
        if value.name.endswith("_pct"):
            assert value.value <= 100.001
    shares = [measures.value("talk_share_pct", role) for role in ("agent", "customer")]
    if shares[0] is not None and shares[1] is not None:
        assert abs(shares[0] + shares[1] - 100) < 0.01


@FEW
@given(calls())
def test_silences_never_touch_speech_and_last_long_enough(call: Conversation) -> None:
    measures = measure(call, None, None, CallMetadata())
    for silence in measures.silences:
        assert silence.end_s - silence.start_s >= 2
        assert not any(
            turn.start_s < silence.end_s and turn.end_s > silence.start_s for turn in call.turns
        )
    for interruption in measures.interruptions:
        assert interruption.end_s - interruption.start_s > 1


@FEW
@given(calls())
def test_silence_is_dead_air_or_asked_for_and_never_longer_than_the_call(
    call: Conversation,
) -> None:
    measures = measure(call, None, None, CallMetadata())
    dead_s, announced_s = measures.value("dead_air_s"), measures.value("announced_silence_s")
    if dead_s is None or announced_s is None:
        assert not call.turns
        return
    quiet_s = sum(silence.end_s - silence.start_s for silence in measures.silences)
    asked = announced(call, measures.silences, "agent")
    customers_s = total(customers_time(call, measures.silences) - asked)
    assert abs(dead_s + announced_s + customers_s - quiet_s) < 0.01
    assert (measures.value("longest_dead_air_s") or 0) <= (measures.value("longest_silence_s") or 0)
    for role in ("agent", "customer"):
        assert (measures.value("talk_s", role) or 0) <= call.duration_s
        pause_s = measures.value("median_pause_s", role)
        assert pause_s is None or 0.5 - 1e-9 <= pause_s < 2


@FEW
@given(calls(), st.integers(1, 500))
def test_when_the_call_begins_does_not_matter(call: Conversation, shift: int) -> None:
    by_s = shift / 8
    moved = call.model_copy(
        update={
            "utterances": tuple(
                u.model_copy(
                    update={
                        "start_s": u.start_s + by_s,
                        "end_s": u.end_s + by_s,
                        "words": tuple(
                            w.model_copy(
                                update={"start_s": w.start_s + by_s, "end_s": w.end_s + by_s}
                            )
                            for w in u.words
                        ),
                    }
                )
                for u in call.utterances
            ),
            "turns": tuple(
                t.model_copy(update={"start_s": t.start_s + by_s, "end_s": t.end_s + by_s})
                for t in call.turns
            ),
        }
    )
    here = measure(call, None, None, CallMetadata()).values
    there = measure(moved, None, None, CallMetadata()).values
    assert [(v.name, v.role) for v in there] == [(v.name, v.role) for v in here]
    for before, after in zip(here, there, strict=True):
        assert abs(before.value - after.value) < 0.01, before.name


@FEW
@given(calls(), st.randoms(use_true_random=False))
def test_the_order_of_turns_does_not_matter(call: Conversation, random: object) -> None:
    turns = list(call.turns)
    random.shuffle(turns)  # type: ignore[attr-defined]
    shuffled = call.model_copy(update={"turns": tuple(turns)})
    metadata = CallMetadata(answer_delay_s=3)
    assert measure(shuffled, None, None, metadata) == measure(call, None, None, metadata)


@FEW
@given(calls())
def test_swapping_the_roles_swaps_the_measures(call: Conversation) -> None:
    other = {"agent": "customer", "customer": "agent"}
    swapped = call.model_copy(
        update={
            "utterances": tuple(
                u.model_copy(update={"role": other.get(u.role, u.role)}) for u in call.utterances
            ),
            "turns": tuple(
                t.model_copy(update={"speaker": other.get(t.speaker, t.speaker)})
                for t in call.turns
            ),
        }
    )
    here = measure(call, None, None, CallMetadata())
    there = measure(swapped, None, None, CallMetadata())
    for name in ("talk_s", "talk_share_pct", "pace_wpm", "response_delay_s"):
        assert here.value(name, "agent") == there.value(name, "customer")
        assert here.value(name, "customer") == there.value(name, "agent")
