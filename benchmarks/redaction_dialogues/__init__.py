"""Dialogues with and without personal data, generated with the truth of every word.

Nothing here comes from the detector's lists: phrasings, ways to read digits and confusions were
written for this alone, checksums are computed here.
"""

from benchmarks.redaction_dialogues.damage import damage
from benchmarks.redaction_dialogues.dialogue import Dialogue, SaidWord
from benchmarks.redaction_dialogues.english import english_dialogue
from benchmarks.redaction_dialogues.mandarin import mandarin_dialogue

__all__ = ["Dialogue", "SaidWord", "damage", "english_dialogue", "mandarin_dialogue"]
