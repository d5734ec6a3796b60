#include "admin/page.h"

#include <cstdio>
#include <random>

namespace taskgate::admin {
namespace {

constexpr std::string_view kNonceMark = "NONCE";

// The script asks for "status", not "/status": behind a dashboard's app proxy the page has a
// prefix. Whatever comes from outside is set as text, never as markup.
constexpr std::string_view kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>taskgate</title>
<link rel="icon" href="data:,">
<style nonce="NONCE">
:root { --back: #f6f7f9; --card: #fff; --text: #1b1f24; --faint: #5c6570; --line: #d8dde3;
  --live: #2f6fde; --promised: #9dbcf2; --free: #e8ecf1; --warn: #9a6700; --bad: #c1121f; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171a; --card: #1d2126; --text: #e6e9ec; --faint: #9aa4af; --line: #343a41;
    --live: #5b93f5; --promised: #2f4b7c; --free: #2a3037; --warn: #e0b040; --bad: #ff6b6b; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; display: grid; gap: 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .4rem 1rem; }
h1 { margin: 0; font-size: 1.3rem; }
h2 { margin: 0 0 .6rem; font-size: 1rem; }
section { padding: 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; }
.faint { color: var(--faint); }
.badge { padding: .1rem .6rem; border-radius: 1rem; color: #fff; background: var(--faint);
  font-weight: 600; }
.badge.good { background: #1a7f37; }
.badge.warn { background: #9a6700; }
.badge.bad { background: #c1121f; }
#alarm { border: 2px solid var(--warn); } #alarm.bad { border-color: var(--bad); }
#alarm h2 { font-size: 1.2rem; color: var(--warn); } #alarm.bad h2 { color: var(--bad); }
#alarm p { margin: .3rem 0 0; overflow-wrap: anywhere; }
#count { font-size: 2.6rem; font-weight: 700; line-height: 1.1;
  font-variant-numeric: tabular-nums; }
#meter { display: flex; gap: 3px; height: 1.6rem; margin: .7rem 0 .4rem; }
#meter span { flex: 1; min-width: 1px; border-radius: 3px; background: var(--free); }
#meter .live { background: var(--live); } #meter .promised { background: var(--promised); }
#meter .over { background: var(--bad); }
#meter .unknown { background: none; border: 2px dashed var(--bad); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--faint); font-weight: 500; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<header><h1>taskgate</h1><span id="state" class="badge" role="status">loading</span>
<span id="about" class="faint"></span></header>
<section id="alarm" role="alert" hidden><h2></h2><p></p></section>
<noscript><section>This page needs JavaScript; <a href="status">status</a> has the same as JSON.
</section></noscript>
<section><h2>Tasks</h2><div id="count">&ndash;</div><div id="meter" aria-hidden="true"></div>
<div id="slots" class="faint"></div></section>
<section><h2>Who holds a slot</h2><div class="scroll"><table><thead><tr><th>Session</th>
<th>Origin</th><th>Age</th></tr></thead><tbody id="holders"></tbody></table></div></section>
<section><h2>Recent refusals</h2><div class="scroll"><table><thead><tr><th>When</th><th>Route</th>
<th>Decision</th><th>Live / limit</th></tr></thead><tbody id="refusals"></tbody></table></div>
</section>
<section><h2>Gate</h2><dl id="facts"></dl></section>
</main>
<script nonce="NONCE">
"use strict";
const PERIOD_MS = 2000, MAX_CELLS = 64;
const ORIGINS = { created: "through the gate", inherited: "before the gate started",
  unattributed: "another door" };
const SIGNALS = {
  none: ["bad", "The sessions were not counted yet"],
  held: ["warn", "The count is the last good one"],
  unknown: ["bad", "The sessions cannot be counted"],
  blind: ["bad", "The gate looks at the wrong tmux socket"] };
const at = id => document.getElementById(id);
const make = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
};
const duration = s => {
  if (s < 0) s = 0;
  if (s < 60) return Math.floor(s) + " s";
  if (s < 3600) return Math.floor(s / 60) + " min";
  if (s < 86400) return Math.floor(s / 3600) + " h " + Math.floor(s % 3600 / 60) + " min";
  return Math.floor(s / 86400) + " d " + Math.floor(s % 86400 / 3600) + " h";
};
const rows = (id, items, empty, cells) => {
  const all = items.map(item => {
    const row = make("tr");
    row.append(...cells(item).map(text => make("td", text)));
    return row;
  });
  if (!all.length) {
    const cell = make("td", empty, "faint");
    cell.colSpan = 4;
    all.push(make("tr"));
    all[0].append(cell);
  }
  at(id).replaceChildren(...all);
};
const alarm = (level, title, text) => {
  const box = at("alarm");
  box.hidden = !title;
  box.className = level || "";
  const [head, body] = [box.querySelector("h2"), box.querySelector("p")];
  if (head.textContent !== (title || "")) head.textContent = title || "";
  if (body.textContent !== (text || "")) body.textContent = text || "";
};
const badge = (level, text) => {
  at("state").className = "badge " + level;
  at("state").textContent = text;
};

function drawMeter(s) {
  const known = s.live !== null, total = Math.max(s.limit, known ? s.live : 0);
  const cells = Math.min(total, MAX_CELLS), scale = total ? cells / total : 0;
  const live = Math.round((known ? s.live : 0) * scale);
  const promised = Math.round(((known ? s.live : 0) + s.reservations.total) * scale);
  const limit = Math.round(s.limit * scale);
  at("meter").replaceChildren(...Array.from({ length: cells }, (_, i) => make("span", undefined,
    !known ? "unknown" : i < live ? (i < limit ? "live" : "over")
      : i < promised ? "promised" : "")));
}
function drawTasks(s) {
  at("count").textContent = (s.live === null ? "?" : s.live) + " / " + s.limit;
  drawMeter(s);
  const parts = [s.slots_free === null ? "free slots unknown" : s.slots_free + " free"];
  if (s.reservations.total) parts.push(s.reservations.total + " promised to creates in flight");
  if (s.waiting) parts.push(s.waiting + " waiting for a decision");
  at("slots").textContent = parts.join(", ");
}
function drawSignal(s) {
  const [level, title] = SIGNALS[s.signal.state] || [];
  const age = s.signal.age_seconds === null ? "never" : duration(s.signal.age_seconds) + " ago";
  if (title) {
    alarm(level, title, [s.signal.fault, s.signal.detail, "Last good count: " + age + "."]
      .filter(Boolean).join(" \u2014 "));
  } else if (s.signal.match_wrong) {
    alarm("bad", "tmux.match seems to be wrong",
      "Creates make sessions, but none has a name that tmux.match takes, so they are not counted.");
  } else if (!s.config.last_reload_success) {
    alarm("warn", "The last reload of the configuration failed", s.config.error);
  } else alarm();
  if (s.draining) badge("warn", s.drained ? "drained" : "draining");
  else if (!s.listening) badge("bad", "not listening");
  else if (level) badge(level, s.signal.state);
  else if (s.slots_free === 0) badge("warn", "full");
  else badge("good", "open");
}
function drawFacts(s) {
  const c = s.connections;
  const facts = [
    ["Listening on", s.listen + (s.listening ? "" : " (not now)")], ["Upstream", s.upstream],
    ["Connections", c.active + " active, " + c.idle + " idle, " + c.tunnels + " upgraded, of " +
      c.limit],
    ["Count", s.signal.state +
      (s.signal.age_seconds === null ? "" : ", " + s.signal.age_seconds.toFixed(1) + " s old")],
    ["Configuration", "generation " + s.config.generation +
      (s.config.last_reload_success ? "" : ", last reload failed")],
    ["Running for", duration(s.uptime_seconds)]];
  at("facts").replaceChildren(
    ...facts.flatMap(([name, text]) => [make("dt", name), make("dd", text)]));
  at("about").textContent = s.version + " (" + s.revision + ")";
}
function draw(s) {
  drawTasks(s);
  drawSignal(s);
  rows("holders", s.holders || [], s.holders ? "No task is running." : "Not known.",
    h => [h.name, ORIGINS[h.origin] || h.origin, duration(h.age_seconds)]);
  rows("refusals", s.refusals, "None.", r => [new Date(r.when).toLocaleString(), r.route,
    r.decision,
    (r.live === null ? "?" : r.live) + " / " + r.limit]);
  drawFacts(s);
  document.title = (s.live === null ? "?" : s.live) + "/" + s.limit + " taskgate";
}
async function refresh() {
  try {
    const answer = await fetch("status", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (!answer.ok) throw new Error((await answer.text()).trim());
    draw(await answer.json());
  } catch (error) {
    badge("bad", "no answer");
    alarm("bad", "The gate does not answer; what is below is old", error.message);
  }
  setTimeout(refresh, PERIOD_MS);
}
refresh();
</script>
</body>
</html>
)html";

}  // namespace

std::string make_nonce() {
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", random());
    nonce += text;
  }
  return nonce;
}

std::string page_policy(std::string_view nonce) {
  const std::string only = "'nonce-" + std::string(nonce) + "'";
  return "default-src 'none'; connect-src 'self'; img-src data:; style-src " + only +
         "; script-src " + only + "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
}

std::string status_page(std::string_view nonce) {
  std::string page;
  std::string_view rest = kPage;
  for (auto mark = rest.find(kNonceMark); mark != std::string_view::npos;
       mark = rest.find(kNonceMark)) {
    page += rest.substr(0, mark);
    page += nonce;
    rest.remove_prefix(mark + kNonceMark.size());
  }
  page += rest;
  return page;
}

}  // namespace taskgate::admin
