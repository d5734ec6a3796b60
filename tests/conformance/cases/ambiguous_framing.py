"""Where a body begins and ends: what two parsers could read in two ways is refused (RFC 9112 sections 6 and 7)."""

from refusal import Row, add_rows, refused_in_body
from suite import Allowed, case

GROUP = "ambiguity"
CHUNKED = "Transfer-Encoding: chunked"


def post(*lines, body="hello", version="1.1"):
    return "\r\n".join([f"POST /x HTTP/{version}", "Host: h", *lines, "", body])


def chunks(body):
    return post(CHUNKED, body=body)


def one_length(received):
    """The same number again may be taken as the number (RFC 9110 section 8.6)."""
    if received.all("Content-Length") == ["5"] and received.body == b"hello":
        return "forwards it with one length"
    return None


def as_chunked(received):
    """Transfer-Encoding goes before, the length is dropped, and the connection ends (RFC 9112 section 6.1)."""
    if received.get("Content-Length") is None and received.framing == "chunked":
        return "forwards it chunked, and closes"
    return None


def coding_dropped(received):
    if received.get("Content-Length") == str(len(received.body)):
        return "forwards it with a length, and closes"
    return as_chunked(received)


def known_coding(received):
    return "forwards the coding" if received.get("Transfer-Encoding") else None


def body_as_meant(received):
    return "forwards it" if received.body == b"hello" else None


def in_no_head(received):
    """A trailer may be dropped or passed as one; it may not become a field of the head."""
    heads = [received.all("Content-Length"), received.all("Host")]
    told = "forwards it as a trailer" if received.trailers else "drops it"
    return told if received.body == b"hello" and heads in ([[], ["h"]], [["5"], ["h"]]) else None


BOTH = "both Content-Length and Transfer-Encoding are refused"
HELLO = "5\r\nhello\r\n0\r\n\r\n"

LENGTHS = [
    Row("9112 6.1; 9112 6.3", BOTH, post("Content-Length: 5", CHUNKED, body="0\r\n\r\n"),
        (400,), as_chunked, closes=True),
    Row("9112 6.1; 9112 6.3", f"{BOTH}, the coding first", post(CHUNKED, "Content-Length: 5", body="0\r\n\r\n"),
        (400,), as_chunked, closes=True),
    Row("9112 6.1; 9112 6.3", f"{BOTH}, whatever the length", post("Content-Length: 0", CHUNKED, body=HELLO),
        (400,), as_chunked, closes=True),
    Row("9112 6.3", "a differing Content-Length is refused", post("Content-Length: 5", "Content-Length: 6")),
    Row("9110 8.6", "a repeated Content-Length is refused", post("Content-Length: 5", "Content-Length: 5"),
        (400,), one_length),
    Row("9110 8.6", "a list as Content-Length is refused", post("Content-Length: 5, 5"), (400,), one_length),
    Row("9112 6.3", "a list of differing lengths is refused", post("Content-Length: 5, 6")),
    Row("9110 8.6", "a length with a plus is refused", post("Content-Length: +5")),
    Row("9110 8.6", "a negative length is refused", post("Content-Length: -5")),
    Row("9110 8.6", "a negative zero as length is refused", post("Content-Length: -0")),
    Row("9110 8.6", "a hexadecimal length is refused", post("Content-Length: 0x5")),
    Row("9110 8.6", "a length of hexadecimal digits is refused", post("Content-Length: a")),
    Row("9110 8.6", "a length with an exponent is refused", post("Content-Length: 5e0")),
    Row("9110 8.6", "a length with a fraction is refused", post("Content-Length: 5.0")),
    Row("9110 8.6", "a length with an underscore is refused", post("Content-Length: 0_5")),
    Row("9110 8.6", "a length with a space inside is refused", post("Content-Length: 0 5")),
    Row("9110 8.6", "an empty length is refused", post("Content-Length:")),
    Row("9110 8.6", "a length in quotes is refused", post('Content-Length: "5"')),
    Row("9110 8.6", "a length with a form feed is refused", post("Content-Length: \x0c5")),
    Row("9110 8.6", "a length over 2^64 is refused", post("Content-Length: 18446744073709551621")),
    Row("9110 8.6", "a length of 1,000 digits is refused", post("Content-Length: " + "9" * 1000)),
    Row("9112 5.1", "a length with a space before the colon is refused", post("Content-Length : 5")),
    Row("9110 5.1", "a length in a name with an underscore does not frame",
        post("Content_Length: 5", "Content-Length: 5", "Content-Length: 5"), (400,), one_length),
]

