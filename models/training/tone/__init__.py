"""The recipe of the bundled tone model: what it learns from, and how.

``uv run python -m models.training.tone --out models/bundled/tone`` trains it anew.
"""
