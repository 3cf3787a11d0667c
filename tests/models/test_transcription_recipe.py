"""The recipe of the bundled transcription model, from texts to a folder that faster-whisper loads.

One tiny network is trained for a few steps on a few seconds of speech: that it learns at all, and
that what it exports runs, is tested here. The shipped weights are held to a floor; their full
measure is ``python -m models.training.transcription --only evaluate``.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from models.training.transcription.batches import IGNORED, PROMPT, Tokens, batches, load_shard
from models.training.transcription.data import shard_path
from models.training.transcription.evaluate import Listener, heldout_channels, measure
from models.training.transcription.export import export
from models.training.transcription.muon import orthogonalise
from models.training.transcription.network import Shape
from models.training.transcription.texts import (
    digest,
    draw,
    english_number,
    mandarin_number,
    sentences,
)
from models.training.transcription.tokenizer import load_or_build
from models.training.transcription.train import Plan, Trainer
from models.training.transcription.windows import (
    features,
    labelled_phones,
    phone_inventory_cached,
    without_speech,
    write_shard,
    written_tokens,
)
from models.training.transcription.written import reviewed, said
from synthesis.espeak import Voice, speak
from tests.running import REPOSITORY

SEED = 1


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipe")
    load_or_build(folder / "tokenizer.json", SEED)
    write_shard(shard_path(folder, 0), SEED, 0, short=True, count=12)
    return folder


def test_texts_of_a_seed_are_always_the_same() -> None:
    assert draw("en", 3, 0, 50) == draw("en", 3, 0, 50)
    assert draw("zh", 3, 0, 50) != draw("zh", 4, 0, 50)
    assert list(sentences(3, 2, 20)) == list(dict.fromkeys(sentences(3, 2, 20)))


def test_excluded_sentences_are_never_drawn() -> None:
    first = draw("zh", 3, 0, 30)
    banned = frozenset(digest(text) for text in first[:10])
    drawn = draw("zh", 3, 0, 200, banned)
    assert not banned & {digest(text) for text in drawn}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_texts_are_written_as_spoken(language: str) -> None:
    for text in draw(language, 5, 0, 400):
        assert not any(c.isdigit() or c in "{}" for c in text), text
        if language == "zh":
            assert not any(c.isascii() for c in text), text


def test_written_sentences_are_clean_and_differ() -> None:
    for language, pattern in (("en", "[A-Z][A-Za-z',.? ]+[.?]"), ("zh", "[一-鿿，]+[。？]")):
        texts = said(language)
        assert len(texts) == len(set(texts)) >= 1000
        assert [text for text in texts if not re.fullmatch(pattern, text)] == []


def test_reviews_are_cut_into_sentences_of_known_characters() -> None:
    texts = reviewed(frozenset("一二不的了是我有这个书好看很早餐酒店房间，。？"))
    assert len(texts) == len(set(texts)) >= 5
    assert all(re.fullmatch("[一-鿿，]{4,26}[。？]", text) for text in texts)
    assert not any("的很" in text for text in texts)


def test_no_written_sentence_is_one_that_the_model_is_measured_on() -> None:
    raw = (REPOSITORY / "models/training/transcription/heldout.yaml").read_text("utf-8")
    unseen = (REPOSITORY / "benchmarks/unseen_dialogues").glob("*.yaml")
    measured = raw + "".join(path.read_text("utf-8") for path in unseen)
    longer = [*(t for t in said("en") if len(t) > 25), *(t for t in said("zh") if len(t) > 9)]
    assert [text for text in longer if text.rstrip(".?。？") in measured] == []


def test_numbers_in_words() -> None:
    assert english_number(753) == "seven hundred and fifty three"
    assert english_number(1005) == "one thousand and five"
    assert mandarin_number(15) == "十五"
    assert mandarin_number(1005) == "一千零五"
    assert mandarin_number(110) == "一百一十"


def test_a_mark_fills_the_pause_after_its_word() -> None:
    text = "Right, let me see."
    tokens = written_tokens(text, speak(text, Voice("en-us+m1")), "en")
    assert [t.text for t in tokens] == ["right", ",", "let", "me", "see", "."]
    assert tokens[1].start_s == tokens[0].end_s
    assert tokens[1].end_s == pytest.approx(tokens[2].start_s)


def test_mandarin_vowels_carry_their_tone() -> None:
    text = "妈骂"
    phones = labelled_phones(text, speak(text, Voice("cmn-latn-pinyin+f1")), "zh")
    named = [p.text for p in phones if p.text]
    assert any(name.endswith("1") for name in named)
    assert any(name.endswith("4") for name in named)


def test_orthogonal_updates() -> None:
    stack = torch.randn(3, 24, 40, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(stack).float())
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_batches_hold_every_window_with_its_tokens(cache: Path) -> None:
    tokens = Tokens(load_or_build(cache / "tokenizer.json", SEED))
    examples = load_shard(shard_path(cache, 0), tokens)
    made = list(batches(examples, tokens, 20.0, np.random.default_rng(0)))
    assert sum(len(b.mels) for b in made) == len(examples) == 12
    for batch in made:
        assert batch.mels.shape[2] == 2 * batch.classes.shape[1]
        text = batch.targets[:, PROMPT - 1 :]
        known = batch.spans[:, PROMPT - 1 :, 0] >= 0
        assert (text[known] != IGNORED).all()
        assert (batch.spans[..., 1] <= batch.classes.shape[1] + 1).all()


def test_a_small_network_learns_and_runs_in_faster_whisper(cache: Path, tmp_path: Path) -> None:
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

    tokens = Tokens(load_or_build(cache / "tokenizer.json", SEED))
    phones = phone_inventory_cached(cache, SEED)
    shape = Shape(64, 4, 64, 1, 2, tokens.count, len(phones) + 1)
    plan = Plan(
        cache,
        tmp_path / "checkpoint.pt",
        shape,
        shards=1,
        steps=12,
        batch_s=30.0,
        peak_rate=5e-3,
        warmup_steps=2,
        first_shards=1,
        device="cpu",
    )
    trainer = Trainer(plan, tokens)
    losses: list[float] = []
    learn = trainer.learn
    for batch in (
        list(
            batches(
                load_shard(shard_path(cache, 0), tokens), tokens, 30.0, np.random.default_rng(0)
            )
        )
        * 4
    ):
        losses.append(float(learn(batch)["text"].detach()))
    assert losses[-1] < 0.9 * losses[0]
    trainer.save()
    resumed = Trainer(plan, tokens)
    assert resumed.step == trainer.step

    out = tmp_path / "model"
    export(trainer.average, shape, cache / "tokenizer.json", out, "int8")
    model = WhisperModel(str(out), device="cpu", compute_type="int8", local_files_only=True)
    assert model.model.is_multilingual
    said = speak("Hello there.", Voice("en-us+m1"))
    encoded = model.encode(features(said.samples))
    assert {name for name, _ in model.model.detect_language(encoded)[0]} == {"<|en|>", "<|zh|>"}
    tokenizer = Tokenizer(model.hf_tokenizer, True, task="transcribe", language="en")
    wanted = tokenizer.encode(" hello there.")
    words = model.find_alignment(tokenizer, [wanted], encoded, 100)[0]
    assert "".join(w["word"] for w in words).strip() == "hello there."
    starts = [w["start"] for w in words]
    assert starts == sorted(starts)


def test_the_bundled_model_hears_unseen_dialogues_and_voices() -> None:
    folder = Path(__file__).parents[2] / "models" / "bundled" / "transcription"
    found = measure(Listener(folder), heldout_channels(3, "line"))
    assert found["wer_pct"] < 45
    assert found["cer_pct"] < 30
    assert found["word_start_median_ms"] < 80
    assert found["language_right_pct"] > 95
    assert found["probability_right_mean"] > found["probability_mistaken_mean"] + 0.2


def test_the_bundled_model_knows_when_nobody_speaks() -> None:
    listener = Listener(Path(__file__).parents[2] / "models" / "bundled" / "transcription")
    rng = np.random.default_rng(8)
    for _ in range(6):
        quiet = without_speech(rng).samples
        heard = listener.listen(quiet, "en", cuts=[(0, len(quiet))])
        assert heard.no_speech[0] > 0.6
