"""The reference flows: what a client and an upstream do, in lockstep with the gate.

The upstream acts only when the gate sleeps, so that the gate does the same work each time however busy the machine is.
"""

import json
import re
import socket
import threading

from processes import Failure

TASK = json.dumps({"prompt": "count the files", "workdir": "/home/coder"})
GET = ("GET /api/{} HTTP/1.1\r\nHost: coder.example\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
       "Cookie: session=0123456789abcdef0123456789abcdef\r\n{}\r\n")
CREATE = ("POST /api/claude/tasks/terminal HTTP/1.1\r\nHost: coder.example\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
          f"Content-Type: application/json\r\nContent-Length: {len(TASK)}\r\n\r\n{TASK}")
UPGRADE = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
SWITCHED = ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
STREAM = "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n"


def answer(size, version="1.0"):
    return (f"HTTP/{version} 200 OK\r\nServer: coder\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
            + "x" * size).encode()


class Flow:
    """One client connection. step() is what is counted: a request, or a message."""

    step_is = "request"
    steps = 20  # in a lap that is measured as a whole
    preloaded = ()  # into the gate, beside what keeps its timers still
    each_is = 1  # of what is counted
    flags = ()  # of the gate
    held_up = True  # the gate, after sending, under strace
    fixed_segments = True  # the same number of them in each step
    simulated = False  # also what a processor guesses wrong, and does not find in its cache

    def __init__(self, gate, upstream):
        self.gate, self.upstream = gate, upstream
        self.client = socket.create_connection(("127.0.0.1", gate.port), 60)

    def close(self):
        self.client.close()

    def ask(self, request):
        """Sends it; returns the upstream's end of the connection that it came through."""
        self.client.sendall(request.encode())
        connection = self.accept()
        read_head(connection)
        self.gate.settle()
        return connection

    def accept(self):
        connection, _ = self.upstream.accept()
        connection.settimeout(60)
        return connection


class Small(Flow):
    """A GET on a kept connection; 200 bytes come, and the upstream closes."""

    simulated = True

    def step(self):
        with self.ask(GET.format("claude/tasks", "")) as connection:
            # The answer and the end arrive as one, not now as one and now as two.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            connection.sendall(answer(200))
        read_answer(self.client, 200)


class Fresh(Flow):
    """The same on a connection of its own, which the client ends with it."""

    def step(self):
        self.client.close()
        self.gate.settle()
        self.client = socket.create_connection(("127.0.0.1", self.gate.port), 60)
        self.gate.settle()  # else it would find the request there when it accepts, now and then
        with self.ask(GET.format("claude/tasks", "Connection: close\r\n")) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            connection.sendall(answer(200))
        read_answer(self.client, 200)
        if self.client.recv(1):
            raise Failure("more came than the answer")


class Kept(Flow):
    """The same where the upstream keeps its connection: each GET takes the one that the GET before has left."""

    flags = ("--timeouts-upstream-keep-alive", "1h")

    def __init__(self, gate, upstream):
        super().__init__(gate, upstream)
        self.connection = None

    def accept(self):
        self.connection = self.connection or super().accept()
        return self.connection

    def step(self):
        self.ask(GET.format("claude/tasks", "")).sendall(answer(200, "1.1"))
        read_answer(self.client, 200)

    def close(self):
        super().close()
        self.connection.close()


class Large(Flow):
    """The same with 1 MiB, which is there as fast as the gate reads it."""

    steps = 2

    def step(self):
        with self.ask(GET.format("files/download", "")) as connection:
            sending = threading.Thread(target=connection.sendall, args=(answer(1 << 20),))
            sending.start()
            read_answer(self.client, 200)
            sending.join()


class Refused(Flow):
    """A create at the limit: each is decided on a listing of its own. The gate sleeps before each, and tmux has rested."""

    preloaded = ("clock_ahead",)

    def step(self):
        self.gate.let_tmux_rest()
        self.client.sendall(CREATE.encode())
        read_answer(self.client, 429)


