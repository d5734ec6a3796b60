"""Heads that are no HTTP/1.1, or that two parsers could read in two ways: refused, and the connection is closed."""

from refusal import Row, add_rows

GROUP = "ambiguity"


def get(*lines, line="GET /x HTTP/1.1", host="Host: h"):
    return "\r\n".join([line, *([host] if host else []), *lines, "", ""])


def line(text):
    return get(line=text)


def clean(received):
    """Lines that end with CRLF, and not another control byte but a tab in a value."""
    lines = received.head.decode("latin-1").split("\r\n")
    return not any(byte < " " and byte != "\t" for one in lines for byte in one)


def mended(received):
    """The fault is gone from what is forwarded: lines end with CRLF, no control bytes, no folds, one Host."""
    names = [name.lower() for name, _ in received.fields]
    sound = clean(received) and received.start.startswith("GET /x HTTP/1.") and names.count("host") == 1
    folded = any(one.startswith((" ", "\t")) for one in received.head.decode("latin-1").split("\r\n"))
    return "forwards it mended" if sound and not folded and not any(" " in name for name in names) else None


def mended_without_smuggle(received):
    return mended(received) if not received.get("X-Smuggled") else None


def as_it_is(received):
    return "forwards it"


def line_dropped(received):
    return "drops the line" if mended(received) and len(received.fields) <= 3 else None


HEADS = [
    Row("9112 2.2", "a bare LF behind the request line is refused", "GET /x HTTP/1.1\nHost: h\r\n\r\n", (400,), mended),
    Row("9112 2.2", "a bare LF behind a field is refused", get("X-A: 1\nX-B: 2"), (400,), mended),
    Row("9112 2.2", "bare LFs everywhere are refused", "GET /x HTTP/1.1\nHost: h\n\n", (400,), mended),
    Row("9112 2.2", "a bare CR in a value is refused", get("X-A: 1\rX-Smuggled: 2"), (400,), mended_without_smuggle),
    Row("9112 2.2", "a bare CR as a line end is refused", "GET /x HTTP/1.1\rHost: h\r\r"),
    Row("9112 2.2", "a CR before the CRLF is refused", get("X-A: 1\r"), (400,), mended),
    Row("9110 5.5", "a NUL in a value is refused", get("X-A: a\0b"), (400,), mended),
    Row("9110 5.6.2", "a NUL in a name is refused", get("X\0A: 1")),
    Row("9112 3.2", "a NUL in a target is refused", line("GET /x\0y HTTP/1.1")),
    Row("9110 5.5", "a control byte in a value is refused", get("X-A: a\x01b"), (400,), as_it_is),
    Row("9110 5.5", "a DEL in a value is refused", get("X-A: a\x7fb"), (400,), as_it_is),
    Row("9112 5.2", "a folded line is refused", get("X-A: a", " b"), (400,), mended),
    Row("9112 5.2", "a line that is folded by a tab is refused", get("X-A: a", "\tb"), (400,), mended),
    Row("9112 2.2", "white space before the first field is refused", get(line="GET /x HTTP/1.1\r\n X-A: 1"), (400,),
        line_dropped),
    Row("9112 5.1", "a space before a colon is refused", get("X-A : 1")),
    Row("9112 5.1", "a tab before a colon is refused", get("X-A\t: 1")),
    Row("9110 5.1", "an empty name is refused", get(": 1")),
    Row("9112 5", "a line without a colon is refused", get("nonsense")),
    Row("9110 5.6.2", "a name with a space is refused", get("X A: 1")),
    Row("9110 5.6.2", "a name with a byte above 127 is refused", get("X-\xe4: 1")),
    Row("9110 5.6.2", "a name with a bracket is refused", get("X(A): 1")),
    Row("9112 2.2", "two empty lines before a request are refused", "\r\n\r\n" + get(), (400,), as_it_is),
]

HOSTS = [
    Row("9112 3.2", "no Host is refused", get(host=None)),
    Row("9112 3.2", "two Hosts are refused", get("Host: h")),
    Row("9112 3.2", "two differing Hosts are refused", get("Host: i")),
    Row("9112 3.2", "a Host with a path is refused", get(host="Host: h/x")),
    Row("9112 3.2", "a Host with user information is refused", get(host="Host: u@h")),
    Row("9112 3.2", "a list of Hosts is refused", get(host="Host: h, i")),
    Row("9112 3.2", "a Host with a space is refused", get(host="Host: h i")),
    Row("9112 3.2", "a Host with a port that is no number is refused", get(host="Host: h:8x")),
    Row("9112 3.2.2", "an absolute target that differs from Host is refused", line("GET http://i/x HTTP/1.1"), (400,),
        lambda received: "the target wins" if received.get("Host") == "i" else None),
]