CODINGS = [
    Row("9112 6.1", "an unknown coding is refused", post("Transfer-Encoding: frob, chunked", body=HELLO), (501,)),
    Row("9112 6.3", "a coding that does not end in chunked is refused", post("Transfer-Encoding: gzip"), (400, 501)),
    Row("9112 6.1", "identity is no coding", post("Transfer-Encoding: identity"), (400, 501)),
    Row("9112 6.1", "gzip, chunked is refused where it is not understood",
        post("Transfer-Encoding: gzip, chunked", body=HELLO), (501,), known_coding),
    Row("9112 6.1", "chunked twice is refused", post("Transfer-Encoding: chunked, chunked", body=HELLO), (400, 501)),
    Row("9112 6.1", "chunked on two lines is refused", post(CHUNKED, CHUNKED, body=HELLO), (400, 501)),
    Row("9112 6.3", "chunked before another coding is refused", post("Transfer-Encoding: chunked, gzip", body=HELLO),
        (400, 501)),
    Row("9112 6.3", "chunked on one line and another coding on the next are refused",
        post(CHUNKED, "Transfer-Encoding: identity", body=HELLO), (400, 501)),
    Row("9112 7", "chunked with a parameter is refused",
        post("Transfer-Encoding: chunked;a=b", body=HELLO), (400, 501)),
    Row("9112 7", "a misspelt chunked is refused", post("Transfer-Encoding: xchunked", body=HELLO), (400, 501)),
    Row("9112 7", "chunked in quotes is refused", post('Transfer-Encoding: "chunked"', body=HELLO), (400, 501)),
    Row("9112 7", "chunked with a control byte is refused", post("Transfer-Encoding: \x0bchunked", body=HELLO),
        (400, 501)),
    Row("9112 7", "chunked with a no-break space is refused", post("Transfer-Encoding: chunked\xa0", body=HELLO),
        (400, 501)),
    Row("9112 7", "an empty coding is refused", post("Transfer-Encoding:", body=HELLO), (400, 501)),
    Row("9110 5.6.1", "an empty element beside chunked is refused", post("Transfer-Encoding: , chunked", body=HELLO),
        (400, 501), known_coding),
    Row("9112 5.1", "Transfer-Encoding with a space before the colon is refused",
        post("Transfer-Encoding : chunked", "Content-Length: 5", body=HELLO)),
    Row("9112 5.2", "chunked on a folded line is refused",
        post("Transfer-Encoding:\r\n chunked", "Content-Length: 5", body=HELLO), (400,), as_chunked, closes=True),
    Row("9112 6.1", "chunked in HTTP/1.0 is refused",
        post(CHUNKED, body=HELLO, version="1.0"), (400,), coding_dropped, closes=True),
]


# What goes upstream before the fault is part of a chunked body that never ends: no upstream can take it for a whole.
CHUNKS = [
    Row("9112 7.1", "a negative chunk size is refused", chunks("-5\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "a signed chunk size is refused", chunks("+5\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "a chunk size in 0x notation is refused", chunks("0x5\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "a chunk size of other letters is refused", chunks("5g\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "an empty chunk size is refused", chunks("\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "a chunk size over 2^64 is refused", chunks("10000000000000005\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "a chunk size of 1,000 digits is refused", chunks("1" * 1000 + "\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "a space before a chunk size is refused", chunks(" 5\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1.1", "a space behind a chunk size is refused",
        chunks("5 \r\nhello\r\n0\r\n\r\n"), (400,), body_as_meant),
    Row("9112 2.2", "a bare LF behind a chunk size is refused", chunks("5\nhello\r\n0\r\n\r\n"), (400,), body_as_meant),
    Row("9112 2.2", "a bare CR behind a chunk size is refused", chunks("5\rhello\r\n0\r\n\r\n")),
    Row("9112 7.1.1", "a bare LF in a chunk extension is refused", chunks("5;a\nb\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "a chunk that is longer than its size is refused", chunks("4\r\nhello\r\n0\r\n\r\n")),
    Row("9112 7.1", "a bare LF behind chunk data is refused", chunks("5\r\nhello\n0\r\n\r\n"), (400,), body_as_meant),
    Row("9112 7.1", "no line end behind chunk data is refused", chunks("5\r\nhello0\r\n\r\n")),
    Row("9112 7.1.1", "a chunk extension of 64 KiB is refused",
        chunks("5;" + "x" * 65536 + "\r\nhello\r\n0\r\n\r\n"), (400,), body_as_meant),
    Row("9112 7.1.2", "a trailer without a colon is refused",
        chunks("5\r\nhello\r\n0\r\nnonsense\r\n\r\n"), (400,), body_as_meant),
    Row("9110 6.5.1", "a Content-Length in a trailer is refused",
        chunks("5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n"),
        (400,), in_no_head),
    Row("9110 6.5.1", "a Transfer-Encoding in a trailer is refused",
        chunks("5\r\nhello\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n"), (400,), in_no_head),
    Row("9110 6.5.1", "a Host in a trailer is refused",
        chunks("5\r\nhello\r\n0\r\nHost: i\r\n\r\n"), (400,), in_no_head),
    Row("9112 7.1.2", "a trailer section of 1 MiB is refused",
        chunks("5\r\nhello\r\n0\r\n" + ("T: " + "x" * 1000 + "\r\n") * 1024 + "\r\n"),
        (400,), body_as_meant),
]

add_rows(GROUP, LENGTHS + CODINGS)
add_rows(GROUP, CHUNKS, refused_in_body)


@case(GROUP, "9112 7.1.1", "1 MiB of chunk extensions, 1 KiB a chunk, passes whole or is refused")
def many_extensions(stage):
    body = ("1;" + "x" * 1022 + "\r\nh\r\n") * 1024 + "0\r\n\r\n"
    passes = "it passes"
    row = Row("", "", chunks(body), (400,), lambda received: passes if received.body == b"h" * 1024 else None)
    try:
        return refused_in_body(stage, row)
    except Allowed as told:
        if str(told) != passes:
            raise
        return passes
