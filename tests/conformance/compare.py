"""What became of a head on its way. A difference that the RFC allows is told from one that it does not."""

import re

from suite import Allowed, Unlike

# Each hop's own (RFC 9110 section 7.6.1): neither their presence nor their absence is a change of the message.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"}


def lines_of(head):
    return head.decode("latin-1").split("\r\n")[1:-2]


def looked_at(message, apart):
    """The message with its end-to-end fields alone, without those that a case leaves apart."""
    fields = [(name, value) for name, value in message.fields if name.lower() not in HOP_BY_HOP.union(apart)]
    lines = [line for line in lines_of(message.head) if line.split(":")[0].lower() not in HOP_BY_HOP.union(apart)]
    return fields, lines


def by_name(fields):
    values = {}
    for name, value in fields:
        values.setdefault(name.lower(), []).append(value)
    return values


def changed_fields(sent, got):
    """The names of fields that were lost, changed, joined and added."""
    before, after = by_name(sent), by_name(got)
    lost = [name for name in before if name not in after]
    changed = [name for name in before if name in after and after[name] != before[name]]
    joined = [name for name in changed
              if name != "set-cookie" and re.sub(r", ?", ",", ",".join(before[name])) ==
              re.sub(r", ?", ",", ",".join(after[name]))]
    added = [name for name in after if name not in before]
    return lost, [name for name in changed if name not in joined], joined, added


def named(verb, names):
    return [f"{verb} {', '.join(names[:3])}{'...' if len(names) > 3 else ''}"] if names else []


def order_and_spelling(sent, got):
    before, after = [name for name, _ in sent], [name for name, _ in got]
    told = []
    common = [name.lower() for name in after if name.lower() in {one.lower() for one in before}]
    if common != [name.lower() for name in before]:
        told.append("reorders fields")
    if not {name for name in before} <= {name for name in after}:
        told.append("re-spells names")
    return told


def same_fields(sent, got, strict=False, apart=()):
    """All fields but hop-by-hop ones are the same. Order among different names, the names' case and white space around
    values mean nothing (RFC 9110 sections 5.1, 5.3 and 5.5): they are asked for where a case is strict. Returns what
    was done to them."""
    (before, sent_lines), (after, got_lines) = looked_at(sent, apart), looked_at(got, apart)
    if sent_lines == got_lines:
        return ""
    lost, changed, joined, added = changed_fields(before, after)
    wrong = named("loses", lost) + named("changes", changed)
    if wrong:
        raise Unlike("; ".join(wrong))
    spaces = [sorted(line.partition(":")[2] for line in lines) for lines in (sent_lines, got_lines)]
    told = "; ".join(order_and_spelling(before, after) + ["trims white space"] * (spaces[0] != spaces[1]))
    if added or joined:
        raise Allowed("; ".join(named("adds", added) + named("joins", joined)))
    if strict:
        raise Allowed(told)
    return told


def same_request(sent, got, strict=False):
    """The request line but its version, which is each hop's own, and the fields; the bodies as they are decoded."""
    for index, what in ((0, "method"), (1, "target")):
        before, after = sent.start.split(" ")[index], got.start.split(" ")[index]
        if before != after:
            raise Unlike(f"{what} becomes {after[:40]}")
    same_body(sent, got)
    return same_fields(sent, got, strict)


def same_answer(sent, got, strict=False, apart=()):
    if sent.status != got.status:
        raise Unlike(f"the status becomes {got.status}")
    same_body(sent, got)
    before, after = sent.start.partition(" ")[2][4:], got.start.partition(" ")[2][4:]
    if before != after and strict:
        raise Allowed(f"the reason becomes {after!r}")
    return same_fields(sent, got, strict, apart)


def same_body(sent, got):
    if sent.body == got.body:
        return
    raise Unlike(f"the body changes: {len(sent.body)} bytes become {len(got.body)}")
