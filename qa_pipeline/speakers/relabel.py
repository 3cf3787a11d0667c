"""Give stretches of a call to another speaker, and keep from the diarizer what is nobody's."""

from collections.abc import Sequence

import numpy as np

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Samples, Turn, Word


def relabelled(
    turns: Sequence[Turn], inside: Sequence[Region], names: dict[str, str]
) -> tuple[Turn, ...]:
    """Cut turns at the edges of regions and rename the speakers within them.

    ``names``: old name to new; speakers who are not in it stay as they are.
    """
    made: list[Turn] = []
    for turn in turns:
        if turn.speaker not in names:
            made.append(turn)
            continue
        at_s = turn.start_s
        for region in sorted(inside, key=lambda r: r.start_s):
            start_s, end_s = max(at_s, region.start_s), min(turn.end_s, region.end_s)
            if end_s <= start_s:
                continue
            if start_s > at_s:
                made.append(Turn(speaker=turn.speaker, start_s=at_s, end_s=start_s))
            made.append(Turn(speaker=names[turn.speaker], start_s=start_s, end_s=end_s))
            at_s = end_s
        if at_s < turn.end_s:
            made.append(Turn(speaker=turn.speaker, start_s=at_s, end_s=turn.end_s))
    return tuple(sorted(made, key=lambda t: (t.start_s, t.end_s, t.speaker)))


def is_inside(word: Word, regions: Sequence[Region]) -> bool:
    """Say whether the middle of a word lies in one of the regions."""
    middle_s = (word.start_s + word.end_s) / 2
    return any(region.start_s <= middle_s <= region.end_s for region in regions)


def only_within(samples: Samples, regions: Sequence[Region], begins_s: float = 0.0) -> Samples:
    """Return mono samples with silence everywhere but in the regions.

    ``begins_s`` is the time of the first sample. Ringing, hold music and tones lie outside of voice
    activity, so they cannot become a speaker.
    """
    kept = np.zeros_like(samples)
    for region in regions:
        first = max(0, round((region.start_s - begins_s) * SAMPLE_RATE_HZ))
        last = max(0, round((region.end_s - begins_s) * SAMPLE_RATE_HZ))
        kept[first:last] = samples[first:last]
    return kept


def widened(regions: Sequence[Region], margin_s: float = 0.5) -> tuple[Region, ...]:
    """Return the regions with a margin around each; they may come to overlap."""
    return tuple(Region(max(0.0, r.start_s - margin_s), r.end_s + margin_s) for r in regions)


def without(regions: Sequence[Region], taken: Sequence[Region]) -> tuple[Region, ...]:
    """Return the regions less what lies in others."""
    left: list[Region] = []
    for region in regions:
        at_s = region.start_s
        for hole in sorted(taken, key=lambda r: r.start_s):
            if hole.end_s <= at_s or hole.start_s >= region.end_s:
                continue
            if hole.start_s > at_s:
                left.append(Region(at_s, hole.start_s))
            at_s = max(at_s, hole.end_s)
        if at_s < region.end_s:
            left.append(Region(at_s, region.end_s))
    return tuple(left)
