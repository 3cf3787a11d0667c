"""The recipe of the bundled diarization models: synthetic speech in, a pipeline folder out.

``uv run python -m models.training.diarization --help``
"""
