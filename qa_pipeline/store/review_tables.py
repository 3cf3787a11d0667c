"""What people say about verdicts, in the database: events that are only ever added, and views.

The state of today is a view: each reviewer's latest verdict, the verdict that the reviewers agree
on, and beside it the machine's, which stays as it was.
"""

from qa_pipeline.store.described import Column, Table, View, quoted

_PCT = "DECIMAL(9, 2)"
_POINTS = "DECIMAL(18, 6)"
_CALL = Column("call_id", "VARCHAR", "Id of the call, see `calls`.")
_SCORECARD = Column("scorecard", "VARCHAR", "Id of the scorecard.")
_VERSION = Column("version", "INTEGER", "Version of the scorecard.")
_HASH = Column("scorecard_hash", "VARCHAR", "Hash of the card's content.")
_CRITERION = Column("criterion_id", "VARCHAR", "Id of the criterion.")
_SCORED_AT = Column("scored_at", "TIMESTAMPTZ", "When the machine's score was made.")
_NARROW = "".join(map(chr, range(0x21, 0x7F)))
_WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in _NARROW)


def person(name: str) -> str:
    """Return SQL for who is meant by a name, however it is written; ``name``: an SQL expression.

    Capitals, wide letters, accents written apart, invisible characters and the number of spaces
    make no difference; spaces within a Mandarin name, which align it in a table, none either.
    """
    narrow = f"translate(nfc_normalize({name}), {quoted(_WIDE)}, {quoted(_NARROW)})"
    visible = rf"regexp_replace({narrow}, '\p{{Cf}}+', '', 'g')"
    spaced = rf"trim(regexp_replace({visible}, '[\s\p{{Z}}]+', ' ', 'g'))"
    return rf"lower(regexp_replace({spaced}, '(\p{{Han}}) ', '\1', 'g'))"


