"""Processed calls as the pipeline makes them, from written dialogues, reproducibly.

An agent's habits decide which parts of the standard they leave out; every verdict follows from
what is said, with its quote and time.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from qa_pipeline.records import (
    CallMetadata,
    Conversation,
    CriterionResult,
    Evidence,
    Failure,
    Interruption,
    Measure,
    Measures,
    ProcessedCall,
    Recording,
    Role,
    ScoredCall,
    SectionResult,
    Silence,
    Trust,
    TrustLevel,
    Turn,
    Utterance,
    UtteranceTone,
    UtteranceVoice,
    Verdict,
    Versions,
    Word,
)

BEIJING = timezone(timedelta(hours=8))
FIRST_DAY = datetime(2026, 3, 2, 9, 0, tzinfo=BEIJING)
Language = Literal["en", "zh"]

AGENTS: dict[str, tuple[str, str, Language, float]] = {
    # id: name, team, language, share of the standard that is kept
    "a101": ("Maya Novak", "Blue", "en", 0.95),
    "a102": ("Tom Becker", "Blue", "en", 0.72),
    "a103": ("Ines Duarte", "Blue", "en", 0.55),
    "a201": ("李静", "Green", "zh", 0.93),
    "a202": ("王磊", "Green", "zh", 0.7),
    "a203": ("Óscar O'Neil", "Green", "en", 0.8),
}

Line = tuple[str, Role, dict[Language, str]]
"""Criterion that the line meets (empty: none), who says it, and the words."""

DIALOGUE: tuple[Line, ...] = (
    ("greeting.salutation", "agent", {"en": "good morning", "zh": "您好"}),
    ("greeting.brand", "agent", {"en": "welcome to Bluebell Broadband", "zh": "欢迎致电青藤宽带"}),
    ("greeting.name", "agent", {"en": "this is {name}", "zh": "工号一零二四"}),
    ("greeting.offer_help", "agent", {"en": "how may I help you", "zh": "请问有什么可以帮您"}),
    ("", "customer", {"en": "my internet has been down for two days and nobody called me back",
                      "zh": "我家宽带断了两天了也没有人给我回电话"}),
    ("tone.empathy", "agent", {"en": "I am sorry to hear that, two days is a long time",
                               "zh": "非常抱歉给您带来不便"}),
    ("", "customer", {"en": "can you please do something about it", "zh": "你们能不能快点处理"}),
    ("handling.identity", "agent", {"en": "may I have your account number to verify your details",
                                    "zh": "麻烦您提供一下账号核实身份"}),
    ("", "customer", {"en": "four one seven two zero", "zh": "四一七二零"}),
    ("handling.resolution", "agent", {"en": "an engineer will be with you by Friday",
                                      "zh": "已经为您安排师傅二十四小时内上门"}),
    ("", "customer", {"en": "all right then", "zh": "那好吧"}),
    ("closure.anything_else", "agent", {"en": "is there anything else I can help you with",
                                        "zh": "请问还有其他可以帮您的吗"}),
    ("", "customer", {"en": "no that is all", "zh": "没有了"}),
    ("closure.thanks", "agent", {"en": "thank you for calling", "zh": "感谢您的来电"}),
    ("closure.survey", "agent", {"en": "please stay on the line for a short survey",
                                 "zh": "请您稍后为我的服务做出评价"}),
    ("closure.farewell", "agent", {"en": "have a nice day goodbye", "zh": "祝您生活愉快再见"}),
)  # fmt: skip

NAMES: dict[str, str] = {
    "greeting.salutation": "Says a salutation in the first 15 seconds",
    "greeting.brand": "Says the brand in the first 15 seconds",
    "greeting.name": "Gives their own name or staff number",
    "greeting.offer_help": "Offers help",
    "tone.empathy": "Acknowledges the problem before solving it",
    "tone.no_forbidden": "Never says a forbidden phrase",
    "handling.identity": "Verifies identity before giving account details",
    "handling.resolution": "States a solution, or promises one with a time",
    "handling.dead_air": "Leaves no silence longer than 10 seconds unannounced",
    "closure.anything_else": "Asks whether anything else is needed",
    "closure.thanks": "Thanks the customer for the call",
    "closure.survey": "Invites the customer to give feedback",
    "closure.farewell": "Says farewell",
}
POINTS = {"tone.empathy": 10, "tone.no_forbidden": 10, "handling.identity": 10,
          "handling.resolution": 10}  # fmt: skip
WEIGHTS = {"greeting": 25, "tone": 25, "handling": 30, "closure": 20}


def make_call(
    number: int,
    agent_id: str = "a101",
    *,
    call_id: str | None = None,
    version: int = 1,
    scorecard: str = "inbound-service",
    trust: TrustLevel = "ok",
    processed_at: datetime | None = None,
) -> ProcessedCall:
    """Return call ``number``, the same one every time."""
    draw = random.Random(f"{number} {agent_id}")
    name, team, language, care = AGENTS[agent_id]
    call_id = call_id or f"call-{number:04d}"
    said = [line for line in DIALOGUE if not line[0] or draw.random() < care]
    gap_at = draw.randrange(len(said)) if draw.random() > care else None
    utterances, silences = _speak(said, language, name.split()[0], gap_at)
    rude = draw.random() > care + 0.25
    if rude:
        utterances = (*utterances, _rude(utterances, language))
    duration_s = utterances[-1].end_s + 1.5
    conversation = Conversation(
        call_id=call_id,
        language=language,
        duration_s=duration_s,
        utterances=utterances,
        turns=tuple(Turn(speaker=u.speaker, start_s=u.start_s, end_s=u.end_s) for u in utterances),
        speaker_roles={"channel-0": "agent", "channel-1": "customer"},
        role_confidence=0.97,
        trust=Trust(level=trust, reasons=() if trust == "ok" else (_TRUST_REASONS[trust],)),
    )
    measures = _measures(conversation, silences, draw)
    processed_at = processed_at or datetime(2026, 4, 1, 2, 0, number % 60, 123456, tzinfo=UTC)
    return ProcessedCall(
        recording=Recording(
            call_id=call_id,
            path=f"/calls/2026/{call_id}.wav",
            digest=f"{number:064x}",
            duration_s=duration_s,
            sample_rate_hz=8000,
            channels=2,
            codec="pcm_mulaw",
            layout="stereo",
            metadata=CallMetadata(
                call_id=call_id,
                agent_id=agent_id,
                agent_name=name,
                team=team,
                site="Riga" if team == "Blue" else "Wuhan",
                queue="faults" if number % 3 else "billing",
                direction="inbound",
                language=language,
                started_at=FIRST_DAY + timedelta(days=number % 28, minutes=7 * number),
                answer_delay_s=4.0 + number % 9,
                disposition="solved",
            ),
        ),
        conversation=conversation,
        measures=measures,
        scored=(score(conversation, silences, scorecard, version),),
        versions=Versions(
            qa_pipeline="0.1.0", profile="bundled", models={"transcription": "small@1f2e3d"}
        ),
        processed_at=processed_at,
    )


def make_calls(count: int) -> list[ProcessedCall]:
    """Return a month of calls over all agents, some of them not trustworthy."""
    agents = list(AGENTS)
    good: list[TrustLevel] = ["ok"] * 10
    trusts: Sequence[TrustLevel] = ["reject", *good, "review", *good[1:]]
    return [
        make_call(number, agents[number % len(agents)], trust=trusts[number % len(trusts)])
        for number in range(count)
    ]


def make_failure(path: str = "/calls/2026/empty.wav", minute: int = 0) -> Failure:
    """Return the failure of a file without sound."""
    return Failure(
        path=path,
        stage="decode",
        reason="The file is empty: ask the recorder for the call again.",
        failed_at=datetime(2026, 3, 20, 2, minute, tzinfo=UTC),
    )


_TRUST_REASONS: dict[TrustLevel, str] = {
    "review": "The recogniser was unsure of 31 % of the words.",
    "reject": "The recogniser was unsure of 84 % of the words: the sound is not understood.",
}


def _speak(
    lines: Sequence[Line], language: Language, name: str, gap_at: int | None
) -> tuple[tuple[Utterance, ...], tuple[Silence, ...]]:
    utterances: list[Utterance] = []
    silences: list[Silence] = []
    now_s = 0.8
    for place, (_, role, texts) in enumerate(lines):
        if place == gap_at and place > 0:
            silences.append(Silence(kind="silence", start_s=now_s, end_s=now_s + 14.25))
            now_s += 14.25
        text = texts[language].format(name=name)
        pieces = list(text) if language == "zh" else text.split()
        channel = 0 if role == "agent" else 1
        words = []
        for piece in pieces:
            length_s = 0.22 if language == "zh" else 0.12 + 0.05 * len(piece)
            words.append(
                Word(text=piece, start_s=round(now_s, 3), end_s=round(now_s + length_s, 3),
                     probability=0.9, channel=channel)
            )  # fmt: skip
            now_s += length_s
        utterances.append(
            Utterance(
                utterance_id=f"u{len(utterances) + 1:04d}",
                role=role,
                speaker=f"channel-{channel}",
                language=language,
                words=tuple(words),
                text=text,
                start_s=words[0].start_s,
                end_s=words[-1].end_s,
            )
        )
        now_s += 0.6
    return tuple(utterances), tuple(silences)


def _rude(utterances: Sequence[Utterance], language: Language) -> Utterance:
    line: Line = ("", "agent", {"en": "that is not my problem", "zh": "这不归我管"})
    spoken = _speak([line], language, "", None)[0][0]
    shift = round(utterances[-1].end_s + 0.4, 3)
    words = tuple(
        w.model_copy(update={"start_s": w.start_s + shift, "end_s": w.end_s + shift})
        for w in spoken.words
    )
    return spoken.model_copy(
        update={
            "utterance_id": f"u{len(utterances) + 1:04d}",
            "words": words,
            "start_s": words[0].start_s,
            "end_s": words[-1].end_s,
        }
    )


def _measures(
    conversation: Conversation, silences: tuple[Silence, ...], draw: random.Random
) -> Measures:
    pace = "pace_cpm" if conversation.language == "zh" else "pace_wpm"
    quiet_s = sum(s.end_s - s.start_s for s in silences)
    return Measures(
        call_id=conversation.call_id,
        values=(
            Measure(name="talk_pct", role="agent", value=55 + 10 * draw.random()),
            Measure(name="talk_pct", role="customer", value=30 + 10 * draw.random()),
            Measure(name="silence_pct", role="call", value=100 * quiet_s / conversation.duration_s),
            Measure(name=pace, role="agent", value=130 + 90 * draw.random()),
        ),
        silences=silences,
        interruptions=(Interruption(by="agent", start_s=3.0, end_s=4.25),)
        if draw.random() < 0.3
        else (),
        tones=tuple(
            UtteranceTone(
                utterance_id=u.utterance_id,
                label="neutral",
                probability=0.8125,
                tension=None if i % 3 else 0.25 * i,
            )
            for i, u in enumerate(conversation.utterances)
        ),
        voices=tuple(
            UtteranceVoice(
                utterance_id=u.utterance_id,
                voiced_s=0.5 + 0.125 * i,
                loudness_dbfs=-26.5 - i,
                pitch_st=8.25,
            )
            for i, u in enumerate(conversation.utterances)
            if u.role == "agent"
        ),
    )


def score(
    conversation: Conversation, silences: Sequence[Silence], scorecard: str, version: int
) -> ScoredCall:
    """Judge the conversation: every line of the dialogue that is there is a criterion met."""
    results = tuple(_judge(criterion_id, conversation, silences) for criterion_id in NAMES)
    sections = []
    total = weights = Decimal(0)
    for section_id, weight in WEIGHTS.items():
        own = [r for r in results if r.section_id == section_id and r.points_possible]
        earned = sum((r.points_earned for r in own), Decimal(0))
        possible = sum((r.points_possible for r in own), Decimal(0))
        pct = (100 * earned / possible).quantize(Decimal("0.01"), ROUND_HALF_UP)
        sections.append(
            SectionResult(section_id=section_id, name=section_id.title(), weight=Decimal(weight),
                          score_pct=pct, score_without_critical_pct=pct)
        )  # fmt: skip
        total += weight * earned / possible
        weights += weight
    without_critical_pct = (100 * total / weights).quantize(Decimal("0.01"), ROUND_HALF_UP)
    fails = any(r.critical and r.verdict == "not_met" for r in results)
    total_pct = Decimal("0.00") if fails else without_critical_pct
    trusted = conversation.trust.level == "ok"
    return ScoredCall(
        call_id=conversation.call_id,
        scorecard=scorecard,
        version=version,
        scorecard_hash=f"hash-{version}",
        total_pct=total_pct,
        total_without_critical_pct=without_critical_pct,
        total_low_pct=max(total_pct - 5, Decimal("0.00")),
        total_high_pct=min(total_pct + 10, Decimal("100.00")),
        passed=total_pct >= 85 if trusted else None,
        trust=conversation.trust.level,
        sections=tuple(sections),
        criteria=results,
    )


def _judge(
    criterion_id: str, conversation: Conversation, silences: Sequence[Silence]
) -> CriterionResult:
    language: Language = "zh" if conversation.language == "zh" else "en"
    verdict: Verdict = "met"
    if criterion_id == "handling.dead_air":
        evidence = tuple(
            Evidence(kind="violates", start_s=s.start_s, end_s=s.end_s) for s in silences
        ) or (Evidence(kind="searched", start_s=0.0, end_s=conversation.duration_s),)
        verdict = "not_met" if silences else "met"
        reason = "A silence of 14.3 s." if silences else "No silence longer than 10 s."
    elif criterion_id == "tone.no_forbidden":
        rude = {"en": "not my problem", "zh": "不归我管"}[language]
        guilty = [u for u in conversation.utterances if rude in u.text]
        evidence = tuple(
            Evidence.quoting("violates", u, rude, u.start_s, u.end_s) for u in guilty
        ) or (Evidence(kind="searched", start_s=0.0, end_s=conversation.duration_s),)
        verdict = "not_met" if guilty else "met"
        reason = f"Said: {rude}." if guilty else "No forbidden phrase heard."
    else:
        wanted = next(texts[language] for c, _, texts in DIALOGUE if c == criterion_id)
        heard = [u for u in conversation.utterances if u.text.startswith(wanted.split("{")[0])]
        evidence = tuple(
            Evidence.quoting("supports", u, u.text, u.start_s, u.end_s) for u in heard
        ) or (_searched(criterion_id, conversation.duration_s),)
        verdict = "met" if heard else "not_met"
        reason = "Heard." if heard else "Nothing of the kind was heard in the window."
    possible = Decimal(POINTS.get(criterion_id, 5))
    return CriterionResult(
        criterion_id=criterion_id,
        section_id=criterion_id.partition(".")[0],
        name=NAMES[criterion_id],
        verdict=verdict,
        points_earned=possible if verdict == "met" else Decimal(0),
        points_possible=possible,
        critical="card" if criterion_id == "handling.identity" else None,
        reason=reason,
        confidence=0.9 if verdict == "met" else 0.75,
        needs_review=verdict == "not_met" and criterion_id == "greeting.name"
        and conversation.duration_s < 50,
        evidence=evidence,
    )  # fmt: skip


def _searched(criterion_id: str, duration_s: float) -> Evidence:
    """Return the window that the criterion belongs to."""
    section = criterion_id.partition(".")[0]
    start_s = max(0.0, duration_s - 20.0) if section == "closure" else 0.0
    end_s = min(20.0, duration_s) if section == "greeting" else duration_s
    return Evidence(kind="searched", start_s=start_s, end_s=end_s)
