"""What criteria ask, in words: by this a person's verdict is known to be on today's question.

A criterion keeps its id when its question changes. So a verdict keeps what was asked: the `ask` of
the card in the call's language, or what the criterion is called where the card is not at hand. A
card may name earlier words of the same question (`asked_before`), and earlier ids (`id_before`).
"""

from typing import Final

from qa_pipeline.store.described import View

QUESTION_VIEWS: Final = (
    View(
        "scorecard_questions",
        "What each criterion of the cards in `scorecards` asks: JSON, a text a language; "
        "earlier words of the same question, and ids that it had before.",
        "SELECT scorecard, version, content_hash, criterion->>'id' AS criterion_id, "
        "criterion->'ask' AS ask, "
        "coalesce((criterion->'asked_before')::VARCHAR[], []) AS asked_before, "
        "coalesce((criterion->'id_before')::VARCHAR[], []) AS id_before "
        "FROM (SELECT * EXCLUDE (content, kept_at), "
        "unnest(json_extract(content, '$.sections[*].criteria[*]')) AS criterion FROM scorecards)",
    ),
    View(
        "criterion_questions",
        "What each criterion asked of a call, by every version of a card that judged it: its `ask` "
        "in the call's language (null where the card was not kept), earlier words of the same "
        "question, ids that it had before, and its name.",
        "SELECT r.call_id, r.scorecard, r.version, r.criterion_id, r.name, coalesce("
        "q.ask->>c.language, q.ask->>'default', q.ask->>'en', q.ask->>'zh') AS ask, "
        "q.asked_before, q.id_before "
        "FROM criterion_results r JOIN scores s USING (call_id, scorecard, version) "
        "LEFT JOIN (SELECT call_id, language FROM calls) c USING (call_id) "
        "LEFT JOIN scorecard_questions q ON q.content_hash = s.scorecard_hash "
        "AND q.criterion_id = r.criterion_id",
    ),
    View(
        "counting_reviews",
        "`review_events` given on what the criterion asks now, by the current version of its card, "
        "under the id that it has there.",
        "SELECT e.* REPLACE (q.criterion_id AS criterion_id) FROM review_events e JOIN "
        "(SELECT q.*, unnest(list_append(q.id_before, q.criterion_id)) AS given_under "
        "FROM criterion_questions q SEMI JOIN current_scores USING (call_id, scorecard, version) "
        "SEMI JOIN review_events USING (call_id, scorecard)) q "
        "ON e.call_id = q.call_id AND e.scorecard = q.scorecard AND e.criterion_id = q.given_under "
        "WHERE e.asked = q.ask OR e.asked = q.name OR list_contains(q.asked_before, e.asked)",
    ),
)

ASKED_OF_CALLS: Final = """
    SELECT q.call_id, q.scorecard, q.version, q.criterion_id, q.name, q.ask, t.first_at
    FROM criterion_questions q JOIN (
        SELECT call_id, scorecard, version, min(scored_at) AS first_at
        FROM (SELECT call_id, scorecard, version, scored_at FROM scores UNION ALL
            SELECT call_id, scorecard, version, scored_at FROM earlier_scores) GROUP BY ALL) t
        USING (call_id, scorecard, version)"""
"""What was asked of calls by each version, and since when the version has judged the call."""

NOTE_ASKED: Final = f"""
    UPDATE review_events SET asked = found.asked FROM (
        SELECT e.event_id, coalesce(a.ask, a.name) AS asked
        FROM review_events e JOIN ({ASKED_OF_CALLS}) a USING (call_id, scorecard, criterion_id)
        WHERE e.asked IS NULL
        QUALIFY row_number() OVER (PARTITION BY e.event_id ORDER BY
            a.first_at <= e.reviewed_at DESC, a.first_at <= e.imported_at DESC, a.version DESC) = 1
    ) found WHERE review_events.event_id = found.event_id"""
"""Notes of verdicts from before it was kept what they are on: the version that judged the call when
they were given, or else when they were imported."""
