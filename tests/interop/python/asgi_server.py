"""An upstream on uvicorn."""

import asyncio
import json
import socket
import urllib.parse

import uvicorn
from contract import body, in_parts, is_intact

RELEASES = {}


def release_of(key):
    """What the second event of a stream waits for."""
    return RELEASES.setdefault(key, asyncio.Event())


class Exchange:
    def __init__(self, scope, receive, send):
        self.scope, self.receive, self.send = scope, receive, send
        self.fields = dict(scope["headers"])
        self.query = dict(urllib.parse.parse_qsl(scope["query_string"].decode()))

    async def head(self, status, *fields):
        encoded = [(name.encode(), str(value).encode()) for name, value in fields]
        await self.send({"type": "http.response.start", "status": status, "headers": encoded})

    async def part(self, data, more=False):
        await self.send({"type": "http.response.body", "body": data, "more_body": more})

    async def whole_body(self):
        data, more = b"", True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError("the request was cut")
            data += message.get("body", b"")
            more = message.get("more_body", False)
        return data

    async def told(self, status, told):
        data = await self.whole_body()
        framing = self.fields.get(b"transfer-encoding", b"length").decode()
        text = json.dumps({**told, "bytes": len(data), "intact": is_intact(data), "framing": framing, "trailer": ""})
        await self.head(status, ("content-type", "application/json"), ("content-length", len(text)))
        await self.part(text.encode())

    async def echo(self):
        await self.told(200, {"method": self.scope["method"]})

    async def create(self):
        await self.told(201, {"status": "error", "task_id": "1"})

    async def small(self):
        await self.head(200, ("content-type", "text/plain"), ("content-length", 6), ("set-cookie", "a=1"),
                        ("set-cookie", "b=2"))
        await self.part(b"small\n")

    async def empty(self):
        await self.head(204)
        await self.part(b"")

    async def refuse(self):
        await self.head(403, ("content-length", 0))
        await self.part(b"")

    async def large(self):
        size = int(self.query["n"])
        await self.head(200, ("content-type", "application/octet-stream"), ("content-length", size))
        await self.part(body(size))

    async def stream(self):
        await self.head(200, ("content-type", "application/octet-stream"))
        for part in in_parts(body(int(self.query["n"]))):
            await self.part(part, more=True)
        await self.part(b"")

    async def cut(self):
        """Half of what is promised; uvicorn ends the connection of an application that fails."""
        size = int(self.query["n"])
        fields = [("content-length", size)] if self.scope["path"] == "/cut" else []
        await self.head(200, *fields)
        await self.part(body(size // 2), more=True)
        raise RuntimeError("cut, as asked")

    async def events(self):
        await self.head(200, ("content-type", "text/event-stream"))
        await self.part(b"data: 1\n\n", more=True)
        await release_of(self.query["key"]).wait()
        await self.part(b"data: 2\n\n")

    async def release(self):
        release_of(self.query["key"]).set()
        await self.empty()

    async def missing(self):
        await self.head(404, ("content-length", 0))
        await self.part(b"")


PAGES = {"/small": Exchange.small, "/empty": Exchange.empty, "/large": Exchange.large, "/stream": Exchange.stream,
         "/echo": Exchange.echo, "/refuse": Exchange.refuse, "/cut": Exchange.cut, "/cut-stream": Exchange.cut,
         "/events": Exchange.events, "/release": Exchange.release, "/api/claude/tasks": Exchange.create}


async def websocket(receive, send):
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "interop"})
    while (message := await receive())["type"] == "websocket.receive":
        text, data = message.get("text"), message.get("bytes")
        if text == "close":
            await send({"type": "websocket.close", "code": 4001, "reason": "as asked"})
        elif text is not None:
            await send({"type": "websocket.send", "text": text})
        else:
            await send({"type": "websocket.send", "bytes": data})


async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await websocket(receive, send)
    elif scope["type"] == "http":
        await PAGES.get(scope["path"], Exchange.missing)(Exchange(scope, receive, send))


listening = socket.create_server(("127.0.0.1", 0))
print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
config = uvicorn.Config(application, http="h11", ws="websockets", lifespan="off", log_level="critical")
uvicorn.Server(config).run(sockets=[listening])
