"""Medians, ratios and their spread. A ratio above 1 always means that taskgate is the worse one."""

from collections import Counter
from statistics import median

OWN = "taskgate"
RIVALS = ("nginx", "haproxy")  # the better of these is what taskgate is held against
GENERATOR_LIMIT = 0.9  # of a core: beyond it a load generator of one thread may be what limits
ENOUGH = 10_000  # answers, for a 99th percentile: a hundred of them are beyond it


def better_rival(values, more_is_better=False):
    """Its name; None where there is none, or one has no value."""
    there = [name for name in RIVALS if name in values]
    if not there or any(values[name] is None for name in there):
        return None
    return (max if more_is_better else min)(there, key=values.get)


def ratio_to(rival, values, more_is_better=False):
    """taskgate to that one; None where one of the two has no value, or none above zero, as a difference that drowns in noise
    may have."""
    own, other = values.get(OWN), values.get(rival)
    if any(value is None or value <= 0 for value in (own, other)):
        return None
    return other / own if more_is_better else own / other


def ratio(values, more_is_better=False):
    return ratio_to(better_rival(values, more_is_better), values, more_is_better)


def medians(runs):
    """By key, of the rounds' results; None where a round has none."""
    return {key: None if any(run[key] is None for run in runs) else median(run[key] for run in runs) for key in runs[0]}


def by_peer(results, key):
    return {name: result.get(key) for name, result in results.items()}


class Compared:
    """One figure of several peers: of all rounds together by name, a ratio, and the ratios that it is to be seen among."""

    def __init__(self, medians, ratio_of_all, ratios, rounds):
        self.medians, self.ratio = medians, ratio_of_all
        self.ratios = [one for one in ratios if one is not None]
        self.rounds = rounds
        if 2 * len(self.ratios) <= rounds:
            self.ratio = None

    def spread(self):
        """The least and the greatest ratio of a round, and of how many rounds, where some have none."""
        if self.ratio is None:
            return None
        return min(self.ratios), max(self.ratios), len(self.ratios), self.rounds


def comparison(rounds, more_is_better=False):
    """`rounds` are dictionaries of values by peer. The ratio is the median of the rounds' own, since what disturbs one round
    disturbs all peers in it; None where most rounds have none. The rival is the better one of all rounds together: the
    better one of each would be whichever noise has favoured there."""
    of_all = medians(rounds)
    rival = better_rival(of_all, more_is_better)
    ratios = [ratio_to(rival, values, more_is_better) for values in rounds]
    have = [one for one in ratios if one is not None]
    return Compared(of_all, median(have) if have else None, ratios, len(rounds))


def percentile(took, hundredths):
    """Of how many took so long (nearest rank); None where there are too few to tell."""
    count = took.total()
    if count < ENOUGH:
        return None
    reached = 0
    for value in sorted(took):
        reached += took[value]
        if reached * 100 >= count * hundredths:
            return value
    return None


def p99_of(rounds, above_direct=False):
    """By name, of the rounds' answers together. `above_direct`: by how much it is more than that of `direct`."""
    found = {name: percentile(sum((took[name] for took in rounds), Counter()), 99) for name in rounds[0]}
    if not above_direct:
        return found
    base = found["direct"]
    return {name: None if name == "direct" or None in (value, base) else value - base for name, value in found.items()}


def pooled_p99(rounds, above_direct=False):
    """The 99th percentile of all rounds' answers together: that of one round says which moments of the machine it met.
    `rounds` are dictionaries of Counters by peer. The ratios are those without one of the rounds each."""
    whole = p99_of(rounds, above_direct)
    rival = better_rival(whole)
    without_one = [rounds[:i] + rounds[i + 1:] for i in range(len(rounds))]
    ratios = [ratio_to(rival, p99_of(rest, above_direct)) for rest in without_one if rest]
    return Compared(whole, ratio_to(rival, whole), ratios, len(rounds))
