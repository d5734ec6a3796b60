"""A table as text or as Markdown."""


def number(value):
    """With three digits, as far as they say something."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def span(spread):
    """The spread of what was compared."""
    if spread is None:
        return "-"
    least, greatest, have, rounds = spread
    return f"{number(least)} to {number(greatest)}" + ("" if have == rounds else f" (in {have} of {rounds})")


class Table:
    def __init__(self, title, columns):
        self.title, self.columns, self.rows = title, columns, []

    def add(self, *cells):
        self.rows.append([number(cell) for cell in cells])

    def text(self):
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        shown = [self.title]
        for line in lines:
            cells = [line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
            shown.append("  " + "  ".join(cells))
        return "\n".join(shown) + "\n"

    def markdown(self):
        rows = [self.columns, ["---"] + ["--:"] * (len(self.columns) - 1), *self.rows]
        return f"### {self.title}\n\n" + "".join("| " + " | ".join(row) + " |\n" for row in rows)

    def losses(self):
        """The rows whose ratio is above 1, as text."""
        if "ratio" not in self.columns:
            return []
        at = self.columns.index("ratio")
        return [f"{self.title}: {row[0]} {row[at]}" for row in self.rows if row[at] != "-" and float(row[at]) > 1]
