"""What of an answer arrives at the client, by its status, framing and the client's version."""

from compare import same_answer
from message import Received, parse_head, read_answer, read_body, read_request
from stage import GET, OK
from suite import Allowed, Unlike, case
from wire import Patience

GROUP = "answers"
OLD_GET = "GET / HTTP/1.0\r\nHost: h\r\n\r\n"
DATE = "Date: Mon, 02 Mar 2026 10:00:00 GMT\r\nServer: upstream\r\n"


def message_of(data, to):
    given = Received(data)
    message = parse_head(given.read_until("\r\n\r\n"))
    if to == "HEAD" or message.status in (204, 304):
        return message
    return read_body(given, message, True)


def passes(stage, answer, asked, strict, apart):
    """The comparison of an answer with what came of it; the connection must then serve another request."""
    to = asked.split(" ")[0]
    client = stage.client(asked)
    stage.serve(answer)
    got = read_answer(client, to)
    stage.serve_next(client)
    return same_answer(message_of(answer, to), got, strict, apart)


def status_line(line, fields=""):
    return f"HTTP/1.1 {line}\r\n{DATE}{fields}"


def with_length(line, body, fields=""):
    return status_line(line, f"{fields}Content-Length: {len(body)}\r\n\r\n{body}")


HEAD = GET.replace("GET", "HEAD")
ANSWERS = {
    ("9110 15", "a status without a reason passes"): (with_length("200 ", "ok"), GET),
    ("9112 4", "another reason passes"): (with_length("200 Very Fine, caf\xe9", "ok"), GET),
    ("9110 15", "an unknown status passes"): (with_length("299 New", "ok"), GET),
    ("9110 15.5", "an unknown client error passes"): (with_length("499 New", "ok"), GET),
    ("9110 15.5.5", "a 404 passes with its body"): (with_length("404 Not Found", "nothing here"), GET),
    ("9110 15.6", "a 503 passes with Retry-After"): (with_length("503 Busy", "later", "Retry-After: 7\r\n"), GET),
    ("6585 4", "a 429 passes with its body"): (with_length("429 Too Many", "{}", "Retry-After: 1\r\n"), GET),
    ("9110 15.4", "a redirect passes with Location as it is"):
        (with_length("302 Found", "", "Location: http://127.0.0.1:1/a//b%2F?c\r\n"), GET),
    ("9110 15.3.7", "a 206 passes with Content-Range"):
        (with_length("206 Partial Content", "bc", "Content-Range: bytes 1-2/9\r\n"), GET),
    ("9110 14.6", "a 206 of several ranges passes"):
        (with_length("206 Partial Content", "--x\r\n\r\na\r\n--x--\r\n",
                     "Content-Type: multipart/byteranges; boundary=x\r\n"), GET),
    ("9110 15.5.17", "a 416 passes"): (with_length("416 No", "", "Content-Range: bytes */9\r\n"), GET),
    ("9110 8.6", "the answer to HEAD keeps its length and has no body"):
        (status_line("200 OK", "Content-Length: 5\r\n\r\n"), HEAD),
    ("9112 6.1", "the answer to HEAD may be chunked and has no body"):
        (status_line("200 OK", "Transfer-Encoding: chunked\r\n\r\n"), HEAD),
    ("9110 15.3.5", "a 204 has no body"): (status_line("204 No Content", "X-A: b\r\n\r\n"), GET),
    ("9110 15.4.5", "a 304 keeps its length and has no body"):
        (status_line("304 Not Modified", "ETag: \"e\"\r\nContent-Length: 9\r\n\r\n"), GET),
    ("9110 5.3", "an answer's fields keep order, spelling and repeats"):
        (with_length("200 OK", "ok", "X-B: 1\r\nx-a: 2\r\nX-b:3 \r\nEmpty:\r\nX-A: 4\r\n"), GET),
    ("6265 3", "each Set-Cookie stays a line"):
        (with_length("200 OK", "ok", "Set-Cookie: a=1, b\r\nSet-Cookie: a=2; Path=/\r\nset-cookie: c\r\n"), GET),
    ("9110 11.6.1", "each WWW-Authenticate stays"):
        (with_length("401 No", "", "WWW-Authenticate: Basic realm=\"a\"\r\nWWW-Authenticate: Bearer\r\n"), GET),
    ("9110 5.4", "an answer's head of 64 KiB passes"):
        (with_length("200 OK", "ok", "".join(f"X-{number}: {'v' * 1000}\r\n" for number in range(64))), GET),
    ("9110 5.4", "an answer of 500 fields passes"):
        (with_length("200 OK", "ok", "".join(f"X-{number}: v\r\n" for number in range(497))), GET),
    ("9112 7.1", "a chunked answer passes"):
        (status_line("200 OK", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), GET),
    ("9110 8.6", "an answer of length 0 passes"): (with_length("200 OK", ""), GET),
    ("9110 8.4", "a content coding passes as it is"):
        (with_length("200 OK", "\x1f\x8b\x08\x00\xff", "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"), GET),
    ("9110 6.6.1", "Date, Server and Via of the upstream pass"):
        (with_length("200 OK", "ok", "Via: 1.1 inner\r\nAge: 3\r\nCache-Control: no-store\r\n"), GET),
}

