"""Words as they are compared: cut, normalised, and as they sound. Shared by stages; knows none.

`pieces` cuts a text into compared words and characters, `sound_of` says how one sounds,
`simplified` writes Mandarin in simplified characters, `joined` makes words a line of text,
`pattern` compiles a regular expression that cannot hang.
"""

from qa_pipeline.language.joining import joined
from qa_pipeline.language.normalise import Piece, Script, pieces, simplified
from qa_pipeline.language.patterns import pattern
from qa_pipeline.language.phonetics import sound_of

__all__ = ["Piece", "Script", "joined", "pattern", "pieces", "simplified", "sound_of"]
