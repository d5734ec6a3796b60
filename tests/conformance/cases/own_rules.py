"""What taskgate promises beyond the RFCs, or where it departs from them by decision: nobody else is measured by it."""

import json

from message import read_answer, read_answer_head, read_chunk, read_head, read_request
from refusal import Row, add_rows
from stage import GET, OK
from suite import Unlike, case
from wire import Patience, as_bytes

from cases.answers import ANSWERS
from cases.streaming import open_stream
from cases.transparency import FIELDS, TARGETS, request
from cases.upgrades import handshake, switching

GROUP = "own_rules"


def added(message, *sent):
    names = [name for name, _ in message.fields if name.lower() not in sent]
    return f"adds {', '.join(names)}" if names else "re-spells or reorders it"


def as_sent(received):
    """Without the one line that this hop says for itself: see says_close()."""
    return received.raw.replace(b"\r\nConnection: close\r\n", b"\r\n", 1)


@case(GROUP, "9110 7.6.3", "nothing is added to a request but Connection, not even Via")
def nothing_added(stage):
    sent = "GET /x HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n"
    received, _ = stage.ask(sent)
    if as_sent(received) != sent.encode():
        raise Unlike(added(received, "host", "x-a", "connection"))


@case(GROUP, "9110 6.6.1", "nothing is added to an answer, not even Date")
def nothing_added_to_answers(stage):
    answer = "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok"
    _, got = stage.ask(GET, answer)
    if got.raw != answer.encode():
        raise Unlike(added(got, "x-a", "content-length"))


@case(GROUP, "9112 3; 9112 5", "every request of the transparency group arrives byte for byte")
def raw_requests(stage):
    sent = [request(f"GET {target} HTTP/1.1", "Host: h") for target in TARGETS.values()]
    sent += [request("GET /x HTTP/1.1", *fields) for fields in FIELDS.values()]
    for one in sent:
        received, _ = stage.ask(one)
        if as_sent(received) != as_bytes(one):
            raise Unlike(f"{one.splitlines()[-2]!r} does not")


@case(GROUP, "9112 4; 9112 5", "every answer of the transparency group arrives byte for byte")
def raw_answers(stage):
    for answer, asked in ANSWERS.values():
        _, got = stage.ask(asked, answer, asked.split(" ")[0])
        if got.raw != as_bytes(answer):
            raise Unlike(f"{answer.splitlines()[0]!r} does not")


KEPT = {
    ("9110 7.6.1", "only hop-by-hop fields leave a request, and the rest stays in place"): (
        "GET / HTTP/1.1\r\nX-First: 1\r\nConnection: close, X-Hop , x-other\r\nHost: h\r\nKeep-Alive: timeout=5\r\n"
        "X-HOP: 1\r\nProxy-Connection: keep-alive\r\nX-Kept: 2\r\nTE: trailers\r\nx-hop: 3\r\nUpgrade: h2c\r\n"
        "X-Last: 4\r\n\r\n",
        "GET / HTTP/1.1\r\nX-First: 1\r\nHost: h\r\nX-Kept: 2\r\nX-Last: 4\r\n\r\n"),
    ("9110 9.3.1", "GET with a body passes below the app proxy"): (
        "GET /api/app-proxy/3000/x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody", None),
    ("9110 9.3.1", "GET with Content-Length: 0 has no body and passes"): (
        "GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", None),
    ("9110 9.3.1", "GET with chunks and no data has no body and passes without them"): (
        "GET /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\nX-A: 1\r\n\r\n00;a\r\nT: 1\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n"),
    ("9112 2.3", "an HTTP/1.0 request is forwarded as HTTP/1.0"): ("GET /old HTTP/1.0\r\nHost: h\r\n\r\n", None),
    ("9112 7.1", "a chunked body arrives raw, with sizes, extensions and trailers as they were sent"): (
        "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nTrailer: T\r\n\r\n"
        "0003;a=\"b;c\";d\r\nabc\r\n1\r\n\n\r\n00\r\nT: 1\r\nt:2\r\n\r\n", None),
    ("9110 7.8", "the handshake of an upgrade arrives byte for byte"): (handshake(), None),
    ("9110 7.8", "an upgrade with a body is an ordinary request"): (
        "POST /x HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}",
        "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"),
    ("9113 3.1", "an upgrade to HTTP/2 is an ordinary request: in a tunnel creates would pass unread"): (
        "GET /x HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
        "Connection: Upgrade, HTTP2-Settings\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: h\r\n\r\n"),
}


def add_kept(section, name, sent, expected):
    @case(GROUP, section, name)
    def run(stage):
        received, _ = stage.ask(sent)
        if as_sent(received) != as_bytes(expected or sent):
            raise Unlike("it differs")


