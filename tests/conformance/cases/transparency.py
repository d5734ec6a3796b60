"""What of a request arrives upstream: all of it, but what belongs to the hop."""

from compare import same_request
from message import parse_head, read_answer, read_request
from stage import GET, OK, describe
from suite import Allowed, Unlike, case

GROUP = "transparency"
LONG_TARGET = "/" + "a" * 8191
HEAD_LIMIT = 64 * 1024


def request(line, *fields):
    """A head of these lines."""
    return "\r\n".join([line, *fields, "", ""])


def arrives(stage, sent, strict=False, may_refuse=()):
    """The comparison of a request without a body with what came of it upstream."""
    to = sent.split(" ")[0]
    client = stage.client(sent)
    if stage.first_of(client) == "client":
        told = describe(client)
        raise (Allowed if told[:3] in may_refuse else Unlike)(f"not forwarded: {told}")
    received = stage.serve(OK.replace("ok", "") if to == "HEAD" else OK)
    if (status := read_answer(client, to).status) != 200:
        raise Unlike(f"answered {status}")
    return same_request(parse_head(sent.encode("latin-1")), received, strict)


METHODS = {
    "GET": "9110 9.3.1", "HEAD": "9110 9.3.2", "POST": "9110 9.3.3", "PUT": "9110 9.3.4", "DELETE": "9110 9.3.5",
    "OPTIONS": "9110 9.3.7", "TRACE": "9110 9.3.8", "PATCH": "5789 2", "PROPFIND": "9110 16.1", "M-SEARCH": "9110 16.1",
    "FROB": "9110 16.1", "get": "9110 9.1", "!#$%&'*+-.^_`|~9": "9110 9.1",
}


def add_method(method, section):
    @case(GROUP, section, f"the method {method.replace('`', '')} passes" if "`" not in method
          else "a method of every token character passes")
    def run(stage):
        # Only GET and HEAD must be supported (RFC 9110 section 9.1).
        return arrives(stage, request(f"{method} /x HTTP/1.1", "Host: h"), may_refuse=("405", "501"))


for one_method, its_section in METHODS.items():
    add_method(one_method, its_section)


TARGETS = {
    "double slashes": "//a//b/",
    "an encoded slash": "/a%2Fb%2f",
    "an encoded letter": "/%61%6Aa",
    "dot segments": "/a/./b/../c",
    "encoded dots": "/%2e%2E/a",
    "a malformed escape": "/a%zz%",
    "an empty query": "/a?",
    "a query with everything": "/a?x=1&y=%20+;/?:@!$'()*,=~&&z",
    "a semicolon parameter": "/a;b=c/d",
    "sub-delimiters": "/!$&'()*+,;=:@-._~",
    "an encoded space and UTF-8": "/%20/%C3%A9",
    "8 KiB": LONG_TARGET,
}


def add_target(what, target):
    @case(GROUP, "9110 7.7; 9112 3.2.1", f"a target with {what} passes as it is" if target != LONG_TARGET
          else "a target of 8 KiB passes")
    def run(stage):
        # What is no URI may be refused.
        may_refuse = ("400",) if "%z" in target else ()
        return arrives(stage, request(f"GET {target} HTTP/1.1", "Host: h"), may_refuse=may_refuse)


for its_name, one_target in TARGETS.items():
    add_target(its_name, one_target)


@case(GROUP, "9112 3.2.4", "OPTIONS * passes")
def options_of_all(stage):
    # It asks for a server's options in general, and a gateway is one too.
    return arrives(stage, request("OPTIONS * HTTP/1.1", "Host: h"), may_refuse=("200", "204"))


@case(GROUP, "9112 3.2.2", "a target in absolute form passes")
def absolute_form(stage):
    received, _ = stage.ask(request("GET http://h/a%2F?b HTTP/1.1", "Host: h"))
    target = received.start.split(" ")[1]
    if target == "/a%2F?b" and received.all("Host") == ["h"]:
        raise Allowed("in origin form")
    if target != "http://h/a%2F?b":
        raise Unlike(f"the target becomes {target}")
    return same_request(parse_head(request("GET http://h/a%2F?b HTTP/1.1", "Host: h").encode()), received)


