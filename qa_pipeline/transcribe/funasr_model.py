"""A FunASR model in a local folder: sound in, results and posteriors out. All of FunASR is here."""

import logging
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from qa_pipeline.device_faults import not_loaded
from qa_pipeline.errors import ModelError
from qa_pipeline.records import SAMPLE_RATE_HZ, Samples
from qa_pipeline.transcribe.funasr_results import Recognised, ScoredToken

_log = logging.getLogger(__name__)
_FILES = ("config.yaml", "model.pt")
_PARAFORMERS = frozenset({"Paraformer", "BiCifParaformer", "SeacoParaformer"})
_TAKES_HOTWORDS = "SeacoParaformer"
_HOTWORD = re.compile(r"[^\W_]+")
_SENSE_VOICE = "SenseVoiceSmall"
_LANGUAGE_TAGS = ("zh", "en", "yue", "ja", "ko", "nospeech")
_TAG_FRAMES = 4
"""SenseVoice writes language, emotion, event and style in its first four frames."""
_HISS = 1.0 / 32768
"""Standard deviation of the noise that FunASR adds to sound ("dither"), of full scale."""
_LONGEST_MS = 240
"""``MAX_TOKEN_DURATION`` of ``funasr.utils.timestamp_tools``."""
_UNLOADABLE = (
    *(RuntimeError, MemoryError, OSError),
    *(ValueError, KeyError, TypeError, AssertionError),
)
_NOT_WRITTEN = frozenset({"<s>", "</s>", "<unk>", "<OOV>", "<blank>"})


