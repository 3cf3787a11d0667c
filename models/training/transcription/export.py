"""From trained weights to a folder that faster-whisper loads with the network off."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from models.training.transcription.batches import SPECIALS
from models.training.transcription.network import MAX_FRAMES, MAX_TOKENS, Shape
from models.training.transcription.tokenizer import EMPTY, text_ids

_LIFT, _SINK = 4.0, -15.0


def _padded_table(weights: dict[str, Tensor], tokenizer: Tokenizer) -> Tensor:
    """Put the trained rows in their places; the untrained tokens can never win.

    The free dimension 0 of the last layer norm is set to a constant (see ``export``), and the
    rows of the others (timestamps above all) are negative there: their logit is always -60.
    """
    trained = weights["decoder.embed_tokens.weight"].clone()
    trained[:, 0] = 0.0
    table = torch.zeros(tokenizer.get_vocab_size(), trained.shape[1])
    table[:, 0] = _SINK
    text = text_ids(tokenizer)
    table[:text] = trained[:text]
    for number, name in enumerate(SPECIALS):
        table[tokenizer.token_to_id(name)] = trained[text + number]
    return table


def _transformers_model(weights: dict[str, Tensor], shape: Shape, tokenizer: Tokenizer) -> Any:
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    end = int(tokenizer.token_to_id("<|endoftext|>") or 0)
    config = WhisperConfig(
        vocab_size=tokenizer.get_vocab_size(),
        num_mel_bins=80,
        d_model=shape.d_model,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.feed_forward,
        decoder_ffn_dim=shape.feed_forward,
        max_source_positions=MAX_FRAMES,
        max_target_positions=MAX_TOKENS,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=end + 1,
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    model: Any = WhisperForConditionalGeneration(config)
    model.eval()
    kept = {f"model.{k}": v for k, v in weights.items() if not k.startswith(("phone_", "token_"))}
    table = _padded_table(weights, tokenizer)
    kept["model.decoder.embed_tokens.weight"] = kept["proj_out.weight"] = table
    for name, value in (("weight", 0.0), ("bias", _LIFT)):
        key = f"model.decoder.layer_norm.{name}"
        kept[key] = kept[key].clone()
        kept[key][0] = value
    model.load_state_dict(kept, strict=True)
    languages = {f"<|{code}|>": tokenizer.token_to_id(f"<|{code}|>") for code in ("en", "zh")}
    model.generation_config.lang_to_id = languages
    model.generation_config.alignment_heads = [list(pair) for pair in shape.alignment_heads()]
    model.generation_config.suppress_tokens = []
    # Not even the end of text is suppressed first: a window without speech yields nothing.
    model.generation_config.begin_suppress_tokens = []
    return model


def export(
    weights: dict[str, Tensor], shape: Shape, tokenizer_path: Path, out: Path, quantization: str
) -> None:
    """Write ``model.bin`` and the files beside it into the folder ``out``."""
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    model = _transformers_model(weights, shape, tokenizer)
    named = sorted(tokenizer.get_vocab(with_added_tokens=True).items(), key=lambda item: item[1])
    names = ["" if name == EMPTY else name for name, _ in named]
    convert(model, names, tokenizer_path, out, quantization)


def convert(
    model: Any, names: list[str], tokenizer_path: Path, out: Path, quantization: str
) -> None:
    """Write a transformers Whisper model as a folder that faster-whisper loads.

    ``names``: the text of every token id, in order. What is suppressed, the alignment heads and
    the languages are those of the model's ``generation_config``.
    """
    from ctranslate2.converters.transformers import WhisperLoader

    spec = WhisperLoader().get_model_spec(model)
    spec.register_vocabulary(names)
    chosen = model.generation_config
    spec.config.suppress_ids = chosen.suppress_tokens
    spec.config.suppress_ids_begin = chosen.begin_suppress_tokens
    spec.config.alignment_heads = chosen.alignment_heads
    spec.config.lang_ids = sorted(chosen.lang_to_id.values())
    spec.validate()
    spec.optimize(quantization=quantization)
    out.mkdir(parents=True, exist_ok=True)
    spec.save(str(out))
    shutil.copy(tokenizer_path, out / "tokenizer.json")
    (out / "preprocessor_config.json").write_text(
        json.dumps(
            {
                "feature_size": model.config.num_mel_bins,
                "sampling_rate": 16_000,
                "hop_length": 160,
                "chunk_length": 30,
                "n_fft": 400,
            },
            indent=1,
        )
        + "\n"
    )
