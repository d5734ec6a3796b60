// Clients of Node's world, told by name: fetch, http, ws.
import diagnostics from "node:diagnostics_channel";
import http from "node:http";
import readline from "node:readline";
import { WebSocket } from "ws";
import { body, isIntact, whole } from "./contract.mjs";

class Cannot extends Error {}

function described(status, fields, data, more) {
  const told = { status, fields, bytes: data.length, intact: isIntact(data), ...more };
  if (data.length <= 1000) told.text = data.toString();
  return told;
}

async function inTurn(order, ask) {
  const answers = [];
  for (const one of order.requests) answers.push(await ask(one));
  return answers;
}

// What comes of an event stream; the second event is asked for when the first has come.
async function eventsOf(stream, release) {
  const events = [];
  let text = "";
  for await (const part of stream) {
    text += Buffer.from(part).toString();
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      events.push(text.slice("data: ".length, end));
      if (events.length === 1) await release();
    }
  }
  return events;
}

// fetch has one pool for a process. An agent of our own is had by the class of that one's, which is there after a first use.
await fetch("data:,");
const Agent = globalThis[Symbol.for("undici.globalDispatcher.1")].constructor;

const fetchClient = {
  async exchange(order) {
    const agent = new Agent();
    let connections = 0;
    const count = () => connections++;
    diagnostics.subscribe("undici:client:connected", count);
    try {
      return { answers: await inTurn(order, (one) => this.ask(order.base, one, agent)), connections };
    } finally {
      await agent.destroy();
      diagnostics.unsubscribe("undici:client:connected", count);
    }
  },
  async ask(base, one, dispatcher) {
    if (one.expect) throw new Cannot("expect");
    if (one.trailer) throw new Cannot("trailers of a request");
    const init = { method: one.method, redirect: "manual", dispatcher };
    if (one.body !== undefined) {
      init.body = one.framing === "chunked" ? new Blob([body(one.body)]).stream() : body(one.body);
      init.duplex = "half";
    }
    const got = await fetch(base + one.path, init);
    const data = Buffer.from(await got.arrayBuffer());
    // The library gives its connection back a turn later, and would make another one before.
    await new Promise((resolve) => setTimeout(resolve));
    const fields = Object.fromEntries([...got.headers].map(([name, value]) => [name, [value]]));
    if (got.headers.getSetCookie().length) fields["set-cookie"] = got.headers.getSetCookie();
    return described(got.status, fields, data);
  },
  async events(order) {
    const got = await fetch(order.base + order.path);
    const release = async () => (await fetch(order.base + order.release)).arrayBuffer();
    return { events: await eventsOf(got.body, release), type: got.headers.get("content-type") };
  },
};

const httpClient = {
  async exchange(order) {
    const agent = new http.Agent({ keepAlive: true });
    let connections = 0;
    const connect = agent.createConnection;
    agent.createConnection = function (...all) {
      connections++;
      return connect.apply(this, all);
    };
    try {
      return { answers: await inTurn(order, (one) => this.ask(order.base, one, agent)), connections };
    } finally {
      agent.destroy();
    }
  },
  async ask(base, one, agent) {
    const sent = http.request(base + one.path, { method: one.method, agent });
    const told = { continued: false, hints: [] };
    sent.on("continue", () => (told.continued = true));
    sent.on("information", (info) => info.statusCode === 103 && told.hints.push(info.headers.link));
    const answered = new Promise((resolve, reject) => sent.on("response", resolve).on("error", reject));
    this.send(sent, one);
    const got = await answered;
    const data = await whole(got);
    const fields = {};
    for (const [name, values] of Object.entries(got.headersDistinct)) fields[name] = values;
    return described(got.statusCode, fields, data, { ...told, trailer: got.trailers["x-sum"] ?? "" });
  },
  send(sent, one) {
    if (one.body === undefined) return sent.end();
    if (one.framing === "length") sent.setHeader("Content-Length", one.body);
    else sent.setHeader("Transfer-Encoding", "chunked");
    if (one.trailer) sent.setHeader("Trailer", "X-Sent");
    const write = () => {
      sent.write(body(one.body));
      if (one.trailer) sent.addTrailers({ "X-Sent": "37" });
      sent.end();
    };
    if (!one.expect) return write();
    sent.setHeader("Expect", "100-continue");
    sent.on("continue", write);
    return sent.flushHeaders();
  },
  async events(order) {
    const get = (path) => new Promise((resolve, reject) => http.get(order.base + path, resolve).on("error", reject));
    const got = await get(order.path);
    const release = async () => whole(await get(order.release));
    return { events: await eventsOf(got, release), type: got.headers["content-type"] };
  },
};

const wsClient = {
  async websocket(order) {
    const socket = new WebSocket(order.base.replace("http", "ws") + order.path, "interop");
    const event = (name) => new Promise((resolve, reject) => socket.once(name, resolve).once("error", reject));
    const echoed = (message) => {
      const came = event("message");
      socket.send(message);
      return came;
    };
    await event("open");
    const text = (await echoed("h\u00e9llo")).toString();
    const data = await echoed(body(100_000));
    const ponged = event("pong");
    socket.ping();
    await ponged;
    const closed = event("close");
    socket.send("close");
    return { subprotocol: socket.protocol, text, bytes: data.length, intact: isIntact(data), code: await closed };
  },
};

const client = { fetch: fetchClient, http: httpClient, ws: wsClient }[process.argv[2]];

async function carryOut(order) {
  if (!client[order.op]) return { cannot: order.op };
  try {
    return await client[order.op](order);
  } catch (problem) {
    if (problem instanceof Cannot) return { cannot: problem.message };
    return { error: `${problem.message} ${problem.cause?.message ?? ""}`.trim() };
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await carryOut(JSON.parse(line))));
}
