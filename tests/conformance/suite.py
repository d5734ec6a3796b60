"""What a case is, how it ends, and the list of all."""

from dataclasses import dataclass
from typing import Callable

# The order in which they are shown.
GROUPS = {
    "transparency": "Transparency: requests",
    "answers": "Transparency: answers",
    "bodies": "Transparency: bodies",
    "streaming": "Streaming",
    "upgrades": "Upgrades",
    "hop_by_hop": "Hop-by-hop",
    "ambiguity": "Ambiguity",
    "bad_upstreams": "Bad upstreams",
    "own_rules": "taskgate's own rules",
}


class Unlike(Exception):
    """What happened instead of what the case's name says."""


class Allowed(Exception):
    """Something else happened, which the RFC allows too."""


@dataclass(frozen=True)
class Case:
    group: str
    section: str  # of the RFC; several are parted by semicolons
    name: str  # a fact
    run: Callable  # takes the stage; returns what to show for a pass, or nothing
    slow: bool = False  # waits for a time limit: begun first
    alone: bool = False  # says that upstream connections are not used again: not for a proxy that is told to

    @property
    def own(self):
        """A rule that taskgate made: nobody else is measured by it."""
        return self.group == "own_rules"


@dataclass(frozen=True)
class Result:
    verdict: str  # pass, allowed or fail
    what: str


CASES = []


def case(group, section, name, slow=False, alone=False):
    """Registers the function below it, or what it is called with."""

    def register(function):
        CASES.append(Case(group, section, name, function, slow, alone))
        return function

    return register


def chosen(words):
    """The cases whose group or name holds one of the words; all without any."""
    words = [word.lower() for word in words]
    return [one for one in CASES
            if not words or any(word in f"{one.group}: {one.name}".lower() for word in words)]


def run_case(one, stage):
    """The case's result. What the upstream received and the case did not ask for is looked at in every case."""
    try:
        result = Result("pass", one.run(stage) or "")
    except Allowed as allowed:
        result = Result("allowed", str(allowed))
    except Unlike as unlike:
        result = Result("fail", str(unlike))
    unasked = stage.finish(result.verdict == "fail")
    if unasked and result.verdict != "fail":
        return Result("fail", unasked)
    return result
