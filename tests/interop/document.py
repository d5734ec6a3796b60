"""The tables of docs/interop.md, between two markers."""

from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "interop.md"
BEGIN = "<!-- tables of ./dev interop --markdown: begin -->\n"
END = "<!-- tables: end -->\n"
SIGNS = {"yes": "✓", "other": "≈", "-": "-", "no": "✗"}


def table(header, rows):
    lines = [header, ["---"] + [":-:"] * (len(header) - 1), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def by_client(results, clients, names):
    """A row for each name, a column for each client; `results`: by client's name and by row."""
    return table(["", *clients], [[name, *(SIGNS[results[client][name].verdict] for client in clients)]
                                  for name in names])


def tables(clients, pairs, abilities, own, own_names, deviations):
    """`pairs`: by upstream, client and ability; `own`: by client and answer."""
    shown = [f"### Before {upstream}\n\n" + by_client(of_upstream, clients, abilities)
             for upstream, of_upstream in pairs.items()]
    notes = "".join(f"≈ {ability}, before {upstream}: {why}.\n\n"
                    for (ability, upstream), (_, why) in deviations.items())
    return "\n".join([*shown, notes + "### The gate's own answers\n\n" + by_client(own, clients, own_names)])


def versions_table(versions):
    return table(["peer", "version"], [[peer, version] for peer, version in versions.items()])


def generated():
    return PAGE.read_text().split(BEGIN)[1].split(END)[0]


def write(text):
    page = PAGE.read_text()
    PAGE.write_text(page.split(BEGIN)[0] + BEGIN + "\n" + text + "\n" + END + page.split(END)[1])


def outline(text):
    """(heading, columns, names of the rows) of each table in a text."""
    found = []
    for part in text.split("### ")[1:]:
        heading, _, rest = part.partition("\n")
        header, _, *rows = [line for line in rest.splitlines() if line.startswith("|")]
        found.append((heading, cells(header)[1:], [cells(row)[0] for row in rows]))
    return found


def cells(row):
    return [cell.strip() for cell in row.strip("|").split(" | ")]
