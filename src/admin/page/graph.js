// --- The graph: what was in each step, on hover and by the keyboard

let pointed = null; // the step that is looked at

// The sentence of a step, or of the last one before it: what stands until something else is known.
function moment_at(root, x) {
  const all = Array.from(root.querySelectorAll("#moments li"));
  return all.find(item => Number(item.dataset.x) <= x)?.textContent ?? "Nothing is known of it.";
}

function show_moment(root) {
  const range = root.querySelector("#moment");
  if (!range) return;
  range.hidden = false;
  const all = root.querySelector("#history .counts").getAttribute("aria-label");
  const words = pointed === null ? all : moment_at(root, pointed);
  root.querySelector("#history .moment").textContent = words;
  range.setAttribute("aria-valuetext", words);
  for (const line of root.querySelectorAll("#history .cursor")) {
    line.setAttribute("d", pointed === null ? "" : `M${pointed + 0.5} 0v${line.dataset.height}`);
  }
}

function point_at(x) {
  pointed = x;
  if (x !== null) main.querySelector("#moment").value = x;
  show_moment(main);
}

function is_scale(element) {
  return element?.id === "moment";
}

// The arrow keys move it; reached by Tab it says where it stands.
for (const kind of ["input", "focusin"]) {
  main.addEventListener(kind, event => {
    if (is_scale(event.target)) point_at(Number(event.target.value));
  });
}

main.addEventListener("focusout", event => {
  if (is_scale(event.target)) point_at(null);
});

function look(event) {
  const drawing = event.target.closest("#history .counts, #history .decisions");
  if (drawing) {
    const box = drawing.getBoundingClientRect();
    const last = Number(main.querySelector("#moment").max);
    const x = Math.floor((event.clientX - box.left) / box.width * (last + 1));
    point_at(Math.min(Math.max(x, 0), last));
  } else if (pointed !== null && !is_scale(document.activeElement)) {
    point_at(null);
  }
}

main.addEventListener("pointermove", look);
main.addEventListener("pointerdown", look);