class Crowd(Flow):
    """Creates of 64 clients that come at the same time, at the limit: one listing decides them all."""

    step_is = "create"
    steps = 5
    each_is = 64
    preloaded = ("clock_ahead",)
    held_up = False  # 64 times would take long, and one read more or less is nothing beside as many
    fixed_segments = False  # some clients wait so long that the kernel acknowledges what they sent before they are answered

    def __init__(self, gate, upstream):
        super().__init__(gate, upstream)
        self.others = [socket.create_connection(("127.0.0.1", gate.port), 60) for _ in range(self.each_is - 1)]
        gate.wait_for_accepts()

    def step(self):
        clients = [self.client, *self.others]
        self.gate.let_tmux_rest()
        with self.gate.held():
            for client in clients:
                client.sendall(CREATE.encode())
            self.gate.wait_for_unread(len(clients))
        for client in clients:
            read_answer(client, 429)

    def close(self):
        super().close()
        for client in self.others:
            client.close()


class Events(Flow):
    """One event on an open stream; the next one comes when the client has this one."""

    step_is = "event"
    steps = 100
    event = b"event: output\ndata: " + b"y" * 100 + b"\n\n"

    def __init__(self, gate, upstream):
        super().__init__(gate, upstream)
        self.connection = self.ask(GET.format("events", "Accept: text/event-stream\r\n"))
        self.connection.sendall(STREAM.encode())
        read_head(self.client)
        self.chunk = b"%x\r\n%s\r\n" % (len(self.event), self.event)

    def step(self):
        self.connection.sendall(self.event)
        if read_exactly(self.client, len(self.chunk)) != self.chunk:
            raise Failure("the event did not come through as one chunk")

    def close(self):
        super().close()
        self.connection.close()


class Tunnel(Flow):
    """A message through a WebSocket tunnel, and its echo."""

    step_is = "echo"
    steps = 100
    message = b"\x81\xc0mask" + b"z" * 64

    def __init__(self, gate, upstream):
        super().__init__(gate, upstream)
        self.connection = self.ask(GET.format("terminal", UPGRADE))
        self.connection.sendall(SWITCHED.encode())
        read_head(self.client)

    def step(self):
        self.client.sendall(self.message)
        echo = read_exactly(self.connection, len(self.message))
        self.gate.settle()
        self.connection.sendall(echo)
        if read_exactly(self.client, len(echo)) != self.message:
            raise Failure("the echo is not the message")

    def close(self):
        super().close()
        self.connection.close()


class Wide(Flow):
    """A request of which its client chooses how many field lines there are, how many names Connection lists and how many
    trailers come. Each field line is named there, and no trailer is."""

    def __init__(self, gate, upstream, size):
        super().__init__(gate, upstream)
        names = [f"x-{number:03}" for number in range(size)]
        fields = "".join(f"{name}: 1\r\n" for name in names)
        trailers = "".join(f"y{name[1:]}: 1\r\n" for name in names)
        self.request = ("PUT /api/files HTTP/1.1\r\nHost: coder.example\r\nTransfer-Encoding: chunked\r\n"
                        f"Connection: {', '.join(reversed(names))}\r\n{fields}\r\n1\r\nz\r\n0\r\n{trailers}\r\n").encode()
        self.end = f"y{names[-1][1:]}: 1\r\n\r\n".encode()

    def step(self):
        self.client.sendall(self.request)
        connection, _ = self.upstream.accept()
        with connection:
            connection.settimeout(60)
            data = b""
            while not data.endswith(self.end):
                data += receive(connection, 65536)
            self.gate.settle()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            connection.sendall(answer(200))
        read_answer(self.client, 200)


FLOWS = {"small": Small, "kept": Kept, "fresh": Fresh, "large": Large, "refused": Refused, "crowd": Crowd, "events": Events,
         "tunnel": Tunnel}


def receive(sock, most):
    data = sock.recv(most)
    if not data:
        raise Failure("the connection was closed before all had come")
    return data


def read_exactly(sock, size):
    data = bytearray()
    while len(data) < size:
        data += receive(sock, size - len(data))
    return bytes(data)


def read_head(sock):
    """The head, and what came of the body with it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(sock, 65536)
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode(), rest


def read_answer(sock, status):
    head, rest = read_head(sock)
    if head.split()[1] != str(status):
        raise Failure(f"the answer is {head.splitlines()[0]}, not {status}")
    left = int(re.search(r"^Content-Length: (\d+)", head, re.M)[1]) - len(rest)
    while left:
        left -= len(receive(sock, left))
