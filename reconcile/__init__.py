"""Customer access as code for Evance: declare, plan, review, apply."""

__version__ = "0.1.0"
