"""What nvidia-smi tells is read for the GPU that was used, and where it tells nothing."""

import time
from pathlib import Path

import pytest

from benchmarks.throughput import DeviceUse, Watch


def watched(
    lines: str, folder: Path, monkeypatch: pytest.MonkeyPatch, gpu: str | None = None
) -> DeviceUse | None:
    """Watch with an nvidia-smi that prints these lines every 50 ms."""
    smi = folder / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\nwhile true; do printf '{lines}'; sleep 0.05; done\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    with Watch() as watch:
        time.sleep(0.5)
        watch.begin()
        time.sleep(0.5)
        return watch.found(gpu)


def test_gpus_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "GPU-a, 98, 20000\\nGPU-b, 0, 10\\n"
    busy, idle = DeviceUse(busy_pct=98, memory_mib=20000), DeviceUse(busy_pct=0, memory_mib=10)
    assert watched(lines, tmp_path, monkeypatch) == busy
    assert watched(lines, tmp_path, monkeypatch, "GPU-b") == idle


def test_a_partitioned_gpu_does_not_tell_its_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = watched("GPU-a, [N/A], 20000\\n", tmp_path, monkeypatch)
    assert use == DeviceUse(busy_pct=None, memory_mib=20000)


def test_no_gpu_no_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with Watch() as watch:
        assert watch.found() is None