REVIEW_TABLES: tuple[Table, ...] = (
    Table(
        "review_events",
        "Every verdict that a person gave, as it was given; nothing here is changed, and removed "
        "only with the call (`calls remove`). A reviewer who changes their mind adds a row with a "
        "later time.",
        ("event_id",),
        (
            Column(
                "event_id",
                "VARCHAR",
                "Digest of what it is on, by whom and when, as given.",
            ),
            _CALL,
            _SCORECARD,
            _CRITERION,
            Column("verdict", "VARCHAR", "As in `criterion_results`; `unscored`: cannot tell."),
            Column("reviewer", "VARCHAR", "Who says so."),
            Column("reviewed_at", "TIMESTAMPTZ", "When they said so."),
            Column("reason", "VARCHAR", "Why, in their words; redacted as stored text is."),
            Column("decides", "BOOLEAN", "Whether it settles the matter, whatever others said."),
            Column("source", "VARCHAR", "File that it was imported from."),
            Column("source_row", "INTEGER", "Row in that file; the header is row 1."),
            Column("imported_at", "TIMESTAMPTZ", "When it was imported."),
            Column(
                "asked",
                "VARCHAR",
                "What it is a verdict on: what the criterion asked, in the call's language, or its "
                "name where the card was not at hand. It counts where that is asked still.",
            ),
        ),
    ),
    Table(
        "reviewed_scores",
        "Scores by the verdicts that count after review, beside the machine's in `scores`; "
        "computed by the same exact arithmetic and made anew when reviews or scores change.",
        ("call_id", "scorecard", "version"),
        (
            _CALL,
            _SCORECARD,
            _VERSION,
            _HASH,
            Column("total_pct", _PCT, "Score in per cent; null when it cannot be told."),
            Column("total_without_critical_pct", _PCT, "The score if nothing critical counted."),
            Column("passed", "BOOLEAN", "Whether the pass mark was reached; null: open."),
            Column("reviewed", "INTEGER", "Criteria on which people agree or one decided."),
            Column("changed", "INTEGER", "Those of them where the machine said otherwise."),
            Column("disputed", "INTEGER", "Criteria on which people disagree: left out."),
            Column("note", "VARCHAR", "Why there is no total, where that is due to the review."),
            _SCORED_AT,
            Column("computed_at", "TIMESTAMPTZ", "When this was computed."),
            Column(
                "total_low_pct",
                _PCT,
                "The total if every verdict that is still open turned out `not_met`: the machine's "
                "that need review or are unscored, and those that people cannot tell or dispute.",
            ),
            Column("total_high_pct", _PCT, "The same if every one turned out `met`."),
        ),
    ),
    Table(
        "reviewed_results",
        "What people's verdicts earn, where people judged a criterion; made anew together with "
        "`reviewed_scores`.",
        ("call_id", "scorecard", "version", "criterion_id"),
        (
            _CALL,
            _SCORECARD,
            _VERSION,
            _CRITERION,
            Column("verdict", "VARCHAR", "People's verdict: agreed by them, or decided by one."),
            Column("points_earned", _POINTS, "Points earned, as in `criterion_results`."),
            Column("points_possible", _POINTS, "Points possible, as in `criterion_results`."),
        ),
        indexed=False,
    ),
    Table(
        "golden_events",
        "Calls put into the golden set, and taken out of it; nothing is changed, and removed only "
        "with the call (`calls remove`).",
        ("call_id", "marked_at"),
        (
            _CALL,
            Column("marked_at", "TIMESTAMPTZ", "When."),
            Column("golden", "BOOLEAN", "True: put in; false: taken out."),
            Column("marked_by", "VARCHAR", "By whom."),
            Column("reason", "VARCHAR", "Why."),
        ),
    ),
    Table(
        "golden_baselines",
        "The machine's verdicts on golden calls that later checks are compared with; the one "
        "recorded last counts.",
        ("recorded_at", "call_id", "scorecard", "criterion_id"),
        (
            Column("recorded_at", "TIMESTAMPTZ", "When the baseline was recorded."),
            Column("recorded_by", "VARCHAR", "By whom."),
            _SCORECARD,
            _VERSION,
            _HASH,
            _CALL,
            _CRITERION,
            Column("verdict", "VARCHAR", "The machine's verdict then."),
            Column(
                "asked",
                "VARCHAR",
                "What the criterion asked then, in the call's language; null: not kept then.",
            ),
        ),
        indexed=False,
    ),
    Table(
        "scorecards",
        "Every scorecard that judged calls, as it was, so that results can be computed again.",
        ("scorecard", "version", "content_hash"),
        (
            _SCORECARD,
            _VERSION,
            Column("content_hash", "VARCHAR", "Hash of the card's content."),
            Column("content", "VARCHAR", "The whole card as JSON."),
            Column("kept_at", "TIMESTAMPTZ", "When it was first used."),
        ),
    ),
)

