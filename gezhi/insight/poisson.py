"""When a number is more than chance. PURE: the Poisson distribution's own sum, no library."""

from math import exp, lgamma, log, sqrt

LEAST = 5  # cases: below it nothing is a hot spot, however quiet the place was
CHANCE = 0.05  # of one place alone
LISTED = 1.0  # so many of a whole list may be there by chance, on average, however many were looked at


def chance(looked_at: int) -> float:
    """How likely one of so many may be listed by chance: five of a hundred, less where many are looked at."""
    return min(CHANCE, LISTED / max(1, looked_at))


def most_expected(mean: float, by_chance: float = CHANCE) -> int:
    """The smallest k that no more than this share of months with this mean exceed. Raises ValueError on a negative mean.

    From far above downwards, P(X = k-1) = P(X = k) · k / mean: some hundred steps where the mean is ten thousand.
    """
    if mean < 0:
        raise ValueError("a mean of counts is not negative")
    if mean == 0:
        return 0
    k = int(mean + 9 * sqrt(mean) + 30)
    term, above = exp(k * log(mean) - mean - lgamma(k + 1)), 0.0
    while k > 0 and above + term <= by_chance:
        above += term
        term *= k / mean
        k -= 1
    return k


def is_hot(count: int, mean: float, by_chance: float = CHANCE) -> bool:
    """More than all but this share of such months would have, and at least five."""
    return count >= LEAST and count > mean and count > most_expected(mean, by_chance)
