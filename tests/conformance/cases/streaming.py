"""Streams: each piece passes as it comes, a slow reader slows the writer, who leaves is missed on the other side."""

from message import read_answer, read_answer_head, read_chunk, read_head, read_request
from stage import GET, OK, expect_rest
from suite import Allowed, Unlike, case

from cases.bodies import large_body, memory_stays

GROUP = "streaming"
EVENTS = "GET /api/events HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n"
EVENT_STREAM = "Content-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
FRAMINGS = {
    "close-delimited": ("HTTP/1.0 200 OK\r\n", lambda data: data),
    "chunked": ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", lambda data: f"{len(data):x}\r\n{data}\r\n"),
}
# What the kernel's buffers on both sides of the proxy may hold; what goes beyond is held by the proxy.
MOST_IN_FLIGHT = 60 << 20


class Reader:
    """A client's view of a streamed body, whatever its framing."""

    def __init__(self, client):
        self.client, self.head, self.data = client, read_answer_head(client), b""

    def read(self, count):
        chunked = self.head.get("Transfer-Encoding")
        while len(self.data) < count:
            piece = read_chunk(self.client)[0] if chunked else self.client.read_exact(1)
            if not piece:
                raise Unlike("the stream ends")
            self.data += piece
        data, self.data = self.data[:count], self.data[count:]
        return data.decode("latin-1")


def open_stream(stage, framing="close-delimited", request=EVENTS):
    """An event stream of which the client has seen the first event."""
    start, framed = FRAMINGS[framing]
    client, wire = stage.reach(request)
    wire.send(f"{start}{EVENT_STREAM}\r\n" + framed("data: 1\n\n"))
    reader = Reader(client)
    if reader.read(9) != "data: 1\n\n":
        raise Unlike("the first event is another")
    return client, wire, reader, framed


def add_stream(framing):
    @case(GROUP, "9110 7.6", f"each event of a {framing} stream arrives before the next is sent")
    def run(stage):
        _, wire, reader, framed = open_stream(stage, framing)
        for event in ("data: 2\n\n", "x", ": beat\n\n"):
            wire.send(framed(event))
            if reader.read(len(event)) != event:
                raise Unlike("an event is another")


for one_framing in FRAMINGS:
    add_stream(one_framing)


@case(GROUP, "9110 7.6", "an event stream to an HTTP/1.0 client arrives event by event")
def stream_to_old(stage):
    _, wire, reader, _ = open_stream(stage, request="GET /api/events HTTP/1.0\r\nHost: h\r\n\r\n")
    wire.send("data: 2\n\n")
    if reader.read(9) != "data: 2\n\n":
        raise Unlike("an event is another")


@case(GROUP, "9110 7.6", "an answer's head arrives before its body")
def head_first(stage):
    client, wire = stage.reach()
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
    read_answer_head(client)
    wire.send("ok")
    if client.read_exact(2) != b"ok":
        raise Unlike("the body is another")


UPLOADS = {
    "with a length": ("Content-Length: 11", "first", "second"),
    "in chunks": ("Transfer-Encoding: chunked", "5\r\nfirst\r\n", "6\r\nsecond\r\n0\r\n\r\n"),
}


def add_upload(framing, field, first, second):
    @case(GROUP, "9110 7.6", f"an upload {framing} reaches the upstream before it is complete")
    def run(stage):
        client = stage.client(f"POST /up HTTP/1.1\r\nHost: h\r\n{field}\r\n\r\n{first}")
        wire = stage.accept()
        head = read_head(wire)
        part = read_chunk(wire)[0] if head.get("Transfer-Encoding") else wire.read_exact(5)
        client.send(second)
        rest = read_chunk(wire)[0] if head.get("Transfer-Encoding") else wire.read_exact(6)
        if head.get("Transfer-Encoding"):
            wire.read_until("0\r\n\r\n")
        wire.send(OK)
        if (part, rest, read_answer(client).status) != (b"first", b"second", 200):
            raise Unlike(f"arrives as {part!r} and {rest!r}")


for one_framing, its_rest in UPLOADS.items():
    add_upload(one_framing, *its_rest)


# --- Backpressure

@case(GROUP, "9293 3.8.6",
      "a client that does not read stops the upstream's writing, memory stays, and nothing is lost", slow=True)
