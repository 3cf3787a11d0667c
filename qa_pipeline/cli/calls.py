"""``qa-pipeline calls``: what is known about each call."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from qa_pipeline.cli import options
from qa_pipeline.cli.call_ids import call_meant
from qa_pipeline.cli.cards import card_asked_for, configured_card
from qa_pipeline.cli.output import between, clock, print_json, print_table
from qa_pipeline.errors import UsageError

if TYPE_CHECKING:
    from qa_pipeline.records import (
        Conversation,
        CriterionResult,
        Evidence,
        ModelAnswer,
        ProcessedCall,
        ScoredCall,
    )
    from qa_pipeline.settings import Settings
    from qa_pipeline.store import CallRow, CriterionState, ReviewedScore

app = typer.Typer(no_args_is_help=True, help="Calls: list, show, export, remove.")

CallId = Annotated[str, typer.Argument(help="The call's id; see: qa-pipeline calls list.")]
_COLUMNS = "call,day,agent,team,lang,length,trust,scorecard,total,passed,to check"
_WAV = "wav"
_SAME_LENGTH_S = 0.05
_MARKS = {"met": "+", "partly_met": "~", "not_met": "-", "not_applicable": " ", "unscored": "?"}


@app.command("list")
def list_(
    agent: options.Agent = None,
    team: options.Team = None,
    site: options.Site = None,
    queue: options.Queue = None,
    scorecard: Annotated[
        str | None,
        typer.Option(
            "--scorecard",
            help="Totals by this scorecard (name or file). Default: the configured one, where it "
            "judged the call, else the one that judged it last.",
        ),
    ] = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """List the calls in the store, newest first."""
    from qa_pipeline.settings import read_settings

    settings = read_settings(data_dir=data_dir, store=store)
    card = card_asked_for(scorecard)
    calls = _found(settings, agent_id=agent, team=team, site=site, queue=queue, scorecard=card)
    if as_json:
        print_json({"calls": [call.model_dump(mode="json") for call in calls]})
    else:
        _print_calls(calls)


def list_all(settings: "Settings") -> None:
    """Print every call in the store, newest first."""
    _print_calls(_found(settings))


def _found(settings: "Settings", **wanted: str | None) -> "tuple[CallRow, ...]":
    """Return the calls of which properties are as wanted."""
    from qa_pipeline.store import CallFilter, Store

    usual = configured_card(settings.scorecard)
    only = CallFilter.model_validate({**wanted, "usual_scorecard": usual})
    with Store.open_reader(settings.store_path) as reader:
        return reader.list_calls(reader.narrowed(only))


def _print_calls(calls: "tuple[CallRow, ...]") -> None:
    print_table(
        _COLUMNS.split(","),
        [
            (
                call.call_id,
                call.day,
                _named(call.agent_name, call.agent_id),
                call.team,
                call.language,
                clock(call.duration_s),
                call.trust,
                None if call.scorecard is None else f"{call.scorecard} v{call.version}",
                between(call.total_pct, call.total_low_pct, call.total_high_pct),
                {True: "yes", False: "no", None: None}[call.passed],
                call.to_check,
            )
            for call in calls
        ],
    )


def _named(name: str | None, agent_id: str | None) -> str | None:
    return f"{name} ({agent_id})" if name and agent_id else name or agent_id


@app.command("show")
def show(
    call_id: CallId,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Show one call: what was said, every verdict with its reason, and the evidence."""
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    call = _read(call_id, settings)
    if as_json:
        print_json(call)
        return
    with Store.open_reader(settings.store_path) as reader:
        known = call.recording.call_id
        reviewed = _Reviewed(
            reader.current_verdicts(known, reviewed_only=True), reader.reviewed_scores(known)
        )
    _print_head(call)
    for utterance in call.conversation.utterances:
        typer.echo(f"{clock(utterance.start_s):>6}  {utterance.role:<8}  {utterance.text}")
    for scored in call.scored:
        _print_scores(_doubted_once(scored, call.conversation), reviewed)
    for answer in call.answers:
        _print_answer(answer)


