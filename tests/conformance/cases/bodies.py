"""Bodies of requests and answers: any framing, any size, in constant memory; expectations, early answers."""

import functools
import hashlib
import random

from compare import same_body
from message import Message, read_answer, read_answer_head, read_body, read_head, read_request
from stage import OK, expect_rest
from suite import Allowed, Unlike, case

GROUP = "bodies"
LARGE = 64 << 20
GROWTH_KIB = 16 << 10
EXPECTING = "POST /up HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
BODIES = {
    ("9112 6.2", "a body with a length passes"): ("Content-Length: 5\r\n", "hello"),
    ("9110 8.6", "a length of 0 passes"): ("Content-Length: 0\r\n", ""),
    ("9112 6.2", "a body that looks like a request stays a body"):
        ("Content-Length: 37\r\n", "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n\r\n"),
    ("9112 6.2", "a body of every byte passes"):
        ("Content-Length: 256\r\n", bytes(range(256)).decode("latin-1")),
    ("9112 7.1", "a chunked body passes"):
        ("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"),
    ("9112 7.1", "an empty chunked body passes"): ("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("9112 7.1", "chunk sizes with capitals and leading zeros pass"):
        ("Transfer-Encoding: chunked\r\n", "00A\r\n0123456789\r\n000\r\n\r\n"),
    ("9112 7", "the name of the coding is read in any case"):
        ("Transfer-Encoding: Chunked\r\n", "2\r\nok\r\n0\r\n\r\n"),
    ("9112 7.1.1", "a chunked body with extensions passes"):
        ("Transfer-Encoding: chunked\r\n", "3;a=b;c=\"d\\\";\"\r\nabc\r\n0;x\r\n\r\n"),
}


def given(fields, body):
    return f"POST /up HTTP/1.1\r\nHost: h\r\n{fields}\r\n{body}"


def add_body(section, name, fields, body):
    @case(GROUP, section, name)
    def run(stage):
        received, _ = stage.ask(given(fields, body))
        expected = Message(b"", "", [], body_of(fields, body).encode("latin-1"))
        same_body(expected, received)
        return told_framing(received, "chunked" if "Transfer" in fields else "length")


def body_of(fields, body):
    """The decoded body of the rows above: chunks are every second line."""
    if "Transfer" not in fields:
        return body
    return "".join(body.split("\r\n")[1::2])


def told_framing(received, framing):
    if received.framing in (framing, "none"):
        return None
    raise Allowed({"length": "with a length", "chunked": "chunked"}[received.framing])


for (one_section, one_name), (its_fields, its_body) in BODIES.items():
    add_body(one_section, one_name, its_fields, its_body)


@case(GROUP, "9112 7.1.2", "a request's trailers pass")
def trailers(stage):
    sent = given("TE: trailers\r\nConnection: TE\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n",
                 "2\r\nok\r\n0\r\nX-T: 1\r\nx-u: 2\r\n\r\n")
    received, _ = stage.ask(sent)
    if received.body != b"ok":
        raise Unlike("the body changes")
    if not received.trailers:
        raise Allowed("drops them")
    if [(name.lower(), value) for name, value in received.trailers] != [("x-t", "1"), ("x-u", "2")]:
        raise Unlike("changes them")


METHODS_WITH_BODY = ("PUT", "PATCH", "DELETE", "OPTIONS", "FROB")


def add_method(method):
    @case(GROUP, "9110 9.3", f"a body on {method} passes")
    def run(stage):
        received, _ = stage.ask(f"{method} /up HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{{}}")
        if received.body != b"{}":
            raise Unlike(f"the body becomes {received.body!r}")


for one_method in METHODS_WITH_BODY:
    add_method(one_method)


@case(GROUP, "9110 10.1.1", "an expectation and its 100 pass, then the body")
def expectation(stage):
    client = stage.client(EXPECTING)
    if stage.first_of(client, interim=True) == "upstream":
        wire = stage.accept()
        head = read_head(wire)
        if head.get("Expect") is None:
            return without_expectation(client, wire, head)
        wire.send("HTTP/1.1 100 Continue\r\n\r\n")
        if read_answer(client).status != 100:
            raise Unlike("the 100 does not come")
        client.send("body")
    else:
        interim = read_answer(client)
        if interim.status != 100:
            raise Unlike(f"answered {interim.status}")
        client.send("body")
        wire = stage.accept()
        head = read_head(wire)
        finish_upload(client, wire, head)
        raise Allowed("sends the 100 itself, before it forwards")
    return finish_upload(client, wire, head)


def without_expectation(client, wire, head):
    got = read_answer(client)
    if got.status != 100:
        raise Unlike(f"answered {got.status}")
    client.send("body")
    finish_upload(client, wire, head)
    raise Allowed("sends the 100 itself")


def finish_upload(client, wire, head):
    received = read_body(wire, head, False)
    wire.send(OK)
    wire.half_close()
    got = read_answer(client, skip_interim=True)
    if (received.body, got.status) != (b"body", 200):
        raise Unlike(f"the body becomes {received.body!r}, the answer {got.status}")


@case(GROUP, "9110 10.1.1", "an upstream may refuse an expectation before the body is sent")
def refused_expectation(stage):
    client = stage.client(EXPECTING)
    wire = stage.accept()
    read_head(wire)
    expect_rest(wire, b"")
    wire.send("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
    wire.half_close()
    got = read_answer(client)
    if got.status == 100 and read_answer(client).status == 417:
        raise Allowed("sends the 100 itself")
    if got.status != 417:
        raise Unlike(f"answered {got.status}")


@case(GROUP, "9110 10.1.1", "a client that does not wait for the 100 is served")
def impatient(stage):
    client = stage.client(EXPECTING + "body")
    wire = stage.accept()
    received = read_request(wire)
    wire.send(OK)
    wire.half_close()
    if read_answer(client, skip_interim=True).status != 200 or received.body != b"body":
        raise Unlike("is not")


# --- Large bodies

@functools.cache
def large_body():
    # A repeat of a prime length: a piece that is lost, doubled or misplaced changes the whole.
    prime = 1_000_003
    return (random.Random(9112).randbytes(prime) * (LARGE // prime + 1))[:LARGE]


@functools.cache
def digest():
    return hashlib.sha256(large_body()).hexdigest()


def chunked(body, size=1 << 20):
    for at in range(0, len(body), size):
        piece = body[at:at + size]
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def send_large(wire, framing, start):
    """A message with the large body, framed in one of three ways."""
    fields = {"length": f"Content-Length: {LARGE}\r\n", "chunked": "Transfer-Encoding: chunked\r\n", "close": ""}
    wire.send(f"{start}\r\n{fields[framing]}\r\n")
    for piece in chunked(large_body()) if framing == "chunked" else [large_body()]:
        wire.send(piece)
    if framing == "close":
        wire.half_close()


def check_digest(message):
    if hashlib.sha256(message.body).hexdigest() != digest():
        raise Unlike(f"{len(message.body)} other bytes")


def memory_stays(stage, before):
    """What the memory grew by is in the way only where the process is known."""
    if before is None:
        return "memory not looked at"
    grown = stage.proxy.peak_kib() - before
    if grown > GROWTH_KIB:
        raise Unlike(f"passes, and the memory grows by {grown >> 10} MiB")
    return None


def add_upload(framing):
    @case(GROUP, "9112 6", f"64 MiB up, {framing}: the same sha256, and memory stays", slow=True)
    def run(stage):
        before = stage.proxy.peak_kib()
        client = stage.client()
        sending = stage.in_background(client, send_large, client, framing, "POST /up HTTP/1.1\r\nHost: h")
        wire = stage.accept()
        received = read_request(wire)
        wire.send(OK)
        wire.half_close()
        sending.result()
        read_answer(client, skip_interim=True)
        check_digest(received)
        return memory_stays(stage, before)


def add_download(framing):
    @case(GROUP, "9112 6", f"64 MiB down, {framing}: the same sha256, and memory stays", slow=True)
    def run(stage):
        before = stage.proxy.peak_kib()
        client, wire = stage.reach()
        sending = stage.in_background(wire, send_large, wire, framing, "HTTP/1.1 200 OK\r\nServer: upstream")
        received = read_answer(client)
        sending.result()
        check_digest(received)
        return memory_stays(stage, before)


for one_framing in ("length", "chunked"):
    add_upload(one_framing)
for one_framing in ("length", "chunked", "close"):
    add_download(one_framing)


# --- Answers that come before the request is whole

EARLY = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n{}\r\nbig"


def add_early(how, fields, end):
    @case(GROUP, "9112 9.3", f"an answer that comes while the body is being sent arrives: the upstream {how}")
    def run(stage):
        client = stage.client("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\n")
        sending = stage.in_background(client, client.try_send, b"x" * 50_000_000)
        wire = stage.accept()
        read_head(wire)
        expect_rest(wire, rb"x*")
        wire.send(EARLY.format(fields))
        end(wire)
        got = read_answer(client)
        client.shut()
        sending.result()
        if (got.status, got.body) != (413, b"big"):
            raise Unlike(f"answered {got.status}")


add_early("keeps its connection", "", lambda wire: None)
add_early("ends its sending", "", lambda wire: wire.half_close())
add_early("closes, which resets", "Connection: close\r\n", lambda wire: wire.close())


@case(GROUP, "9112 9.3", "an answer and its request may go on at the same time, to the end of both")
def duplex(stage):
    client = stage.client("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\none")
    wire = stage.accept()
    read_head(wire)
    wire.read_exact(3)
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nONE")
    head = read_answer_head(client)
    if client.read_exact(3) != b"ONE" or head.status != 200:
        raise Unlike("the answer's first half does not come")
    client.send("two")
    if wire.read_exact(3) != b"two":
        raise Unlike("the request's second half does not come")
    wire.send("TWO")
    if client.read_exact(3) != b"TWO":
        raise Unlike("the answer's second half does not come")
