"""Cases in which every two options of any two factors meet, few of them and the same ones each time."""

import itertools
import random


def pairwise(factors, seed=1):
    """Lists of option numbers, one for each factor, given the number of options of each."""
    chance = random.Random(seed)
    options = [range(count) for count in factors]
    missing = {(a, x, b, y) for a, b in itertools.combinations(range(len(factors)), 2) for x in options[a] for y in options[b]}
    while missing:
        case = dict(zip(*[iter(min(missing))] * 2))  # The two that it is made for.
        for factor in chance.sample(range(len(factors)), len(factors)):
            if factor not in case:
                case[factor] = max(options[factor], key=lambda option: (gain(missing, case, factor, option), chance.random()))
        missing -= {(a, case[a], b, case[b]) for a, b in itertools.combinations(range(len(factors)), 2)}
        yield [case[factor] for factor in range(len(factors))]


def gain(missing, case, factor, option):
    """How many of the missing pairs this option would add to a case that is not whole yet."""
    return sum(((other, case[other], factor, option) if other < factor else (factor, option, other, case[other])) in missing
               for other in case)
