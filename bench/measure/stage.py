"""What the parts of the benchmark share: the world, a tmux server with 12 sessions, and the peers, started when
somebody first asks for them."""

import sys
from dataclasses import dataclass

from peers import PROXIES, Starter, start_own_upstream, start_upstream

SESSIONS = 12


def tell(text):
    print(text, file=sys.stderr, flush=True)


@dataclass
class Effort:
    rounds: int  # of the rows under load
    seconds: int  # of each run in them
    latency_seconds: int  # of each run that counts latencies
    growth_rounds: int
    bursts: int
    samples: int  # of decisions


QUICK = Effort(rounds=2, seconds=1, latency_seconds=1, growth_rounds=1, bursts=1, samples=100)
FULL = Effort(rounds=9, seconds=1, latency_seconds=3, growth_rounds=2, bursts=3, samples=300)


class Stage:
    def __init__(self, world, effort):
        self.world, self.effort = world, effort
        self.tmux = world.tmux("bench")
        self.tmux.fill(SESSIONS)
        self.starter = Starter(world, self.tmux)
        self.upstreams, self.groups = {}, {}

    def upstream(self, kind):
        """`closing` and `keeping`: nginx; `own`: the benchmark's own."""
        if kind not in self.upstreams:
            own = kind == "own"
            self.upstreams[kind] = start_own_upstream(self.world, "own") if own else start_upstream(
                self.world, kind == "keeping")
        return self.upstreams[kind]

    def peers(self, kind):
        """By name: the upstream as `direct`, and each proxy before it."""
        if kind not in self.groups:
            upstream = self.upstream(kind)
            self.groups[kind] = {"direct": upstream, **{name: self.fresh(name, kind) for name in PROXIES}}
        return self.groups[kind]

    def fresh(self, name, kind, **settings):
        """A proxy of one's own before that upstream; whoever asks ends it, or leaves it to the end."""
        return self.starter.start(name, self.upstream(kind).port, keeps=kind == "keeping", **settings)

    def gate(self, tmux, *flags):
        """A gate over another tmux server."""
        return self.starter.gate(tmux, self.upstream("closing").port, *flags)

    def end(self, peer):
        self.world.end(peer.process)
