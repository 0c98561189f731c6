"""Each row of the documented API is one case, played over plain HTTP; cases stand in conformance/*.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.sandbox.written_calls import Caller, play_calls

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['claim']}")
    for path in sorted(Path(__file__).parent.glob("conformance/*.yaml"))
    for case in yaml.safe_load(path.read_text("utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_the_documented_api_is_answered(case: dict[str, Any], caller: Caller) -> None:
    """The sandbox answers as the source named in the case says."""
    assert case["source"]
    play_calls(caller, case["steps"])
    if "outbox" in case:
        assert caller.outbox() == case["outbox"]
