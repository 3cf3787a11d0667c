"""What cannot be trusted is not judged, what is doubtful is marked, nothing depends on chance."""

from qa_pipeline.records import Trust
from qa_pipeline.scoring import load_scorecard, score_call
from qa_pipeline.scoring.scripts import read_script
from tests.scoring.cards import card_with, judged
from tests.scoring.test_matching import utterance
from tests.scoring.truth import SAMPLES, TruthCall, read_truth, truth_files

CARD = load_scorecard(SAMPLES.parent / "scorecards" / "inbound-service.yaml")


def _with_trust(call: TruthCall, trust: Trust) -> TruthCall:
    conversation = call.conversation.model_copy(update={"trust": trust})
    return TruthCall(conversation, call.metadata, call.measures, call.verdicts)


def test_a_rejected_transcript_leaves_only_the_metadata() -> None:
    call = _with_trust(
        read_truth(truth_files()[0]), Trust(level="reject", reasons=("words are unsure",))
    )
    scored = score_call(CARD, call.conversation, call.measures, call.metadata)
    judged_ids = {r.criterion_id for r in scored.criteria if r.verdict != "unscored"}
    assert judged_ids == {"greeting.answered_promptly"}
    assert (scored.total_pct, scored.passed, scored.trust) == (None, None, "reject")
    assert all(s.score_pct is None for s in scored.sections)
    unscored = [r for r in scored.criteria if r.verdict == "unscored"]
    assert all("words are unsure" in r.reason and r.points_possible == 0 for r in unscored)


def test_a_transcript_for_review_is_scored_with_a_cap() -> None:
    plain = read_truth(truth_files()[0])
    call = _with_trust(plain, Trust(level="review", reasons=("noisy",)))
    scored = score_call(CARD, call.conversation, call.measures, call.metadata)
    sure = score_call(CARD, plain.conversation, plain.measures, plain.metadata)
    assert [r.verdict for r in scored.criteria] == [r.verdict for r in sure.criteria]
    by_id = {r.criterion_id: r for r in scored.criteria}
    assert by_id["greeting.brand"].needs_review
    assert by_id["greeting.brand"].confidence <= 0.5
    assert not by_id["greeting.answered_promptly"].needs_review
    assert by_id["greeting.answered_promptly"].confidence == 1


def test_roles_that_are_not_known_are_not_guessed() -> None:
    scene = read_script("A: Good morning")
    unknown = tuple(u.model_copy(update={"role": "unknown"}) for u in scene.conversation.utterances)
    conversation = scene.conversation.model_copy(update={"utterances": unknown})
    scored = score_call(
        card_with("{says: {who: agent, any: [good morning]}}"), conversation, None, None
    )
    assert scored.criteria[0].verdict == "unscored"
    anybody = score_call(
        card_with("{says: {who: any, any: [good morning]}}"), conversation, None, None
    )
    assert anybody.criteria[0].verdict == "met"


def test_words_heard_badly_ask_for_review() -> None:
    scene = read_script("A: x")
    card = card_with("{says: {any: [good morning]}}")
    for probability, doubted in ((0.9, False), (0.3, True)):
        heard = utterance("Good morning", probability=probability)
        conversation = scene.conversation.model_copy(update={"utterances": (heard,)})
        result = score_call(card, conversation, None, None).criteria[0]
        assert result.verdict == "met"
        assert result.needs_review is doubted
        assert result.confidence == probability


def test_a_near_miss_asks_for_review() -> None:
    card = card_with("{says: {any: [我要投诉你们]}}")
    missed = judged(card, "A: 我要透出你家")
    far = judged(card, "A: 今天天气很好")
    assert missed.verdict == far.verdict == "not_met"
    assert (missed.needs_review, far.needs_review) == (True, False)
    assert missed.confidence < far.confidence


def test_the_same_call_gives_the_same_bytes() -> None:
    for path in truth_files()[:4]:
        call = read_truth(path)
        again = read_truth(path)
        first = score_call(CARD, call.conversation, call.measures, call.metadata)
        second = score_call(CARD, again.conversation, again.measures, again.metadata)
        assert first.model_dump_json() == second.model_dump_json()


def test_every_quote_is_a_piece_of_its_utterance() -> None:
    for path in truth_files():
        call = read_truth(path)
        texts = {u.utterance_id: u.text for u in call.conversation.utterances}
        scored = score_call(CARD, call.conversation, call.measures, call.metadata)
        quotes = [e for r in scored.criteria for e in r.evidence if e.quote is not None]
        assert quotes
        for item in quotes:
            assert item.utterance_id is not None
            assert item.quote is not None
            assert item.quote in texts[item.utterance_id]
            assert item.end_s <= call.conversation.duration_s + 0.001
