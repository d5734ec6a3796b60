"""People, agents, webhooks and crons at one gate that has classes, for a while: is each promise of docs/admission.md kept?

Clients come without end, some leave while they wait, sessions end all the time, by a request through the gate or by hand. A
watcher looks at the gate's own state and at tmux, many times a second. What must hold:

- never more live sessions than the limit, no class above its cap, and floors never eaten by others;
- no slot stays free for longer than a look while somebody who may have it stands in line;
- in a class nobody is let in long before somebody who came long before;
- when all is over, nobody is in line and nothing is reserved.
"""

import http.client
import json
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from pathlib import Path

from processes import Failure, get_json, wait_until

PAGE = Path(__file__).resolve().parents[2] / "docs/admission.md"
TASK = re.compile(r"kube-coder-(.*)")
# A slot that is free for longer than this, with somebody in line who may have it, counts as wrong: a look (250 ms), 50 ms for
# the decision, and as much again for this machine, on which clients, upstream and tmux run too.
IDLE = 0.6
# Who came so much earlier must not be let in so much later.
APART = 0.5


def recommended():
    """The configuration that the page recommends for kube-coder."""
    return re.search(r"```yaml\n(limit: .*?)```", PAGE.read_text(), re.DOTALL)[1]


class Kind:
    """One kind of client: what it sends, how long a while it takes between two creates, how long it may wait at most."""

    def __init__(self, name, path, pause, patience, *fields):
        self.name, self.path, self.pause, self.patience, self.fields = name, path, pause, patience, fields


KINDS = [
    Kind("people", "/api/claude/tasks/terminal", 1.0, 20, "Sec-Fetch-Site: same-origin"),
    Kind("agents", "/api/claude/tasks/terminal", 0.1, 20),
    Kind("webhooks", "/api/webhooks/hook1", 0.05, 8),
    Kind("crons", "/api/triggers/cron-fire/nightly", 0.2, 25, "Authorization: Bearer nightly-token"),
]
CLIENTS = {"people": 3, "agents": 12, "webhooks": 16, "crons": 6}


class Create:
    """One create, from its request to its answer or to its client's leaving."""

    def __init__(self, port, kind, number, chance):
        self.kind, self.began = kind, time.monotonic()
        self.prefer = chance.choice([None, None, None, 0, 1, 100]) if kind.name == "agents" else None
        self.leaves_after = chance.uniform(0.0, 2.0) if chance.random() < 0.2 else None
        self.status, self.body = None, {}
        self.ended = None
        body = json.dumps({"number": number, "prompt": "x" * chance.randrange(200)}).encode()
        fields = [*kind.fields, *([] if self.prefer is None else [f"Prefer: wait={self.prefer}"])]
        self.head = (f"POST {kind.path} HTTP/1.1\r\nHost: coder.example\r\nContent-Length: {len(body)}\r\n"
                     f"Connection: close\r\n{''.join(field + chr(13) + chr(10) for field in fields)}\r\n").encode()
        self.run(port, body)
        self.ended = time.monotonic()

    def run(self, port, body):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(self.head + body)
            if self.leaves_after is not None:
                connection.settimeout(max(0.001, self.leaves_after))
            try:
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                self.status, self.body = answer.status, json.loads(answer.read())
            except TimeoutError:
                if self.leaves_after is None:
                    raise
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def is_plain(self):
        """It waited as long as its class lets it."""
        return self.prefer is None and self.leaves_after is None


