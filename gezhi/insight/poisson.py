"""When a number is more than chance. PURE: the Poisson distribution's own sum, no library."""

from math import exp, log

LEAST = 5  # cases: below it nothing is a hot spot, however quiet the place was
SURE = 0.95  # 95 of a hundred


def most_expected(mean: float) -> int:
    """The smallest k that 95 of a hundred months with this mean do not exceed. Raises ValueError on a negative mean.

    P(X = k+1) = P(X = k) · mean / (k+1); in logarithms to start with, so that a mean of thousands is no zero.
    """
    if mean < 0:
        raise ValueError("a mean of counts is not negative")
    if mean == 0:
        return 0
    log_term, total, k = -mean, 0.0, 0
    while True:
        total += exp(log_term)
        if total >= SURE:
            return k
        k += 1
        log_term += log(mean) - log(k)


def is_hot(count: int, mean: float) -> bool:
    """More than the 95th of a hundred such months would have, and at least five."""
    return count >= LEAST and count > most_expected(mean)
