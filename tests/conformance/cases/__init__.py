"""All cases: importing a module of a group registers them, in the order in which they are shown."""

from cases import (  # noqa: F401
    transparency, answers, bodies, streaming, upgrades, hop_by_hop, ambiguous_framing, ambiguous_heads,
    bad_upstreams, truncations, own_rules)
