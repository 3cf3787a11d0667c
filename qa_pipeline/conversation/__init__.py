"""Words and turns become a conversation: utterances, roles, trust.

Nothing here listens to sound and nothing here judges anybody.
"""

from qa_pipeline.conversation.build import (
    ChannelWords,
    SpeakerHint,
    build_conversation,
)
from qa_pipeline.conversation.roles import RoleDecision, find_roles
from qa_pipeline.conversation.trust import TrustThresholds, judge_trust
from qa_pipeline.conversation.utterances import SpokenWord, join_words, make_utterances

__all__ = [
    "ChannelWords",
    "RoleDecision",
    "SpeakerHint",
    "SpokenWord",
    "TrustThresholds",
    "build_conversation",
    "find_roles",
    "join_words",
    "judge_trust",
    "make_utterances",
]
