"""Figures, and what of them keeps within the budgets of the design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True)
class Figure:
    """Something measured; `most` is its budget, None where it has none."""

    what: str
    value: float
    unit: str
    most: float | None = None

    @property
    def verdict(self) -> str:
        """What the last column says."""
        if self.most is None:
            return ""
        return "kept" if self.value <= self.most else f"NOT KEPT, {self._number(self.value - self.most)} over"

    def line(self) -> str:
        """A row of the table."""
        budget = "" if self.most is None else f"≤ {self._number(self.most)}"
        return f"{self.what:62}{self._number(self.value):>9} {self.unit:7}{budget:>10}   {self.verdict}".rstrip()

    def _number(self, value: float) -> str:
        if self.unit in ("bytes", "errors", "/s"):
            return f"{value:,.0f}"
        return f"{value:.2f}" if self.unit in ("s", "times") else f"{value:.1f}"


def show(figures: Sequence[Figure], title: str) -> None:
    """Print the table of all figures."""
    print(f"\n{title}\n{'':62}{'measured':>9} {'':7}{'budget':>10}   verdict")
    for figure in figures:
        print(figure.line())
    broken = sum(figure.verdict.startswith("NOT") for figure in figures)
    print(f"{sum(figure.verdict == 'kept' for figure in figures)} budgets kept, {broken} not", flush=True)
