"""The synthetic speakers, split so that what is measured was never trained on.

``TRAIN`` voices are for the bundled models, ``DEV`` for choosing checkpoints and for unseen-voice
measurements, ``SAMPLE`` for ``sample_calls/``. The three share no espeak-ng variant.
"""

from dataclasses import replace
from typing import Literal

import numpy as np

from synthesis.espeak import Voice

Split = Literal["train", "dev", "sample"]

_TRAIN = (
    "f1 f4 m1 m2 m4 m6 m7 m8 adam alex Alex Alicia Andrea Andy Annie antonio aunty belinda "
    "benjamin boris caleb david Diogo ed edward edward2 Gene Gene2 grandma grandpa Henrique "
    "Hugo iven iven2 iven3 john Lee linda marcelo Marco Mario max Michael michel Mike miguel "
    "norbert pablo paul pedro quincy robert sandro shelby steph steph2 travis victor "
    "kaukovalta"
)
_VARIANTS: dict[Split, tuple[str, ...]] = {
    "train": tuple(_TRAIN.split()),
    "dev": ("f5", "m5", "anika", "Denis", "rob", "zac"),
    "sample": ("f2", "f3", "m3", "Jacky", "steph3", "iven4", "Nguyen"),
}
_LANGUAGES = {
    "en": ("en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-us-nyc", "en-029"),
    "zh": ("cmn-latn-pinyin",),
}


def variants(split: Split) -> tuple[str, ...]:
    """Return the names of the espeak-ng variants of one split."""
    return _VARIANTS[split]


def random_voice(language: str, split: Split, rng: np.random.Generator) -> Voice:
    """Draw a speaker: an accent, a variant, and a pace, pitch and liveliness of its own."""
    accent = str(rng.choice(_LANGUAGES[language]))
    variant = str(rng.choice(_VARIANTS[split]))
    return Voice(
        f"{accent}+{variant}",
        rate_wpm=int(rng.integers(140, 200)),
        pitch=int(rng.integers(25, 76)),
        pitch_range=int(rng.integers(35, 75)),
    )


def with_mood(voice: Voice, *, faster: float = 1.0, livelier: float = 1.0) -> Voice:
    """Return the same speaker in another mood."""
    return replace(
        voice,
        rate_wpm=int(voice.rate_wpm * faster),
        pitch_range=int(min(99, voice.pitch_range * livelier)),
    )
