"""The language model that the settings name."""

import os

from qa_pipeline.errors import UsageError
from qa_pipeline.language_model import EndpointModel, LanguageModel
from qa_pipeline.model_registry import Profile
from qa_pipeline.settings import JudgeSettings

API_KEY = "QA_JUDGE_API_KEY"
"""Environment variable with the endpoint's key; it stands in no file and no result."""


def language_model_of(profile: Profile, judge: JudgeSettings, device: str) -> LanguageModel:
    """Return the language model that is switched on; connect to and load nothing yet.

    Raises:
        UsageError: it is not one of the centre's own, or the profile has none.
    """
    if judge.use == "endpoint" and judge.endpoint and judge.model:
        return EndpointModel(
            judge.endpoint,
            judge.model,
            timeout_s=judge.timeout_s,
            api_key=os.environ.get(API_KEY) or None,
        )
    raise UsageError(f"profile {profile.name} has no language model for device {device}")
