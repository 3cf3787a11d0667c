import numpy as np
import pytest

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Samples
from qa_pipeline.speakers import channel_turns
from synthesis.espeak import Voice, speak

AGENT = Voice("en-us+f2")
CUSTOMER = Voice("en-gb-scotland+m3")


@pytest.fixture(scope="module")
def call() -> tuple[Samples, list[list[Region]]]:
    """The agent speaks from 0 s, the customer after her; 2 % of each leaks 20 ms late."""
    agent = speak("Good morning, this is Maya, how may I help you today?", AGENT)
    customer = speak("Hello, my telephone has been dead since Monday.", CUSTOMER)
    pause = SAMPLE_RATE_HZ
    length = len(agent.samples) + pause + len(customer.samples) + pause
    samples = np.zeros((2, length), np.float32)
    begin = len(agent.samples) + pause
    samples[0, : len(agent.samples)] = agent.samples
    samples[1, begin : begin + len(customer.samples)] = customer.samples
    late = round(0.02 * SAMPLE_RATE_HZ)
    rng = np.random.default_rng(3)
    leaked = 0.1 * np.roll(samples[::-1], late, axis=1)
    noise = 2e-4 * rng.standard_normal(samples.shape)
    agent_region = Region(0.0, agent.duration_s)
    customer_region = Region(begin / SAMPLE_RATE_HZ, begin / SAMPLE_RATE_HZ + customer.duration_s)
    # What a voice detector that hears the leaks would say: both, on both channels.
    both = [agent_region, customer_region]
    return (samples + leaked + noise).astype(np.float32), [list(both), list(both)]


def test_regions_less_than_half_a_second_apart_are_one_turn() -> None:
    turns = channel_turns([[Region(0.0, 1.0), Region(1.3, 2.0), Region(2.6, 3.0)], []])
    assert [(t.speaker, t.start_s, t.end_s) for t in turns] == [
        ("channel-0", 0.0, 2.0),
        ("channel-0", 2.6, 3.0),
    ]


def test_turns_of_both_channels_come_in_time_order_and_may_overlap() -> None:
    turns = channel_turns([[Region(0.0, 4.0), Region(6.0, 7.0)], [Region(3.0, 5.0)]])
    assert [t.speaker for t in turns] == ["channel-0", "channel-1", "channel-0"]
    assert turns[0].end_s > turns[1].start_s


def test_leaked_copies_are_left_out(call: tuple[Samples, list[list[Region]]]) -> None:
    samples, regions = call
    assert len(channel_turns(regions)) == 4
    turns = channel_turns(regions, samples)
    agent_s = [t for t in turns if t.speaker == "channel-0"]
    customer_s = [t for t in turns if t.speaker == "channel-1"]
    # What is left of a leak lasts less than one frame of 0.4 s.
    real_agent, real_customer = regions[0]
    assert abs(agent_s[0].start_s - real_agent.start_s) < 0.01
    assert abs(agent_s[0].end_s - real_agent.end_s) < 0.5
    assert abs(customer_s[-1].end_s - real_customer.end_s) < 0.5
    assert all(t.end_s - t.start_s < 0.4 for t in [*agent_s[1:], *customer_s[:-1]])


def test_two_people_talking_at_once_both_stay() -> None:
    rng = np.random.default_rng(4)
    loud = speak("I have been waiting for three weeks and nobody called me back.", CUSTOMER)
    quiet = speak("I understand, I am so sorry about this, let me look at it.", AGENT)
    length = min(len(loud.samples), len(quiet.samples))
    samples = np.stack([0.2 * quiet.samples[:length], loud.samples[:length]])
    samples = (samples + 1e-4 * rng.standard_normal(samples.shape)).astype(np.float32)
    whole = Region(0.0, length / SAMPLE_RATE_HZ)
    turns = channel_turns([[whole], [whole]], samples)
    for speaker in ("channel-0", "channel-1"):
        spoken_s = sum(t.end_s - t.start_s for t in turns if t.speaker == speaker)
        assert spoken_s > 0.9 * whole.end_s
