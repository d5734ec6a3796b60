"""Where a case plays: raw clients before one proxy, and the upstream behind it, byte for byte in the case's hands."""

import re
import select
import socket
import threading
import time
from concurrent.futures import Future

from message import read_answer, read_request
from suite import Allowed, Unlike
from wire import Patience, Wire

OK = ("HTTP/1.1 200 OK\r\nDate: Mon, 02 Mar 2026 10:00:00 GMT\r\nServer: upstream\r\n"
      "Content-Length: 2\r\n\r\nok")
GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
FINAL = re.compile(rb"(HTTP/1\.[01] 1[0-9][0-9][^\r]*\r\n(?:[^\r]+\r\n)*\r\n)*(HTTP/1\.[01] [2-9]|[^H])")
MOST_CALLS = 10  # of a proxy that calls again and again
SETTLE = 0.4  # for what a proxy does that should not: no case passes by it


class Upstream:
    """The address that the proxy forwards to. It listens, or refuses connections."""

    def __init__(self, port=0):
        self.socket = None
        self.port = port
        self.bind()
        self.listen()

    def bind(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", self.port))
        self.port = self.socket.getsockname()[1]

    def listen(self):
        self.socket.listen(128)

    def stop_listening(self):
        """The port stays ours, so nobody else can answer."""
        self.socket.close()
        self.bind()

    def accept(self):
        sock, _ = self.socket.accept()
        return Wire(sock, "upstream")

    def is_called(self, seconds=0.0):
        return bool(select.select([self.socket], [], [], seconds)[0])

    def hang_up(self):
        """Ends what a proxy connected for an earlier case."""
        for _ in range(MOST_CALLS):
            if not self.is_called():
                return
            self.accept().reset()


class Stage:
    """One case's connections. What comes upstream and is not read by the case is found by finish()."""

    def __init__(self, proxy, upstream):
        self.proxy, self.upstream = proxy, upstream
        self.clients, self.upstreams = [], []
        self.threads = []
        self.refuses = False
        upstream.hang_up()

    def client(self, data=b""):
        wire = Wire(socket.create_connection(self.proxy.address, Patience.seconds), "client")
        self.clients.append(wire)
        wire.send(data)
        return wire

    def accept(self):
        """The next upstream connection; raised is what the client was told instead, or that nobody came."""
        deadline = time.monotonic() + Patience.seconds
        while time.monotonic() < deadline:
            if self.upstream.is_called(0.05):
                return self.take_call()
            told = next((client for client in self.clients if answered(client)), None)
            if told and not self.upstream.is_called(SETTLE):
                raise Unlike(f"not forwarded: {describe(told)}")
        raise Unlike(f"not forwarded for {Patience.seconds:.0f} s")

    def first_of(self, client, interim=False):
        """What comes first: an upstream connection, or something for the client, even an interim answer if asked."""
        deadline = time.monotonic() + Patience.seconds
        while time.monotonic() < deadline:
            if self.upstream.is_called(0.02):
                return "upstream"
            if answered(client) or (interim and client.unread):
                # Both may have come since the upstream was looked at.
                return "upstream" if self.upstream.is_called() else "client"
        raise Unlike(f"nothing happens for {Patience.seconds:.0f} s")

    def take_call(self):
        wire = self.upstream.accept()
        self.upstreams.append(wire)
        return wire

    def ask(self, request, answer=OK, to="GET"):
        """One exchange: what the upstream received, and the final answer that the client got."""
        client = self.client(request)
        received = self.serve(answer)
        return received, read_answer(client, to, skip_interim=True)

    def reach(self, request=GET):
        """A client whose request the upstream has read and not answered, and that side of the connection."""
        client = self.client(request)
        wire = self.accept()
        read_request(wire)
        return client, wire

    def serve_next(self, client):
        """Another request on the client's connection is served."""
        client.send(GET)
        self.serve()
        if read_answer(client).body != b"ok":
            raise Unlike("the next answer is another")

    def serve_next_unless_closed(self, client):
        """The same, but the connection may also have been closed; nothing else may come."""
        client.try_send(GET)
        if self.first_of(client) == "client":
            if client.unread:
                raise Unlike(f"the client gets {first_line(client.unread)}")
            raise Allowed("closes")
        self.serve()
        if read_answer(client).body != b"ok":
            raise Unlike("the next answer is another")

    def serve(self, answer=OK):
        """Takes one connection, reads one request, answers it, and ends the connection."""
        wire = self.accept()
        received = read_request(wire)
        wire.send(answer)
        wire.half_close()
        return received

    def refuse_connections(self):
        self.refuses = True
        self.upstream.stop_listening()

    def in_background(self, wire, function, *arguments):
        """Calls the function, which uses the wire, in a thread of its own."""
        future = Future()

        def run():
            try:
                future.set_result(function(*arguments))
            except Exception as problem:  # handed to whoever asks for the result
                future.set_exception(problem)

        thread = threading.Thread(target=run, daemon=True)
        self.threads.append((thread, wire))
        thread.start()
        return future

    def finish(self, failed):
        """Ends everything; returns what reached the upstream beyond what the case asked for."""
        self.end(self.clients)
        if failed:
            time.sleep(SETTLE)  # what the proxy still does must not reach the next case
        beyond = [text for wire in self.upstreams if (text := shown(wire.drain(2.0), wire))]
        if self.refuses:
            self.upstream.listen()
        while self.upstream.is_called() and len(beyond) < MOST_CALLS:
            wire = self.take_call()
            if data := wire.drain(SETTLE):
                beyond.append(f"a request of its own: {first_line(data)}")
        self.end(self.upstreams)
        return f"the upstream got more: {beyond[0]}" if beyond else None

    def end(self, wires):
        """A descriptor is given back only when no thread uses it any more."""
        for thread, wire in self.threads:
            if wire in wires:
                wire.shut()
                thread.join()
        for wire in wires:
            wire.close()


def shown(data, wire):
    """The bytes that a wire was not read of, unless the case said what may come."""
    if wire.expected_rest.fullmatch(data):
        return None
    return f"{len(data)} bytes, {first_line(data)}"


def first_line(data):
    return repr(bytes(data[:40]).split(b"\r\n")[0].decode("latin-1"))


def expect_rest(wire, pattern):
    """What may come on this upstream connection without being read, as a pattern over all of it."""
    wire.expected_rest = re.compile(pattern, re.DOTALL)


def answered(client):
    """Has the client a final answer, or the end of its connection? Reads without waiting."""
    while client.is_open and not client.end and client.is_readable():
        client.fill()
    return bool(client.end) or bool(FINAL.match(client.unread))


def describe(client):
    """What the client was told and how that ended, in few words."""
    while client.is_readable(SETTLE) and client.fill():
        pass
    end = {None: "", "closed": ", closed", "reset": ", reset"}[client.end]
    start = bytes(client.unread[:12]).decode("latin-1")
    if re.match(r"HTTP/1\.[01] [0-9]{3}", start):
        return start[9:] + end
    if not start:
        return {"closed": "closed without an answer", "reset": "reset without an answer"}.get(client.end, "no answer")
    return f"{start!r}{end}"

