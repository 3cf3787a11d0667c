"""Nothing leaves the machine: switch off hubs and the telemetry of every dependency.

Importing the package calls :func:`go_offline` before any dependency is imported; they read these
variables then. ``models pull`` is the one command that goes online: it says so, and opens the hub
for its own process (``model_registry.pulling``); telemetry stays off there too.
"""

import os

_SILENCE = {
    # Hugging Face: load from local folders only, report nothing.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
    # pyannote.audio posts usage metrics unless told otherwise before import.
    "PYANNOTE_METRICS_ENABLED": "0",
    # onnxruntime (voice activity detection) uploads events from 1.29 on, under two names of switch.
    "ORT_DISABLE_TELEMETRY": "1",
    "ORT_TELEMETRY_DISABLED": "1",
    # Prefect: no analytics, and no look at a version server.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "OTEL_SDK_DISABLED": "true",
    # transformers and tokenizers warn about forks otherwise.
    "TOKENIZERS_PARALLELISM": "false",
}


def go_offline() -> None:
    """Set the environment so that no dependency opens a connection beyond this machine."""
    os.environ.update(_SILENCE)


def still_talking() -> list[str]:
    """Return the switches that somebody set otherwise since; empty where all is silent."""
    return [name for name, value in _SILENCE.items() if os.environ.get(name) != value]