for (one_section, one_name), (one_request, what_arrives) in KEPT.items():
    add_kept(one_section, one_name, one_request, what_arrives)


@case(GROUP, "9112 9.6", "an HTTP/1.1 upstream is told that its connection carries no other request", alone=True)
def says_close(stage):
    stage.ask(GET)
    for lines, arrives in (("", "\r\nHost: h\r\nConnection: close\r\n"), ("connection: x\r\n", "\r\nconnection: close\r\nHost: h\r\n")):
        received, _ = stage.ask(f"GET / HTTP/1.1\r\n{lines}Host: h\r\n\r\n")
        if arrives.encode() not in received.raw:
            raise Unlike("it is not told, or elsewhere")


@case(GROUP, "9112 9.6", "an HTTP/1.0 upstream is not told to close: it does, and may count the lines of a head")
def says_nothing(stage):
    stage.ask(GET, "HTTP/1.0 200 OK\r\n\r\nold")
    received, _ = stage.ask(GET, "HTTP/1.0 200 OK\r\n\r\nold")
    if received.get("Connection"):
        raise Unlike("it is told")


@case(GROUP, "9110 7.8", "a 101's Connection keeps its place and its spelling")
def switch_keeps_connection(stage):
    client = stage.client(handshake())
    wire = stage.accept()
    read_head(wire)
    wire.send(switching())
    if read_answer_head(client).raw != switching().encode():
        raise Unlike("it differs")


@case(GROUP, "9112 9.3", "what follows a GET with chunks and no data is the next request")
def empty_chunks_end(stage):
    client = stage.client("GET /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET)
    for target in ("/x", "/"):
        wire = stage.accept()
        received = read_request(wire)
        if received.start.split(" ")[1] != target or received.body:
            raise Unlike(f"{received.start} arrives")
        wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        read_answer(client)


OLD_GET = "GET / HTTP/1.0\r\nHost: h\r\n\r\n"
OLD_OK = "HTTP/1.0 200 OK\r\nServer: Old\r\n\r\nbody"
CHUNKED_OK = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"
              "05;a=\"b\"\r\nhello\r\n1;c\r\n!\r\n000\r\nT: x\r\nt:y\r\n\r\n")
