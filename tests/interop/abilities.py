"""What a client and an upstream may be able to do together.

An ability is an order to the client and a look at what it saw. Where the client saw it directly, it has to see the same
through the gate.
"""

import uuid
from dataclasses import dataclass
from typing import Callable

LARGE = 1 << 20  # many buffers
HOP = ("connection", "keep-alive", "transfer-encoding", "date")  # a hop's own; Date may be another second


@dataclass(frozen=True)
class Ability:
    name: str
    order: Callable[[], dict]
    is_seen: Callable[[dict], bool]
    # What the two have to be able to do directly, where it is not the same: the gate then does more for them.
    first: Callable[[], dict] | None = None
    first_is_seen: Callable[[dict], bool] | None = None


def get(path):
    return {"method": "GET", "path": path}


def post(path, size=LARGE, **more):
    return {"method": "POST", "path": path, "body": size, "framing": "length", **more}


def exchange(*requests):
    return lambda: {"op": "exchange", "requests": list(requests)}


def statuses(seen):
    return [answer["status"] for answer in seen["answers"]]


def is_whole(answer, size=LARGE):
    return answer["status"] == 200 and answer["bytes"] == size and answer["intact"]


def small(seen):
    answer = seen["answers"][-1]
    return answer["status"] == 200 and answer["text"] == "small\n" and answer["fields"]["set-cookie"] == ["a=1", "b=2"]


def head(seen):
    first, second = seen["answers"]
    return first["status"] == 200 and first["bytes"] == 0 and first["fields"]["content-length"] == [str(LARGE)] and (
        second["status"] == 200)


def echoed(framing, size=LARGE):
    """The upstream tells in JSON what it received."""

    def look(seen):
        answer = seen["answers"][-1]
        parts = (f'"bytes":{size}', f'"framing":"{framing}"')
        text = answer.get("text", "").replace(" ", "")
        return answer["status"] == 200 and all(part in text for part in parts) and '"intact":false' not in text

    return look


def with_key(order):
    """Streams of their own."""
    key = uuid.uuid4().hex
    return {name: value.replace("KEY", key) for name, value in order.items()}


def is_cut(seen):
    return "error" in seen and "silent" not in seen


def websocket(seen):
    return seen == {"subprotocol": "interop", "text": "h\u00e9llo", "bytes": 100_000, "intact": True, "code": 4001}


ABILITIES = (
    Ability("small answer, repeated fields", exchange(get("/small")), small),
    Ability("answer without a body, and the next", exchange(get("/empty"), get("/small")),
            lambda seen: statuses(seen) == [204, 200]),
    Ability("large answer with a length", exchange(get(f"/large?n={LARGE}")), lambda seen: is_whole(seen["answers"][0])),
    Ability("large answer without one", exchange(get(f"/stream?n={LARGE}")), lambda seen: is_whole(seen["answers"][0])),
    Ability("HEAD, and the next", exchange({"method": "HEAD", "path": f"/large?n={LARGE}"}, get("/small")), head),
    Ability("upload by length", exchange(post("/echo")), echoed("length")),
    Ability("upload by PUT, empty", exchange(post("/echo", 0, method="PUT")), echoed("length", 0)),
    Ability("upload in chunks", exchange(post("/echo", framing="chunked")), echoed("chunked")),
    Ability("create", exchange(post("/api/claude/tasks", 1000)), lambda seen: statuses(seen) == [201]),
    Ability("Expect: the body waits for a 100", exchange(post("/echo", expect=True)),
            lambda seen: echoed("length")(seen) and seen["answers"][0]["continued"]),
    Ability("Expect: refused, the body stays away", exchange(post("/refuse", expect=True)),
            lambda seen: statuses(seen) == [403] and not seen["answers"][0]["continued"]),
    Ability("hints (103) before the answer", exchange(get("/hints")),
            lambda seen: seen["answers"][0].get("hints") == ["</style.css>; rel=preload"]),
    Ability("trailer of an answer", exchange(get("/trailers")), lambda seen: seen["answers"][0].get("trailer") == "37"),
    Ability("trailer of a request", exchange(post("/echo", 1000, framing="chunked", trailer=True)),
            lambda seen: '"trailer":"37"' in seen["answers"][0]["text"]),
    Ability("event stream, event by event",
            lambda: with_key({"op": "events", "path": "/events?key=KEY", "release": "/release?key=KEY"}),
            lambda seen: seen["events"] == ["1", "2"]),
    Ability("WebSocket: text, binary, subprotocol, close code", lambda: {"op": "websocket", "path": "/ws"}, websocket),
    Ability("one connection for several requests", exchange(*[get("/small")] * 3, post("/echo", 1000), get("/small")),
            lambda seen: seen["connections"] == 1 and statuses(seen) == [200] * 5),
    Ability("keep-alive's race: the upstream leaves between two requests",
            exchange(*[get("/vanish"), get("/small")] * 5), lambda seen: statuses(seen) == [200] * 10,
            exchange(get("/vanish")), lambda seen: statuses(seen) == [200]),
    Ability("cut answer with a length is seen as cut", exchange(get(f"/cut?n={LARGE}")), is_cut,
            exchange(get("/cut?n=0")), lambda seen: "error" in seen or statuses(seen) == [200]),
    Ability("cut answer in chunks is seen as cut", exchange(get(f"/cut-stream?n={LARGE}")), is_cut,
            exchange(get("/cut-stream?n=0")), lambda seen: "error" in seen or statuses(seen) == [200]),
)

# (ability, upstream): what is seen through the gate instead, and why.
DEVIATIONS = {
    ("Expect: refused, the body stays away", "ThreadingHTTPServer"): (
        lambda seen: statuses(seen) == [403],
        "before an upstream of HTTP/1.0, which never says 100, the gate says it itself (RFC 9110 10.1.1)"),
}


def is_able(look, seen):
    """An error, or a part that is missing, is no ability; where an error is what has to be seen, the look says so."""
    if "cannot" in seen:
        return False
    try:
        return look(seen)
    except (KeyError, IndexError, TypeError, ValueError):
        return False


def comparable(seen):
    """What has to be the same with and without the gate."""
    if "error" in seen:
        return {"error": True}
    answers = [{**answer, "fields": end_to_end(answer)} for answer in seen.get("answers", [])]
    return {name: value for name, value in seen.items() if name != "connections"} | {"answers": answers}


def end_to_end(answer):
    # A 204 may have no length (RFC 9110 8.6); the gate takes it away.
    left_out = (*HOP, "content-length") if answer["status"] == 204 else HOP
    return {name: value for name, value in answer["fields"].items() if name not in left_out}


def difference(direct, behind):
    """In words, where what the client saw through the gate is not what it saw directly; empty where it is."""
    direct, behind = comparable(direct), comparable(behind)
    if direct == behind:
        return ""
    if len(direct["answers"]) != len(behind["answers"]):
        return "another number of answers"
    pairs = [(direct, behind), *zip(direct["answers"], behind["answers"])]
    parts = sorted({name for one, other in pairs for name in {*one, *other} - {"answers"}
                    if one.get(name) != other.get(name)})
    return "; ".join(f"{name}: {[one.get(name) for one, _ in pairs if name in one]} becomes "
                     f"{[other.get(name) for _, other in pairs if name in other]}" for name in parts)
