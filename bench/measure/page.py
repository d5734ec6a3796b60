"""The places of docs/performance.md that a run fills in: between <!-- bench:NAME --> and <!-- /bench:NAME -->."""

import re

from processes import Failure


def filled(page, name, text):
    """The page with `text` between the marks of that name."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
    if len(pattern.findall(page)) != 1:
        raise Failure(f"the page must have {begin} and {end} once")
    return pattern.sub(lambda _: f"{begin}\n{text.strip()}\n{end}", page)


def update(path, texts):
    page = path.read_text()
    for name, text in texts.items():
        page = filled(page, name, text)
    path.write_text(page)
