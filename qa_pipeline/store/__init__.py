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
from qa_pipeline.store.owner import Store, StoreOwner
from qa_pipeline.store.reader import StoreReader, snapshot_path
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

__all__ = [
    "AgentFindings",
    "CallFilter",
    "CallRow",
    "CoachingFigures",
    "CriterionFigures",
    "CriterionFinding",
    "DamagedBundle",
    "Departure",
    "Example",
    "GoodCall",
    "IngestSummary",
    "MonitoringFigures",
    "QueryResult",
    "Run",
    "RunStatus",
    "Scope",
    "ScoreFigures",
    "Store",
    "StoreInfo",
    "StoreOwner",
    "StoreReader",
    "StoredFailure",
    "ToneTrend",
    "Totals",
    "bundle_files",
    "clear_failure",
    "find_bundle",
    "read_bundle",
    "read_failures",
    "snapshot_path",
    "write_bundle",
    "write_failure",
]
