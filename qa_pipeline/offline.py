"""Nothing leaves the machine: switch off hubs and the telemetry of every dependency.

Call :func:`go_offline` before the first import of a dependency; they read these variables when
they are imported. ``models pull`` is the one command that goes online, and says so.
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
    # Prefect: no analytics, and no look at a version server.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "OTEL_SDK_DISABLED": "true",
    # transformers and tokenizers warn about forks otherwise.
    "TOKENIZERS_PARALLELISM": "false",
}


def go_offline(*, except_hub: bool = False) -> None:
    """Set the environment so that no dependency opens a connection beyond this machine.

    ``except_hub`` leaves the model hub reachable, for ``models pull`` alone; telemetry is off
    there too.
    """
    os.environ.update(_SILENCE)
    if except_hub:
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
            del os.environ[name]