class MixedStorm:
    def __init__(self, world, seconds):
        self.world, self.seconds = world, seconds
        self.tmux = world.tmux("classes")
        self.tmux.run("start-server", ";", "set-option", "-s", "exit-empty", "off")
        self.upstream = world.standin("upstream", self.tmux)
        config = world.folder / "classes.yaml"
        config.write_text(recommended())
        self.process, self.port, self.admin = world.gate("gate", self.upstream, self.tmux, "--config", str(config))
        self.wrong, self.done, self.errors = Counter(), [], []
        self.numbers = iter(range(1 << 60))
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.still = threading.Event()
        self.looks = 0
        self.of_classes = Counter()  # looks that showed a session of the class

    def run(self):
        clients = [threading.Thread(target=self.guarded, args=(self.send, kind, seed))
                   for kind in KINDS for seed in range(CLIENTS[kind.name])]
        others = [threading.Thread(target=self.guarded, args=(work,)) for work in (self.end_sessions, self.watch)]
        for thread in clients + others:
            thread.start()
        self.over.wait(self.seconds)
        self.over.set()
        for thread in clients:
            thread.join()
        self.still.set()
        for thread in others:
            thread.join()
        if self.errors:
            raise Failure(self.errors[0])
        self.check_order()
        self.check_end()
        return self.summary()

    def guarded(self, work, *arguments):
        try:
            work(*arguments)
        except Exception as error:  # what ends one thread must end the run, and be said
            self.errors.append(f"{work.__name__}: {type(error).__name__}: {error}")
            self.over.set()

    def send(self, kind, seed):
        chance = random.Random(f"{kind.name}-{seed}")
        while not self.over.wait(chance.uniform(0.0, 2 * kind.pause)):
            with self.lock:
                number = next(self.numbers)
            create = Create(self.port, kind, number, chance)
            with self.lock:
                self.done.append(create)

    def end_sessions(self):
        chance = random.Random("ends")
        while not self.still.wait(chance.uniform(0.0, 0.3)):
            names = self.tmux.sessions()
            if not names:
                continue
            name = chance.choice(names)
            if chance.random() < 0.5:
                self.tmux.run("kill-session", "-t", f"={name}")
            else:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("DELETE", f"/api/claude/tasks/{TASK.fullmatch(name)[1]}")
                connection.getresponse().read()
                connection.close()

    # --- What is seen while it goes on

    def watch(self):
        free_since = None
        while not self.still.wait(0.05):
            live = len(self.tmux.sessions())
            state = get_json(self.admin, "/status")
            self.looks += 1
            self.wrong["looks at more live sessions than the limit"] += live > state["limit"]
            self.check_classes(state)
            waits = live + state["reservations"]["total"] < state["limit"] and self.first_that_may(state, live)
            now = time.monotonic()
            free_since = (free_since or now) if waits else None
            if free_since and now - free_since > IDLE:
                self.wrong["slots that stayed free while somebody was in line"] += 1
                free_since = None

    def check_classes(self, state):
        """By the sessions that are known to be a class's. What is promised counts beside them, twice for a moment."""
        sessions = Counter(holder["class"] for holder in state["holders"] or ())
        classes = state["classes"]
        kept = sum(max(sessions[one["name"]], one["floor"]) for one in classes)
        self.wrong["classes above their cap"] += sum(sessions[one["name"]] > one["cap"] for one in classes)
        self.wrong["floors eaten by other classes"] += kept > state["limit"]
        self.of_classes.update(name for name in sessions if name)

    def first_that_may(self, state, live):
        """Whether the rule of docs/admission.md lets anybody in line have a slot, by what tmux has."""
        total = live + state["reservations"]["total"]
        classes = {one["name"]: one for one in state["classes"]}
        for name in {one["class"] for one in state["line"]}:
            one = classes[name]
            owed = sum(max(0, other["floor"] - other["used"]) for other in state["classes"] if other is not one)
            if one["used"] < one["cap"] and (one["used"] < one["floor"] or total + owed < state["limit"]):
                return True
        return False

    # --- What is seen afterwards

    def check_order(self):
        for kind in KINDS:
            let_in = [one for one in self.done if one.kind is kind and one.status in (201, 202) and one.is_plain()]
            let_in.sort(key=lambda one: one.began)
            # A webhook whose body the upstream has seen before, and the like, is answered and starts nothing.
            for earlier, later in zip(let_in, let_in[1:]):
                self.wrong["creates that overtook one of their class"] += (
                    earlier.began + APART < later.began and later.ended + APART < earlier.ended)

    def check_end(self):
        def is_still():
            state = get_json(self.admin, "/status")
            return not state["line"] and not state["reservations"]["total"]
        try:
            wait_until("an empty line and no reservation", is_still, 30)
        except Failure as failure:
            self.wrong[str(failure)] += 1
        for create in self.done:
            answered = create.status in (201, 202, 429)
            self.wrong["creates without an answer, or with another one"] += not answered and create.leaves_after is None
            waited = create.ended - create.began
            self.wrong["waits longer than their class lets them"] += (
                create.status == 429 and create.prefer is None and waited > create.kind.patience + 2)

    def summary(self):
        print(f"{self.seconds} s, {len(self.done)} creates, {self.looks} looks")
        for kind in KINDS:
            of_kind = [one for one in self.done if one.kind is kind]
            reasons = Counter(one.body.get("reason") for one in of_kind if one.status == 429)
            waited = sorted(one.ended - one.began for one in of_kind if one.status in (201, 202))
            median = f"{waited[len(waited) // 2]:.2f} s" if waited else "-"
            print(f"  {kind.name:9} {len(of_kind):5} creates, {len(waited):5} let in (median wait {median}), "
                  f"{sum(one.status is None for one in of_kind):4} left, refused {dict(reasons)}")
        for what, count in self.wrong.items():
            print(f"  {what}: {count}")
        unseen = [kind.name for kind in KINDS if not self.of_classes[kind.name]]
        if unseen:
            print(f"  no session was ever known to be of {', '.join(unseen)}")
        return 1 if any(self.wrong.values()) or unseen else 0
