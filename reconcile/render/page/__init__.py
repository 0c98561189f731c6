"""A plan as one self-contained HTML page."""

from .page import html

__all__ = ["html"]
