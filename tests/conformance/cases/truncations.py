"""Answers that are cut off behind their head: the client must be able to tell (RFC 9112 section 8)."""

from message import Malformed, Received, Short, read_answer
from stage import GET
from suite import Unlike, case

GROUP = "bad_upstreams"
OLD_GET = "GET / HTTP/1.0\r\nHost: h\r\n\r\n"
CHUNKED = "HTTP/1.1 200 OK\r\nServer: upstream\r\nTransfer-Encoding: chunked\r\n\r\n"
LENGTH = "HTTP/1.1 200 OK\r\nServer: upstream\r\nContent-Length: 9\r\n\r\n"

CUT = {
    "a body short of its length": LENGTH + "short",
    "a body of which nothing comes": LENGTH,
    "chunks cut off in a size": CHUNKED + "5\r\nshort\r\n5",
    "chunks cut off in their data": CHUNKED + "9\r\nsho",
    "chunks cut off between two": CHUNKED + "5\r\nshort\r\n",
    "chunks cut off before the empty line": CHUNKED + "5\r\nshort\r\n0\r\n",
    "chunks cut off in a trailer": CHUNKED + "5\r\nshort\r\n0\r\nX-T: 1",
    "chunks of which none comes": CHUNKED,
    "a malformed chunk size": CHUNKED + "5\r\nshort\r\nzz\r\n",
    "a negative chunk size": CHUNKED + "5\r\nshort\r\n-5\r\nhello\r\n0\r\n\r\n",
    "a chunk size over 2^64": CHUNKED + "5\r\nshort\r\n10000000000000005\r\nhello\r\n0\r\n\r\n",
    "a chunk longer than its size": CHUNKED + "5\r\nshort\r\n4\r\nhello\r\n0\r\n\r\n",
}


def check_cut(client):
    """Passes if no client could take what came for a whole answer: it is cut off or malformed, and it ended."""
    while True:
        try:
            got = read_answer(Received(client.unread))
        except Malformed:
            return None
        except Short:
            got = None
        if got and got.status == 502:
            return "502"
        # A body that the connection delimits is only whole with an ordinary end of it.
        if got and (got.framing != "close" or client.end == "closed"):
            raise Unlike("it looks whole")
        if not client.fill():
            return None


def add_cut(what, answer):
    @case(GROUP, "9112 8; 9112 7.1", f"{what}: the client can tell")
    def run(stage):
        client = stage.client(GET)
        stage.serve(answer)
        return check_cut(client)


for one_name, one_answer in CUT.items():
    add_cut(one_name, one_answer)


@case(GROUP, "9112 8", "chunks cut off: an HTTP/1.0 client can tell")
def chunks_to_old(stage):
    client = stage.client(OLD_GET)
    stage.serve(CUT["chunks cut off between two"])
    return check_cut(client)


RESETS = {
    "a body with a length": LENGTH + "short",
    "chunks": CHUNKED + "5\r\nshort\r\n",
    "a close-delimited answer": "HTTP/1.0 200 OK\r\nServer: upstream\r\n\r\nshort",
}


def add_reset(what, answer, client_version, request):
    @case(GROUP, "9112 8", f"a reset in {what}: an {client_version} client can tell")
    def run(stage):
        client, wire = stage.reach(request)
        wire.send(answer)
        while b"short" not in client.unread:
            if not client.fill():
                break
        wire.reset()
        return check_cut(client)


for one_name, one_answer in RESETS.items():
    add_reset(one_name, one_answer, "HTTP/1.1", GET)
add_reset("a close-delimited answer", RESETS["a close-delimited answer"], "HTTP/1.0", OLD_GET)


@case(GROUP, "9112 6.3", "a length that the upstream exceeds is kept to")
def exceeded(stage):
    client = stage.client(GET)
    stage.serve("HTTP/1.1 200 OK\r\nServer: upstream\r\nContent-Length: 2\r\n\r\nok and more")
    if read_answer(client).body != b"ok":
        raise Unlike("it is not")
    stage.serve_next_unless_closed(client)
