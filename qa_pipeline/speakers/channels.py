"""Turns where every speaker has a channel: its voice activity."""

from collections.abc import Sequence

from qa_pipeline.records import Region, Turn

_PAUSE_S = 0.5
"""Shorter pauses belong to the turn."""


def channel_turns(
    regions_by_channel: Sequence[Sequence[Region]],
    pause_s: float = _PAUSE_S,
    padding_s: float = 0.0,
) -> tuple[Turn, ...]:
    """Return the turns of ``channel-0``, ``channel-1``, ... in time order.

    Regions of one channel that lie less than ``pause_s`` apart are one turn.

    Args:
        regions_by_channel: Voice activity, a sequence a channel, without crosstalk.
        pause_s: Seconds of silence that end a turn.
        padding_s: Seconds of silence that every region carries at either end, left out here.
    """
    turns: list[Turn] = []
    for channel, regions in enumerate(regions_by_channel):
        kept = [_trimmed(region, padding_s) for region in regions]
        turns += [
            Turn(speaker=f"channel-{channel}", start_s=region.start_s, end_s=region.end_s)
            for region in _joined(kept, pause_s)
        ]
    return tuple(sorted(turns, key=lambda turn: (turn.start_s, turn.speaker)))


def joined_turns(turns: Sequence[Turn], pause_s: float = _PAUSE_S) -> tuple[Turn, ...]:
    """Return the turns with shorter pauses of one speaker closed, as `channel_turns` closes them.

    Only where nobody else speaks in the pause. ``turns`` are those of one recording, in time order
    as they come back.
    """
    joined: list[Turn] = []
    others_until_s = 0.0
    for turn in sorted(turns, key=lambda t: (t.start_s, t.end_s, t.speaker)):
        before = joined[-1] if joined else turn
        near = turn.start_s - before.end_s < pause_s and others_until_s <= before.end_s
        if joined and near and before.speaker == turn.speaker:
            joined[-1] = before.model_copy(update={"end_s": max(before.end_s, turn.end_s)})
            continue
        others_until_s = max(others_until_s, before.end_s if joined else 0.0)
        joined.append(turn)
    return tuple(joined)


def _trimmed(region: Region, padding_s: float) -> Region:
    if region.end_s - region.start_s <= 2 * padding_s:
        return region
    return Region(region.start_s + padding_s, region.end_s - padding_s)


def _joined(regions: Sequence[Region], pause_s: float) -> list[Region]:
    joined: list[Region] = []
    for region in sorted(regions, key=lambda r: r.start_s):
        if joined and region.start_s - joined[-1].end_s < pause_s:
            end_s = max(joined[-1].end_s, region.end_s)
            joined[-1] = Region(joined[-1].start_s, end_s)
        else:
            joined.append(region)
    return joined