@app.command("export")
def export(
    call_id: CallId,
    format_: Annotated[
        str, typer.Option("--format", help="json, srt, vtt, rttm or textgrid; wav: the sound.")
    ] = "json",
    output: Annotated[
        Path | None,
        typer.Option("--output", help="File to write; default: standard output (not for wav)."),
    ] = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
) -> None:
    """Write one call's transcript in a format that other programs read, or its sound.

    What identifies people is redacted as the configuration says, in sound by a tone.
    """
    from qa_pipeline.privacy import redact_call
    from qa_pipeline.settings import read_settings
    from qa_pipeline.transcripts import EXPORT_FORMATS, export_call

    formats = (*EXPORT_FORMATS, _WAV)
    if format_ not in formats:
        raise UsageError(f"format is {format_!r}; it must be one of {', '.join(formats)}")
    settings = read_settings(data_dir=data_dir, store=store)
    if format_ == _WAV:
        if output is None:
            raise UsageError("sound needs a file to go to: give --output FILE.wav")
        _write(output, _redacted_wav(_read(call_id, settings), settings))
        return
    call = redact_call(_read(call_id, settings), settings.redaction.exports)
    text = export_call(call, format_)
    if output is None:
        typer.echo(text, nl=not text.endswith("\n"))
    else:
        _write(output, text.encode())


def _redacted_wav(call: "ProcessedCall", settings: "Settings") -> bytes:
    """Return the call's sound as a WAV file, with a tone or silence where the settings say."""
    from qa_pipeline.audio import decode
    from qa_pipeline.privacy import mute, sensitive_spans, wav_bytes, with_known_channels
    from qa_pipeline.speakers import is_leaky

    if call.recording.sample_rate_hz is None:
        raise UsageError(
            f"call {call.recording.call_id} was read from a transcript: it has no sound to export"
        )
    if not os.path.lexists(call.recording.path):
        raise UsageError(
            f"{call.recording.path}: no such file any more; where recordings were moved, let "
            "qa-pipeline run see them at their new place: it notes where they lie"
        )
    decoded = decode(Path(call.recording.path))
    if abs(decoded.duration_s - call.recording.duration_s) > _SAME_LENGTH_S:
        raise UsageError(
            f"{call.recording.path} is not the recording that call {call.recording.call_id} was "
            "made from, so its word times do not fit; run it again"
        )
    wanted = settings.redaction
    spans = sensitive_spans(
        with_known_channels(call.conversation, call.recording),
        wanted.audio,
        margin_s=wanted.audio_margin_s,
        every_channel=wanted.audio_channels == "all"
        or decoded.layout != call.recording.layout
        or is_leaky(decoded.sound.rows),
    )
    return wav_bytes(mute(decoded.sound.samples, spans, wanted.audio_fill))


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror or error})") from error


def _read(call_id: str, settings: "Settings") -> "ProcessedCall":
    from qa_pipeline.store import Store

    with Store.open_reader(settings.store_path) as reader:
        call = reader.read_call(call_meant(reader, call_id))
    if call is None:
        raise AssertionError("what is called so today is in the store")
    return call


def _print_head(call: "ProcessedCall") -> None:
    recording, conversation = call.recording, call.conversation
    known = recording.metadata
    typer.echo(f"{recording.call_id}  {recording.path}")
    typer.echo(
        f"{clock(recording.duration_s)} min, {recording.codec}, {recording.layout or 'no sound'}, "
        f"{conversation.language}; agent {known.agent_name or known.agent_id or 'unknown'}, "
        f"team {known.team or 'unknown'}, {known.direction or 'direction unknown'}"
    )
    typer.echo(f"Trust: {conversation.trust.level}")
    for reason in conversation.trust.reasons:
        typer.echo(f"  {reason}")
    if conversation.trust.level == "review":
        typer.echo("  The transcript may be wrong, so please check what was judged by its words.")
    typer.echo("")


def _doubted_once(scored: "ScoredCall", conversation: "Conversation") -> "ScoredCall":
    """Leave the doubt about the whole transcript to the head, where it is said of all verdicts."""
    from qa_pipeline.scoring import without_transcript

    if conversation.trust.level != "review":
        return scored
    criteria = tuple(
        result.model_copy(
            update={"reason": without_transcript(result.reason, conversation.language)}
        )
        for result in scored.criteria
    )
    return scored.model_copy(update={"criteria": criteria})


