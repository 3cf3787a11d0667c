"""The store: bundles in Parquet, one DuckDB file, and the only place that speaks SQL.

Processing writes a bundle a call (``write_bundle``); one owner at a time takes them in
(``Store.open_owner``); everybody else reads (``Store.open_reader``).
"""

from qa_pipeline.store.bundles import (
    StoredFailure,
    bundle_files,
    clear_failure,
    find_bundle,
    read_bundle,
    read_failures,
    write_bundle,
    write_failure,
)
from qa_pipeline.store.cards import KeptCard
from qa_pipeline.store.figures import (
    AgentFindings,
    CoachingFigures,
    CriterionFigures,
    CriterionFinding,
    Departure,
    Example,
    GoodCall,
    MonitoringFigures,
    Scope,
    ScoreFigures,
    ToneTrend,
    Totals,
)
from qa_pipeline.store.golden import Baseline, BaselineVerdict, GoldenCall, PeoplesVerdict
from qa_pipeline.store.known import KnownCall, KnownCalls
from qa_pipeline.store.owner import Store, StoreOwner
from qa_pipeline.store.reader import StoreReader, snapshot_path
from qa_pipeline.store.removed import CallToRemove, RemovedCall
from qa_pipeline.store.removing import remove_calls
from qa_pipeline.store.rescored import Gathering, gathered_scores, write_scores
from qa_pipeline.store.reviews import (
    CriterionState,
    GivenVerdict,
    LeftOut,
    ReviewEvent,
    ReviewImport,
    ReviewProblem,
)
from qa_pipeline.store.reviews_calibration import CalibrationFigures
from qa_pipeline.store.reviews_file import ReviewFile, read_reviews
from qa_pipeline.store.reviews_scores import (
    JudgedCall,
    JudgedCriterion,
    ReviewedResult,
    ReviewedScore,
)
from qa_pipeline.store.rows import (
    CallFilter,
    CallRow,
    DamagedBundle,
    IngestSummary,
    QueryResult,
    Run,
    RunStatus,
    StoreInfo,
)
from qa_pipeline.store.stored_calls import CallBatch, CallHead, StoredCall
from qa_pipeline.store.stored_results import JudgedBy

__all__ = [
    "AgentFindings",
    "Baseline",
    "BaselineVerdict",
    "CalibrationFigures",
    "CallBatch",
    "CallFilter",
    "CallHead",
    "CallRow",
    "CallToRemove",
    "CoachingFigures",
    "CriterionFigures",
    "CriterionFinding",
    "CriterionState",
    "DamagedBundle",
    "Departure",
    "Example",
    "Gathering",
    "GivenVerdict",
    "GoldenCall",
    "GoodCall",
    "IngestSummary",
    "JudgedBy",
    "JudgedCall",
    "JudgedCriterion",
    "KeptCard",
    "KnownCall",
    "KnownCalls",
    "LeftOut",
    "MonitoringFigures",
    "PeoplesVerdict",
    "QueryResult",
    "RemovedCall",
    "ReviewEvent",
    "ReviewFile",
    "ReviewImport",
    "ReviewProblem",
    "ReviewedResult",
    "ReviewedScore",
    "Run",
    "RunStatus",
    "Scope",
    "ScoreFigures",
    "Store",
    "StoreInfo",
    "StoreOwner",
    "StoreReader",
    "StoredCall",
    "StoredFailure",
    "ToneTrend",
    "Totals",
    "bundle_files",
    "clear_failure",
    "find_bundle",
    "gathered_scores",
    "read_bundle",
    "read_failures",
    "read_reviews",
    "remove_calls",
    "snapshot_path",
    "write_bundle",
    "write_failure",
    "write_scores",
]
