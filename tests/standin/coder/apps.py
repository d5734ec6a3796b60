"""/api/app-proxy/<port>/...: HTTP and WebSocket to a program on the same host; /api/terminal-proxy/... to ttyd.

GET /api/app-proxy/3000/ws with `Upgrade: websocket` is answered by the stand-in itself, with a real 101 and an echo of the
raw bytes, so that a tunnel can be tested without a program on port 3000."""

import http.client
import re
import socket
import sys
import threading
from collections import namedtuple

STEP = 65536
PREFIX = "/api/app-proxy"
TERMINAL_PREFIX = "/api/terminal-proxy"
APP = re.compile(PREFIX + r"/([0-9]+)([/?].*)?")
# The workspace's own services.
RESERVED = (22, 2376, 5900, 6080, 6081, 7681, 8080)
REPLACED = {"host", "origin", "content-length", "connection", "keep-alive", "transfer-encoding", "proxy-authenticate", "te",
            "trailer", "upgrade", "proxy-authorization"}
DROPPED = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length", "server", "date"}

# prefix: "/api/app-proxy/3000". path: what the app sees, query included; "" when not even the slash was there.
App = namedtuple("App", "port prefix path")


def app_of(path):
    found = APP.fullmatch(path)
    if not found or int(found[1]) > 65535:
        return None
    return App(int(found[1]), f"{PREFIX}/{found[1]}", found[2] or "")


def serve(request):
    """Any method. True when the path was one of these."""
    path = request.routed
    app = app_of(path)
    if path.startswith(TERMINAL_PREFIX + "/"):
        app = App(request.server.options.terminal_port, TERMINAL_PREFIX, path[len(TERMINAL_PREFIX):])
    if not app:
        return False
    if request.is_authorized():
        serve_app(request, app)
    return True


def serve_app(request, app):
    # `Upgrade: websocket` alone decides, in any case; GET only.
    upgrades = request.command == "GET" and request.headers.get("Upgrade", "").lower() == "websocket"
    if app.prefix != TERMINAL_PREFIX and app.port in RESERVED:
        request.error(403, "port is reserved")
    elif request.command == "GET" and not app.path.startswith("/"):
        redirect(request, 301, f"{app.prefix}/{app.path}")
    elif upgrades and (app.port, app.path) == (3000, "/ws"):
        serve_echo(request)
    elif upgrades:
        serve_websocket(request, app)
    else:
        serve_http(request, app)


def recover_by_referer(request):
    """A page of an app that asks for a path of the host: 302 back below the app's prefix."""
    _, prefix, rest = request.headers.get("Referer", "").partition(PREFIX + "/")
    app = app_of(prefix + rest)
    if not app or not app.path:
        return False
    redirect(request, 302, app.prefix + request.routed)
    return True


def redirect(request, status, location):
    request.begin(status, [("Location", location), ("Content-Length", "0")])


def fields_for(request, app):
    yield "Host", f"127.0.0.1:{app.port}"
    for name, value in request.headers.items():
        if name.lower() not in REPLACED:
            yield name, value
    if "Origin" in request.headers:
        yield "Origin", f"http://127.0.0.1:{app.port}"
    yield "X-Forwarded-Prefix", app.prefix
    yield "X-Forwarded-Proto", "http"
    yield "X-Forwarded-Host", request.headers.get("Host", "")


# HTTP


def serve_http(request, app):
    try:
        body = request.body(sys.maxsize)
    except (ValueError, OverflowError):
        request.error(400, "Invalid body")
        return
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=30)
    try:
        answer = ask(connection, request, app, body)
    except (OSError, ValueError, http.client.HTTPException):
        request.error(502, "app is not reachable")
        return
    pass_on(request, answer, app.prefix)
    connection.close()


def ask(connection, request, app, body):
    path = app.path if app.path.startswith("/") else "/" + app.path
    connection.putrequest(request.command, path, skip_host=True, skip_accept_encoding=True)
    for name, value in fields_for(request, app):
        connection.putheader(name, value)
    connection.putheader("Connection", "close")
    if body:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    return connection.getresponse()


def pass_on(request, answer, prefix):
    """As it comes: de-chunked, without a length. A page is held back, its root-relative links put below the prefix, and
    sent with its length."""
    fields = [(name, value) for name, value in answer.getheaders() if name.lower() not in DROPPED]
    if not answer.getheader("Content-Type", "").startswith("text/html"):
        request.begin(answer.status, fields, answer.reason)
        while step := answer.read1(STEP):
            request.send(step)
        return
    page = re.sub(rb'\b(href|src|action)="/', rb'\1="' + prefix.encode() + b"/", answer.read())
    request.begin(answer.status, [*fields, ("Content-Length", str(len(page)))], answer.reason)
    request.send(page)


# WebSocket


def serve_echo(request):
    import base64
    import hashlib

    key = request.headers.get("Sec-WebSocket-Key", "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest())
    request.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    pump(request.rfile.read1, request.connection, request.connection)


def serve_websocket(request, app):
    """The app's own answer is relayed byte for byte, 101 or not."""
    try:
        there = socket.create_connection(("127.0.0.1", app.port))
    except OSError:
        request.error(502, "app is not reachable")
        return
    head = f"{request.command} {app.path} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields_for(request, app))
    head += "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    with there:
        there.sendall(head.encode("latin-1"))
        back = threading.Thread(target=pump, args=(there.recv, there, request.connection), daemon=True)
        back.start()
        # The reader has what came with the head.
        pump(request.rfile.read1, request.connection, there)
        back.join()


def pump(read, source, target):
    """One direction, until its end, which is passed on as a half-close; an error ends both."""
    try:
        while step := read(STEP):
            target.sendall(step)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
