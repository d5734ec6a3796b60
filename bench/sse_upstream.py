"""An upstream of idle event streams that costs little itself: python3 sse_upstream.py"""

import asyncio

HEAD = (b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n"
        b"event: ready\ndata: {}\n\n")


async def stream(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD)
    await reader.read()  # until the client leaves
    writer.close()


async def main():
    server = await asyncio.start_server(stream, "127.0.0.1", 0, backlog=1024)
    print("listening on 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
