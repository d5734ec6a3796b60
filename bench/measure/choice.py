"""Which parts of the benchmark are measured, and of those that have rows, which rows."""

from processes import Failure


def is_wanted(name, wanted):
    """Whether the row of that name is one that `--row` asks for."""
    return wanted.lower() in name.lower()


def chosen(parts, only, wanted):
    """The names of the parts to be measured. `parts`: by name the rows that can be asked for, or None; `only`: the parts
    that were asked for, if any; `wanted`: the text in the names of rows that were asked for, or nothing."""
    names = only or parts
    if not wanted:
        return list(names)
    by_row = {name: parts[name] for name in names if parts[name] is not None}
    found = [name for name, rows in by_row.items() if any(is_wanted(row, wanted) for row in rows)]
    if not found:
        known = "".join(f"\n  {name}: {row}" for name, rows in by_row.items() for row in rows)
        raise Failure(f"--row: no row has '{wanted}' in its name; there are:{known}" if by_row else
                      f"--row: {' and '.join(names)} cannot be measured by row")
    # What has no rows is measured beside them only where it was named.
    return [name for name in names if name in found or (only and parts[name] is None)]
