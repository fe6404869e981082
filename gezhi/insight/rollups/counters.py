"""All counters of the roll-ups. Whoever adds one makes its rows at the next upgrade: a count anew fills them."""

from gezhi.insight.figures.tally import FigureCounter
from gezhi.insight.mapping.spots import SpotCounter
from gezhi.insight.rollups.counting import Counter

COUNTERS: tuple[Counter, ...] = (FigureCounter(), SpotCounter())
