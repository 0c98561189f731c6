"""What `reconcile.yaml` says about the pipeline."""

from dataclasses import dataclass
from enum import StrEnum


class DoctorInPreview(StrEnum):
    """What becomes of a preview when the forge's settings do not hold what the pipeline relies on."""

    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class CiSettings:
    """What holds in a pipeline alone.

    ``require_review``: a plan counts only when somebody other than the author approved its head after it was
    made. ``targets`` are those that the pipeline works on; empty: every one that is no embedded sandbox.
    """

    require_review: bool = True
    targets: tuple[str, ...] = ()
    doctor: DoctorInPreview = DoctorInPreview.WARN
