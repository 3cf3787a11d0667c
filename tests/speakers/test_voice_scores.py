"""Stretches are judged many at once; that changes nothing for any of them."""

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from qa_pipeline.speakers.resegment import _MOST_FRAMES, _scores


@pytest.mark.parametrize("lengths", [[1], [3, 1, 40], [_MOST_FRAMES + 5, 2, 70_000, 1]])
def test_each_stretch_has_the_score_it_has_alone(lengths: list[int]) -> None:
    rng = np.random.default_rng(len(lengths))
    voice = GaussianMixture(2, covariance_type="diag", random_state=0)
    voice.fit(rng.normal(size=(200, 3)))
    pieces = [rng.normal(size=(length, 3)).astype(np.float32) for length in lengths]
    alone = [float(voice.score_samples(piece).sum()) for piece in pieces]
    np.testing.assert_allclose(_scores(voice, pieces), alone, rtol=1e-6)
