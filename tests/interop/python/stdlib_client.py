"""A client on Python's http.client."""

import http.client
import urllib.parse

from contract import body, described, in_parts, refuse_what, serve_orders


class Counted(http.client.HTTPConnection):
    connects = 0

    def connect(self):
        self.connects += 1
        super().connect()


def exchange(order):
    connection = Counted(urllib.parse.urlsplit(order["base"]).netloc)
    try:
        answers = [ask(connection, one) for one in order["requests"]]
        return {"answers": answers, "connections": connection.connects}
    finally:
        connection.close()


def ask(connection, one):
    refuse_what(one, "expect", "trailer")
    data = body(one["body"]) if "body" in one else None
    chunked = one.get("framing") == "chunked"
    fields = {"Transfer-Encoding": "chunked"} if chunked else {}
    connection.request(one["method"], one["path"], in_parts(data) if chunked else data, fields, encode_chunked=chunked)
    got = connection.getresponse()
    return described(got.status, got.getheaders(), got.read())


def events(order):
    netloc = urllib.parse.urlsplit(order["base"]).netloc
    connection = http.client.HTTPConnection(netloc)
    connection.request("GET", order["path"])
    got = connection.getresponse()
    came = []
    for line in got:
        if line.startswith(b"data: "):
            came.append(line[6:].decode().strip())
            if len(came) == 1:
                release(netloc, order["release"])
    connection.close()
    return {"events": came, "type": got.getheader("Content-Type")}


def release(netloc, path):
    connection = http.client.HTTPConnection(netloc)
    connection.request("GET", path)
    connection.getresponse().read()
    connection.close()


serve_orders({"exchange": exchange, "events": events})