REVIEW_VIEWS: tuple[View, ...] = (
    View(
        "review_verdicts",
        "The latest verdict of each reviewer on each criterion of each call, as far as it is on "
        "what the criterion asks now. A reviewer whose name is written in several ways is one, "
        "named as they were first.",
        f"WITH said AS (SELECT *, {person('reviewer')} AS person FROM counting_reviews) "
        "SELECT * EXCLUDE (person) REPLACE (first_value(reviewer) OVER (PARTITION BY person "
        "ORDER BY reviewed_at, event_id) AS reviewer) FROM said QUALIFY row_number() OVER "
        "(PARTITION BY call_id, scorecard, criterion_id, person "
        "ORDER BY reviewed_at DESC, imported_at DESC, event_id) = 1",
    ),
    View(
        "review_outcomes",
        "What people say of each criterion of each call, taken together: `decided` (the latest "
        "verdict that settles the matter), `agreed` (more than half of the reviewers say so), or "
        "`disputed` (neither; the verdict is null).",
        "WITH votes AS (SELECT call_id, scorecard, criterion_id, verdict, count(*) AS votes "
        "FROM review_verdicts GROUP BY ALL), "
        "agreed AS (SELECT call_id, scorecard, criterion_id, sum(votes)::INTEGER AS reviewers, "
        "CASE WHEN 2 * max(votes) > sum(votes) THEN arg_max(verdict, votes) END AS verdict "
        "FROM votes GROUP BY call_id, scorecard, criterion_id), "
        "decided AS (SELECT call_id, scorecard, criterion_id, verdict FROM counting_reviews "
        "WHERE decides QUALIFY row_number() OVER (PARTITION BY call_id, scorecard, criterion_id "
        "ORDER BY reviewed_at DESC, imported_at DESC, event_id) = 1) "
        "SELECT a.call_id, a.scorecard, a.criterion_id, a.reviewers, "
        "CASE WHEN d.verdict IS NOT NULL THEN 'decided' WHEN a.verdict IS NOT NULL THEN 'agreed' "
        "ELSE 'disputed' END AS state, coalesce(d.verdict, a.verdict) AS verdict "
        "FROM agreed a LEFT JOIN decided d USING (call_id, scorecard, criterion_id)",
    ),
    View(
        "current_verdicts",
        "For each call and criterion: the machine's verdict, what people say, and the verdict "
        "that counts (`judged_by`: `machine`, or `people` where they agree or one decided; where "
        "they are at odds nothing counts until they agree: `unscored`). `earlier_reviews`: how "
        "many verdicts people gave on what the criterion asked before, which do not count.",
        "SELECT r.call_id, r.scorecard, r.version, r.criterion_id, r.section_id, r.name, "
        "r.verdict AS machine_verdict, r.needs_review AS machine_needs_review, "
        "o.verdict AS people_verdict, o.state AS people_state, "
        "coalesce(o.reviewers, 0) AS reviewers, "
        "CASE WHEN o.state IS NULL THEN r.verdict ELSE coalesce(o.verdict, 'unscored') END "
        "AS verdict, CASE WHEN o.state IS NULL THEN 'machine' WHEN o.state = 'disputed' "
        "THEN 'nobody' ELSE 'people' END AS judged_by, "
        "coalesce(b.reviews, 0) AS earlier_reviews "
        "FROM current_criterion_results r "
        "LEFT JOIN review_outcomes o USING (call_id, scorecard, criterion_id) "
        "LEFT JOIN (SELECT e.call_id, e.scorecard, e.criterion_id, count(*)::INTEGER AS reviews "
        "FROM review_events e ANTI JOIN counting_reviews USING (event_id) GROUP BY ALL) b "
        "USING (call_id, scorecard, criterion_id)",
    ),
    View(
        "current_totals",
        "Scores by the current version of each scorecard: the machine's, the one after review "
        "where people have judged the call, and the one that counts (`judged_by`).",
        "SELECT s.call_id, s.scorecard, s.version, s.total_pct AS machine_total_pct, "
        "s.passed AS machine_passed, r.total_pct AS reviewed_total_pct, "
        "r.passed AS reviewed_passed, r.reviewed, r.changed, r.disputed, r.note, "
        "CASE WHEN r.call_id IS NULL THEN s.total_pct ELSE r.total_pct END AS total_pct, "
        "CASE WHEN r.call_id IS NULL THEN s.passed ELSE r.passed END AS passed, "
        "CASE WHEN r.call_id IS NULL THEN 'machine' ELSE 'people' END AS judged_by, "
        "CASE WHEN r.call_id IS NULL THEN s.total_low_pct ELSE r.total_low_pct END "
        "AS total_low_pct, "
        "CASE WHEN r.call_id IS NULL THEN s.total_high_pct ELSE r.total_high_pct END "
        "AS total_high_pct "
        "FROM current_scores s LEFT JOIN reviewed_scores r ON r.call_id = s.call_id "
        "AND r.scorecard = s.scorecard AND r.version = s.version AND r.scored_at = s.scored_at "
        "AND (r.reviewed > 0 OR r.disputed > 0)",
    ),
    View(
        "golden_calls",
        "The golden set of today: calls that every change of rules or models is checked against.",
        "SELECT call_id, marked_at, marked_by, reason FROM (SELECT * FROM golden_events QUALIFY "
        "row_number() OVER (PARTITION BY call_id ORDER BY marked_at DESC) = 1) WHERE golden",
    ),
)
