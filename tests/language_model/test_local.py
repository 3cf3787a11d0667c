"""A language model in a folder, with weights of chance: what it writes is not believed."""

from pathlib import Path

import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.language_model import NoAnswerError, Prompt, TransformersModel, ask_model
from qa_pipeline.model_registry import load_profile
from qa_pipeline.pipeline.language_model import language_model_of
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import JudgeSettings
from tests.language_model.test_endpoint import CALL, question


def tiny_model(folder: Path, positions: int = 8192) -> Path:
    """Make a model of two small layers that knows bytes alone."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = {"<s>": 0, "</s>": 1, **{sign: i + 2 for i, sign in enumerate(alphabet)}}
    tokenizer = Tokenizer(models.BPE(vocab=tokens, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>"
    )
    fast.save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(tokens),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=positions,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny"), positions=2300)


def test_garbage_is_not_believed_and_raises_nothing(folder: Path) -> None:
    model = TransformersModel(folder, name="tiny", version="0123", device="cpu")
    answer = ask_model(model, question(), CALL)
    assert (answer.reply, answer.problem) == ("cannot_tell", "malformed")
    assert (answer.model, answer.model_version) == ("tiny", "0123")


def test_the_same_prompt_has_the_same_answer(folder: Path) -> None:
    prompt = Prompt("Answer.", "Question?", {})
    first = TransformersModel(folder, device="cpu").complete(prompt)
    assert first.text
    assert TransformersModel(folder, device="cpu").complete(prompt) == first


def test_a_prompt_that_does_not_fit_is_not_cut(tmp_path: Path) -> None:
    model = TransformersModel(tiny_model(tmp_path, positions=64), device="cpu")
    answer = ask_model(model, question(), CALL)
    assert (answer.problem, answer.detail.split("; ")[1]) == ("too_long", "the model takes 64")


@pytest.mark.parametrize("content", [None, b"{}", b"not json"])
def test_a_folder_without_a_model_is_no_answer(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(NoAnswerError, match="not_loaded"):
        TransformersModel(tmp_path, device="cpu").complete(Prompt("", "", {}))


def test_a_profile_without_a_language_model_says_what_to_do() -> None:
    profile = load_profile("bundled", resource_folder("models"))
    with pytest.raises(UsageError, match=r"bundled has no language model.*\[judge\]"):
        language_model_of(profile, JudgeSettings(use="profile"), "cpu")
