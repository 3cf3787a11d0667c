from qa_pipeline.records import Region, Turn
from qa_pipeline.speakers import channel_turns, joined_turns


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


def test_the_padding_of_regions_belongs_to_no_turn() -> None:
    (turn,) = channel_turns([[Region(1.0, 2.0)]], padding_s=0.2)
    assert (turn.start_s, turn.end_s) == (1.2, 1.8)
    (short,) = channel_turns([[Region(1.0, 1.3)]], padding_s=0.2)
    assert (short.start_s, short.end_s) == (1.0, 1.3)


def test_short_pauses_belong_to_a_turn_unless_somebody_speaks_in_them() -> None:
    def turn(speaker: str, start_s: float, end_s: float) -> Turn:
        return Turn(speaker=speaker, start_s=start_s, end_s=end_s)

    one = (turn("a", 0.0, 1.0), turn("a", 1.4, 2.0), turn("a", 2.6, 3.0))
    assert joined_turns(one) == (turn("a", 0.0, 2.0), turn("a", 2.6, 3.0))
    answered = (turn("a", 0.0, 1.0), turn("b", 1.1, 1.3), turn("a", 1.4, 2.0))
    assert joined_turns(answered) == answered
    over = (turn("b", 0.0, 3.0), turn("a", 0.5, 1.0), turn("a", 1.4, 2.0))
    assert joined_turns(over) == over
