"""Thin Prefect wrappers around the pipeline: retries, schedules, concurrency, artifacts. No logic.

Tasks pass ids and paths, never transcripts: what Prefect keeps lies in clear.
"""

import qa_pipeline
