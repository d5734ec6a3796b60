"""Answers that are none, or that two parsers could read in two ways: a 502 or 504, never what the upstream sent."""

from message import read_answer, read_head
from stage import GET, OK, describe
from suite import Allowed, Unlike, case

GROUP = "bad_upstreams"
HELLO = "5\r\nhello\r\n0\r\n\r\n"


def ok_with(*lines, body="hello", start="HTTP/1.1 200 OK"):
    return "\r\n".join([start, "Date: Mon, 02 Mar 2026 10:00:00 GMT", "Server: upstream", *lines, "", body])


def with_start(start):
    return ok_with("Content-Length: 5", start=start)


def without(*bad):
    """Allows an answer that passed without the bytes that are wrong in it."""

    def check(got):
        return "forwards it mended" if not any(one in got.head for one in bad) and got.body == b"hello" else None

    return check


def with_one_length(got):
    return "forwards one length" if got.all("Content-Length") == ["5"] and got.body == b"hello" else None


def chunked_wins(got):
    return "forwards it chunked" if got.get("Content-Length") is None and got.body == b"hello" else None


def body_as_meant(got):
    return "forwards it" if got.body == b"hello" else None


FAULTS = [
    ("9112 4", "an empty answer", "", None),
    ("9112 4", "a status line that is cut off", "HTTP/1.1 200", None),
    ("9112 4", "a head that is cut off", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", None),
    ("9112 4", "an answer of HTTP/0.9", "<html>hello</html>\n", None),
    ("9112 4", "another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", None),
    ("9112 4", "junk before the status line", "\x00\xff" + ok_with("Content-Length: 5"), None),
    ("9112 2.2", "an empty line before the status line", "\r\n" + ok_with("Content-Length: 5"), body_as_meant),
    ("9110 2.5", "a status line of HTTP/2.0", with_start("HTTP/2.0 200 OK"), None),
    ("9112 2.3", "a status line without a version", with_start("HTTP 200 OK"), None),
    ("9112 4", "two spaces before the status", with_start("HTTP/1.1  200 OK"), body_as_meant),
    ("9110 15", "a status below 100", with_start("HTTP/1.1 099 Low"), None),
    ("9110 15", "a status over 599", with_start("HTTP/1.1 600 High"), 
     lambda got: "passes it on" if got.status == 600 else None),
    ("9110 15", "a status of four digits", with_start("HTTP/1.1 2000 OK"), None),
    ("9110 15", "a status of two digits", with_start("HTTP/1.1 20 OK"), None),
    ("9110 15", "a status of letters", with_start("HTTP/1.1 abc OK"), None),
    ("9112 5", "a line without a colon", ok_with("nonsense", "Content-Length: 5"), without(b"nonsense")),
    ("9112 5.1", "a space before a colon", ok_with("X-A : 1", "Content-Length: 5"), without(b"X-A :", b"x-a :")),
    ("9110 5.1", "an empty name", ok_with(": 1", "Content-Length: 5"), without(b"\r\n:")),
    ("9110 5.6.2", "a name that is no token", ok_with("X A: 1", "Content-Length: 5"), without(b"X A", b"x a")),
    ("9112 5.2", "a folded line", ok_with("X-A: 1", " 2", "Content-Length: 5"), without(b"\r\n ")),
    ("9112 2.2", "a bare CR in a value", ok_with("X-A: 1\rX-B: 2", "Content-Length: 5"), without(b"1\rX")),
    ("9112 2.2", "bare LFs as line ends", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", body_as_meant),
    ("9110 5.5", "a NUL in a value", ok_with("X-A: 1\x002", "Content-Length: 5"), without(b"\x00")),
    ("9112 6.3", "both lengths", ok_with("Content-Length: 5", "Transfer-Encoding: chunked", body=HELLO), chunked_wins),
    ("9112 6.3", "differing lengths", ok_with("Content-Length: 5", "Content-Length: 6"), None),
    ("9110 8.6", "a repeated length", ok_with("Content-Length: 5", "Content-Length: 5"), with_one_length),
    ("9110 8.6", "a list of lengths", ok_with("Content-Length: 5, 5"), with_one_length),
    ("9112 6.3", "a signed length", ok_with("Content-Length: +5"), None),
    ("9112 6.3", "a negative length", ok_with("Content-Length: -5"), None),
    ("9112 6.3", "a hexadecimal length", ok_with("Content-Length: 0x5"), None),
    ("9112 6.3", "a length over 2^64", ok_with("Content-Length: 18446744073709551621"), None),
    ("9112 6.1", "an unknown coding", ok_with("Transfer-Encoding: frob, chunked", body=HELLO), None),
    ("9112 6.3", "chunked twice", ok_with("Transfer-Encoding: chunked, chunked", body=HELLO), None),
    ("9112 6.1", "chunked in an answer of HTTP/1.0",
     ok_with("Transfer-Encoding: chunked", body=HELLO, start="HTTP/1.0 200 OK"), body_as_meant),
    ("9110 5.4", "a head of 1 MiB", ok_with(*("X-A: " + "v" * 1000 for _ in range(1044)), "Content-Length: 5"),
     body_as_meant),
    ("9110 5.4", "a head without an end", ok_with(*("X-A: " + "v" * 1000 for _ in range(4000)))[:-9], None),
    ("9110 15.2", "an interim answer and no more", "HTTP/1.1 103 Early Hints\r\n\r\n", None),
]


def add_fault(section, name, answer, choice):
    @case(GROUP, section, f"{name}: 502")
    def run(stage):
        client, wire = stage.reach()
        wire.try_send(answer)
        wire.half_close()
        return judged(client, choice)


def judged(client, choice):
    try:
        got = read_answer(client, skip_interim=True)
    except Unlike as unlike:
        if not client.unread and client.end:
            raise Allowed("closes without an answer") from None
        raise Unlike("passes it on" if "no answer but" in str(unlike) else f"passes it on: {unlike}") from None
    if got.status == 502:
        return None
    told = choice(got) if choice else None
    if told:
        raise Allowed(told)
    if got.status in (500, 503, 504):
        raise Allowed(f"answers {got.status}")
    raise Unlike("passes it on" if got.status == 200 else f"answers {got.status}")


for one_fault in FAULTS:
    add_fault(*one_fault)


@case(GROUP, "9110 15.6.3", "a refused connection: 502")
def refused(stage):
    stage.refuse_connections()
    return judged(stage.client(GET), None)


def add_reset(when, prefix):
    @case(GROUP, "9110 15.6.3", f"a reset {when}: 502")
    def run(stage):
        client, wire = stage.reach()
        wire.send(prefix)
        wire.reset()
        return judged(client, None)


add_reset("instead of an answer", "")
add_reset("in the answer's head", "HTTP/1.1 200 OK\r\nContent-Le")


@case(GROUP, "9110 9.2.2; 9112 9.3.1", "a POST whose connection breaks is not sent again")
def not_again(stage):
    client, wire = stage.reach("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")
    wire.reset()
    return judged(client, None)


@case(GROUP, "9110 15.6.3", "a connection that is closed before the request is read: 502")
def closed_at_once(stage):
    client = stage.client(GET)
    stage.accept().close()
    return judged(client, None)


@case(GROUP, "9110 15.6.5", "silence: 504", slow=True)
def silence(stage):
    client, wire = stage.reach(GET.replace(" / ", " /silent "))
    got = read_answer(client)
    if got.status != 504:
        raise Allowed(f"answers {got.status}") if got.status in (502, 503) else Unlike(f"answers {got.status}")


@case(GROUP, "9110 15.6.3", "the 502 to HEAD has no body")
def head_502(stage):
    client, wire = stage.reach("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    wire.half_close()
    got = read_answer(client, "HEAD")
    if client.read_to_end():
        raise Unlike("it has one")
    if got.status != 502:
        raise Allowed(f"answers {got.status}")


UNASKED = {
    "to a plain request": GET,
    "to Upgrade without Connection": GET.replace("\r\n\r\n", "\r\nUpgrade: websocket\r\n\r\n"),
    "to Connection: upgrade without Upgrade": GET.replace("\r\n\r\n", "\r\nConnection: upgrade\r\n\r\n"),
    "to an upgrade in HTTP/1.0": "GET / HTTP/1.0\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
}


def add_unasked(what, request):
    @case(GROUP, "9110 15.2.2; 9110 7.8", f"a 101 {what}: 502, and no tunnel")
    def run(stage):
        client = stage.client(request)
        if stage.first_of(client) == "client":
            raise Allowed(f"refuses the request with {describe(client)}")
        wire = stage.accept()
        read_head(wire)
        wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nframes")
        got = read_answer(client)
        if got.status == 101:
            raise Unlike("the 101 passes")
        if got.status != 502:
            raise (Allowed if got.status in (500, 503, 504) else Unlike)(f"answers {got.status}")


for one_name, one_request in UNASKED.items():
    add_unasked(one_name, one_request)


# --- Bytes that answer nothing

EXTRA = {
    "an answer with a length": (GET, OK),
    "a chunked answer": (GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    "a 204": (GET, "HTTP/1.1 204 No Content\r\n\r\n"),
    "a 304": (GET, "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"),
    "the answer to HEAD": (GET.replace("GET", "HEAD"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
}
EVIL = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"


def add_extra(what, request, answer):
    @case(GROUP, "9112 9.2; 9112 11.1", f"what an upstream sends behind {what} answers no other request")
    def run(stage):
        client = stage.client(request)
        stage.serve(answer + EVIL)
        read_answer(client, request.split(" ")[0])
        stage.serve_next_unless_closed(client)


for one_name, (one_request, one_answer) in EXTRA.items():
    add_extra(one_name, one_request, one_answer)


@case(GROUP, "9112 9.2", "an answer that comes before the request is whole answers that request alone")
def unsolicited(stage):
    client = stage.client("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n")
    wire = stage.accept()
    wire.send(EVIL + EVIL)
    wire.half_close()
    got = read_answer(client)
    client.try_send("body" + GET)
    while stage.first_of(client) == "upstream":
        stage.serve()
    client.drain(0.2)
    read_head(wire)
    wire.read_to_end()
    if b"evil" in client.unread:
        raise Unlike("the second one answers another request")
    if got.status not in (200, 502):
        raise Unlike(f"answers {got.status}")