LINES = [
    Row("9112 3", "two spaces in the request line are refused", line("GET  /x HTTP/1.1"), (400,), mended),
    Row("9112 3", "a tab in the request line is refused", line("GET\t/x HTTP/1.1"), (400,), mended),
    Row("9112 3", "a vertical tab in the request line is refused", line("GET\x0b/x HTTP/1.1"), (400,), mended),
    Row("9112 3", "a space behind the version is refused", line("GET /x HTTP/1.1 "), (400,), mended),
    Row("9112 3", "a space before the method is refused", line(" GET /x HTTP/1.1"), (400,), mended),
    Row("9112 3.2", "a space in the target is refused", line("GET /x y HTTP/1.1")),
    Row("9112 3.2", "no target is refused", line("GET HTTP/1.1")),
    Row("9112 3.2", "a target without a slash is refused", line("GET x HTTP/1.1")),
    Row("9112 3.2.4", "* for GET is refused", line("GET * HTTP/1.1")),
    Row("9112 3.2", "a fragment in a target is refused", line("GET /x#y HTTP/1.1")),
    Row("9112 3.2", "a byte above 127 in a target is refused", line("GET /\xe4 HTTP/1.1"), (400,), as_it_is),
    Row("9112 3.2.3", "an authority as GET's target is refused", line("GET h:80 HTTP/1.1")),
    Row("9110 9.1", "a method that is no token is refused", line("G(T /x HTTP/1.1")),
    Row("9112 2.3", "http/1.1 in small letters is refused", line("GET /x http/1.1"), (400, 505)),
    Row("9112 2.3", "HTTP/1.10 is refused", line("GET /x HTTP/1.10"), (400, 505)),
    Row("9112 2.3", "HTTP/01.1 is refused", line("GET /x HTTP/01.1"), (400, 505)),
    Row("9112 2.3", "HTTP/1,1 is refused", line("GET /x HTTP/1,1"), (400, 505)),
    Row("9112 2.3", "another protocol's name is refused", line("GET /x ICY/1.1"), (400, 505)),
    Row("9110 15.6.6", "HTTP/2.0 is refused", line("GET /x HTTP/2.0"), (505,)),
    Row("9110 15.6.6", "HTTP/0.9 as a version is refused", line("GET /x HTTP/0.9"), (505,)),
    Row("9112 3", "a request of HTTP/0.9 is refused", "GET /x\r\n\r\n", (400, 505), as_it_is),
    Row("9113 3.4", "the preface of HTTP/2 is refused",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505), silence=True, tail=""),
    Row("9112 2.2", "TLS on the plain port is refused",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x00\x11\x22" * 40, (400,), silence=True),
    Row("9112 2.2", "SSH on the plain port is refused", "SSH-2.0-OpenSSH_9.2\r\n", (400,), silence=True),
    Row("9112 2.2", "the PROXY protocol is refused", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n", (400,)),
    Row("9112 2.2", "junk is refused", "\x00\xff\x01junk\r\n\r\n", (400,), silence=True),
    Row("9112 2.2", "an answer instead of a request is refused", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        (400, 505)),
]

SIZES = [
    Row("9110 5.4; 6585 5", "1,000 fields are refused",
        get(*(f"X-{number}: v" for number in range(1000))), (431,), as_it_is),
    Row("9110 5.4; 6585 5", "1 MiB of head is refused",
        get(*("X-A: " + "v" * 1000 for _ in range(1044))), (431,), as_it_is),
    Row("9110 5.4; 6585 5", "a field of 1 MiB is refused", get("X-A: " + "v" * (1 << 20)), (431,), as_it_is),
    Row("9112 3; 9110 15.5.15", "a target of 1 MiB is refused",
        line("GET /" + "x" * (1 << 20) + " HTTP/1.1"), (414,), as_it_is),
    Row("9112 3; 9110 16.1", "a method of 1 MiB is refused",
        line("G" * (1 << 20) + " /x HTTP/1.1"), (400, 414, 431, 501)),
]

SILENCE = [
    Row("9110 15.5.9", "silence is ended", "", (408,), tail="", silence=True, slow=True),
    Row("9110 15.5.9", "half a request line is ended", "GET / HT", (408,), tail="", silence=True, slow=True),
    Row("9110 15.5.9", "half a head is ended",
        "GET / HTTP/1.1\r\nHost: h\r\nX-A", (408,), tail="", silence=True, slow=True),
    Row("9110 15.5.9", "a head without its empty line is ended", "GET / HTTP/1.1\r\nHost: h\r\n", (408,), tail="",
        silence=True, slow=True),
]

EXPECTATIONS = [
    Row("9110 10.1.1", "an unknown expectation is refused", get("Expect: a-miracle"), (417,), as_it_is),
]

add_rows(GROUP, HEADS + HOSTS + LINES + SIZES + SILENCE + EXPECTATIONS)
