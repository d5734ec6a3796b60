"""What belongs to one hop ends there; what does not goes on."""

from message import read_answer, read_request
from refusal import Row, refused_in_body
from stage import GET, OK, describe
from suite import Allowed, Unlike, case

GROUP = "hop_by_hop"


def with_fields(*lines, method="GET"):
    return "\r\n".join([f"{method} /x HTTP/1.1", "Host: h", *lines, "X-Kept: 1", "", ""])


def ok_with(*lines):
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "X-Kept: 1", "Content-Length: 2", "", "ok"])


def lost_and_kept(message, gone, kept="X-Kept"):
    """Raises unless the fields are gone, and what should stay did."""
    left = [name for name in gone if message.get(name) is not None]
    if left:
        raise Unlike(f"passes {', '.join(left)}")
    if message.get(kept) is None:
        raise Unlike(f"loses {kept}")


REMOVED = {
    ("9110 7.6.1", "a field that Connection names"): (("X-Hop: 1", "Connection: X-Hop"), ("X-Hop",)),
    ("9110 7.6.1", "a field that Connection names in another case and behind it"):
        (("Connection: x-hop", "X-HOP: 1", "x-hop: 2"), ("X-Hop",)),
    ("9110 7.6.1", "fields that Connection names in a list, with close"):
        (("Connection: close, X-A , x-b", "X-A: 1", "X-B: 2"), ("X-A", "X-B")),
    ("9110 7.6.1", "fields that several Connection lines name"):
        (("Connection: X-A", "X-A: 1", "X-B: 2", "Connection: X-B"), ("X-A", "X-B")),
    ("9110 7.6.1; 9112 C.2.2", "Keep-Alive"): (("Keep-Alive: timeout=5",), ("Keep-Alive",)),
    ("9110 7.6.1; 9112 C.2.2", "Proxy-Connection"): (("Proxy-Connection: keep-alive",), ("Proxy-Connection",)),
    ("9110 7.8", "Upgrade that is no upgrade"): (("Upgrade: h2c",), ("Upgrade",)),
}


def add_removed(section, what, lines, gone):
    @case(GROUP, section, f"removed from a request: {what}")
    def run(stage):
        received, _ = stage.ask(with_fields(*lines))
        lost_and_kept(received, gone)

    @case(GROUP, section, f"removed from an answer: {what}")
    def run_answer(stage):
        _, got = stage.ask(GET, ok_with(*lines))
        lost_and_kept(got, gone)


for (one_section, one_name), (its_lines, its_gone) in REMOVED.items():
    add_removed(one_section, one_name, its_lines, its_gone)


@case(GROUP, "9110 10.1.4", "TE is the hop's own")
def te(stage):
    received, _ = stage.ask(with_fields("TE: trailers, deflate;q=0.5", "Connection: TE"))
    if received.get("TE") == "trailers":
        raise Allowed("sends its own, trailers")
    lost_and_kept(received, ("TE",))


@case(GROUP, "9110 7.6.1", "the client's Connection options are not the upstream's")
def connection_options(stage):
    received, _ = stage.ask(with_fields("Connection: keep-alive, X-None"))
    if received.has_token("Connection", "x-none"):
        raise Unlike("they pass")


PASSES = {
    ("9110 11.7.2", "Proxy-Authorization passes where the proxy asks for none"): "Proxy-Authorization: Basic eDp5",
    ("9110 7.6.1", "a field that looks like hop-by-hop and is not named passes"): "X-Connection: close",
    ("9110 6.6.2", "Trailer passes"): "Trailer: X-T",
}


def add_passes(section, name, line):
    @case(GROUP, section, name)
    def run(stage):
        field, _, value = line.partition(": ")
        sent = f"POST /x HTTP/1.1\r\nHost: h\r\n{line}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        received, _ = stage.ask(sent)
        if received.get(field) is None:
            raise Allowed("removes it")
        if received.get(field) != value:
            raise Unlike(f"it becomes {received.get(field)}")


for (one_section, one_name), one_line in PASSES.items():
    add_passes(one_section, one_name, one_line)


@case(GROUP, "9110 11.7.1", "Proxy-Authenticate and Proxy-Authentication-Info of an answer pass")
def proxy_authenticate(stage):
    _, got = stage.ask(GET, ok_with("Proxy-Authenticate: Basic realm=\"x\"", "Proxy-Authentication-Info: a=\"b\""))
    if not got.get("Proxy-Authenticate") or not got.get("Proxy-Authentication-Info"):
        raise Allowed("removes them")


# --- Trailers that Connection names

TRAILED = "Connection: X-Hop\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Hop: 1\r\nX-Kept: 2\r\n\r\n"


REMOVED_IT, REMOVED_ALL = "it is removed", "all trailers are removed"


def check_trailers(message):
    names = [name.lower() for name, _ in message.trailers]
    if "x-hop" in names:
        raise Unlike("it does")
    return REMOVED_IT if names else REMOVED_ALL


@case(GROUP, "9110 7.6.1", "a trailer that a request's Connection names does not pass")
def named_trailer(stage):
    row = Row("", "", f"POST /x HTTP/1.1\r\nHost: h\r\n{TRAILED}", (400,),
              lambda received: check_trailers(received))
    try:
        return refused_in_body(stage, row)
    except Allowed as told:
        if str(told) not in (REMOVED_IT, REMOVED_ALL):
            raise
        return str(told)


