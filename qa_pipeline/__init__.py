"""Call quality: recorded calls in; transcripts, fair scores and the audio that proves them out."""

from qa_pipeline.offline import go_offline
from qa_pipeline.repeatable import order_sums

__version__ = "0.1.0"

# Here, so that whoever imports any part of the product has it silent before its dependencies load.
go_offline()
order_sums()
