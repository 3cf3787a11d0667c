"""What is fine on this machine, what is not, and what to do: the checks of ``doctor``."""

import os
import shutil
from collections.abc import Callable
from typing import Literal

from qa_pipeline.errors import QaPipelineError
from qa_pipeline.offline import still_talking
from qa_pipeline.records.base import Record
from qa_pipeline.settings import Settings

_ENOUGH_DISK_BYTES = 2 * 1024**3


class Finding(Record):
    """One thing looked at."""

    what: str
    level: Literal["fine", "note", "problem"]
    said: str


def examine(settings: Settings) -> list[Finding]:
    """Look at GPU, CUDA libraries, models, disk, store, telemetry and the other settings."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _gpu,
        _models,
        _disk,
        _store,
        _telemetry,
    )
    return [*(check(settings) for check in checks), *settings_findings(settings)]


def settings_findings(settings: Settings) -> list[Finding]:
    """Look at the settings that a run would be refused for; those not in use are left out."""
    found = [_finding(f"scorecard {settings.scorecard}", lambda: _scorecard(settings))]
    if settings.file_name_pattern:
        found.append(_finding("file_name_pattern", lambda: _name_pattern(settings)))
    if settings.judge.use != "off":
        found.append(_finding("judge", lambda: _judge(settings)))
    return found


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, level="fine", said=look())
    except QaPipelineError as error:
        return Finding(what=what, level="problem", said=str(error))


def _scorecard(settings: Settings) -> str:
    from qa_pipeline.pipeline import find_scorecard

    card = find_scorecard(settings.scorecard)
    return f"{card.scorecard} version {card.version} can be used"


def _name_pattern(settings: Settings) -> str:
    from qa_pipeline.audio import NamePattern

    return f"{NamePattern(settings.file_name_pattern or '').pattern} can be used"


def _judge(settings: Settings) -> str:
    from qa_pipeline.model_registry import load_profile
    from qa_pipeline.pipeline.language_model import language_model_of
    from qa_pipeline.resources import resource_folder

    profile = load_profile(settings.profile, resource_folder("models"))
    model = language_model_of(profile, settings.judge, "cpu")
    if settings.judge.use == "endpoint":
        return f"{model.name} at {settings.judge.endpoint}, an address of the centre's own"
    return f"{model.name}, the model of profile {profile.name}"


def _gpu(settings: Settings) -> Finding:
    import ctypes

    import torch

    what = "GPU"
    named = _gpus_named(settings)
    if not torch.cuda.is_available():
        without = "everything runs on the CPU, which is slower"
        if named:
            without = f"the settings name {', '.join(map(_cuda, named))}, so no run can begin"
        return Finding(
            what=what,
            level="problem" if named else "note",
            said=f"none that torch can use; {without}. "
            "With an NVIDIA GPU: install its driver, then run this again.",
        )
    import ctranslate2

    name = torch.cuda.get_device_name(0)
    try:
        ctypes.CDLL("libcublas.so.12")
    except OSError:
        return Finding(
            what=what,
            level="problem",
            said=f"{name} is there, but libcublas.so.12, which CTranslate2 needs, cannot be "
            f"loaded; torch {torch.__version__} brings CUDA {torch.version.cuda}. Install the "
            "versions pinned in pyproject.toml (torch 2.10 brings CUDA 12).",
        )
    count = ctranslate2.get_cuda_device_count()
    if not count:
        none = "torch sees a GPU, but CTranslate2 sees none; install the NVIDIA driver anew"
        return Finding(what=what, level="problem", said=none)
    return _gpus(count, named or (0,))


def _gpus(count: int, used: tuple[int, ...]) -> Finding:
    """Let every GPU compute; what is wrong with one that is not used is only noted."""
    import ctranslate2
    import torch

    from qa_pipeline.model_registry import gpu_compute_type, gpu_problem, gpus_found

    missing = [_cuda(index) for index in used if index >= count]
    found = {index: gpu_problem(index) for index in range(count)}
    problems = [problem for index in used if (problem := found.get(index)) is not None]
    if missing:
        problems.append(f"the settings name {', '.join(missing)}, but {gpus_found(count)}")
    if problems:
        return Finding(what="GPU", level="problem", said="; ".join(problems))
    fit = [index for index, problem in found.items() if problem is None]
    slow = [index for index in fit if gpu_compute_type(index, "float16") != "float16"]
    names = ", ".join(f"{_cuda(index)} {torch.cuda.get_device_name(index)}" for index in fit)
    notes = [problem for problem in found.values() if problem is not None]
    if slow:
        on = ", ".join(map(_cuda, slow))
        notes.append(f"{on} computes in float32, float16 is not efficient there")
    said = (
        f"{names}; torch {torch.__version__}, CUDA {torch.version.cuda}, and CTranslate2 "
        f"{ctranslate2.__version__} both computed on {'it' if len(fit) == 1 else 'each'}"
    )
    return Finding(what="GPU", level="note" if notes else "fine", said="; ".join([said, *notes]))


def _gpus_named(settings: Settings) -> tuple[int, ...]:
    """Return the GPUs that the settings insist on."""
    devices = settings.workers or (settings.device,)
    named = (name.partition(":")[2] or "0" for name in devices if name.startswith("cuda"))
    return tuple(sorted({int(index) for index in named}))


def _cuda(index: int) -> str:
    return f"cuda:{index}"


def _models(settings: Settings) -> Finding:
    from qa_pipeline.model_registry import load_profile, verify
    from qa_pipeline.resources import resource_folder

    what = f"models of profile {settings.profile}"
    try:
        profile = load_profile(settings.profile, resource_folder("models"))
        problems = verify(profile)
    except QaPipelineError as error:
        return Finding(what=what, level="problem", said=str(error))
    if problems:
        return Finding(what=what, level="problem", said="; ".join(str(p) for p in problems))
    said = "complete, checksums right"
    return Finding(what=what, level="fine", said=f"{said}. {profile.disclaimer}".strip())


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        said = f"{folder} is a file, not a folder: choose another data folder"
        return Finding(what="disk", level="problem", said=said)
    free = shutil.disk_usage(folder).free
    said = f"{free / 1024**3:.1f} GiB free for {settings.data_dir}"
    if not os.access(folder, os.W_OK):
        return Finding(what="disk", level="problem", said=f"{folder} cannot be written to")
    if free < _ENOUGH_DISK_BYTES:
        return Finding(what="disk", level="problem", said=f"{said}; make room, 2 GiB at least")
    return Finding(what="disk", level="fine", said=said)


def _store(settings: Settings) -> Finding:
    from qa_pipeline.store import Store

    what = "store"
    if not settings.store_path.exists():
        return Finding(
            what=what,
            level="note",
            said=f"{settings.store_path} does not exist yet; the first run makes it",
        )
    try:
        with Store.open_reader(settings.store_path) as reader:
            found = reader.info()
            held = "" if reader.source == "live" else " (held by another process; snapshot read)"
    except QaPipelineError as error:
        return Finding(what=what, level="problem", said=str(error))
    return Finding(
        what=what, level="fine", said=f"{settings.store_path}: {found.calls} calls{held}"
    )


def _telemetry(_settings: Settings) -> Finding:
    on = still_talking()
    if on:
        return Finding(what="telemetry", level="problem", said=f"not switched off: {on}")
    return Finding(
        what="telemetry", level="fine", said="off in every dependency; hubs are not asked"
    )