class _Reviewed(NamedTuple):
    """What people said of a call, by the current version of each card."""

    states: "tuple[CriterionState, ...]"
    scores: "tuple[ReviewedScore, ...]"

    def of(self, scored: "ScoredCall") -> "_Reviewed":
        """Return what is said by one version of a card."""
        card = (scored.scorecard, scored.version)
        return _Reviewed(
            tuple(item for item in self.states if (item.scorecard, item.version) == card),
            tuple(item for item in self.scores if (item.scorecard, item.version) == card),
        )


def _outcome(scored: "ScoredCall | ReviewedScore") -> str:
    open_or_not = "not scored" if scored.total_pct is None else "undecided: see what to check"
    passed = {True: "passed", False: "not passed", None: open_or_not}[scored.passed]
    return f"{'-' if scored.total_pct is None else f'{scored.total_pct} %'}, {passed}"


def _print_scores(scored: "ScoredCall", reviewed: _Reviewed) -> None:
    typer.echo(f"\n{scored.scorecard} version {scored.version}: {_outcome(scored)}")
    reviewed = reviewed.of(scored)
    for score in reviewed.scores:
        note = f": {score.note}" if score.note else ""
        typer.echo(f"  after review: {_outcome(score)}{note}")
    people = {item.criterion_id: item for item in reviewed.states}
    if scored.total_low_pct != scored.total_high_pct:
        typer.echo(
            f"  could be {scored.total_low_pct} to {scored.total_high_pct} %, as the verdicts that "
            "are unscored or to check turn out"
        )
    if scored.total_without_critical_pct != scored.total_pct:
        typer.echo(f"  without the critical criteria: {scored.total_without_critical_pct} %")
    for section in scored.sections:
        pct = "-" if section.score_pct is None else f"{section.score_pct} %"
        typer.echo(f"\n  {section.name}: {pct}")
        for result in scored.criteria:
            if result.section_id == section.section_id:
                _print_criterion(result, people.get(result.criterion_id))


def _print_criterion(result: "CriterionResult", people: "CriterionState | None") -> None:
    points = f"{result.points_earned.normalize():f}/{result.points_possible.normalize():f}"
    if result.points_earned and not result.points_possible:  # a bonus or penalty
        points = f"{result.points_earned.normalize():+f} to the total"
    review = "  (please check)" if result.needs_review else ""
    typer.echo(f"  {_MARKS[result.verdict]} {result.name}: {result.verdict}, {points}{review}")
    typer.echo(f"      {result.reason}")
    for evidence in result.evidence:
        typer.echo(f"      {_evidence(evidence)}")
    if people is not None:
        typer.echo(f"      people: {_people(people)}")


def _people(state: "CriterionState") -> str:
    """Return what people say of a verdict, and what they said that does not count."""
    said = []
    if state.people_state is not None:
        reviewers = f"{state.reviewers} reviewer{'s' if state.reviewers > 1 else ''}"
        said.append(f"{state.people_verdict or 'at odds'} ({state.people_state}, {reviewers})")
    if state.earlier_reviews:
        many = state.earlier_reviews > 1
        said.append(
            f"{state.earlier_reviews} verdict{'s' if many else ''} on what it asked before "
            f"do{'' if many else 'es'} not count"
        )
    return "; ".join(said)


def _print_answer(answer: "ModelAnswer") -> None:
    """Print what a language model answered; its own sentence is marked as nobody's finding."""
    typer.echo(f"\nAsked of {answer.model} (prompt {answer.prompt_version}): {answer.question}")
    if answer.problem is not None:
        typer.echo(f"  does not count: {answer.problem} {answer.detail}".rstrip())
        return
    quotes = ", ".join(f'"{q.quote}" ({q.utterance_id})' for q in answer.quotes)
    typer.echo(f"  {answer.reply}{': ' if quotes else ''}{quotes}")
    if answer.why:
        typer.echo(f"  its own words, not checked: {answer.why}")


def _evidence(evidence: "Evidence") -> str:
    if not evidence.is_heard:
        return "known from the telephone system"
    span = f"{clock(evidence.start_s)}-{clock(evidence.end_s)}"
    if evidence.quote is None:
        return f"[{span}] {evidence.kind}"
    return f'[{span}] {evidence.role}: "{evidence.quote}"'
