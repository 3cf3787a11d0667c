"""Tiny FunASR models with random weights, as folders of the shape that the hub has them in.

Their layers are those of Paraformer-zh and SenseVoiceSmall, narrower and fewer.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from qa_pipeline.records import Samples

MELS, STACKED, WIDTH = 80, 7, 32
CHARACTERS = "你好请问有什么可以帮您我想查一下网络账单的问题谢谢再见三四五六七八九"
TAGS = (
    *(f"<|{name}|>" for name in ("zh", "en", "yue", "ja", "ko", "nospeech")),
    *(f"<|{name}|>" for name in ("NEUTRAL", "Speech", "withitn", "woitn")),
)
FRONTEND = {
    "fs": 16000,
    "window": "hamming",
    "n_mels": MELS,
    "frame_length": 25,
    "frame_shift": 10,
    "lfr_m": STACKED,
    "lfr_n": 6,
}
ENCODER = {
    "output_size": WIDTH,
    "attention_heads": 2,
    "linear_units": 64,
    "dropout_rate": 0.1,
    "positional_dropout_rate": 0.1,
    "attention_dropout_rate": 0.1,
    "input_layer": "pe",
    "normalize_before": True,
    "kernel_size": 11,
    "sanm_shfit": 0,
    "selfattention_layer_type": "sanm",
}
DECODER = {
    "attention_heads": 2,
    "linear_units": 64,
    "num_blocks": 2,
    "dropout_rate": 0.1,
    "positional_dropout_rate": 0.1,
    "self_attention_dropout_rate": 0.1,
    "src_attention_dropout_rate": 0.1,
    "att_layer_num": 2,
    "kernel_size": 11,
    "sanm_shfit": 0,
}


def paraformer(folder: Path) -> Path:
    """Write a SeACo-Paraformer, the architecture of ``funasr/paraformer-zh``."""
    # The cut pieces "he@@" and "llo" make a Latin word of two tokens.
    tokens = ["<blank>", "<s>", "</s>", *dict.fromkeys(CHARACTERS), "he@@", "llo", "ok", "<unk>"]
    config = {
        "model": "SeacoParaformer",
        "model_conf": {
            "ctc_weight": 0.0,
            "lsm_weight": 0.1,
            "length_normalized_loss": True,
            "predictor_weight": 1.0,
            "predictor_bias": 1,
            "sampling_ratio": 0.75,
            "inner_dim": WIDTH,
            "bias_encoder_type": "lstm",
            "seaco_weight": 0.01,
            "NO_BIAS": len(tokens) - 1,
        },
        "encoder": "SANMEncoder",
        "encoder_conf": {**ENCODER, "num_blocks": 2},
        "decoder": "ParaformerSANMDecoder",
        "decoder_conf": DECODER,
        "seaco_decoder": "ParaformerSANMDecoder",
        "seaco_decoder_conf": {**DECODER, "use_output_layer": False, "wo_input_layer": True},
        "predictor": "CifPredictorV3",
        "predictor_conf": {
            "idim": WIDTH,
            "threshold": 1.0,
            "l_order": 1,
            "r_order": 1,
            "tail_threshold": 0.45,
            "smooth_factor2": 0.25,
            "noise_threshold2": 0.01,
            "upsample_times": 3,
            "use_cif1_cnn": False,
            "upsample_type": "cnn_blstm",
        },
        "frontend": "WavFrontend",
        "frontend_conf": FRONTEND,
        "tokenizer": "CharTokenizer",
        "tokenizer_conf": {"unk_symbol": "<unk>", "split_with_space": True},
    }
    (folder / "tokens.json").write_text(json.dumps(tokens, ensure_ascii=False), encoding="utf-8")
    (folder / "seg_dict").write_text("hello he@@ llo\n", encoding="utf-8")
    metas: dict[str, Any] = {
        "tokenizer_conf": {"token_list": "tokens.json", "seg_dict_file": "seg_dict"}
    }
    _write(folder, config, metas, len(tokens))
    return folder


def sense_voice(folder: Path, sounds: Sequence[Samples]) -> Path:
    """Write a SenseVoiceSmall that begins what it writes with its four tags.

    A random network does not do that: for the tags, the output layer is fitted to the encoder's
    frames of ``sounds``, so that the first frame says Mandarin unless told English.
    """
    import sentencepiece

    with (folder / "tiny.bpe.model").open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([*CHARACTERS * 3, *["hello", "okay", "thank", "you"] * 20]),
            model_writer=file,
            model_type="bpe",
            vocab_size=90,
            hard_vocab_limit=False,
            character_coverage=1.0,
            add_dummy_prefix=False,
            user_defined_symbols=[*TAGS, "，", "。"],
            minloglevel=2,
            num_threads=1,
        )
    pieces = sentencepiece.SentencePieceProcessor(str(folder / "tiny.bpe.model"))
    config = {
        "model": "SenseVoiceSmall",
        "model_conf": {"length_normalized_loss": True, "sos": 1, "eos": 2, "ignore_id": -1},
        "encoder": "SenseVoiceEncoderSmall",
        "encoder_conf": {**ENCODER, "num_blocks": 2, "tp_blocks": 1},
        "frontend": "WavFrontend",
        "frontend_conf": FRONTEND,
        "tokenizer": "SentencepiecesTokenizer",
        "tokenizer_conf": {"bpemodel": None, "unk_symbol": "<unk>", "split_with_space": True},
    }
    metas = {"tokenizer_conf": {"bpemodel": "tiny.bpe.model"}}
    _write(folder, config, metas, pieces.GetPieceSize())
    _fit_tags(folder, sounds, {tag: pieces.PieceToId(tag) for tag in TAGS})
    return folder


def load(folder: Path) -> Any:
    """Return FunASR's own object for a model, for comparison."""
    from funasr import AutoModel

    return AutoModel(
        model=str(folder),
        device="cpu",
        ncpu=1,
        disable_update=True,
        disable_pbar=True,
        log_level="ERROR",
        frontend_conf={"dither": 0.0},
    )


