// An upstream on Node's http, with WebSocket by ws.
import http from "node:http";
import { WebSocketServer } from "ws";
import { body, isIntact, whole } from "./contract.mjs";

const framing = (request) => request.headers["transfer-encoding"] ?? "length";

function sendJson(answer, status, value) {
  answer.writeHead(status, { "Content-Type": "application/json" });
  answer.end(JSON.stringify(value));
}

// Half of what is promised.
function cut(answer, size) {
  answer.write(body(size / 2), () => answer.destroy());
}

const releases = new Map();

// The second event comes when somebody asks for it.
function events(answer, key) {
  answer.writeHead(200, { "Content-Type": "text/event-stream" });
  answer.write("data: 1\n\n");
  releases.set(key, () => answer.end("data: 2\n\n"));
}

const pages = {
  "/small"(request, answer) {
    answer.writeHead(200, { "Content-Type": "text/plain", "Content-Length": 6, "Set-Cookie": ["a=1", "b=2"] });
    answer.end("small\n");
  },
  "/empty"(request, answer) {
    answer.writeHead(204).end();
  },
  "/large"(request, answer, { size }) {
    answer.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": size });
    answer.end(body(size));
  },
  "/stream"(request, answer, { size }) {
    answer.writeHead(200, { "Content-Type": "application/octet-stream" });
    answer.flushHeaders();
    answer.end(body(size));
  },
  async "/echo"(request, answer) {
    const data = await whole(request);
    sendJson(answer, 200, {
      method: request.method, bytes: data.length, intact: isIntact(data), framing: framing(request),
      trailer: request.trailers["x-sent"] ?? "" });
  },
  async "/api/claude/tasks"(request, answer) {
    const data = await whole(request);
    sendJson(answer, 201, { status: "error", task_id: "1", bytes: data.length, framing: framing(request) });
  },
  "/refuse"(request, answer) {
    answer.writeHead(403, { "Content-Length": 0 }).end();
  },
  "/hints"(request, answer) {
    answer.writeEarlyHints({ link: "</style.css>; rel=preload" });
    answer.end("hints\n");
  },
  "/trailers"(request, answer) {
    answer.writeHead(200, { Trailer: "X-Sum" });
    answer.write("trailers\n");
    answer.addTrailers({ "X-Sum": "37" });
    answer.end();
  },
  "/cut"(request, answer, { size }) {
    answer.writeHead(200, { "Content-Length": size });
    cut(answer, size);
  },
  "/cut-stream"(request, answer, { size }) {
    cut(answer, size);
  },
  // A whole answer, and then the end of a connection that was not said to end.
  "/vanish"(request, answer) {
    answer.on("finish", () => request.socket.end());
    answer.writeHead(200, { "Content-Length": 7 });
    answer.end("vanish\n");
  },
  "/events"(request, answer, { key }) {
    events(answer, key);
  },
  "/release"(request, answer, { key }) {
    releases.get(key)();
    releases.delete(key);
    answer.writeHead(204).end();
  },
};

function serve(request, answer) {
  const url = new URL(request.url, "http://upstream");
  const page = pages[url.pathname];
  if (!page) return answer.writeHead(404).end();
  return page(request, answer, { size: Number(url.searchParams.get("n")), key: url.searchParams.get("key") });
}

const server = http.createServer(serve);
// Without this, Node says 100 before it asks the page.
server.on("checkContinue", (request, answer) => {
  if (request.url !== "/refuse") answer.writeContinue();
  serve(request, answer);
});
const sockets = new WebSocketServer({ server, path: "/ws", handleProtocols: (offered) => offered.has("interop") && "interop" });
sockets.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    if (data.toString() === "close") socket.close(4001, "as asked");
    else socket.send(data, { binary: isBinary });
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
