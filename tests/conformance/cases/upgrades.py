"""Upgrades: a tunnel after a real 101, and nothing of it before."""

import base64
import hashlib
import os
import time

from compare import same_fields
from message import parse_head, read_answer, read_answer_head, read_head, read_request
from proxies import ANSWER_SECONDS, HEAD_SECONDS
from stage import GET, describe
from suite import Allowed, Unlike, case
from wire import Patience

GROUP = "upgrades"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def handshake(protocol="websocket", connection="Upgrade", version="1.1"):
    return (f"GET /socket HTTP/{version}\r\nHost: h\r\nUpgrade: {protocol}\r\nConnection: {connection}\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n")


def switching(protocol="websocket"):
    accept = base64.b64encode(hashlib.sha1((KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    return (f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: {protocol}\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n")


def open_tunnel(stage, protocol="websocket", glued=""):
    client = stage.client(handshake(protocol))
    wire = stage.accept()
    read_head(wire)
    wire.send(switching(protocol) + glued)
    head = read_answer_head(client)
    if head.status != 101:
        raise Unlike(f"answered {head.status}")
    return client, wire


def passes(sender, receiver, data):
    sender.send(data)
    if receiver.read_exact(len(data), "tunnel bytes") != data:
        raise Unlike("bytes change")


def frame(payload, masked):
    """One binary WebSocket frame (RFC 6455 section 5.2)."""
    size = len(payload)
    mask = b"\x01\x02\x03\x04" if masked else b""
    bit = 0x80 if masked else 0
    if size < 126:
        length = bytes([bit | size])
    elif size < 1 << 16:
        length = bytes([bit | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([bit | 127]) + size.to_bytes(8, "big")
    if masked:
        key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        payload = (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")
    return b"\x82" + length + mask + payload


@case(GROUP, "9110 7.8; 6455 4.1", "the handshake arrives whole, with Upgrade and Connection")
def handshake_arrives(stage):
    client = stage.client(handshake())
    wire = stage.accept()
    head = read_head(wire)
    wire.send(switching())
    read_answer_head(client)
    if head.get("Upgrade") != "websocket" or not head.has_token("Connection", "upgrade"):
        raise Unlike("they are lost")
    return same_fields(parse_head(handshake().encode()), head)


@case(GROUP, "9110 15.2.2; 6455 4.2.2", "the 101 arrives whole, with Upgrade and Connection")
def switch_arrives(stage):
    client = stage.client(handshake())
    wire = stage.accept()
    read_head(wire)
    wire.send(switching())
    head = read_answer_head(client)
    if head.status != 101 or head.get("Upgrade") != "websocket" or not head.has_token("Connection", "upgrade"):
        raise Unlike("they are lost")
    return same_fields(parse_head(switching().encode()), head)


@case(GROUP, "6455 5", "WebSocket frames pass both ways")
def echo(stage):
    client, wire = open_tunnel(stage)
    for payload in (b"", b"hello", os.urandom(125), os.urandom(126), os.urandom(70_000)):
        passes(client, wire, frame(payload, True))
        passes(wire, client, frame(payload, False))


@case(GROUP, "6455 5.2", "frames of 8 MiB pass both ways at once", slow=True)
def large_frames(stage):
    client, wire = open_tunnel(stage)
    up, down = frame(os.urandom(8 << 20), True), frame(os.urandom(8 << 20), False)
    sending = [stage.in_background(client, client.send, up), stage.in_background(wire, wire.send, down)]
    reading = stage.in_background(wire, wire.read_exact, len(up))
    if client.read_exact(len(down)) != down or reading.result() != up:
        raise Unlike("bytes change")
    for each in sending:
        each.result()


@case(GROUP, "9110 7.8", "frames that are glued to the 101 arrive")
def glued(stage):
    client, _ = open_tunnel(stage, glued="frame")
    if client.read_exact(5) != b"frame":
        raise Unlike("they change")


@case(GROUP, "9110 7.8", "a tunnel that is idle for longer than all other time limits stays", slow=True)
def idle(stage):
    client, wire = open_tunnel(stage)
    limit = max(HEAD_SECONDS, ANSWER_SECONDS) + 2
    end = time.monotonic() + limit
    while (left := end - time.monotonic()) > 0:
        if client.is_readable(left) or wire.is_readable():
            raise Unlike("it ends")
    passes(client, wire, b"still")
    passes(wire, client, b"here")


@case(GROUP, "9110 7.8", "the word websocket, Connection's words and their lists pass in any spelling")
def spellings(stage):
    for protocol, connection in (("WebSocket", "keep-alive, Upgrade"), ("websocket", "upgrade"), ("x/2.1", "UPGRADE")):
        client = stage.client(handshake(protocol, connection))
        wire = stage.accept()
        head = read_head(wire)
        wire.send(switching(protocol))
        if read_answer_head(client).status != 101:
            raise Unlike(f"there is no 101 for {protocol}")
        passes(client, wire, b"up")
        if head.get("Upgrade") != protocol:
            raise Allowed(f"{protocol} becomes {head.get('Upgrade')}")


@case(GROUP, "9110 7.8", "other protocols are tunnelled too")
def other_protocol(stage):
    client, wire = open_tunnel(stage, "frob/1")
    passes(client, wire, b"\x00\r\n\r\nGET / HTTP/1.1\r\n\r\n")
    passes(wire, client, b"HTTP/1.1 200 OK\r\n\r\n")


@case(GROUP, "9931", "what a client sends before the 101 reaches the upstream only behind it")
def early_bytes(stage):
    client = stage.client(handshake() + "early")
    wire = stage.accept()
    read_head(wire)
    if wire.unread or wire.is_readable(1.0):
        raise Unlike("it is forwarded before the 101")
    wire.send(switching())
    if (status := read_answer_head(client).status) != 101:
        raise Unlike(f"answered {status}")
    if not wire.is_readable(Patience.seconds):
        raise Unlike("it is lost")
    if wire.read_exact(5) != b"early":
        raise Unlike("it changes")


REFUSALS = {"400": "Bad", "401": "No", "403": "No", "404": "None", "426": "Other", "429": "Later", "500": "Broken",
            "200": "OK"}


def add_refusal(status, reason):
    @case(GROUP, "9110 7.8; 9931", f"an upgrade that is answered with {status} is none: nothing behind it is leaked")
    def run(stage):
        client = stage.client(handshake() + "\x81\x85 frame\r\n\r\n")
        wire = stage.accept()
        read_head(wire)
        wire.send(f"HTTP/1.1 {status} {reason}\r\nContent-Length: 4\r\n\r\nnope")
        wire.half_close()
        got = read_answer(client)
        if (got.status, got.body) != (int(status), b"nope"):
            raise Unlike(f"answered {got.status} {got.body!r}")
        client.read_to_end()


for one_status, one_reason in REFUSALS.items():
    add_refusal(one_status, one_reason)


@case(GROUP, "9110 7.8", "the connection of an upgrade that was refused serves the next request")
def next_request(stage):
    client = stage.client(handshake())
    wire = stage.accept()
    read_head(wire)
    wire.send("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    wire.half_close()
    if read_answer(client).has_token("Connection", "close"):
        raise Allowed("closes")
    stage.serve_next(client)


@case(GROUP, "9931", "a request behind an upgrade that is refused is a request of its own")
def pipelined(stage):
    client = stage.client(handshake() + GET)
    wire = stage.accept()
    read_head(wire)
    wire.send("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    wire.half_close()
    got = read_answer(client)
    if got.status != 403:
        raise Unlike(f"answered {got.status}")
    if stage.first_of(client) == "client":
        raise Allowed("closes")
    stage.serve()
    if read_answer(client).body != b"ok":
        raise Unlike("its answer is another")


NOT_ASKED = {
    "without Connection: upgrade": GET.replace("\r\n\r\n", "\r\nUpgrade: websocket\r\n\r\n"),
    "with another Connection": GET.replace("\r\n\r\n", "\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n"),
    "in HTTP/1.0": handshake(version="1.0"),
}


def add_not_asked(what, request):
    @case(GROUP, "9110 7.8", f"Upgrade {what} is not forwarded")
    def run(stage):
        received, _ = stage.ask(request)
        if received.get("Upgrade") or received.has_token("Connection", "upgrade"):
            raise Unlike("it is")


for one_name, one_request in NOT_ASKED.items():
    add_not_asked(one_name, one_request)


# --- Ends

@case(GROUP, "9293 3.6.1", "the upstream's end of sending is passed on, and the client may go on")
def upstream_half_closes(stage):
    client, wire = open_tunnel(stage)
    wire.send("bye")
    wire.half_close()
    if client.read_to_end() != b"bye" or client.end == "reset":
        raise Unlike("the client's end is another")
    if not client.try_send("still here"):
        raise Allowed("ends both directions")
    client.half_close()
    got = wire.read_to_end()
    if got != b"still here":
        raise Allowed("ends both directions")


@case(GROUP, "9293 3.6.1", "the client's end of sending is passed on, and the upstream may go on")
def client_half_closes(stage):
    client, wire = open_tunnel(stage)
    client.send("all")
    client.half_close()
    if wire.read_to_end() != b"all":
        raise Unlike("the upstream's end is another")
    wire.try_send("got all")
    wire.half_close()
    if client.read_to_end() != b"got all":
        raise Allowed("ends both directions")


def add_reset(who, of):
    @case(GROUP, "9293 3.5.2", f"a reset of the {who} ends the other side, too")
    def run(stage):
        sides = dict(zip(("client", "upstream"), open_tunnel(stage)))
        sides[who].reset()
        if sides[of].wait_for_end() != "reset":
            raise Allowed("by an ordinary end")


add_reset("client", "upstream")
add_reset("upstream", "client")


# --- CONNECT

TUNNELS = {"h:443": "authority form", "/": "origin form", "http://h/": "absolute form"}


def add_connect(target, form):
    @case(GROUP, "9110 9.3.6", f"CONNECT in {form} is refused")
    def run(stage):
        client = stage.client(f"CONNECT {target} HTTP/1.1\r\nHost: h:443\r\n\r\n{GET}")
        if stage.first_of(client) == "upstream":
            received = read_request(stage.accept())
            as_it_is = form == "authority form" and received.start.startswith(f"CONNECT {target} ")
            raise (Allowed if as_it_is else Unlike)(f"forwards {received.start}")
        told = describe(client)
        if not told.startswith(("4", "5")):
            raise Unlike(told)
        return told


for one_target, one_form in TUNNELS.items():
    add_connect(one_target, one_form)