def _fit_tags(folder: Path, sounds: Sequence[Samples], ids: dict[str, int]) -> None:
    """Set the weights of the tags so that they are written in the first frames, and only there."""
    import torch

    auto = load(folder)
    seen: list[torch.Tensor] = []
    hook = auto.model.encoder.register_forward_hook(lambda _l, _i, out: seen.append(out[0][0]))
    frames, wanted = [], []
    for language, first in (("auto", "<|zh|>"), ("zh", "<|zh|>"), ("en", "<|en|>")):
        said = [first, "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>"]
        for sound in sounds:
            seen.clear()
            auto.generate(input=[sound], language=language, use_itn=True)
            target = torch.full((len(seen[0]), len(TAGS)), -60.0)
            for place, tag in enumerate(said):
                target[place, TAGS.index(tag)] = 60.0
            frames.append(torch.cat([seen[0], torch.ones(len(seen[0]), 1)], 1))
            wanted.append(target)
    hook.remove()
    # Of hundreds of frames only four bear tags: without weights the fit would pass them by.
    weights = [torch.where(w.max(1, keepdim=True).values > 0, 10.0, 1.0) for w in wanted]
    heavy = torch.cat(weights)
    fitted = torch.linalg.lstsq(torch.cat(frames) * heavy, torch.cat(wanted) * heavy).solution
    state = torch.load(folder / "model.pt")
    rows = [ids[tag] for tag in TAGS]
    state["ctc.ctc_lo.weight"][rows] = fitted[:-1].T
    state["ctc.ctc_lo.bias"][rows] = fitted[-1]
    torch.save(state, folder / "model.pt")


def _write(folder: Path, config: dict[str, Any], metas: dict[str, Any], vocabulary: int) -> None:
    """Write configuration, normalisation and random weights."""
    import torch
    from funasr.register import tables

    (folder / "config.yaml").write_text(
        yaml.safe_dump(config, allow_unicode=True), encoding="utf-8"
    )
    (folder / "configuration.json").write_text(
        json.dumps(
            {
                "framework": "pytorch",
                "task": "auto-speech-recognition",
                "model": {"type": "funasr"},
                "file_path_metas": {
                    "init_param": "model.pt",
                    "config": "config.yaml",
                    "frontend_conf": {"cmvn_file": "am.mvn"},
                    **metas,
                },
            }
        ),
        encoding="utf-8",
    )
    _write_normalisation(folder / "am.mvn")
    torch.manual_seed(7)
    made = tables.model_classes[config["model"]](
        **config["model_conf"],
        **{k: v for k, v in config.items() if k not in ("model", "model_conf")},
        input_size=MELS * STACKED,
        vocab_size=vocabulary,
    )
    state = made.state_dict()
    for name in ("decoder.output_layer.weight", "ctc.ctc_lo.weight"):
        if name in state:
            state[name] *= 12.0  # so that it is sure of itself and does not write one word only
    torch.save(state, folder / "model.pt")


def _write_normalisation(path: Path) -> None:
    """Write shift and scale of every feature in Kaldi's format, as for speech at -20 dB."""
    size = MELS * STACKED
    shift, scale = (" ".join([value] * size) for value in ("-12.0", "0.25"))
    path.write_text(
        f"<Nnet>\n<Splice> {size} {size}\n[ 0 ]\n"
        f"<AddShift> {size} {size}\n<LearnRateCoef> 0 [ {shift} ]\n"
        f"<Rescale> {size} {size}\n<LearnRateCoef> 0 [ {scale} ]\n</Nnet>\n",
        encoding="utf-8",
    )