# Their status lines are written anew.
MENDED = {
    ("9112 4", "a status line without its last space passes"): (with_length("200", "ok"), GET),
    ("9110 2.5", "an answer of HTTP/1.2 passes"):
        (with_length("200 OK", "ok").replace("HTTP/1.1", "HTTP/1.2"), GET),
}


def add_answer(section, name, answer, asked):
    @case(GROUP, section, name)
    def run(stage):
        return passes(stage, answer, asked, strict="spelling" in name or "reason" in name,
                      apart=() if "Server" in name else ("server",))


for (one_section, one_name), (one_answer, one_request) in (ANSWERS | MENDED).items():
    add_answer(one_section, one_name, one_answer, one_request)


@case(GROUP, "9112 7.1.2", "an answer's trailers pass")
def trailers(stage):
    answer = status_line("200 OK", "Trailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n")
    client = stage.client(GET.replace("\r\n\r\n", "\r\nTE: trailers\r\nConnection: TE\r\n\r\n"))
    stage.serve(answer)
    got = read_answer(client)
    if got.body != b"ok":
        raise Unlike("the body changes")
    if not got.trailers:
        raise Allowed("drops them")
    if [(name.lower(), value) for name, value in got.trailers] != [("x-t", "1")]:
        raise Unlike("changes them")


@case(GROUP, "9112 6.3", "a close-delimited answer becomes a chunked one, and the connection stays")
def close_delimited(stage):
    client = stage.client()
    for body in ("line\r\n\r\n0\r\n\r\n", ""):
        client.send(GET)
        stage.serve(f"HTTP/1.0 200 OK\r\n{DATE}\r\n{body}")
        got = read_answer(client)
        if got.body.decode() != body:
            raise Unlike("the body changes")
        if got.framing != "chunked":
            raise Allowed({"close": "closes", "length": "with a length"}[got.framing])


@case(GROUP, "9112 6.3", "a close-delimited answer is close-delimited to an HTTP/1.0 client")
def close_delimited_to_old(stage):
    _, got = stage.ask(OLD_GET, f"HTTP/1.0 200 OK\r\n{DATE}\r\nbody")
    if got.framing == "chunked" or got.body != b"body":
        raise Unlike("is chunked" if got.framing == "chunked" else "the body changes")


@case(GROUP, "9112 6.1", "a chunked answer is plain to an HTTP/1.0 client")
def chunked_to_old(stage):
    answer = f"HTTP/1.1 200 OK\r\n{DATE}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n"
    _, got = stage.ask(OLD_GET, answer)
    if got.framing == "chunked" or got.body != b"abcde":
        raise Unlike("stays chunked" if got.framing == "chunked" else "the body changes")


