"""The sentence encoders that there are: of the profile, and of the package that carries one."""

from qa_pipeline.errors import ModelError
from qa_pipeline.language.meaning import Meanings, SentenceEncoder
from qa_pipeline.language.sentence_encoder import (
    PACKAGE_LANGUAGES,
    TransformersEncoder,
    packaged_encoder,
)
from qa_pipeline.model_registry import Profile, identity, load_profile, local_folder
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import Scorecard, asks_by_meaning
from qa_pipeline.settings import Settings


def meanings_of(profile: Profile | None, device: str = "auto") -> Meanings:
    """Return what compares meanings, as far as models for it are on this machine.

    The profile's encoder comes first, where it has one and it is complete; the installed
    package's serves English otherwise. Without either, nothing is compared. Nothing is loaded
    before the first comparison.
    """
    encoders: list[SentenceEncoder] = []
    if profile is not None and profile.meaning is not None:
        options = profile.meaning.options
        try:
            folder = local_folder(profile, "meaning")
        except ModelError:
            pass  # not pulled: criteria that need it say what to do
        else:
            name, _, version = identity(profile, "meaning").partition("@")
            encoders.append(
                TransformersEncoder(
                    folder,
                    options.languages,
                    options.similarity,
                    name=name,
                    version=version,
                    device=device,
                )
            )
    known = {language for encoder in encoders for language in encoder.languages}
    if not known.issuperset(PACKAGE_LANGUAGES):
        packaged = packaged_encoder(device)
        if packaged is not None:
            encoders.append(packaged)
    return Meanings(encoders)


def meanings_for(card: Scorecard, settings: Settings) -> Meanings | None:
    """Return what compares meanings, where the card asks for it."""
    if not asks_by_meaning(card):
        return None
    profile = load_profile(settings.profile, resource_folder("models"))
    return meanings_of(profile, settings.device)
