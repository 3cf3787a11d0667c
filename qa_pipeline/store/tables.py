"""The tables of the store, described column by column: the one source of the database and of
``docs/data-dictionary.md``."""

from qa_pipeline.store.described import Column, Table
from qa_pipeline.store.earlier import earlier_tables
from qa_pipeline.store.review_tables import REVIEW_TABLES

_POINTS = "DECIMAL(18, 6)"
_PCT = "DECIMAL(9, 2)"

_CALL = Column("call_id", "VARCHAR", "Id of the call, see `calls`.")
_POSITION = Column("position", "INTEGER", "Place in the order of the call, from 0.")
_START = Column("start_s", "DOUBLE", "Start, seconds from the start of the recording.")
_END = Column("end_s", "DOUBLE", "End, seconds from the start of the recording.")
_ROLE = Column("role", "VARCHAR", "`agent`, `customer`, `ivr` or `unknown`.")
_UTTERANCE = Column("utterance_id", "VARCHAR", "Id of the utterance within its call (`u0001`).")
_CARD = (
    _CALL,
    Column("scorecard", "VARCHAR", "Id of the scorecard."),
    Column("version", "INTEGER", "Version of the scorecard."),
)

_MACHINE: tuple[Table, ...] = (
    Table(
        "calls",
        "One row a processed call: the recording, what the telephone system knew, and how far "
        "the transcript can be trusted.",
        ("call_id",),
        (
            Column("call_id", "VARCHAR", "Id of the call: from its metadata, else its digest."),
            Column("path", "VARCHAR", "Path of the recording or transcript as it was given."),
            Column("digest", "VARCHAR", "SHA-256 of the decoded audio (or of the transcript)."),
            Column("duration_s", "DOUBLE", "Length of the recording in seconds."),
            Column("sample_rate_hz", "INTEGER", "Sample rate of the file; null without audio."),
            Column("channels", "INTEGER", "Number of channels in the file."),
            Column("codec", "VARCHAR", "Codec of the file, as ffmpeg names it."),
            Column(
                "layout",
                "VARCHAR",
                "`mono`, `stereo` (a speaker a channel), `dual_mono` (same sound twice) or "
                "`one_silent`; null without audio.",
            ),
            Column("language", "VARCHAR", "Main language heard, ISO 639-1 (`en`, `zh`)."),
            Column(
                "trust",
                "VARCHAR",
                "`ok`: may be judged by machine; `review`: a person must look first; `reject`: "
                "the transcript is not good enough to judge anybody by.",
            ),
            Column("trust_reasons", "VARCHAR[]", "Why the trust is not `ok`, in words."),
            Column("role_confidence", "DOUBLE", "0 to 1: how sure who is agent and customer."),
            Column("agent_id", "VARCHAR", "Id of the agent, from the metadata."),
            Column("agent_name", "VARCHAR", "Name of the agent, from the metadata."),
            Column("team", "VARCHAR", "Team of the agent, from the metadata."),
            Column("site", "VARCHAR", "Site, from the metadata."),
            Column("queue", "VARCHAR", "Queue the call came through, from the metadata."),
            Column("direction", "VARCHAR", "`inbound` or `outbound`, from the metadata."),
            Column("started_at", "TIMESTAMPTZ", "When the call started, from the metadata."),
            Column(
                "started_on", "DATE", "The calendar day of `started_at` where the call was taken."
            ),
            Column("utc_offset_s", "INTEGER", "Offset from UTC that `started_at` was given in."),
            Column("answer_delay_s", "DOUBLE", "Seconds from the first ring to the answer."),
            Column("disposition", "VARCHAR", "Outcome code, from the metadata."),
            Column("hung_up_by", "VARCHAR", "`agent` or `customer`, from the metadata."),
            Column("agent_channel", "INTEGER", "Channel of the agent where it is guaranteed."),
            Column("expected_language", "VARCHAR", "Language that the metadata announced."),
            Column("metadata_call_id", "VARCHAR", "Id in the metadata it was processed with."),
            Column("qa_pipeline", "VARCHAR", "Version of qa_pipeline that processed the call."),
            Column("profile", "VARCHAR", "Model profile that the call was processed with."),
            Column(
                "models",
                "MAP(VARCHAR, VARCHAR)",
                "Purpose of each model (`transcription`, `diarization`, `tone`) to its version.",
            ),
            Column("processed_at", "TIMESTAMPTZ", "When the call was processed."),
            Column("run_id", "VARCHAR", "The run that processed it, see `runs`."),
        ),
    ),
    Table(
        "speaker_roles",
        "Which speaker of a call is who.",
        ("call_id", "speaker"),
        (
            _CALL,
            _POSITION,
            Column(
                "speaker",
                "VARCHAR",
                "Speaker as heard: `channel-0`, `speaker-1`, ...; `channel-0.2` took the call over "
                "from `channel-0`; `ivr` are announcements.",
            ),
            _ROLE,
        ),
        indexed=False,
    ),
    Table(
        "utterances",
        "What one speaker said without a longer pause or another speaker in between.",
        ("call_id", "utterance_id"),
        (
            _CALL,
            _UTTERANCE,
            _POSITION,
            _ROLE,
            Column("speaker", "VARCHAR", "Speaker as heard, see `speaker_roles`."),
            Column("language", "VARCHAR", "Language of the utterance, ISO 639-1."),
            Column("text", "VARCHAR", "The words joined."),
            _START,
            _END,
        ),
        indexed=False,
    ),
    Table(
        "words",
        "Every recognised word (in Mandarin: character or group of characters) with its time.",
        ("call_id", "utterance_id", "position"),
        (
            _CALL,
            _UTTERANCE,
            Column("position", "INTEGER", "Place within the utterance, from 0."),
            Column("text", "VARCHAR", "The word."),
            _START,
            _END,
            Column("probability", "DOUBLE", "0 to 1: the recogniser's own certainty."),
            Column("channel", "INTEGER", "Channel the word was heard on, from 0; -1: unknown."),
        ),
        indexed=False,
    ),
    Table(
        "turns",
        "Speech by speaker as heard, pauses left out; turns of different speakers may overlap.",
        ("call_id", "position"),
        (
            _CALL,
            _POSITION,
            Column("speaker", "VARCHAR", "Speaker as heard, see `speaker_roles`."),
            _START,
            _END,
        ),
        indexed=False,
    ),
    Table(
        "measures",
        "Numbers about how a call was spoken. The unit is in the name; measures.md explains each.",
        ("call_id", "name", "role"),
        (
            _CALL,
            _POSITION,
            Column("name", "VARCHAR", "Name of the measure, unit included (`silence_pct`)."),
            Column("role", "VARCHAR", "`agent`, `customer`, or `call` for the whole call."),
            Column("value", "DOUBLE", "The number."),
        ),
        indexed=False,
    ),
    Table(
        "silences",
        "Stretches in which nobody speaks.",
        ("call_id", "position"),
        (
            _CALL,
            _POSITION,
            Column("kind", "VARCHAR", "`silence`, or `hold` where music or a tone is heard."),
            _START,
            _END,
        ),
        indexed=False,
    ),
    Table(
        "interruptions",
        "One starts while the other is speaking, and they overlap for more than a second.",
        ("call_id", "position"),
        (
            _CALL,
            _POSITION,
            Column("by_role", "VARCHAR", "Who interrupts: `agent`, `customer`, ..."),
            _START,
            _END,
        ),
        indexed=False,
    ),
    Table(
        "tones",
        "The tone of each utterance, of its wording and its sound together.",
        ("call_id", "utterance_id"),
        (
            _CALL,
            _UTTERANCE,
            _POSITION,
            Column("label", "VARCHAR", "`positive`, `neutral` or `negative`."),
            Column("probability", "DOUBLE", "0 to 1: how sure the label is."),
            Column(
                "tension",
                "DOUBLE",
                "How far the voice is raised above the speaker's own level in the call, in robust "
                "standard deviations; null where it could not be told.",
            ),
        ),
        indexed=False,
    ),
    Table(
        "voices",
        "How each utterance of agent or customer was voiced, where nobody else spoke and there "
        "was enough to tell. Measures of a part of a call are made of these.",
        ("call_id", "utterance_id"),
        (
            _CALL,
            _UTTERANCE,
            _POSITION,
            Column("voiced_s", "DOUBLE", "Seconds of voiced sound that the medians are taken of."),
            Column("loudness_dbfs", "DOUBLE", "Median level, dB relative to full scale."),
            Column("pitch_st", "DOUBLE", "Median pitch, semitones above 100 Hz."),
        ),
        indexed=False,
    ),
    Table(
        "model_answers",
        "What a language model answered to the questions of scorecards, where one is switched on.",
        ("call_id", "question_id"),
        (
            _CALL,
            Column("question_id", "VARCHAR", "Hash of the question and the lines it is about."),
            _POSITION,
            Column("question", "VARCHAR", "The question, as it was put."),
            Column("who", "VARCHAR", "Whose words prove the answer: `agent`, `customer`, `any`."),
            Column("language", "VARCHAR", "Language of the call, ISO 639-1."),
            Column("reply", "VARCHAR", "`yes`, `no` or `cannot_tell`."),
            Column(
                "quotes",
                'STRUCT(utterance_id VARCHAR, "quote" VARCHAR)[]',
                "Pieces of the call that prove it, each with its utterance.",
            ),
            Column("why", "VARCHAR", "The model's own words; nothing has checked them."),
            Column("model", "VARCHAR", "The language model."),
            Column("model_version", "VARCHAR", "What it says it is, or the digest of its files."),
            Column("prompt_version", "INTEGER", "Version of the instructions that it was given."),
            Column("prompt_hash", "VARCHAR", "SHA-256 of all it was given but words of the call."),
            Column(
                "problem",
                "VARCHAR",
                "Why the answer does not count: `no_connection`, `timeout`, `refused`, "
                "`not_loaded`, `too_long`, `malformed`, `no_quote`, `quote_not_found`, "
                "`quote_of_another`; null where it counts.",
            ),
            Column("detail", "VARCHAR", "More about the problem, such as the HTTP status."),
        ),
        indexed=False,
    ),
    Table(
        "scores",
        "One row for each call and version of a scorecard that judged it.",
        ("call_id", "scorecard", "version"),
        (
            *_CARD,
            Column("scorecard_hash", "VARCHAR", "Hash of the card's content."),
            Column("total_pct", _PCT, "Score in per cent; null when nothing could be judged."),
            Column(
                "total_without_critical_pct", _PCT, "The score if no critical criterion counted."
            ),
            Column("passed", "BOOLEAN", "Whether the pass mark was reached; null: open."),
            Column("trust", "VARCHAR", "Trust in the call when it was scored, as in `calls`."),
            Column("scored_at", "TIMESTAMPTZ", "When it was scored."),
            Column(
                "total_low_pct",
                _PCT,
                "The total if every verdict that needs review or is unscored turned out `not_met`.",
            ),
            Column(
                "total_high_pct",
                _PCT,
                "The same if every one turned out `met`; all three are equal where all is sure.",
            ),
            Column(
                "engine",
                "VARCHAR",
                "Digest of the code and models that judged; null: judged before it was noted.",
            ),
            Column(
                "call_processed_at",
                "TIMESTAMPTZ",
                "Which conversation was judged: `processed_at` of the call at that time, see "
                "`calls`; null: judged before it was noted.",
            ),
        ),
    ),
    Table(
        "section_scores",
        "The score of each section.",
        ("call_id", "scorecard", "version", "section_id"),
        (
            *_CARD,
            Column("section_id", "VARCHAR", "Id of the section."),
            _POSITION,
            Column("name", "VARCHAR", "Name of the section."),
            Column("weight", _POINTS, "Weight of the section in the total."),
            Column("score_pct", _PCT, "Score in per cent; null when nothing could be judged."),
            Column("score_without_critical_pct", _PCT, "The score if nothing critical counted."),
        ),
        indexed=False,
    ),
    Table(
        "criterion_results",
        "The verdict on each criterion, what it earned and why.",
        ("call_id", "scorecard", "version", "criterion_id"),
        (
            *_CARD,
            Column("criterion_id", "VARCHAR", "Id of the criterion (`greeting.salutation`)."),
            Column("section_id", "VARCHAR", "Id of the section it belongs to."),
            _POSITION,
            Column("name", "VARCHAR", "What the criterion asks for."),
            Column(
                "verdict",
                "VARCHAR",
                "`met`, `partly_met`, `not_met`, `not_applicable` (does not concern this call) "
                "or `unscored` (could not be judged; the reason says why).",
            ),
            Column(
                "points_earned",
                _POINTS,
                "Points earned; of a bonus or penalty: points added to the total, or taken off.",
            ),
            Column(
                "points_possible",
                _POINTS,
                "Points possible; 0 where nothing was judged, and for a bonus or penalty.",
            ),
            Column("critical", "VARCHAR", "`section` or `card`: what fails if it is not met."),
            Column("reason", "VARCHAR", "Why this verdict, in words."),
            Column("confidence", "DOUBLE", "0 to 1: how sure the verdict is."),
            Column("needs_review", "BOOLEAN", "Whether a person should check the verdict."),
        ),
        indexed=False,
    ),
    Table(
        "evidence",
        "The seconds of audio that prove a verdict, with the words spoken in them.",
        ("call_id", "scorecard", "version", "criterion_id", "position"),
        (
            *_CARD,
            Column("criterion_id", "VARCHAR", "Id of the criterion."),
            Column("position", "INTEGER", "Place among the evidence of the criterion, from 0."),
            Column("kind", "VARCHAR", "`supports`, `violates`, or `searched`: not found in here."),
            Column("quote", "VARCHAR", "Exact words; null for a measured fact."),
            Column("utterance_id", "VARCHAR", "Utterance that the quote is a piece of."),
            Column("role", "VARCHAR", "Who said it."),
            _START,
            _END,
            Column("context", "VARCHAR", "The whole utterance that the quote is taken from."),
        ),
        indexed=False,
    ),
    Table(
        "runs",
        "One row for each run.",
        ("run_id",),
        (
            Column("run_id", "VARCHAR", "Id of the run."),
            Column("started_at", "TIMESTAMPTZ", "When it started."),
            Column("finished_at", "TIMESTAMPTZ", "When it ended; null while running or killed."),
            Column("profile", "VARCHAR", "Model profile."),
            Column("scorecard", "VARCHAR", "Scorecards that the calls were scored against."),
            Column("paths", "VARCHAR[]", "What was asked to be processed."),
            Column("processed", "INTEGER", "Calls processed."),
            Column("skipped", "INTEGER", "Calls passed over because they were done already."),
            Column("failed", "INTEGER", "Files that could not be processed, see `failures`."),
            Column("status", "VARCHAR", "`running`, `done`, `failed`, `interrupted` (killed)."),
            Column("process", "VARCHAR", "The process that wrote it: machine, id and start."),
        ),
    ),
    Table(
        "failures",
        "The last failure of each file; `open_failures` leaves out what succeeded since.",
        ("path",),
        (
            Column("path", "VARCHAR", "Path of the file as it was given."),
            Column("call_id", "VARCHAR", "Id of the call, where it was known."),
            Column("stage", "VARCHAR", "Where in the pipeline: `decode`, `transcribe`, ..."),
            Column("reason", "VARCHAR", "What happened, in words."),
            Column("failed_at", "TIMESTAMPTZ", "When it failed last."),
            Column("run_id", "VARCHAR", "The run that met it, see `runs`."),
        ),
    ),
    Table(
        "bundles",
        "The ledger: every bundle taken in, so that none is taken in twice.",
        ("bundle",),
        (
            Column("bundle", "VARCHAR", "File name of the bundle."),
            Column("key", "VARCHAR", "What the result was made from: call, models, scorecards."),
            Column("call_id", "VARCHAR", "Id of the call."),
            Column("processed_at", "TIMESTAMPTZ", "When the call was processed."),
            Column("ingested_at", "TIMESTAMPTZ", "When the bundle was taken in."),
        ),
    ),
    Table(
        "store_info",
        "Facts about the store itself.",
        ("name",),
        (
            Column("name", "VARCHAR", "`schema_version`."),
            Column("value", "VARCHAR", "Its value."),
        ),
    ),
)

TABLES: tuple[Table, ...] = (*_MACHINE, *earlier_tables(_MACHINE), *REVIEW_TABLES)
