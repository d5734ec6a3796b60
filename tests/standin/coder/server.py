"""The server, and how a request becomes an answer: Python's http.server with what the upstream adds to it.

HTTP/1.0, a thread a connection, no time limits; the lenient reading of the head is the library's own.
"""

import json
import re
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import apps
import creates
import files
import reads
import streams
from tasks import TaskStore, Tmux


class Counters:
    """What has arrived, for tests: GET /standin/stats."""

    def __init__(self):
        self.lock = threading.Lock()
        self.numbers = dict.fromkeys(("connections", "open", "requests", "creates_received", "creates_executed"), 0)
        self.markers = []

    def add(self, name, number=1):
        with self.lock:
            self.numbers[name] += number

    def taken(self):
        with self.lock:
            # Without the connection that asks.
            return {**self.numbers, "open": self.numbers["open"] - 1, "create_ids": list(self.markers)}


class Server(ThreadingHTTPServer):
    # HTTPServer's own asks for this host's name, which no test needs and a pod may have to wait for.
    server_bind = socketserver.TCPServer.server_bind

    def __init__(self, options):
        self.options = options
        self.request_queue_size = options.backlog
        self.tmux = Tmux(options.tmux_socket, options.files)
        self.tasks = TaskStore(options.state)
        self.events = streams.EventBus()
        self.deliveries = creates.ReplayCache()
        self.counters = Counters()
        super().__init__((options.address, options.port), Handler)

    def process_request(self, request, client_address):
        self.counters.add("connections")
        self.counters.add("open")
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        super().shutdown_request(request)
        self.counters.add("open", -1)

    def handle_error(self, request, client_address):
        # A client that has left is nothing to tell.
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):
            print(f"request failed: {error!r}", file=sys.stderr, flush=True)


def without_prefix(path, prefix):
    """Takes it off where it leads as a whole segment; by itself it means "/"."""
    if path == prefix:
        return "/"
    return path[len(prefix):] if path.startswith(prefix + "/") else path


class Handler(BaseHTTPRequestHandler):
    server_version = "SimpleHTTP/0.6"

    # What came.

    def parse_request(self):
        """Adds to the library's own reading how the upstream turns a target into a path: on the raw text, never decoded,
        never normalised, and with the query stripped only for GET."""
        if not super().parse_request():
            return False
        self.server.counters.add("requests")
        # What /livez, /health and /metrics are compared with.
        self.raw = without_prefix(self.path, "/bearer-api")
        # Behind the marker, identity headers do not count as a login.
        self.bearer_only = self.raw != self.path
        # Query and all: what everything else is matched with.
        self.routed = without_prefix(without_prefix(self.raw, "/oauth"), "/browser")
        path, _, self.query = self.routed.partition("?")
        # For GET.
        self.read = path.replace("/oauth", "").replace("/browser", "") or "/"
        return True

    def body(self, limit):
        """As far as it comes before the client's FIN. Only Content-Length is read, and -1 means all of the stream.
        ValueError: it is no length. OverflowError: it is above the limit. The body is left unread then."""
        length = int(self.headers.get("Content-Length", 0))
        if length > limit:
            raise OverflowError
        return self.rfile.read(length)

    def has_bearer(self, token):
        return self.headers.get("Authorization") == f"Bearer {token}"

    def is_authorized(self):
        """Answers 401 when not. In oauth2 mode the API token will do, and any identity header at all unless the target
        was marked /bearer-api/."""
        options = self.server.options
        if options.auth_mode != "oauth2" or self.has_bearer(options.token):
            return True
        if options.trusted_proxy and not self.bearer_only:
            if any(self.headers.get(f) for f in ("X-Auth-Request-User", "X-Auth-Request-Email", "Remote-User")):
                return True
        self.error(401, "Unauthorized")
        return False

    # What goes back. JSON and text end with the connection, the others have a length.

    def begin(self, status, fields, reason=None):
        self.send_response(status, reason)
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()

    def end_headers(self):
        if self.server.options.count_only:
            self.send_header("X-Creates-Executed", self.server.counters.taken()["creates_executed"])
        super().end_headers()

    def send(self, content):
        if content and self.command != "HEAD":
            self.wfile.write(content)

    def json(self, status, value):
        self.begin(status, [("Content-type", "application/json; charset=utf-8"),
                            ("Cache-Control", "no-cache, no-store, must-revalidate")])
        self.send(json.dumps(value).encode())

    def error(self, status, message):
        self.json(status, {"error": message})

    def text(self, status, text):
        self.begin(status, [("Content-type", "text/plain; charset=utf-8")])
        self.send(text.encode("latin-1"))

    def measured(self, status, content_type, content):
        self.begin(status, [("Content-Type", content_type), ("Content-Length", str(len(content)))])
        self.send(content)

    def log_message(self, *_):
        # Nothing is logged. Upstream's own line names the path: where none was parsed it fails, before any byte of an
        # answer.
        if not hasattr(self, "path"):
            raise ConnectionAbortedError

    # By method. What is not here is the library's 501.

    def do_GET(self):
        found = (reads.serve_health(self) or streams.serve(self) or reads.serve(self) or files.serve(self) or
                 apps.serve(self) or apps.recover_by_referer(self) or self.serve_page())
        if not found:
            self.send_error(404, "File not found")

    def do_HEAD(self):
        """Only apps and pages know it; a health check by HEAD gets 404."""
        if not (apps.serve(self) or apps.recover_by_referer(self) or self.serve_page()):
            self.send_error(404, "File not found")

    def do_OPTIONS(self):
        self.begin(204, [])

    def do_POST(self):
        if self.may_change() and not (creates.serve(self) or files.serve_upload(self) or apps.serve(self)):
            self.text(404, f"API endpoint not found. Received: {self.routed}")

    def do_DELETE(self):
        if self.may_change() and not (reads.serve_delete(self) or apps.serve(self)):
            self.error(404, "Not found")

    def do_PUT(self):
        if self.may_change() and not apps.serve(self):
            self.begin(501, [])

    do_PATCH = do_PUT

    def may_change(self):
        """Read-only mode comes before anything else."""
        if self.server.options.readonly:
            self.json(403, {"error": "workspace is read-only", "code": "readonly"})
        return not self.server.options.readonly

    def serve_page(self):
        if self.read not in ("/", "/index.html"):
            return False
        self.measured(200, "text/html", b'<!doctype html><title>workspace</title><div id="root"></div>\n')
        return True