class FunAsrModel:
    """Paraformer (also BiCif and SeACo) or SenseVoiceSmall; nothing is ever downloaded.

    FunASR's results have no probabilities. They are read where the network computes them, with
    forward hooks: Paraformer's are the softmax of its decoder's output at each token;
    SenseVoice's are the softmax of its CTC layer, averaged over the frames of a token. These are
    posteriors of greedy decoding, not calibrated, and higher than Whisper's for the same error.
    """

    def __init__(
        self,
        model_dir: Path,
        device: str = "cpu",
        cpu_threads: int = 0,
        hotwords: Sequence[str] = (),
    ) -> None:
        """Load the model. ``device``: ``cpu`` or ``cuda``; ``cpu_threads`` 0: as PyTorch has it.

        ``hotwords`` are names to listen for; only SeACo-Paraformer takes any, the others are not
        told.

        Raises ``ModelError`` when FunASR is not installed or the folder holds no such model.
        """
        missing = [name for name in _FILES if not (model_dir / name).is_file()]
        if missing:
            raise ModelError(
                f"{model_dir}: not a FunASR model, {', '.join(missing)} missing; "
                "see `qa-pipeline models verify`"
            )
        with _undisturbed():
            self._auto = _load(model_dir, device, cpu_threads)
        self._family = str(self._auto.kwargs["model"])
        if self._family not in {*_PARAFORMERS, _SENSE_VOICE}:
            raise ModelError(
                f"{model_dir}: holds a {self._family}; "
                f"known are {', '.join(sorted(_PARAFORMERS))} and {_SENSE_VOICE}"
            )
        taken = hotword_text(hotwords) if self._family == _TAKES_HOTWORDS else ""
        self._told = {"hotword": taken} if taken else {}
        self._found: list[Recognised] = []
        self._lengths: list[int] = []
        self._one_at_a_time = Lock()
        self._listen_in()

    @property
    def tells_language(self) -> bool:
        """Whether the model says in which language a window is spoken."""
        return self._family == _SENSE_VOICE

    def recognise(self, sounds: Sequence[Samples], language: str | None) -> list[Recognised]:
        """Transcribe a batch; ``language`` ``None``: the model finds out for each window."""
        with self._one_at_a_time:
            self._found = []
            try:
                results = self._auto.generate(
                    input=[_padded(sound) for sound in sounds],
                    batch_size=len(sounds),
                    language=language or "auto",
                    use_itn=True,
                    **self._told,
                    pred_timestamp=True,  # Paraformer's; SenseVoice's are read off its frames
                )
            except IndexError:  # Paraformer's words and times did not come out even
                results = None
            found = self._found
        if results is None:
            return self._without_times(sounds, language, found)
        if len(results) != len(sounds):
            # Paraformer returns one empty result or none when no window of a batch has words.
            if any(result.get("text") for result in results):
                raise ModelError(
                    f"FunASR returned {len(results)} results for {len(sounds)} windows; "
                    "this version of the package is not supported"
                )
            return [Recognised({}) for _ in sounds]
        if len(found) != len(sounds):
            found = [Recognised({}) for _ in sounds]
        return [
            replace(seen, result={**result, **seen.result})
            for result, seen in zip(results, found, strict=True)
        ]

    def _without_times(
        self, sounds: Sequence[Samples], language: str | None, found: list[Recognised]
    ) -> list[Recognised]:
        """Find the window whose times cannot be had, and keep its words as the network has them."""
        if len(sounds) > 1:
            return [heard for sound in sounds for heard in self.recognise([sound], language)]
        _log.warning("FunASR found no times for the words of a window; they are spread over it")
        text = " ".join(token.text for token in found[0].tokens) if found else ""
        tokens = found[0].tokens if found else ()
        return [Recognised({"text": text.replace("@@ ", "")}, tokens)]

    def _listen_in(self) -> None:
        """Ask the network's layers to hand over what they compute."""
        network = self._auto.model
        if self.tells_language:
            network.encoder.register_forward_hook(self._encoded)
            network.ctc.ctc_lo.register_forward_hook(self._ctc_computed)
        else:
            network.decoder.register_forward_hook(self._decoded)

    def _decoded(self, _layer: Any, inputs: tuple[Any, ...], output: tuple[Any, ...]) -> None:
        """Take Paraformer's tokens: scores of shape (windows, tokens, vocabulary)."""
        network, names = self._auto.model, self._auto.kwargs["token_list"]
        special = {network.sos, network.eos, network.blank_id}
        likely, chosen = _best(output[0])
        for row, length in enumerate(inputs[3].tolist()):
            tokens = tuple(
                ScoredToken(names[index], probability)
                for index, probability in zip(
                    chosen[row][:length], likely[row][:length], strict=True
                )
                if index not in special and names[index] not in _NOT_WRITTEN
            )
            self._found.append(Recognised({}, tokens))

    def _encoded(self, _layer: Any, _inputs: tuple[Any, ...], output: tuple[Any, ...]) -> None:
        """Remember how many frames each window has."""
        self._lengths = output[1].tolist()

    def _ctc_computed(self, _layer: Any, _inputs: tuple[Any, ...], scores: Any) -> None:
        """Take SenseVoice's tokens: scores of shape (windows, frames, vocabulary)."""
        pieces, tags = self._auto.kwargs["tokenizer"].sp, self._tags()
        likely, chosen = _best(scores[:, _TAG_FRAMES:])
        first = scores[:, 0, list(tags.values())].float().softmax(-1).tolist() if tags else None
        for row, length in enumerate(self._lengths):
            frames = max(0, length - _TAG_FRAMES)
            runs = [
                (pieces.IdToPiece(index), begin, probability)
                for index, begin, probability in _runs(chosen[row][:frames], likely[row][:frames])
                if index != self._auto.model.blank_id and not pieces.IsControl(index)
            ]
            runs = [run for run in runs if run[0] != "▁" and not run[0].startswith("<|")]
            self._found.append(
                Recognised(
                    {
                        "words": [name for name, _, _ in runs],
                        "timestamp": self._times(runs, frames),
                    },
                    tuple(ScoredToken(name, probability) for name, _, probability in runs),
                    dict(zip(tags, first[row], strict=True)) if first else {},
                )
            )

    def _times(self, runs: Sequence[tuple[str, int, float]], frames: int) -> list[list[int]]:
        """Return start and end of every token in milliseconds.

        The start is where FunASR puts it, half a frame before the token appears. CTC says where a
        token is, not how long it lasts: it lasts until the next, but not longer than FunASR lets
        a character of Paraformer's last.
        """
        frontend = self._auto.kwargs["frontend"]
        frame_ms = frontend.frame_shift * frontend.lfr_n
        starts = [max(0, begin * frame_ms - frame_ms // 2) for _, begin, _ in runs]
        ends = [*starts[1:], frames * frame_ms]
        return [
            [start, min(end, start + _LONGEST_MS)] for start, end in zip(starts, ends, strict=False)
        ]

    def _tags(self) -> dict[str, int]:
        """Return the token of every language that the model's vocabulary has a tag for."""
        pieces = self._auto.kwargs["tokenizer"].sp
        found = {name: pieces.PieceToId(f"<|{name}|>") for name in _LANGUAGE_TAGS}
        return {name: index for name, index in found.items() if index != pieces.unk_id()}


def _load(model_dir: Path, device: str, cpu_threads: int) -> Any:
    import torch

    try:
        from funasr import AutoModel
    except ImportError as error:
        raise ModelError(
            f"{model_dir}: this model needs FunASR, which is not installed ({error}); "
            "install it with: uv sync --extra funasr"
        ) from error
    try:
        return AutoModel(
            model=str(model_dir.absolute()),
            hub="ms",  # takes a folder that exists as it is, and merges options into its own
            device=device,
            ncpu=cpu_threads or torch.get_num_threads(),
            disable_update=True,  # it would ask a package index for a newer version
            disable_pbar=True,
            log_level="ERROR",
            trust_remote_code=False,
            # A model's own configuration may name further models, which would be fetched.
            vad_model=None,
            punc_model=None,
            spk_model=None,
            # Noise drawn anew would make results differ from run to run; see _padded.
            frontend_conf={"dither": 0.0},
        )
    except _UNLOADABLE as error:
        raise not_loaded(str(model_dir), device, error) from error


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep FunASR from writing on standard output and from setting up logging for everybody."""
    root = logging.getLogger()
    handlers, level, disabled = root.handlers[:], root.level, root.manager.disable
    logging.disable(logging.WARNING)
    with redirect_stdout(sys.stderr):
        try:
            yield
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
            logging.disable(disabled)


def hotword_text(names: Sequence[str]) -> str:
    """Return names as SeACo-Paraformer takes them: words in lower case, a space between.

    FunASR takes a text that begins with "http" for an address and fetches it, and one that ends in
    ".txt" for a file: neither can come out of this.
    """
    words = [word for name in names for word in _HOTWORD.findall(name.lower())]
    return " ".join(dict.fromkeys(word for word in words if not word.startswith("http")))


def padded_samples(samples: int) -> int:
    """Return to how many samples a window is padded: whole seconds."""
    return max(1, -(-samples // SAMPLE_RATE_HZ)) * SAMPLE_RATE_HZ


def _padded(sound: Samples) -> Samples:
    """Pad a window to whole seconds with the hiss that is added to all of it.

    The models were trained on sound with a little noise added, so that digital silence is nothing
    they know. FunASR draws it anew each time; here it is always the same.
    """
    length = padded_samples(len(sound))
    hiss = np.random.default_rng(0).standard_normal(length, dtype=np.float32) * np.float32(_HISS)
    hiss[: len(sound)] += sound
    return hiss


def _best(scores: Any) -> tuple[list[list[float]], list[list[int]]]:
    """Return probability and index of the likeliest token at each place; ``scores``: logits."""
    likely, chosen = [], []
    for row in scores.detach():  # one window at a time: the vocabulary has 25,000 tokens
        highest, indices = row.float().max(-1)
        likely.append((highest - row.float().logsumexp(-1)).exp().tolist())
        chosen.append(indices.tolist())
    return likely, chosen


def _runs(chosen: Sequence[int], likely: Sequence[float]) -> Iterator[tuple[int, int, float]]:
    """Return each run of one token: the token, its first frame, its mean probability."""
    begin = 0
    for end in range(1, len(chosen) + 1):
        if end == len(chosen) or chosen[end] != chosen[begin]:
            yield chosen[begin], begin, sum(likely[begin:end]) / (end - begin)
            begin = end
