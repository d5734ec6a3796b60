"""What the gate answers itself, as each client takes it. There is no doing it directly."""

import itertools
import threading
import time
from dataclasses import dataclass
from typing import Callable

from abilities import exchange, get, is_able, post, statuses
from processes import free_port, get_json, wait_until
from verdict import Result, in_words

TASKS = "/api/claude/tasks"
AT_ONCE = ("--drain.notice", "0s")  # its end
NUMBER = itertools.count()


def start_gate(world, name, upstream, *flags):
    """Before an upstream, with a tmux server's socket on which nobody listens; returns its port."""
    _, port, _ = world.gate(name, upstream, world.tmux(name), *AT_ONCE, *flags)
    return port


class Full:
    """A gate whose one slot is taken, and that has seen slots come free often: it says to come back within seconds."""

    def __init__(self, world, upstream):
        name = f"full-{next(NUMBER)}"
        self.tmux = world.tmux(name)
        self.tmux.fill(4)
        _, port, self.admin = world.gate(name, upstream, self.tmux, "--limit", "1", *AT_ONCE)
        self.base = f"http://127.0.0.1:{port}"
        self.wait_for("the sessions to be seen", lambda status: status["live"] == 4)
        self.tmux.kill_sessions()
        self.wait_for("the sessions' end to be seen", lambda status: status["live"] == 0)
        self.tmux.fill(1)

    def wait_for(self, what, condition):
        wait_until(what, lambda: condition(get_json(self.admin, "/status")))


def refused(seen):
    refusal, page = seen["answers"]
    return (refusal["status"] == 429 and int(refusal["fields"]["retry-after"][0]) >= 1
            and "concurrent task limit reached (1/1)" in refusal["text"] and page["status"] == 200
            and seen["connections"] == 1)


def at_the_limit(world, client, upstream):
    return look(client, Full(world, upstream).base, exchange(post(TASKS, 1000), get("/small")), refused)


def comes_back(world, client, upstream):
    """By the client's own means, or by what it tells of the refusal."""
    gate = Full(world, upstream)
    own = {}
    request = post(TASKS, 1000)
    retrying = threading.Thread(
        target=lambda: own.update(client.carry_out({"op": "retry", "request": request}, gate.base)))
    retrying.start()
    wait_until("a refusal or an answer", lambda: own or get_json(gate.admin, "/status")["refusals"])
    if not own:
        gate.tmux.kill_sessions()
    retrying.join()
    if "cannot" not in own:
        return verdict(own, lambda seen: statuses(seen) == [201])
    first = client.carry_out(exchange(request)(), gate.base)
    if "cannot" in first:
        return Result("-", in_words(first))
    gate.tmux.kill_sessions()
    time.sleep(int(first["answers"][0]["fields"]["retry-after"][0]))
    return look(client, gate.base, exchange(request), lambda seen: statuses(seen) == [201])


def before_nobody(world, client, _):
    gate = start_gate(world, f"dead-{next(NUMBER)}", free_port())
    return look(client, f"http://127.0.0.1:{gate}", exchange(get("/small"), get("/small")),
                lambda seen: statuses(seen) == [502, 502])


def create_with(framing, size, is_seen):
    def judge(world, client, upstream):
        gate = start_gate(world, f"creating-{next(NUMBER)}", upstream)
        return look(client, f"http://127.0.0.1:{gate}", exchange(post(TASKS, size, framing=framing)), is_seen)

    return judge


def too_large(seen):
    return statuses(seen) == [413]


def by_length(seen):
    return statuses(seen) == [201] and '"framing":"length"' in seen["answers"][0]["text"].replace(" ", "")


def look(client, base, order, is_seen):
    return verdict(client.carry_out(order(), base), is_seen)


def verdict(seen, is_seen):
    if "cannot" in seen:
        return Result("-", in_words(seen))
    return Result("yes") if is_able(is_seen, seen) else Result("no", in_words(seen))


@dataclass(frozen=True)
class OwnAnswer:
    name: str
    judge: Callable


OWN_ANSWERS = (
    OwnAnswer("429 at the limit, and the connection goes on", at_the_limit),
    OwnAnswer("a create that is refused comes back after Retry-After, and is let in", comes_back),
    OwnAnswer("413 for a create that is too large", create_with("length", 2 << 20, too_large)),
    OwnAnswer("413 for one in chunks", create_with("chunked", 2 << 20, too_large)),
    OwnAnswer("a create in chunks reaches the upstream with a length", create_with("chunked", 1000, by_length)),
    OwnAnswer("502 where nobody listens behind the gate", before_nobody),
)
