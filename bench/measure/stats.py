"""Medians, ratios and their spread. A ratio above 1 always means that taskgate is the worse one."""

from statistics import median

OWN = "taskgate"
RIVALS = ("nginx", "haproxy")  # the better of these is what taskgate is held against
GENERATOR_LIMIT = 0.9  # of a core: beyond it a load generator of one thread may be what limits


def ratio(values, more_is_better=False):
    """taskgate to the better of its rivals, by name; None where one of them has no value, or none above zero, as a
    difference that drowns in noise may have."""
    named = [values.get(OWN), *(values[name] for name in RIVALS if name in values)]
    if len(named) < 2 or any(value is None or value <= 0 for value in named):
        return None
    own, *others = named
    return max(others) / own if more_is_better else own / min(others)


def medians(runs):
    """By key, of the rounds' results; None where a round has none."""
    return {key: None if any(run[key] is None for run in runs) else median(run[key] for run in runs) for key in runs[0]}


def by_peer(results, key):
    return {name: result.get(key) for name, result in results.items()}


class Comparison:
    """One figure of several peers over the rounds: `rounds` are dictionaries of values by peer. The ratio is the median
    of the rounds' own, since what disturbs one round disturbs all peers in it; None where most rounds have none."""

    def __init__(self, rounds, more_is_better=False):
        self.medians, self.rounds = medians(rounds), len(rounds)
        self.ratios = [one for one in (ratio(values, more_is_better) for values in rounds) if one is not None]
        self.ratio = median(self.ratios) if 2 * len(self.ratios) > len(rounds) else None

    def spread(self):
        """The least and the greatest ratio of a round, and of how many rounds, where some have none."""
        if self.ratio is None:
            return None
        return min(self.ratios), max(self.ratios), len(self.ratios), self.rounds
