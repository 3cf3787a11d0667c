"""Loading what transformers knows from a verified local folder; nothing is ever fetched."""

from pathlib import Path
from typing import Any, Literal

Kind = Literal["AutoModel", "AutoModelForCausalLM", "AutoModelForSequenceClassification"]


def load_pretrained(kind: Kind, folder: Path, device: str, **options: Any) -> tuple[Any, Any, str]:
    """Return tokenizer, model and device, the model on the device and ready to be asked.

    Args:
        kind: The class of transformers that loads it.
        folder: Holds the model's files.
        device: As torch names it, or ``auto``: the first GPU, or the CPU where there is none.
        options: Passed on to the loading of the model.

    Raises:
        OSError, ValueError: the folder holds no such model.
    """
    import torch
    import transformers
    from transformers.utils import logging

    # A bar of its own would break the bar of the run.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    loader: Any = getattr(transformers, kind)
    model = loader.from_pretrained(folder, local_files_only=True, **options)
    return tokenizer, model.to(device).eval(), device
