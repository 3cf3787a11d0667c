"""The recipe of the bundled sentence encoder: what it learns from, and how.

``uv run python -m models.training.meaning --out models/bundled/meaning`` trains it anew.
"""
