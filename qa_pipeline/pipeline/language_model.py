"""The language model that the settings name."""

import os

from qa_pipeline.errors import UsageError
from qa_pipeline.language_model import EndpointModel, LanguageModel, TransformersModel
from qa_pipeline.model_registry import Profile, identity, local_folder
from qa_pipeline.settings import JudgeSettings

API_KEY = "QA_JUDGE_API_KEY"
"""Environment variable with the endpoint's key; it stands in no file and no result."""


def language_model_of(profile: Profile, judge: JudgeSettings, device: str) -> LanguageModel:
    """Return the language model that is switched on; connect to and load nothing yet.

    Raises:
        UsageError: it is not one of the centre's own, or the profile has none.
        ModelError: the profile's is not complete, or not the one that its manifest names.
    """
    if judge.use == "endpoint" and judge.endpoint and judge.model:
        return EndpointModel(
            judge.endpoint,
            judge.model,
            timeout_s=judge.timeout_s,
            api_key=os.environ.get(API_KEY) or None,
        )
    if profile.judge is None:
        raise UsageError(
            f'judge.use = "profile", but profile {profile.name} has no language model; give its '
            'manifest a [judge], or use = "endpoint"'
        )
    name, _, version = identity(profile, "judge").partition("@")
    folder = local_folder(profile, "judge")
    return TransformersModel(folder, name=name, version=version, device=device)
