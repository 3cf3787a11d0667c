"""Models of the public shapes with random weights: they compute as much and understand nothing."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_pipeline.resources import resource_folder

_LIFT, _SINK = 4.0, -15.0
"""The last layer norm's first number is a constant, and the rows of all special tokens are
negative there: with random weights only text is ever written, and never an end of text."""


@dataclass(frozen=True)
class WhisperShape:
    """Sizes of a Whisper model."""

    mels: int
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    tokens: int


WHISPER_SHAPES = {
    "large-v3-turbo": WhisperShape(128, 1280, 20, 32, 4, 51_866),
    "large-v3": WhisperShape(128, 1280, 20, 32, 32, 51_866),
    "tiny": WhisperShape(80, 384, 6, 4, 4, 51_865),
}


def write_whisper(folder: Path, shape: WhisperShape, quantization: str, seed: int = 1) -> None:
    """Write a CTranslate2 Whisper model with random weights, and a tokenizer, into ``folder``.

    The tokenizer is that of the bundled model; the ids above it are never written.
    """
    import torch
    from tokenizers import Tokenizer
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    from models.training.transcription.export import convert

    bundled = resource_folder("models") / "bundled" / "transcription"
    tokenizer = Tokenizer.from_file(str(bundled / "tokenizer.json"))
    end = int(tokenizer.token_to_id("<|endoftext|>") or 0)
    torch.manual_seed(seed)
    config = WhisperConfig(
        vocab_size=shape.tokens,
        num_mel_bins=shape.mels,
        d_model=shape.width,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=4 * shape.width,
        decoder_ffn_dim=4 * shape.width,
        pad_token_id=end,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=end + 1,
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    model: Any = WhisperForConditionalGeneration(config)
    model.eval()
    with torch.no_grad():
        norm, table = model.model.decoder.layer_norm, model.model.decoder.embed_tokens.weight
        norm.weight[0], norm.bias[0] = 0.0, _LIFT
        table[:, 0] = 0.0
        table[end:, 0] = _SINK
    bundled_names = json.loads((bundled / "vocabulary.json").read_text(encoding="utf-8"))
    unused = [f"<|unused{n}|>" for n in range(shape.tokens - len(bundled_names))]
    last = shape.decoder_layers - 1
    chosen = model.generation_config
    chosen.alignment_heads = [[last, head] for head in range(min(6, shape.heads))]
    chosen.lang_to_id = {code: tokenizer.token_to_id(f"<|{code}|>") for code in ("en", "zh")}
    chosen.suppress_tokens = chosen.begin_suppress_tokens = []
    convert(model, [*bundled_names, *unused], bundled / "tokenizer.json", folder, quantization)


def write_diarization(folder: Path, seed: int = 1) -> None:
    """Write a pyannote pipeline of community-1's shape with random weights into ``folder``.

    PyanNet as in segmentation-3.0 on 10 s windows every second, WeSpeaker's ResNet34, and
    agglomerative clustering (VBx needs a trained PLDA).
    """
    import torch
    import yaml

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it cannot decode files, which nobody asks it for
        from pyannote.audio.core.task import Problem, Resolution, Specifications
        from pyannote.audio.models.embedding import WeSpeakerResNet34
        from pyannote.audio.models.segmentation import PyanNet

        from models.training.diarization.package import write_checkpoint, write_identity_plda

    torch.manual_seed(seed)
    segmentation: Any = PyanNet(
        sincnet={"stride": 10},
        lstm={"hidden_size": 128, "num_layers": 4, "dropout": 0.5},
        linear={"hidden_size": 128, "num_layers": 2},
    )
    segmentation.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=10.0,
        classes=["speaker#1", "speaker#2", "speaker#3"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    segmentation.build()
    embedding: Any = WeSpeakerResNet34()
    embedding.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0
    )
    embedding.build()
    for name, model in (("segmentation", segmentation), ("embedding", embedding)):
        write_checkpoint(folder / name, model)
    write_identity_plda(folder / "plda")
    config = {
        "version": "4.0.7",
        "pipeline": {
            "name": "pyannote.audio.pipelines.SpeakerDiarization",
            "params": {
                "clustering": "AgglomerativeClustering",
                "segmentation": "$model/segmentation",
                "segmentation_batch_size": 32,
                "embedding": "$model/embedding",
                "embedding_batch_size": 32,
                "embedding_exclude_overlap": True,
                "plda": "$model/plda",
            },
        },
        "params": {
            "segmentation": {"min_duration_off": 0.0},
            "clustering": {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7},
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
