"""The recipe of the bundled tone model: what it learns from, and how.

``uv run python -m models.training.tone --minutes 10 --out models/bundled/tone`` trains it anew.
"""
