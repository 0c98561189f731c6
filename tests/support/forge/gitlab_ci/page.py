"""The pipeline as the page on GitLab shows it."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[4] / "docs" / "gitlab-ci.md"


def pipeline_text() -> str:
    """The text of ``.gitlab-ci.yml``."""
    page = PAGE.read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml \.gitlab-ci\.yml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return str(text)
