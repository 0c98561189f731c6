"""The one place where ``render`` reads what lies beside its code: files of the package itself, no others."""

from functools import cache
from importlib.resources import files


@cache
def asset(name: str) -> str:
    """The text of a file that ships in this package: the schema, the page's style and script."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
