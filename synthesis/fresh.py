"""Speech that is the same every time: a list of texts, spoken by a process that never spoke before.

espeak-ng's oscillators and noise run on from one text to the next, so what it says differs by
some samples with whatever the process said before; terminating or reloading the library does
not bring it back. So a helper process, which imports everything once and speaks nothing itself,
forks a child for every list.
"""

import atexit
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from typing import IO

from synthesis.espeak import Speech, Voice, speak

_LENGTH_BYTES = 8


def _send(pipe: IO[bytes], value: object) -> None:
    data = pickle.dumps(value)
    pipe.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> object:
    """Return the next value; raise ``EOFError`` when the other side has gone."""
    head = pipe.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        raise EOFError
    return pickle.loads(pipe.read(int.from_bytes(head, "big")))


@cache
def _helper() -> "subprocess.Popen[bytes]":
    helper = subprocess.Popen(
        [sys.executable, "-m", "synthesis.fresh"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    atexit.register(_stop, helper)
    return helper


def _stop(helper: "subprocess.Popen[bytes]") -> None:
    for pipe in (helper.stdin, helper.stdout):
        if pipe is not None:
            pipe.close()
    helper.wait(timeout=10)


def speak_all(lines: Sequence[tuple[str, Voice]]) -> list[Speech]:
    """Speak texts in order; the same list gives the same samples, whatever was said before.

    Raises what ``synthesis.espeak.speak`` raises.
    """
    helper = _helper()
    if helper.stdin is None or helper.stdout is None:
        raise RuntimeError("the speaking process has no pipes")
    _send(helper.stdin, list(lines))
    answer = _receive(helper.stdout)
    if isinstance(answer, Exception):
        raise answer
    spoken: list[Speech] = answer  # type: ignore[assignment]
    return spoken


def _answer(lines: list[tuple[str, Voice]]) -> object:
    try:
        return [speak(text, voice) for text, voice in lines]
    except (ValueError, RuntimeError) as error:
        return error


def _serve() -> None:
    """Fork for every request on standard input until it is closed."""
    while True:
        try:
            lines: list[tuple[str, Voice]] = _receive(sys.stdin.buffer)  # type: ignore[assignment]
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            _send(sys.stdout.buffer, _answer(lines))
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    _serve()
