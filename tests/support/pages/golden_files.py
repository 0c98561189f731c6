"""The golden files: one plan of everything in every format.

``python -m tests.support.pages.golden_files`` writes them anew.
"""

import re
from collections.abc import Callable
from pathlib import Path

from reconcile.documents.plan import plan_json
from reconcile.render.layout import TextLayout
from reconcile.render.masking.mask import mask
from reconcile.render.plan_markdown.document import plan_markdown
from reconcile.render.plan_page.page import plan_page
from reconcile.render.plan_text import plan_text
from tests.support.plans.plan_samples import full_plan

FOLDER = Path(__file__).parents[2] / "render" / "golden"

COMMIT = "https://git.example/shop/access/blob/0123456789abcdef"

PAGES: dict[str, Callable[[], str]] = {
    "plan.txt": lambda: plan_text(full_plan()),
    "plan-100.txt": lambda: plan_text(full_plan(), TextLayout(width=100)),
    "plan-concise-60.txt": lambda: plan_text(full_plan(), TextLayout(width=60, concise=True)),
    "plan-colour.txt": lambda: plan_text(full_plan(), TextLayout(width=100, colour=True)),
    "plan.json": lambda: plan_json(full_plan()),
    "plan.md": lambda: plan_markdown(full_plan(), source_url=COMMIT),
    "plan.html": lambda: without_assets(plan_page(full_plan(), source_url=COMMIT)),
    "masked.txt": lambda: plan_text(mask(full_plan()), TextLayout(width=100)),
    "masked.json": lambda: plan_json(mask(full_plan())),
    "masked.md": lambda: plan_markdown(mask(full_plan()), source_url=COMMIT),
}


def without_assets(page: str) -> str:
    """The page without its style, its script and their digests, which are files of their own."""
    page = re.sub(r"(<style>|<script>).*?(</style>|</script>)", r"\1\2", page, flags=re.DOTALL)
    return re.sub(r"'sha256-[^']+'", "'sha256-…'", page)


if __name__ == "__main__":
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