FIELDS = {
    ("9110 5.3", "fields keep order, spelling and repeats"):
        ("hOST: h", "X-B: 1", "x-a: 2", "X-b: 3", "X-A: 4", "x-B: 5"),
    ("9110 5.5", "white space inside of values stays"): ("Host: h", "X-A: two  words\tand  more"),
    ("9110 5.5", "an empty value stays"): ("Host: h", "X-Empty:", "X-After: 1"),
    ("9110 5.5", "bytes above 127 in a value stay"): ("Host: h", "X-Name: caf\xe9 \xff\x80"),
    ("9112 5.1", "white space around values stays"): ("Host: h", "X-A: \t 1 \t ", "X-B:2"),
    ("9110 5.6.2", "a name of every token character passes"): ("Host: h", "!#$%&'*+-.^_`|~9aZ: 1"),
    ("9110 7.2", "Host passes with its port"): ("Host: example.org:8080",),
    ("9110 7.2", "an empty Host passes"): ("Host:",),
    ("6265 5.4", "Cookie passes"): ("Host: h", "Cookie: a=b; c=\"d\"; e"),
    ("9110 11.6.2", "Authorization passes"): ("Host: h", "Authorization: Bearer t0.k-en=="),
    ("7239 4", "Forwarded, X-Forwarded-* and identity fields pass"):
        ("Host: h", "Forwarded: for=9.9.9.9", "X-Forwarded-For: 9.9.9.9", "X-Forwarded-Proto: https",
         "X-Forwarded-Host: o", "X-Auth-Request-User: me", "Remote-User: me", "X-Real-IP: 9.9.9.9"),
    ("9110 14.2", "Range and conditions pass"):
        ("Host: h", "Range: bytes=1-2,5-", "If-Range: \"e\"", "If-None-Match: W/\"x\", \"y\"",
         "If-Modified-Since: Mon, 02 Mar 2026 10:00:00 GMT"),
    ("9110 12.5.3", "Accept-Encoding passes"): ("Host: h", "Accept-Encoding: gzip;q=0.5, br", "Accept: */*"),
    ("9110 10.1.3", "Referer, Origin and User-Agent pass"):
        ("Host: h", "Referer: http://h/api/app-proxy/3000/", "Origin: http://o", "User-Agent: x (y; z)"),
}


def add_fields(section, name, fields):
    @case(GROUP, section, name)
    def run(stage):
        return arrives(stage, request("GET /x HTTP/1.1", *fields), strict="spelling" in name or "around" in name)


for (one_section, one_name), its_fields in FIELDS.items():
    add_fields(one_section, one_name, its_fields)


@case(GROUP, "9110 5.4", "99 fields pass")
def many_fields(stage):
    return arrives(stage, request("GET /x HTTP/1.1", "Host: h", *(f"X-{number}: v" for number in range(98))))


@case(GROUP, "9110 5.4", "a head of 64 KiB passes")
def large_head(stage):
    def head_of(filling):
        fields = [f"X-{number:02}: " + "v" * 1000 for number in range(60)]
        return request("GET /x HTTP/1.1", "Host: h", *fields, "X-Last: " + "w" * filling)

    return arrives(stage, head_of(HEAD_LIMIT - len(head_of(0))))


@case(GROUP, "9112 2.2", "an empty line before a request is skipped")
def leading_empty_line(stage):
    received, _ = stage.ask("\r\n" + GET)
    return same_request(parse_head(GET.encode()), received)


@case(GROUP, "9112 9.3.2", "pipelined requests are answered in order")
def pipelined(stage):
    sent = ["GET /one HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /two HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab",
            "PUT /three HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n",
            "GET /four HTTP/1.1\r\nHost: h\r\n\r\n"]
    client = stage.client("".join(sent))
    for expected in ("/one", "/twoab", "/threec", "/four"):
        wire = stage.accept()
        received = read_request(wire)
        said = received.start.split(" ")[1] + received.body.decode()
        wire.send(f"HTTP/1.1 200 OK\r\nContent-Length: {len(said)}\r\n\r\n{said}")
        wire.half_close()
        answer = read_answer(client)
        if (said, answer.body.decode()) != (expected, expected):
            raise Unlike(f"{expected} is forwarded as {said}, answered with {answer.body.decode()}")


@case(GROUP, "9112 2.2", "a request that is sent byte by byte passes")
def in_pieces(stage):
    client = stage.client()
    for byte in "GET /slow HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n":
        client.send(byte)
    received = stage.serve()
    read_answer(client)
    return same_request(parse_head(b"GET /slow HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n"), received)


@case(GROUP, "9112 9.3", "an HTTP/1.1 connection stays for the next request")
def persistent(stage):
    client = stage.client()
    for _ in range(3):
        client.send(GET)
        stage.serve()
        if read_answer(client).has_token("Connection", "close"):
            raise Unlike("the answer says close")


@case(GROUP, "9112 9.3", "an HTTP/1.0 request without Host is answered, and the connection ends")
def old_client(stage):
    client = stage.client("GET /old HTTP/1.0\r\n\r\n")
    received = stage.serve()
    answer = read_answer(client)
    rest = client.read_to_end()
    if (answer.body, rest) != (b"ok", b""):
        raise Unlike(f"the body is {answer.body!r}, then {rest[:20]!r}")
    return same_request(parse_head(b"GET /old HTTP/1.0\r\n\r\n"), received)


@case(GROUP, "9112 C.2.2", "an HTTP/1.0 connection stays when the client says keep-alive")
def old_client_keeps(stage):
    client = stage.client()
    for _ in range(2):
        client.send("GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n")
        stage.serve()
        if not read_answer(client).has_token("Connection", "keep-alive"):
            raise Allowed("closes")
