"""A client on websockets."""

from contract import body, is_intact, serve_orders
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def websocket(order):
    url = order["base"].replace("http", "ws", 1) + order["path"]
    with connect(url, subprotocols=["interop"], proxy=None) as socket:
        socket.send("h\u00e9llo")
        text = socket.recv()
        socket.send(body(100_000))
        data = socket.recv()
        socket.ping().wait()
        socket.send("close")
        try:
            socket.recv()
            code = None
        except ConnectionClosed as closed:
            code = closed.rcvd and closed.rcvd.code
        return {"subprotocol": socket.subprotocol, "text": text, "bytes": len(data), "intact": is_intact(data),
                "code": code}


serve_orders({"websocket": websocket})
