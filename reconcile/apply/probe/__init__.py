"""Finds out by one scratch contact what the API's documents leave open, and brings the contact back.

examine ─► Scratch ─► ask_all ─► findings ─► capabilities
             │           ├─ table     the questions, a module a group, each independent of the others
             │           └─ restore   the contact as it was, read back
             └─ image    how it was, kept in a file until it is back
"""

from .asking import Probe, Said
from .capable import capabilities
from .examine import WORD, examine
from .image import Image, keep, kept
from .restore import restore
from .run import Ended, ask_all
from .scratch import Scratch
from .table import PROBES

__all__ = [
    "PROBES",
    "WORD",
    "Ended",
    "Image",
    "Probe",
    "Said",
    "Scratch",
    "ask_all",
    "capabilities",
    "examine",
    "keep",
    "kept",
    "restore",
]
