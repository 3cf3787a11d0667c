"""WhisperX's side of ``benchmarks.against_whisperx``, run by the Python of its own environment.

Prints one line of JSON: seconds a step over all files, models loaded beforehand. Transcription and
diarization with the models of the bundled profile; no forced alignment, whose models lie on a hub
that is out of reach here: what WhisperX would spend on word times is not counted.
"""

import json
import os
import sys
import time
import warnings
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "PYANNOTE_METRICS_ENABLED": "0", "ORT_DISABLE_TELEMETRY": "1"}
warnings.simplefilter("ignore")


def main() -> None:
    """Read the job from standard input and run it."""
    job = json.loads(sys.stdin.read())
    import torch
    import whisperx
    from faster_whisper import decode_audio
    from whisperx.diarize import DiarizationPipeline, assign_word_speakers

    torch.set_num_threads(job["threads"])
    models = Path(job["models"])
    recogniser = whisperx.load_model(
        str(models / "transcription"),
        job["device"],
        compute_type=job["compute_type"],
        threads=job["threads"],
        vad_options={"chunk_size": job["chunk_s"]},
    )
    diarizer = DiarizationPipeline(model_name=str(models / "diarization"), device=job["device"])
    # As on the other side, what is opened or tuned at first use is so before the clock starts.
    begin = decode_audio(job["files"][0])[: 20 * 16_000]
    recogniser.transcribe(begin, batch_size=job["batch_size"], chunk_size=job["chunk_s"])
    diarizer(begin, num_speakers=2)
    spent = dict.fromkeys(("decode", "transcribe", "diarize", "assign"), 0.0)
    words = 0
    began = time.perf_counter()
    for path in job["files"]:
        times = [time.perf_counter()]
        audio = decode_audio(path)
        times.append(time.perf_counter())
        heard = recogniser.transcribe(
            audio, batch_size=job["batch_size"], chunk_size=job["chunk_s"]
        )
        times.append(time.perf_counter())
        speakers = diarizer(audio, num_speakers=2)
        times.append(time.perf_counter())
        heard = assign_word_speakers(speakers, heard)
        times.append(time.perf_counter())
        words += sum(len(segment["text"].split()) for segment in heard["segments"])
        for step, first, last in zip(spent, times, times[1:], strict=False):
            spent[step] += last - first
    whole = time.perf_counter() - began
    print("RESULT " + json.dumps({"seconds": whole, "steps": spent, "words": words}))


if __name__ == "__main__":
    main()
