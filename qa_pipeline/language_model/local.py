"""The adapter to a language model in a local folder, run with transformers; loaded when used.

Nothing here forces the form of an answer: a model that does not keep to it is not believed.
"""

import threading
from functools import cached_property
from pathlib import Path
from typing import Any

from qa_pipeline.language_model.protocol import Completion, NoAnswerError, Prompt

MAX_NEW_TOKENS = 1_000


class TransformersModel:
    """A text generation model in a verified local folder.

    It always takes the likeliest next token, so the same prompt has the same answer on the same
    machine. One prompt at a time: in a batch the last bits would depend on the neighbours.
    """

    def __init__(
        self, folder: Path, *, name: str = "", version: str = "", device: str = "auto"
    ) -> None:
        self._folder = folder
        self._name = name or folder.name
        self._version = version
        self._device = device
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Which model it is."""
        return self._name

    def complete(self, prompt: Prompt) -> Completion:
        """Answer a prompt.

        Raises:
            NoAnswerError: the folder holds no such model, the prompt does not fit into it, or
                it fails on the way (the memory of a GPU is full).
        """
        with self._lock:
            tokenizer, model, device = self._loaded
            try:
                return Completion(_generated(tokenizer, model, device, prompt), self._version)
            except NoAnswerError:
                raise
            # Whatever a model of this kind does wrong leaves one question open, never a call.
            except (RuntimeError, ValueError, IndexError, KeyError, TypeError) as error:
                raise NoAnswerError("malformed", f"{type(error).__name__} in the model") from None

    @cached_property
    def _loaded(self) -> tuple[Any, Any, str]:
        from qa_pipeline.model_registry.pretrained import load_pretrained

        try:
            return load_pretrained("AutoModelForCausalLM", self._folder, self._device, dtype="auto")
        except (OSError, ValueError, RuntimeError) as error:
            raise NoAnswerError("not_loaded", type(error).__name__) from error


def _generated(tokenizer: Any, model: Any, device: str, prompt: Prompt) -> str:
    """Return what the model writes after the prompt."""
    import torch

    messages = [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": prompt.user},
    ]
    if tokenizer.chat_template:
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    else:
        text = f"{prompt.system}\n{prompt.user}\n"
    tokens = tokenizer(
        text, return_tensors="pt", add_special_tokens=not tokenizer.chat_template
    ).to(device)
    asked = int(tokens["input_ids"].shape[1])
    longest = int(getattr(model.config, "max_position_embeddings", 0) or asked + MAX_NEW_TOKENS)
    if asked >= longest:
        raise NoAnswerError("too_long", f"{asked} tokens; the model takes {longest}")
    with torch.inference_mode():
        written = model.generate(
            input_ids=tokens["input_ids"],
            attention_mask=tokens["attention_mask"],
            do_sample=False,
            max_new_tokens=min(MAX_NEW_TOKENS, longest - asked),
            pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id or 0,
        )
    return str(tokenizer.decode(written[0, asked:], skip_special_tokens=True))
