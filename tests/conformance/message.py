"""HTTP/1.1 messages as they come over a wire, read strictly: RFC 9112."""

import re
from dataclasses import dataclass, field

from suite import Unlike
from wire import as_bytes


class Malformed(Unlike):
    """The bytes are no message, whatever follows."""


class Short(Unlike):
    """The bytes end before the message does."""


class Received:
    """Bytes that came, to be read like a wire whose other side has closed."""

    name, end = "message", "closed"

    def __init__(self, data):
        self.unread = as_bytes(data)

    def read_exact(self, count, _=None):
        if len(self.unread) < count:
            raise Short("cut off")
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def read_until(self, mark, _=None):
        at = self.unread.find(as_bytes(mark))
        if at < 0:
            raise Short("cut off")
        return self.read_exact(at + len(mark))

    def read_to_end(self):
        return self.read_exact(len(self.unread))


@dataclass
class Message:
    head: bytes  # with the empty line
    start: str
    fields: list  # (name, value) in order
    body: bytes = b""
    raw_body: bytes = b""
    framing: str = "none"  # none, length, chunked or close
    trailers: list = field(default_factory=list)

    @property
    def raw(self):
        return self.head + self.raw_body

    @property
    def status(self):
        return int(self.start.split(" ")[1])

    def all(self, name):
        return [value for other, value in self.fields if other.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None

    def has_token(self, name, token):
        words = ",".join(self.all(name)).split(",")
        return token.lower() in [word.strip().lower() for word in words]


def fields_of(lines):
    parsed = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed(f"a line without a colon: {line[:30]!r}")
        parsed.append((name, value.strip(" \t")))
    return parsed


def parse_head(head):
    lines = head.decode("latin-1").split("\r\n")
    return Message(head, lines[0], fields_of(lines[1:-2]))


def read_head(wire, what="head"):
    return parse_head(wire.read_until("\r\n\r\n", what))


def read_chunk(wire):
    """One chunk: its data, and its bytes as they came. The last one is empty, and its trailers are not read."""
    line = wire.read_until("\r\n", "chunk")
    size = re.match(rb"([0-9A-Fa-f]+)[ \t]*(;[^\r\n]*)?\r\n\Z", line)
    if not size:
        raise Malformed(f"the {wire.name} got a malformed chunk: {line[:20]!r}")
    count = int(size[1], 16)
    if not count:
        return b"", line
    data = wire.read_exact(count, "chunk bytes")
    if wire.read_exact(2) != b"\r\n":
        raise Malformed(f"the {wire.name} got a chunk with a wrong end")
    return data, line + data + b"\r\n"


def read_chunks(wire, message):
    parts, raws = [], []
    while True:
        data, raw = read_chunk(wire)
        raws.append(raw)
        if not data:
            break
        parts.append(data)
    while (line := wire.read_until("\r\n", "trailer section")) != b"\r\n":
        raws.append(line)
        message.trailers += fields_of([line.decode("latin-1")[:-2]])
    message.body, message.raw_body = b"".join(parts), b"".join(raws) + b"\r\n"


def read_body(wire, message, ends_with_close):
    if message.get("Transfer-Encoding"):
        message.framing = "chunked"
        read_chunks(wire, message)
    elif message.get("Content-Length") is not None:
        message.framing = "length"
        message.body = message.raw_body = wire.read_exact(int(message.get("Content-Length")), "body bytes")
    elif ends_with_close:
        message.framing = "close"
        message.body = message.raw_body = wire.read_to_end()
        if wire.end == "reset":
            raise Unlike(f"the {wire.name} got a reset after {len(message.body)} body bytes")
    return message


def read_request(wire):
    return read_body(wire, read_head(wire, "request"), False)


def read_answer_head(wire):
    message = read_head(wire, "answer")
    if not re.match(r"HTTP/1\.[01] [0-9]{3}( |\Z)", message.start):
        raise Unlike(f"the {wire.name} got no answer but {message.start[:30]!r}")
    return message


def read_answer(wire, to="GET", skip_interim=False):
    """The next answer; interim ones count as answers unless they are skipped."""
    message = read_answer_head(wire)
    while skip_interim and 100 <= message.status < 200:
        message = read_answer_head(wire)
    if to == "HEAD" or 100 <= message.status < 200 or message.status in (204, 304):
        return message
    return read_body(wire, message, True)
