"""A client on aiohttp."""

import asyncio

import aiohttp
from contract import body, described, in_parts, is_intact, refuse_what, serve_orders


async def exchange(order):
    made = []

    async def count(*_):
        made.append(1)

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(count)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        answers = [await ask(session, order["base"], one) for one in order["requests"]]
    return {"answers": answers, "connections": len(made)}


async def chunks(data):
    for part in in_parts(data):
        yield part


async def ask(session, base, one):
    refuse_what(one, "trailer")
    data = body(one["body"]) if "body" in one else None
    if one.get("framing") == "chunked":
        data = chunks(data)
    wanted = session.request(one["method"], base + one["path"], data=data, allow_redirects=False,
                             expect100=one.get("expect", False))
    async with wanted as got:
        # It sends such a body only when a 100 has come.
        told = {"continued": got.status == 200} if one.get("expect") else {}
        return described(got.status, got.headers.items(), await got.read(), **told)


async def events(order):
    async with aiohttp.ClientSession() as session, session.get(order["base"] + order["path"]) as got:
        came = []
        async for line in got.content:
            if line.startswith(b"data: "):
                came.append(line[6:].decode().strip())
                if len(came) == 1:
                    await session.get(order["base"] + order["release"])
        return {"events": came, "type": got.headers["Content-Type"]}


async def websocket(order):
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(order["base"] + order["path"], protocols=["interop"]) as socket:
            await socket.send_str("h\u00e9llo")
            text = await socket.receive_str()
            await socket.send_bytes(body(100_000))
            data = await socket.receive_bytes()
            await socket.send_str("close")
            closed = await socket.receive()
            return {"subprotocol": socket.protocol, "text": text, "bytes": len(data), "intact": is_intact(data),
                    "code": closed.data}


def on_a_loop(operation):
    return lambda order: asyncio.run(operation(order))


serve_orders({name: on_a_loop(operation) for name, operation in
              {"exchange": exchange, "events": events, "websocket": websocket}.items()})
