"""Recipe of the bundled transcription model: a small Whisper trained on synthetic calls.

``uv run python -m models.training.transcription --minutes 90 --out models/bundled/transcription``
"""
