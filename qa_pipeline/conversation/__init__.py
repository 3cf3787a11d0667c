"""Words and turns become a conversation: utterances, roles, trust.

Nothing here listens to sound and nothing here judges anybody.
"""

from qa_pipeline.conversation.build import (
    ChannelWords,
    SpeakerHint,
    VoicesCompared,
    build_conversation,
)
from qa_pipeline.conversation.moments import (
    IVR_SPEAKER,
    Transfer,
    find_announcements,
    find_handovers,
    find_transfers,
)
from qa_pipeline.conversation.roles import RoleDecision, RoleEvidence, find_roles, later_agent
from qa_pipeline.conversation.trust import TrustThresholds, judge_trust
from qa_pipeline.conversation.utterances import SpokenWord, join_words, make_utterances

__all__ = [
    "IVR_SPEAKER",
    "ChannelWords",
    "RoleDecision",
    "RoleEvidence",
    "SpeakerHint",
    "SpokenWord",
    "Transfer",
    "TrustThresholds",
    "VoicesCompared",
    "build_conversation",
    "find_announcements",
    "find_handovers",
    "find_roles",
    "find_transfers",
    "join_words",
    "judge_trust",
    "later_agent",
    "make_utterances",
]
