"""The tables of what was heard in a call, and of what is known about it."""

from qa_pipeline.store.described import Column, Table

CALL = Column("call_id", "VARCHAR", "Id of the call, see `calls`.")
POSITION = Column("position", "INTEGER", "Place in the order of the call, from 0.")
START = Column("start_s", "DOUBLE", "Start, seconds from the start of the recording.")
END = Column("end_s", "DOUBLE", "End, seconds from the start of the recording.")
ROLE = Column("role", "VARCHAR", "`agent`, `customer`, `ivr` or `unknown`.")
UTTERANCE = Column("utterance_id", "VARCHAR", "Id of the utterance within its call (`u0001`).")

CALL_TABLES: tuple[Table, ...] = (
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
            CALL,
            POSITION,
            Column(
                "speaker",
                "VARCHAR",
                "Speaker as heard: `channel-0`, `speaker-1`, ...; `channel-0.2` took the call over "
                "from `channel-0`; `ivr` are announcements.",
            ),
            ROLE,
        ),
        indexed=False,
    ),
    Table(
        "utterances",
        "What one speaker said without a longer pause or another speaker in between.",
        ("call_id", "utterance_id"),
        (
            CALL,
            UTTERANCE,
            POSITION,
            ROLE,
            Column("speaker", "VARCHAR", "Speaker as heard, see `speaker_roles`."),
            Column("language", "VARCHAR", "Language of the utterance, ISO 639-1."),
            Column("text", "VARCHAR", "The words joined."),
            START,
            END,
        ),
        indexed=False,
    ),
    Table(
        "words",
        "Every recognised word (in Mandarin: character or group of characters) with its time.",
        ("call_id", "utterance_id", "position"),
        (
            CALL,
            UTTERANCE,
            Column("position", "INTEGER", "Place within the utterance, from 0."),
            Column("text", "VARCHAR", "The word."),
            START,
            END,
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
            CALL,
            POSITION,
            Column("speaker", "VARCHAR", "Speaker as heard, see `speaker_roles`."),
            START,
            END,
        ),
        indexed=False,
    ),
    Table(
        "measures",
        "Numbers about how a call was spoken. The unit is in the name; measures.md explains each.",
        ("call_id", "name", "role"),
        (
            CALL,
            POSITION,
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
            CALL,
            POSITION,
            Column("kind", "VARCHAR", "`silence`, or `hold` where music or a tone is heard."),
            START,
            END,
        ),
        indexed=False,
    ),
    Table(
        "interruptions",
        "One starts while the other is speaking, and they overlap for more than a second.",
        ("call_id", "position"),
        (
            CALL,
            POSITION,
            Column("by_role", "VARCHAR", "Who interrupts: `agent`, `customer`, ..."),
            START,
            END,
        ),
        indexed=False,
    ),
    Table(
        "tones",
        "The tone of each utterance, of its wording and its sound together.",
        ("call_id", "utterance_id"),
        (
            CALL,
            UTTERANCE,
            POSITION,
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
            CALL,
            UTTERANCE,
            POSITION,
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
            CALL,
            Column("question_id", "VARCHAR", "Hash of the question and the lines it is about."),
            POSITION,
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
)
