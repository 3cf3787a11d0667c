"""The SQL that turns nested bundles into the rows of the tables.

``incoming`` holds one row a bundle, ``fresh`` those whose call is to be replaced, ``fresh_scores``
the scored calls (``scored_at``, ``call_processed_at`` and the struct ``s``) that go before what is
stored (`earlier.goes_before`), ``late_scores`` those that come after. Each query names its columns
in the order of its table.
"""

from typing import Final

from qa_pipeline.store.earlier import goes_before

_SCORE_KEY: Final = "call_id, s.scorecard, s.version"

CALL_QUERIES: Final[dict[str, str]] = {
    "calls": """
        SELECT call_id, recording.path, recording.digest, recording.duration_s,
            recording.sample_rate_hz, recording.channels, recording.codec, recording.layout,
            conversation.language, conversation.trust.level, conversation.trust.reasons,
            conversation.role_confidence, m.agent_id, m.agent_name, m.team, m.site, m.queue,
            m.direction, m.started_at::TIMESTAMPTZ, m.started_at[:10]::DATE, utc_offset_s,
            m.answer_delay_s, m.disposition, m.hung_up_by, m.agent_channel, m.language,
            m.call_id, versions.qa_pipeline, versions.profile, versions.models,
            processed_at, run_id
        FROM (SELECT *, recording.metadata AS m FROM fresh)""",
    "speaker_roles": """
        SELECT call_id, unnest(range(len(map_keys(r)))), unnest(map_keys(r)),
            unnest(map_values(r))
        FROM (SELECT call_id, conversation.speaker_roles AS r FROM fresh)""",
    "utterances": """
        SELECT call_id, u.utterance_id, position, u.role, u.speaker, u.language, u.text,
            u.start_s, u.end_s
        FROM (SELECT call_id, unnest(range(len(conversation.utterances))) AS position,
            unnest(conversation.utterances) AS u FROM fresh)""",
    "words": """
        SELECT call_id, utterance_id, position, w.text, w.start_s, w.end_s, w.probability,
            w.channel
        FROM (SELECT call_id, u.utterance_id, unnest(range(len(u.words))) AS position,
                unnest(u.words) AS w
            FROM (SELECT call_id, unnest(conversation.utterances) AS u FROM fresh))""",
    "turns": """
        SELECT call_id, position, t.speaker, t.start_s, t.end_s
        FROM (SELECT call_id, unnest(range(len(conversation.turns))) AS position,
            unnest(conversation.turns) AS t FROM fresh)""",
    "measures": """
        SELECT call_id, position, m.name, m.role, m.value
        FROM (SELECT call_id, unnest(range(len(measures.values))) AS position,
            unnest(measures.values) AS m FROM fresh)""",
    "silences": """
        SELECT call_id, position, x.kind, x.start_s, x.end_s
        FROM (SELECT call_id, unnest(range(len(measures.silences))) AS position,
            unnest(measures.silences) AS x FROM fresh)""",
    "interruptions": """
        SELECT call_id, position, x.by, x.start_s, x.end_s
        FROM (SELECT call_id, unnest(range(len(measures.interruptions))) AS position,
            unnest(measures.interruptions) AS x FROM fresh)""",
    "tones": """
        SELECT call_id, x.utterance_id, position, x.label, x.probability, x.tension
        FROM (SELECT call_id, unnest(range(len(measures.tones))) AS position,
            unnest(measures.tones) AS x FROM fresh)""",
    "voices": """
        SELECT call_id, x.utterance_id, position, x.voiced_s, x.loudness_dbfs, x.pitch_st
        FROM (SELECT call_id, unnest(range(len(measures.voices))) AS position,
            unnest(measures.voices) AS x FROM fresh)""",
    "model_answers": """
        SELECT call_id, a.question_id, position, a.question, a.who, a.language, a.reply,
            a.quotes, a.why, a.model, a.model_version, a.prompt_version, a.prompt_hash,
            a.problem, a.detail
        FROM (SELECT call_id, unnest(range(len(answers))) AS position, unnest(answers) AS a
            FROM fresh)""",
}
"""Tables that belong to a call: replaced when the call is processed anew."""

SCORE_QUERIES: Final[dict[str, str]] = {
    "scores": f"""
        SELECT {_SCORE_KEY}, s.scorecard_hash, s.total_pct, s.total_without_critical_pct,
            s.passed, s.trust, scored_at, s.total_low_pct, s.total_high_pct, s.engine,
            call_processed_at
        FROM {{source}}""",
    "section_scores": f"""
        SELECT {_SCORE_KEY}, x.section_id, position, x.name, x.weight, x.score_pct,
            x.score_without_critical_pct, scored_at
        FROM (SELECT call_id, scored_at, s, unnest(range(len(s.sections))) AS position,
            unnest(s.sections) AS x FROM {{source}})""",
    "criterion_results": f"""
        SELECT {_SCORE_KEY}, x.criterion_id, x.section_id, position, x.name, x.verdict,
            x.points_earned, x.points_possible, x.critical, x.reason, x.confidence,
            x.needs_review, scored_at
        FROM (SELECT call_id, scored_at, s, unnest(range(len(s.criteria))) AS position,
            unnest(s.criteria) AS x FROM {{source}})""",
    "evidence": f"""
        SELECT {_SCORE_KEY}, criterion_id, position, e.kind, e.quote, e.utterance_id, e.role,
            e.start_s, e.end_s, e.context, scored_at
        FROM (SELECT call_id, scored_at, s, x.criterion_id,
                unnest(range(len(x.evidence))) AS position, unnest(x.evidence) AS e
            FROM (SELECT call_id, scored_at, s, unnest(s.criteria) AS x FROM {{source}}))""",
}
"""Tables that belong to one version of a scorecard: other versions' rows stay. ``source``: the
table of scores that they are made from; each query has the time of the result too."""