def slow_client(stage):
    before = stage.proxy.peak_kib()
    client, wire = stage.reach()
    wire.send("HTTP/1.0 200 OK\r\nServer: upstream\r\n\r\n")
    sent = wire.send_until_stuck(large_body(), 4 * MOST_IN_FLIGHT)
    if sent > MOST_IN_FLIGHT:
        raise Unlike(f"takes {sent >> 20} MiB from the upstream")
    verdict = memory_stays(stage, before)
    wire.half_close()
    if len(read_answer(client).body) != sent:
        raise Unlike("bytes are lost")
    return verdict


@case(GROUP, "9293 3.8.6", "an upstream that does not read stops the client's writing, and memory stays", slow=True)
def slow_upstream(stage):
    before = stage.proxy.peak_kib()
    client = stage.client(f"POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: {1 << 40}\r\n\r\n")
    wire = stage.accept()
    read_head(wire)
    sent = client.send_until_stuck(b"x" * (1 << 20), 4 * MOST_IN_FLIGHT)
    expect_rest(wire, rb"x*")
    if sent > MOST_IN_FLIGHT:
        raise Unlike(f"takes {sent >> 20} MiB from the client")
    return memory_stays(stage, before)


# --- Who leaves

def add_leaver(how, leave):
    @case(GROUP, "9112 9.5", f"the client of an event stream that {how} ends the upstream side")
    def run(stage):
        client, wire, _, _ = open_stream(stage)
        leave(client)
        wire.wait_for_end()

    @case(GROUP, "9112 9.5; 9112 8", f"a client that {how} in its upload ends the upstream side")
    def run_upload(stage):
        client = stage.client("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart")
        wire = stage.accept()
        read_head(wire)
        part = wire.read_exact(4)
        leave(client)
        wire.wait_for_end()
        if part != b"part":
            raise Unlike(f"the part is {part!r}")


add_leaver("resets", lambda client: client.reset())
add_leaver("closes", lambda client: client.close())


@case(GROUP, "9112 9.5", "a client that resets while the upstream is silent ends the upstream side")
def leaver_in_silence(stage):
    client, wire = stage.reach()
    client.reset()
    wire.wait_for_end()


@case(GROUP, "9293 3.6.1", "a client that ends its sending after a whole request gets the answer")
def half_close(stage):
    client = stage.client(GET)
    client.half_close()
    wire = stage.accept()
    read_request(wire)
    wire.send(OK)
    wire.half_close()
    got = read_answer(client)
    if got.body != b"ok":
        raise Unlike(f"answered {got.status}")


@case(GROUP, "9293 3.6.1", "a client that ends its sending while the upstream is silent gets the answer")
def half_close_in_silence(stage):
    client, wire = stage.reach()
    client.half_close()
    if wire.is_readable(1.5):
        raise Allowed("takes it for a farewell and ends the upstream side")
    wire.send(OK)
    wire.half_close()
    got = read_answer(client)
    if got.body != b"ok":
        raise Unlike(f"answered {got.status}")


@case(GROUP, "9293 3.6.1", "the end of an upload's sending behind its last byte is no farewell")
def half_close_after_upload(stage):
    client = stage.client("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")
    client.half_close()
    received = stage.serve()
    got = read_answer(client)
    if (received.body, got.body) != (b"body", b"ok"):
        raise Unlike(f"{len(received.body)} bytes go on, answered {got.status}")


@case(GROUP, "9112 9.3.2", "a request that is pipelined behind an event stream waits for its end")
def behind_stream(stage):
    client, wire, reader, _ = open_stream(stage, "chunked", EVENTS + GET)
    wire.send("0\r\n\r\n")
    wire.half_close()
    client.read_until("0\r\n\r\n")
    stage.serve()
    if read_answer(client).body != b"ok":
        raise Unlike("its answer is another")


@case(GROUP, "9112 8", "the end of a stream is the end for the client, whose connection goes on")
def stream_end(stage):
    client, wire, _, _ = open_stream(stage)
    wire.half_close()
    if not client.fill():
        raise Allowed("closes") if client.end == "closed" else Unlike("it is a reset")
    if client.read_until("0\r\n\r\n") != b"0\r\n\r\n":
        raise Unlike("more comes")
    stage.serve_next(client)
