"""Requests that are to be refused: told, closed, and not one byte of them or of what follows goes upstream."""

import re
from dataclasses import dataclass
from typing import Callable

from message import Malformed, Received, Short, read_answer, read_request
from stage import OK, SETTLE, answered, describe, expect_rest, first_line
from suite import Allowed, Unlike, case
from wire import as_bytes

TAIL = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"


@dataclass(frozen=True)
class Row:
    section: str
    name: str
    request: str
    statuses: tuple = (400,)
    # Where the section leaves a choice: takes the request that went upstream; returns in words what was done to it,
    # or nothing if that is not among what is allowed.
    choice: Callable | None = None
    closes: bool = False  # and allows it only if the connection ends behind the answer
    tail: str = TAIL
    silence: bool = False  # closing without an answer is as good
    slow: bool = False


def add_rows(group, rows, run=None):
    for row in rows:
        add_row(group, row, run or refused)


def add_row(group, row, check):
    @case(group, row.section, row.name, slow=row.slow)
    def run(stage):
        return check(stage, row)


def refused(stage, row):
    client = stage.client()
    sent = stage.in_background(client, client.try_send, as_bytes(row.request + row.tail))
    if stage.first_of(client) == "upstream":
        return forwarded(stage, client, row)
    sent.result()
    return judged(client, row)


def refused_in_body(stage, row):
    """A fault in a chunked body. What went upstream before it may not be taken for a whole: it never ends."""
    client = stage.client()
    sent = stage.in_background(client, client.try_send, as_bytes(row.request + row.tail))
    if stage.first_of(client) == "upstream":
        wire = stage.accept()
        expect_rest(wire, rb".*")
        if is_whole(wire):
            return forwarded(stage, client, row, wire)
        if b"/smuggled" in wire.unread:
            raise Unlike("forwards the fault, and what follows")
    sent.result()
    answered(client)
    client.drain(SETTLE)
    if not client.unread:
        raise Allowed("cuts it off without an answer")
    return judged(client, row)


def is_whole(wire):
    """Does a whole request come before the end of the connection?"""
    while True:
        try:
            return bool(read_request(Received(bytes(wire.unread))))
        except Malformed:
            raise Unlike("forwards the fault") from None
        except Short:
            if not wire.fill():
                return False


def judged(client, row):
    """Nothing went upstream so far, and finish() sees that nothing does."""
    if not client.unread:
        if row.silence:
            raise Allowed("closes without an answer")
        raise Unlike("closes without an answer" if client.end == "closed" else "resets without an answer")
    if client.unread.startswith(b"\x00\x00") and row.request.startswith("PRI"):
        raise Allowed("speaks HTTP/2")
    if not re.match(rb"HTTP/1\.[01] [0-9]{3}", client.unread):
        raise Unlike(describe(client))
    to = "HEAD" if row.request.startswith("HEAD") else "GET"
    got = read_answer(client, to)
    rest = client.read_to_end()
    # The answer to HEAD that could not be read as a request may have a body.
    if rest and (to == "GET" or rest.startswith(b"HTTP/")):
        raise Unlike(f"{got.status}, and what follows is answered too")
    return by_status(got, row)


def by_status(got, row):
    if got.status in row.statuses:
        return str(got.status)
    if 400 <= got.status < 600:
        raise Allowed(f"refuses with {got.status}")
    raise Unlike(f"answers {got.status}")


def forwarded(stage, client, row, wire=None):
    """It was taken for a request: how, and what became of what follows?"""
    wire = wire or stage.accept()
    expect_rest(wire, rb".*")
    try:
        received = read_request(wire)
    except Unlike as unlike:
        while wire.is_readable(SETTLE) and wire.fill():
            pass
        raise Unlike(f"forwards {first_line(wire.unread) if wire.unread else 'a part'}: {unlike}") from None
    leaked = bytes(wire.unread)
    wire.send(OK)
    wire.half_close()
    more = serve_the_rest(stage)
    may = row.choice and not leaked and not (row.closes and more)
    if may and (told := row.choice(received)):
        raise Allowed(told)
    if leaked:
        raise Unlike("forwards it, with what follows in it")
    raise Unlike("forwards it, and serves what follows" if more and row.closes else "forwards it")


def serve_the_rest(stage):
    more = []
    while stage.upstream.is_called(SETTLE) and len(more) < 3:
        wire = stage.take_call()
        expect_rest(wire, rb".*")
        more.append(read_request(wire))
        wire.send(OK)
        wire.half_close()
    return more
