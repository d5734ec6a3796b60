"""An upstream on Python's ThreadingHTTPServer, as the first upstream is: HTTP/1.0, a connection a request."""

import http.server
import json
import threading
import urllib.parse

from contract import body, is_intact

RELEASES = {}
LOCK = threading.Lock()


def release_of(key):
    """What the second event of a stream waits for."""
    with LOCK:
        return RELEASES.setdefault(key, threading.Event())


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        pages = {"/small": self.small, "/vanish": self.small, "/empty": self.empty, "/large": self.large,
                 "/stream": self.stream, "/cut": self.cut, "/events": self.events, "/release": self.release}
        page = pages.get(url.path)
        if page:
            page(query)
        else:
            self.head(404)

    do_HEAD = do_GET

    def do_POST(self):
        if self.path == "/refuse":
            return self.head(403)
        pages = {"/echo": (200, {"method": self.command}),
                 "/api/claude/tasks": (201, {"status": "error", "task_id": "1"})}
        if self.path not in pages:
            return self.head(404)
        status, told = pages[self.path]
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.head(status, ("Content-Type", "application/json"))
        told |= {"bytes": len(data), "intact": is_intact(data),
                 "framing": self.headers.get("Transfer-Encoding", "length"), "trailer": ""}
        self.wfile.write(json.dumps(told).encode())

    do_PUT = do_POST

    def head(self, status, *fields):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()

    def send(self, data):
        if self.command != "HEAD":
            self.wfile.write(data)

    def small(self, _):
        self.head(200, ("Content-Type", "text/plain"), ("Content-Length", 6), ("Set-Cookie", "a=1"),
                  ("Set-Cookie", "b=2"))
        self.send(b"small\n")

    def empty(self, _):
        self.head(204)

    def large(self, query):
        self.head(200, ("Content-Type", "application/octet-stream"), ("Content-Length", query["n"]))
        self.send(body(int(query["n"])))

    def stream(self, query):
        self.head(200, ("Content-Type", "application/octet-stream"))
        self.send(body(int(query["n"])))

    def cut(self, query):
        self.head(200, ("Content-Length", query["n"]))
        self.send(body(int(query["n"]) // 2))

    def events(self, query):
        self.head(200, ("Content-Type", "text/event-stream"))
        self.wfile.write(b"data: 1\n\n")
        release_of(query["key"]).wait(60)
        self.wfile.write(b"data: 2\n\n")

    def release(self, query):
        release_of(query["key"]).set()
        self.head(204)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(json.dumps({"port": server.server_port}), flush=True)
server.serve_forever()