INCOMING: Final = """
    CREATE OR REPLACE TEMP TABLE incoming AS
    SELECT * REPLACE (processed_at::TIMESTAMPTZ AS processed_at),
        processed_at::TIMESTAMPTZ AS call_processed_at, parse_filename(filename) AS bundle,
        date_diff('second', recording.metadata.started_at::TIMESTAMPTZ AT TIME ZONE 'UTC',
            recording.metadata.started_at[:19]::TIMESTAMP) AS utc_offset_s
    FROM read_parquet(getvariable('files'), filename = true)"""

INCOMING_SCORES: Final = """
    CREATE OR REPLACE TEMP VIEW incoming_scores AS
    SELECT * REPLACE (processed_at::TIMESTAMPTZ AS processed_at,
            call_processed_at::TIMESTAMPTZ AS call_processed_at),
        parse_filename(filename) AS bundle
    FROM read_parquet(getvariable('files'), filename = true, union_by_name = {by_name})"""
"""A view: what is taken of it is copied once, into ``fresh_scores``. ``by_name``: where older files
are among them, which lack whole columns; it takes more memory."""

FRESH: Final = """
    CREATE OR REPLACE TEMP TABLE fresh AS
    SELECT i.* FROM incoming i
    WHERE NOT EXISTS (SELECT 1 FROM calls c
        WHERE c.call_id = i.call_id AND c.processed_at > i.processed_at)
    QUALIFY row_number() OVER
        (PARTITION BY i.call_id ORDER BY i.processed_at DESC, i.bundle DESC) = 1"""

INCOMING_KEYS: Final = """
    CREATE OR REPLACE TEMP TABLE incoming_keys AS
    SELECT call_id, bundle, scored_at, call_processed_at, k.scorecard, k.version
    FROM (SELECT call_id, bundle, processed_at AS scored_at, call_processed_at,
        unnest(list_transform(scored, lambda x: {{
            'scorecard': x.scorecard, 'version': x.version}})) AS k
        FROM {incoming})"""
"""Which results are in ``incoming``. They are chosen by these few columns alone, since what is
sorted is copied."""

FRESH_KEYS: Final = f"""
    CREATE OR REPLACE TEMP TABLE fresh_keys AS
    SELECT n.* FROM incoming_keys n
    WHERE NOT EXISTS (SELECT 1 FROM scores o
        WHERE o.call_id = n.call_id AND o.scorecard = n.scorecard AND o.version = n.version
            AND {goes_before("o", "n")})
    QUALIFY row_number() OVER (PARTITION BY n.call_id, n.scorecard, n.version
        ORDER BY coalesce(n.call_processed_at, n.scored_at) DESC, n.scored_at DESC,
            n.bundle DESC) = 1"""
"""Those that go before what is stored."""

LATE_KEYS: Final = f"""
    CREATE OR REPLACE TEMP TABLE late_keys AS
    SELECT n.* FROM incoming_keys n
    WHERE EXISTS (SELECT 1 FROM scores o
        WHERE o.call_id = n.call_id AND o.scorecard = n.scorecard AND o.version = n.version
            AND {goes_before("o", "n")})
    AND NOT EXISTS (SELECT 1 FROM earlier_scores o
        WHERE o.call_id = n.call_id AND o.scorecard = n.scorecard AND o.version = n.version
            AND o.scored_at = n.scored_at)
    QUALIFY row_number() OVER (PARTITION BY n.call_id, n.scorecard, n.version, n.scored_at
        ORDER BY n.bundle DESC) = 1"""
"""Those that come after what is stored now, and are not yet among the earlier ones."""

SCORES_OF: Final = """
    CREATE OR REPLACE TEMP TABLE {keys}_scores AS
    SELECT n.* FROM (SELECT call_id, bundle, processed_at AS scored_at, call_processed_at,
            unnest(scored) AS s
        FROM {incoming}) n
    SEMI JOIN {keys}_keys f ON f.call_id = n.call_id AND f.bundle = n.bundle
        AND f.scorecard = n.s.scorecard AND f.version = n.s.version"""

LEDGER: Final = """
    INSERT OR REPLACE INTO bundles
    SELECT bundle, key, call_id, processed_at, now() FROM incoming"""

SCORES_LEDGER: Final = """
    INSERT OR REPLACE INTO bundles
    SELECT bundle, min(key), NULL, min(processed_at), now() FROM incoming_scores GROUP BY bundle"""
