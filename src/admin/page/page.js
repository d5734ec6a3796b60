"use strict";

// The gate renders the page, the first time and for each event; this script only puts what came in
// the place of what is there, and says so when nothing comes any more. The paths are relative:
// behind a dashboard's proxy the page has a prefix.

const SILENCE_MS = 15000; // the gate sends something every 5 seconds
const RETRY_MS = 2000;
const main = document.querySelector("main");
const lost = document.getElementById("lost");
const build = document.getElementById("about").dataset.build;

let stream = null;
let silence = 0;
let heard = Date.now();

// Makes `shown` what `part` is. What is the same stays the same element, so that a screen reader
// does not read an alarm again and a selection is kept.
function update(shown, part) {
  if (shown.isEqualNode(part)) return;
  const inner = shown.children.length;
  const is_alike = shown.cloneNode(false).isEqualNode(part.cloneNode(false)) &&
    inner > 0 && inner === part.children.length &&
    own_text(shown) === own_text(part);
  if (!is_alike) return shown.replaceWith(document.adoptNode(part));
  Array.from(part.children).forEach((child, i) => update(shown.children[i], child));
}

// The text that stands beside the elements in it.
function own_text(element) {
  return Array.from(element.childNodes)
    .filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data.trim()).join("\n");
}

// What the script adds to the page as the gate renders it.
function arrange(root) {
  find_holders(root);
  show_moment(root);
  for (const shown of main.querySelectorAll("details[open]")) {
    root.querySelector(`#${shown.id}`)?.setAttribute("open", "");
  }
}

function show(text) {
  const next = new DOMParser().parseFromString(text, "text/html").body;
  const about = next.querySelector("#about").dataset;
  // Another build of the gate: its page may need another script.
  if (about.build && build && about.build !== build) return location.reload();
  document.title = about.title;
  arrange(next);
  for (const part of Array.from(next.children)) update(document.getElementById(part.id), part);
  heard = Date.now();
  main.classList.remove("stale");
  lost.hidden = true;
}

function mark_lost() {
  if (!lost.hidden) return;
  document.getElementById("lost-since").textContent = new Date(heard).toLocaleTimeString();
  document.title = "! lost - taskgate";
  main.classList.add("stale");
  lost.hidden = false;
}

function watch_for_silence() {
  clearTimeout(silence);
  silence = setTimeout(reconnect, SILENCE_MS);
}

function connect() {
  stream = new EventSource("events?page" + location.search.replace("?", "&"));
  stream.addEventListener("page", event => {
    watch_for_silence();
    show(event.data);
  });
  stream.onerror = reconnect;
  watch_for_silence();
}

// The browser's own retry gives up for good after an answer that is no stream.
function reconnect() {
  mark_lost();
  stream.close();
  clearTimeout(silence);
  silence = setTimeout(connect, RETRY_MS);
}

// Ages below a minute go on between two events.
function tick() {
  if (!lost.hidden) return;
  const passed = (Date.now() - heard) / 1000;
  for (const part of main.querySelectorAll("[data-age]")) {
    const age = Math.floor(Number(part.dataset.age) + passed);
    if (age < 60) part.textContent = age + " s";
  }
}