INTERIM = {
    "100": ("9110 15.2.1", "HTTP/1.1 100 Continue\r\n\r\n"),
    "102": ("9110 15.2", "HTTP/1.1 102 Processing\r\n\r\n"),
    "103": ("8297 2", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\n"),
}


def add_interim(status, section, interim):
    @case(GROUP, section, f"a {status} passes before the final answer is there")
    def run(stage):
        client, wire = stage.reach()
        wire.send(interim)
        if not client.is_readable(Patience.seconds):
            wire.send(OK)
            raise Unlike("dropped" if read_answer(client).status == 200 else "held back")
        got = read_answer(client)
        wire.send(OK)
        if read_answer(client).body != b"ok":
            raise Unlike("the final answer is another")
        if got.status != int(status):
            raise Unlike(f"becomes {got.status}")
        return same_answer(parse_head(interim.encode()), got, apart=("server",))


for one_status, (its_section, its_bytes) in INTERIM.items():
    add_interim(one_status, its_section, its_bytes)


@case(GROUP, "9110 15.2", "several interim answers pass in order")
def several_interim(stage):
    client, wire = stage.reach()
    wire.send("HTTP/1.1 103 A\r\n\r\nHTTP/1.1 103 B\r\n\r\n" + OK)
    statuses = [read_answer(client).status]
    while statuses[-1] < 200:
        statuses.append(read_answer(client).status)
    if statuses != [103, 103, 200]:
        raise Unlike(f"the client got {', '.join(map(str, statuses))}")


@case(GROUP, "9110 15.2", "a hundred interim answers pass")
def many_interim(stage):
    client = stage.client(GET)
    stage.serve("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100 + OK)
    count = 0
    while read_answer(client).status == 103:
        count += 1
    if count != 100:
        raise Unlike(f"{count} of them")


WITHOUT_BODY = {
    "a 204 with a length": "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
    "a 204 that is chunked": "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a 304 that is chunked": "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
}


def add_without_body(what, answer):
    @case(GROUP, "9112 6.1; 9112 6.3", f"{what} has no body, and the connection serves the next request")
    def run(stage):
        client = stage.client(GET)
        stage.serve(answer)
        got = read_answer(client)
        stage.serve_next_unless_closed(client)
        if got.status == 204 and (got.get("Content-Length") or got.get("Transfer-Encoding")):
            raise Unlike("passes the framing of a body")


for one_name, one_answer in WITHOUT_BODY.items():
    add_without_body(one_name, one_answer)


@case(GROUP, "9110 10.1.1", "an expectation in HTTP/1.0 brings no 100")
def expectation_of_old(stage):
    client = stage.client("POST /x HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    wire = stage.accept()
    client.send("body")
    received = read_request(wire)
    wire.send(OK if received.get("Expect") is None else "HTTP/1.1 100 Continue\r\n\r\n" + OK)
    wire.half_close()
    got = read_answer(client)
    if got.status != 200 or received.body != b"body":
        raise Unlike(f"a {got.status} comes")


@case(GROUP, "9110 15.2", "interim answers are kept from HTTP/1.0 clients")
def interim_to_old(stage):
    client = stage.client(OLD_GET)
    stage.serve("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + OK)
    got = read_answer(client)
    if got.status != 200:
        raise Unlike(f"a {got.status} comes through")


@case(GROUP, "9112 2.2", "an answer that comes byte by byte passes")
def in_pieces(stage):
    client, wire = stage.reach()
    for byte in OK:
        wire.send(byte)
    if read_answer(client).body != b"ok":
        raise Unlike("the body changes")


@case(GROUP, "9112 9.3", "an answer whose connection the upstream keeps open ends where it says")
def upstream_stays(stage):
    client, wire = stage.reach()
    wire.send(OK.replace("Server", "Connection: keep-alive\r\nServer"))
    if read_answer(client).body != b"ok":
        raise Unlike("the body changes")
