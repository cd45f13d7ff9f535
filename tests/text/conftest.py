"""What tests of reading text share."""

import sys
from collections.abc import Callable

import pytest

CountCalls = Callable[[Callable[[str], object], str], int]


@pytest.fixture
def count_calls() -> CountCalls:
    """count_calls(function, text) → how many Python calls it takes: work, measured without a clock."""

    def counted(function: Callable[[str], object], text: str) -> int:
        count = 0

        def tick(*_: object) -> None:
            nonlocal count
            count += 1

        before = sys.getprofile()
        sys.setprofile(tick)
        try:
            function(text)
        finally:
            sys.setprofile(before)
        return count

    return counted