@case(GROUP, "9110 7.6.1", "a trailer that an answer's Connection names does not pass")
def named_trailer_of_answer(stage):
    client = stage.client(GET.replace("\r\n\r\n", "\r\nTE: trailers\r\nConnection: TE\r\n\r\n"))
    stage.serve(f"HTTP/1.1 200 OK\r\n{TRAILED}")
    try:
        got = read_answer(client)
    except Unlike:
        if not client.end:
            raise
        return "the answer is cut off at it"
    return check_trailers(got)


# --- A Connection that names what is the message's

NAMED = {
    "Content-Length": "Content-Length: 5\r\nConnection: Content-Length\r\n\r\nhello",
    "Transfer-Encoding": "Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "Host": "Content-Length: 5\r\nConnection: close, Host\r\n\r\nhello",
}


def add_named(name, rest):
    @case(GROUP, "9110 7.6.1; 9112 11.2", f"a Connection that names {name} does not change the message's reading")
    def run(stage):
        client = stage.client(f"POST /x HTTP/1.1\r\nHost: h\r\n{rest}")
        try:
            wire = stage.accept()
        except Unlike:
            told = describe(client)
            if not told.startswith("4"):
                raise
            return f"refused: {told}"
        received = read_request(wire)
        wire.send(OK)
        wire.half_close()
        read_answer(client)
        if received.body != b"hello" or received.get("Host") != "h":
            raise Unlike(f"the body becomes {received.body!r}, Host {received.get('Host')}")
        return "it is ignored"


for one_name, one_rest in NAMED.items():
    add_named(one_name, one_rest)


@case(GROUP, "9110 7.6.1; 9112 11.1", "an answer's Connection that names Content-Length does not change its reading")
def named_in_answer(stage):
    client = stage.client(GET)
    stage.serve("HTTP/1.1 200 OK\r\nConnection: Content-Length\r\nContent-Length: 2\r\n\r\nok and more")
    got = read_answer(client)
    if got.status == 502:
        return "502"
    if got.body != b"ok":
        raise Unlike(f"the body becomes {got.body!r}")
    return "it is ignored"


# --- Whose connection it is

@case(GROUP, "9112 9.6", "a client's Connection: close ends the client's connection behind the answer")
def client_close(stage):
    client = stage.client(with_fields("Connection: close"))
    stage.serve()
    got = read_answer(client)
    if client.read_to_end():
        raise Unlike("more comes")
    if not got.has_token("Connection", "close"):
        raise Unlike("the answer does not say so")


@case(GROUP, "9112 9.6", "what is pipelined behind Connection: close is not served")
def behind_close(stage):
    client = stage.client(with_fields("Connection: close") + GET)
    stage.serve()
    read_answer(client)
    if client.read_to_end():
        raise Unlike("a second answer comes")


UPSTREAM_ENDS = {
    "says close": ok_with("Connection: close"),
    "says keep-alive": ok_with("Connection: keep-alive", "Keep-Alive: timeout=1"),
    "speaks HTTP/1.0": ok_with().replace("HTTP/1.1", "HTTP/1.0"),
}


def add_upstream_end(what, answer):
    @case(GROUP, "9110 7.6.1; 9112 9.3", f"an upstream that {what} does not end the client's connection")
    def run(stage):
        client = stage.client()
        for _ in range(2):
            client.send(GET)
            stage.serve(answer)
            if read_answer(client).has_token("Connection", "close"):
                raise Unlike("the answer says close")


for one_name, one_answer in UPSTREAM_ENDS.items():
    add_upstream_end(one_name, one_answer)


# --- Max-Forwards

def add_max_forwards(method, value, expected):
    @case(GROUP, "9110 7.6.2", f"{method} with Max-Forwards: {value} goes on with {expected}")
    def run(stage):
        received, _ = stage.ask(with_fields(f"Max-Forwards: {value}", method=method))
        if received.get("Max-Forwards") != str(expected):
            raise Unlike(f"goes on with {received.get('Max-Forwards')}")


for one_method in ("OPTIONS", "TRACE"):
    add_max_forwards(one_method, 5, 4)
add_max_forwards("GET", 5, 5)


@case(GROUP, "9110 7.6.2", "OPTIONS with Max-Forwards: 0 is answered by the proxy")
def last_hop_options(stage):
    return answered_here(stage, "OPTIONS")


@case(GROUP, "9110 7.6.2; 9110 9.3.8", "TRACE with Max-Forwards: 0 is answered by the proxy, without what is secret")
def last_hop_trace(stage):
    return answered_here(stage, "TRACE")


def answered_here(stage, method):
    client = stage.client(with_fields("Max-Forwards: 0", "Authorization: secret", "X-Api-Key: secret", method=method))
    try:
        wire = stage.accept()
    except Unlike:
        got = read_answer(client)
        if got.status != 200:
            raise Allowed(f"answers {got.status}") from None
        if b"secret" in got.body:
            raise Unlike("the secret comes back") from None
        return None
    read_request(wire)
    wire.send(OK)
    wire.half_close()
    raise Unlike("forwards it")
