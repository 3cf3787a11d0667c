"""Write trained networks as a pipeline folder that pyannote loads with the network off."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from pyannote.audio.core.model import Model
from pyannote.audio.core.task import Problem, Resolution, Specifications

from qa_pipeline.speakers.bundled_architectures import SmallEmbedding, SmallSegmentation

_LIGHTNING = "2.5.0"
"""The checkpoint layout that the files follow; Lightning upgrades older ones on loading."""


def write_pipeline(
    folder: Path,
    segmentation: SmallSegmentation,
    embedding: SmallEmbedding,
    *,
    threshold: float,
    min_cluster_size: int,
) -> None:
    """Write ``config.yaml``, both checkpoints (half precision) and the PLDA placeholder.

    ``threshold`` is the cosine distance up to which two voices count as one.
    """
    embedding.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=4.0
    )
    write_checkpoint(folder / "segmentation", segmentation)
    write_checkpoint(folder / "embedding", embedding)
    write_identity_plda(folder / "plda")
    write_config(folder, threshold=threshold, min_cluster_size=min_cluster_size)


def write_config(folder: Path, *, threshold: float, min_cluster_size: int) -> None:
    """Write the ``config.yaml`` of the pipeline."""
    config: dict[str, Any] = {
        "version": "4.0.7",
        "pipeline": {
            "name": "pyannote.audio.pipelines.SpeakerDiarization",
            "params": {
                "clustering": "AgglomerativeClustering",
                "segmentation": "$model/segmentation",
                # Windows of 3 s every 0.75 s: each frame is heard in four windows.
                "segmentation_step": 0.25,
                "segmentation_batch_size": 32,
                "embedding": "$model/embedding",
                "embedding_batch_size": 32,
                "embedding_exclude_overlap": True,
                "plda": "$model/plda",
            },
        },
        "params": {
            "segmentation": {"min_duration_off": 0.0},
            "clustering": {
                "method": "average",
                "min_cluster_size": min_cluster_size,
                "threshold": threshold,
            },
        },
    }
    text = yaml.safe_dump(config, sort_keys=False)
    (folder / "config.yaml").write_text(text, encoding="utf-8")


def write_checkpoint(folder: Path, model: Model) -> None:
    """Write a network in half precision, as pyannote loads it."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: value.detach().cpu().half() if value.is_floating_point() else value.cpu()
        for name, value in model.state_dict().items()
    }
    checkpoint: dict[str, Any] = {
        "state_dict": state,
        "pytorch-lightning_version": _LIGHTNING,
        "hyper_parameters": dict(model.hparams),
    }
    model.on_save_checkpoint(checkpoint)  # type: ignore[no-untyped-call]
    torch.save(checkpoint, folder / "pytorch_model.bin")


def write_identity_plda(folder: Path) -> None:
    """Write a PLDA that changes nothing: the pipeline asks for one and does not use it."""
    folder.mkdir(parents=True, exist_ok=True)
    size = 128
    np.savez_compressed(
        folder / "xvec_transform.npz",
        mean1=np.zeros(size),
        mean2=np.zeros(size),
        lda=np.eye(size),
    )
    np.savez_compressed(folder / "plda.npz", mu=np.zeros(size), tr=np.eye(size), psi=np.ones(size))
