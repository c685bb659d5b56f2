"""How many persons were still followed, printed under a curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gm_workbench.outputs.output import ShownCell, ShownOutput
from gm_workbench.outputs.printed import n_text
from gm_workbench.outputs.series import Series, risk_rows
from gm_workbench.outputs.sheet import Plot
from gm_workbench.outputs.style import SMALL, TEXT_GREY, text_width
from gm_workbench.vocabulary.text import Language, Text

STILL_AT_RISK = Text("nog gevolgd (afgerond)", "still followed (rounded)")
LINE = 21.0  # pixels


@dataclass(frozen=True, slots=True)
class RiskTable:
    """The rows to print; their names stand beside the numbers or, without room, above them."""

    rows: Sequence[tuple[Series, Mapping[float, ShownCell]]]
    beside: bool

    @classmethod
    def of(cls, shown: ShownOutput, margin: float, language: Language) -> RiskTable:
        """Read the rows of an output whose curve leaves `margin` pixels at its right."""
        rows = risk_rows(shown, language)
        return cls(rows, all(text_width(line.name, SMALL) <= margin - 24 for line, _ in rows))

    @property
    def height(self) -> float:
        return LINE * ((1 if self.beside else 2) * len(self.rows) + 1) + 3 if self.rows else 0.0

    def draw(self, plot: Plot, top: float, ticks: Sequence[float], language: Language) -> None:
        """Print the numbers under the ticks, from `top` pixels down."""
        at = top + LINE / 2
        if self.rows:
            plot.sheet.write(0, at, STILL_AT_RISK[language], size=SMALL, colour=TEXT_GREY)
        for line, cells in self.rows:
            at += LINE
            name_x = plot.right + 24 if self.beside else 0.0
            plot.sheet.write(name_x, at, line.name, size=SMALL, colour=line.ink.text, bold=not self.beside and line.ink.bold)
            at += 0 if self.beside else LINE - 3
            texts = {tick: n_text(cells[tick], language) for tick in ticks if tick in cells}
            for tick in _sparse(plot, texts):
                plot.sheet.write(plot.px(tick), at, texts[tick], size=SMALL, colour=line.ink.text, ha="center")


def _sparse(plot: Plot, texts: Mapping[float, str]) -> list[float]:
    """Give the ticks under which a number fits: all, or every second, third ... one."""
    ticks = list(texts)
    widest = max((text_width(text, SMALL) for text in texts.values()), default=0.0) + 8
    apart = abs(plot.px(ticks[1]) - plot.px(ticks[0])) if len(ticks) > 1 else widest
    return ticks[:: max(1, -int(-widest // apart))]
