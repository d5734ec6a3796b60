"""How something came out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    verdict: str  # yes; no: a fault; other: a deviation that is known; -: the two cannot do it without the gate either
    what: str = ""


def in_words(seen):
    if "cannot" in seen:
        return f"the client has no {seen['cannot']}"
    return str(seen)[:600]
