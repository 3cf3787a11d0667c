"""What the model's encoder made of windows, kept from finding the language to writing the words.

The encoder is most of the work of a large model on a GPU. It needs no language, so what it made
of a window when its language was found is also what its words are written from.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from numpy.typing import NDArray

Encoded: TypeAlias = NDArray[Any]
"""One window as the encoder leaves it, shape ``(frames / 2, width)``, in the machine's memory:
2.0 to 3.8 MB for 30 s in the large models' ``float16``."""

Key = TypeVar("Key", bound=Hashable)


class EncodedWindows(Generic[Key]):
    """Keeps encoded windows as far as there is room; what is not kept is encoded again."""

    def __init__(self, room_mib: float) -> None:
        self._room = room_mib * 1024**2
        self._kept: dict[Key, Encoded] = {}
        self._used = 0
        self._full = self._room <= 0

    @property
    def full(self) -> bool:
        """Whether there was no room for a window; nothing more needs to be brought."""
        return self._full

    def __contains__(self, key: Key) -> bool:
        return key in self._kept

    def keep(self, key: Key, encoded: Encoded) -> None:
        """Keep one window, if there is room."""
        if self._used + encoded.nbytes > self._room:
            self._full = True
        elif key not in self._kept:
            self._kept[key] = encoded
            self._used += encoded.nbytes

    def take(self, keys: Iterable[Key]) -> Sequence[Encoded]:
        """Return windows that are kept; they stay until they are dropped."""
        return [self._kept[key] for key in keys]

    def drop(self, keys: Iterable[Key]) -> None:
        """Forget windows that are written down."""
        for key in keys:
            gone = self._kept.pop(key, None)
            self._used -= 0 if gone is None else gone.nbytes
