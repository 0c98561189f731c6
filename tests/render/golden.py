"""The golden files: one plan of everything in every format.

``python -m tests.render.golden`` writes them anew.
"""

import re
from collections.abc import Callable
from pathlib import Path

from reconcile.render import as_json, html, markdown, mask, text
from tests.render.plan_samples import full_plan

FOLDER = Path(__file__).parent / "golden"
COMMIT = "https://git.example/shop/access/blob/0123456789abcdef"

PAGES: dict[str, Callable[[], str]] = {
    "plan.txt": lambda: text(full_plan()),
    "plan-100.txt": lambda: text(full_plan(), width=100),
    "plan-concise-60.txt": lambda: text(full_plan(), width=60, concise=True),
    "plan-colour.txt": lambda: text(full_plan(), width=100, colour=True),
    "plan.json": lambda: as_json(full_plan()),
    "plan.md": lambda: markdown(full_plan(), source_url=COMMIT),
    "plan.html": lambda: without_assets(html(full_plan())),
    "masked.txt": lambda: text(mask(full_plan()), width=100),
    "masked.json": lambda: as_json(mask(full_plan())),
    "masked.md": lambda: markdown(mask(full_plan()), source_url=COMMIT),
}


def without_assets(page: str) -> str:
    """The page without its style, its script and their digests, which are files of their own."""
    page = re.sub(r"(<style>|<script>).*?(</style>|</script>)", r"\1\2", page, flags=re.DOTALL)
    return re.sub(r"'sha256-[^']+'", "'sha256-…'", page)


if __name__ == "__main__":
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
