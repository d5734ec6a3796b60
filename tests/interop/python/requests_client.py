"""A client on requests."""

import requests
import urllib3
from contract import body, described, in_parts, refuse_what, serve_orders


def exchange(order):
    with requests.Session() as session:
        answers = [ask(session, order["base"], one) for one in order["requests"]]
        pools = session.adapters["http://"].poolmanager.pools
        return {"answers": answers, "connections": sum(pools[key].num_connections for key in pools.keys())}


def ask(session, base, one):
    refuse_what(one, "expect", "trailer")
    data = body(one["body"]) if "body" in one else None
    if one.get("framing") == "chunked":
        data = in_parts(data)
    got = session.request(one["method"], base + one["path"], data=data, allow_redirects=False)
    return described(got.status_code, got.raw.headers.items(), got.content)


def events(order):
    with requests.Session() as session, session.get(order["base"] + order["path"], stream=True) as got:
        came = []
        for line in got.iter_lines(chunk_size=1):
            if line.startswith(b"data: "):
                came.append(line[6:].decode())
                if len(came) == 1:
                    session.get(order["base"] + order["release"])
        return {"events": came, "type": got.headers["Content-Type"]}


def retry(order):
    """By the library's own means."""
    tries = urllib3.Retry(total=2, status_forcelist=[429], allowed_methods=None, respect_retry_after_header=True)
    with requests.Session() as session:
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=tries))
        return {"answers": [ask(session, order["base"], order["request"])]}


serve_orders({"exchange": exchange, "events": events, "retry": retry})