MADE = {
    ("9110 7.6.1", "only hop-by-hop fields leave an answer, and the rest stays in place"): (
        GET, "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: max=1\r\nX-Kept: 2\r\n"
        "Upgrade: h2c\r\nProxy-Connection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX-Kept: 2\r\nContent-Length: 2\r\n\r\nok"),
    ("9112 7.1", "a chunked answer arrives raw, with sizes, extensions and trailers as they were sent"): (
        GET, CHUNKED_OK, CHUNKED_OK),
    ("9112 6.3", "a close-delimited answer's head gets Transfer-Encoding, and no more"): (
        GET, OLD_OK, "HTTP/1.1 200 OK\r\nServer: Old\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"),
    ("9112 9.3", "a close-delimited answer's head gets Connection for an HTTP/1.0 client, and no more"): (
        OLD_GET, OLD_OK, "HTTP/1.1 200 OK\r\nServer: Old\r\nConnection: close\r\n\r\nbody"),
    ("9112 6.1", "a chunked answer's head loses Transfer-Encoding and Trailer for an HTTP/1.0 client, and no more"): (
        OLD_GET, CHUNKED_OK, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello!"),
    ("9112 4", "a status line without its last space gets it"): (
        GET, "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"),
}


def add_made(section, name, asked, answer, expected):
    @case(GROUP, section, name)
    def run(stage):
        _, got = stage.ask(asked, answer)
        if got.raw != as_bytes(expected):
            raise Unlike("it differs")


for (one_section, one_name), (one_request, one_answer, what_arrives) in MADE.items():
    add_made(one_section, one_name, one_request, one_answer, what_arrives)


@case(GROUP, "9112 9.3", "one upstream connection carries one request, and is closed behind its answer", alone=True)
def one_request(stage):
    client = stage.client()
    for number in range(2):
        client.send(GET)
        wire = stage.accept()
        read_request(wire)
        wire.send(OK)
        read_answer(client)
        if not wire.is_readable(Patience.seconds) or wire.read_to_end():
            raise Unlike(f"it stays behind answer {number + 1}")


@case(GROUP, "9931", "what a client sends before the 101 waits while interim answers pass")
def early_bytes(stage):
    client = stage.client(handshake() + "early")
    wire = stage.accept()
    read_head(wire)
    wire.send("HTTP/1.1 103 Early Hints\r\n\r\n")
    if read_answer(client).status != 103:
        raise Unlike("the interim answer does not come")
    if wire.unread or wire.is_readable():
        raise Unlike("it is forwarded")
    wire.send(switching())
    if read_answer_head(client).status != 101 or wire.read_exact(5) != b"early":
        raise Unlike("it changes")


add_rows(GROUP, [
    Row("9110 9.3.1", "GET with a body is refused", "GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"),
    Row("9110 9.3.1", "GET with chunks is refused",
        "GET /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    Row("9110 9.3.2", "HEAD with a body is refused", "HEAD /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"),
    Row("9110 9.3.2", "HEAD with chunks is refused",
        "HEAD /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    Row("9110 2.5", "HTTP/1.2 is refused", "GET /x HTTP/1.2\r\nHost: h\r\n\r\n", (505,)),
    Row("9110 7.6.1", "a Connection that names Content-Length is refused",
        "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: content-length\r\n\r\nhello"),
])


@case(GROUP, "9110 10.1.1", "the 100 comes from the proxy once the upstream is known to speak HTTP/1.0")
def own_continue(stage):
    stage.ask(GET, "HTTP/1.0 200 OK\r\n\r\nold")
    client = stage.client("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    if read_answer(client).status != 100:
        raise Unlike("it does not")
    client.send("body")
    received = stage.serve()
    read_answer(client)
    if received.raw != b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody":
        raise Unlike("the expectation is forwarded" if received.get("Expect") else "it differs")


def check_own_fields(got):
    """An answer of the proxy's own says when it was made (9110 6.6.1), and by which id it is found again."""
    for name in ("Date", "X-Request-Id"):
        if not got.get(name):
            raise Unlike(f"it has no {name}")


@case(GROUP, "9110 7.6.2", "the answer to Max-Forwards: 0 says who gives it")
def last_hop(stage):
    client = stage.client("OPTIONS / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\n\r\n")
    if stage.first_of(client) == "upstream":
        stage.serve()
        raise Unlike("it is forwarded")
    got = read_answer(client)
    if got.get("Server") != "taskgate" or not got.get("Allow"):
        raise Unlike(f"answers {got.status} from {got.get('Server')}")
    check_own_fields(got)


@case(GROUP, "9110 15.5", "a refusal is JSON that says what is wrong, and closes")
def refusal_is_json(stage):
    client = stage.client("GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n")
    got = read_answer(client)
    client.read_to_end()
    check_own_fields(got)
    if got.get("Content-Type") != "application/json" or "error" not in json.loads(got.body or "{}"):
        raise Unlike(f"it is {got.get('Content-Type')}")
    if not got.has_token("Connection", "close"):
        raise Unlike("it does not say close")


@case(GROUP, "9110 15.6.3", "the client's connection stays behind a 502")
def stays_behind_502(stage):
    client = stage.client(GET)
    stage.serve("nonsense\r\n\r\n")
    if read_answer(client).has_token("Connection", "close"):
        raise Unlike("it is closed")
    stage.serve_next(client)


def add_leaver(how, leave):
    @case(GROUP, "9112 8", f"a client that {how} in its upload is a reset for the upstream, not an end")
    def run(stage):
        client = stage.client("POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
        wire = stage.accept()
        read_head(wire)
        read_chunk(wire)
        leave(client)
        if wire.wait_for_end() != "reset":
            raise Unlike("it is an end")


add_leaver("closes", lambda client: client.close())
add_leaver("resets", lambda client: client.reset())


@case(GROUP, "9112 7.1; 9112 8", "a malformed chunk in the middle of an upload is a 400, and a reset for the upstream")
def fault_in_upload(stage):
    client = stage.client("POST /up HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
    wire = stage.accept()
    read_head(wire)
    read_chunk(wire)
    client.send("zz\r\n")
    got = read_answer(client)
    if got.status != 400 or wire.read_to_end() or wire.end != "reset":
        raise Unlike(f"answers {got.status}, and the upstream sees {wire.ended()}")


@case(GROUP, "9110 7.8", "a 101 to an upgrade with a body: 502, and no tunnel")
def switch_with_body(stage):
    _, got = stage.ask("POST /x HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Content-Length: 2\r\n\r\n{}", switching() + "frames")
    if got.status != 502:
        raise Unlike(f"answers {got.status}")


@case(GROUP, "9112 9.6", "the end of an event stream's client's sending counts as leaving")
def half_close_of_stream(stage):
    client, wire, _, _ = open_stream(stage)
    client.half_close()
    if not wire.is_readable(Patience.seconds):
        raise Unlike("it does not")
    wire.wait_for_end()


@case(GROUP, "9112 9.3", "bytes of a body that the upstream did not take are never read as a request")
def rest_of_body(stage):
    hidden = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"
    client = stage.client(f"POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: {len(hidden)}\r\n\r\n")
    wire = stage.accept()
    read_head(wire)
    wire.reset()
    client.try_send(as_bytes(hidden))
    if read_answer(client).status != 502:
        raise Unlike("the answer is none of a bad gateway")
    client.wait_for_end()
