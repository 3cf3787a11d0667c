"""Call quality: recorded calls in; transcripts, fair scores and the audio that proves them out."""

__version__ = "0.1.0"
