"""The fast way finds just what the plain way finds: with generated phrases, and on every sample."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.records import Utterance, Word
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import candidates, find_scorecards, load_scorecard, matching
from qa_pipeline.scoring.checks import Match, Says
from qa_pipeline.scoring.matching import compiled
from qa_pipeline.scoring.references import walk
from qa_pipeline.scoring.search import EXCEPTION_SIMILARITY
from qa_pipeline.scoring.speech_checks import FORBIDDEN_SIMILARITY
from qa_pipeline.scoring.stream import Stream, stream_of
from tests.scoring.truth import read_truth, truth_files

EN = "calling call all in fall thank tank you for four your help held hello elbow may make be a an "
EN += "sorry story inconvenience in convenience convenient anything any thing else elf further"
ZH = "感谢敢谢您你来电莱店请问情文有什么可以帮您帮忙吗抱歉报歉给带来不便部变还有其他问题"
SCORES = st.sampled_from((None, 60.0, 70.0, 80.0, 92.0, 93.0, 100.0))
MATCHES = st.sampled_from(("exact", "fuzzy", "sound"))
WORDS = st.sampled_from(EN.split()) | st.sampled_from(ZH) | st.sampled_from(("um", "24", "WiFi"))


def stream(words: list[str], language: str) -> Stream:
    """Return a stream in which an utterance ends after every seventh word."""
    utterances = []
    for number in range(0, len(words), 7):
        part = words[number : number + 7]
        heard = tuple(
            Word(text=w, start_s=0.3 * (number + i), end_s=0.3 * (number + i + 1), probability=0.9)
            for i, w in enumerate(part)
        )
        utterances.append(
            Utterance(
                utterance_id=f"u{number}",
                role="agent",
                speaker="agent",
                language=language,
                words=heard,
                text=" ".join(part),
                start_s=heard[0].start_s,
                end_s=heard[-1].end_s,
            )
        )
    return Stream(tuple(utterances))


@settings(max_examples=300, deadline=None)
@given(
    said=st.lists(WORDS, min_size=1, max_size=24),
    phrases=st.lists(st.lists(WORDS, min_size=1, max_size=7), min_size=1, max_size=4),
    match=MATCHES,
    similarity=SCORES,
    language=st.sampled_from(("en", "zh")),
)
def test_generated_phrases_are_found_alike(
    said: list[str],
    phrases: list[list[str]],
    match: Match,
    similarity: float | None,
    language: str,
) -> None:
    texts = tuple("".join(p) if not p[0].isascii() else " ".join(p) for p in phrases)
    wanted = compiled(texts, match, similarity)
    plain = matching.find(stream(said, language), wanted)
    assert candidates.find(stream(said, language), wanted) == plain


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_samples_are_found_alike(noise: float) -> None:
    sets = set()
    for path in find_scorecards(resource_folder("scorecards")):
        card = load_scorecard(path)
        for _, part in walk(card):
            if isinstance(part, Says):
                match: Match = "sound" if part.match == "meaning" else part.match
                for similarity in (part.similarity, part.similarity or FORBIDDEN_SIMILARITY):
                    sets.add(compiled(card.phrases(part, {}), match, similarity))
                sets.add(compiled(card.exceptions(part, {}), match, EXCEPTION_SIMILARITY))
    found = 0
    for path in truth_files()[:: 1 if noise else 2]:
        conversation = read_truth(path, noise).conversation
        for role in ("agent", "customer"):
            one, two = stream_of(conversation, (role,)), stream_of(conversation, (role,))
            for wanted in sets:
                plain = matching.find(one, wanted)
                assert candidates.find(two, wanted) == plain
                found += len(plain)
    assert found > 100
