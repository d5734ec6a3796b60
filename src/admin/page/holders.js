// --- Who holds a slot: the rows that have what is looked for

function find_holders(root) {
  const label = root.querySelector("#find");
  const rows = Array.from(root.querySelectorAll("#holders tbody tr"));
  const sessions = rows.filter(row => !row.classList.contains("group"));
  label.hidden = sessions.length < 2;
  const wanted = main.querySelector("#find input").value.trim().toLowerCase();
  const has_it = row => row.textContent.toLowerCase().includes(wanted) ||
    row.cells[0].title.toLowerCase().includes(wanted);
  for (const row of rows) row.hidden = wanted !== "" && (!sessions.includes(row) || !has_it(row));
  const shown = sessions.filter(row => !row.hidden).length;
  root.querySelector("#found").textContent =
    wanted === "" ? "" : `${shown} of ${sessions.length} shown`;
}

main.addEventListener("input", event => {
  if (event.target.closest("#find")) find_holders(main);
});
