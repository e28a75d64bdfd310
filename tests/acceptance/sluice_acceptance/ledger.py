# SPDX-License-Identifier: Apache-2.0
"""What became of each record of a case."""

from collections import Counter
from dataclasses import asdict, dataclass, field

SHOWN = 12  # ids in a message
COLUMNS = ("read", "sent", "acknowledged", "delivered", "filtered", "dead_lettered", "duplicated", "lost")


@dataclass
class Ledger:
    """Counts of records. `read`, `acknowledged`, `filtered` and `dead_lettered` are the connector's own
    words, over all its runs; the others are what was put in and found."""

    read: int | None = None
    sent: int = 0
    acknowledged: int | None = None
    delivered: int = 0
    filtered: int | None = None
    dead_lettered: int | None = None
    duplicated: int = 0
    lost: int = 0
    missing: list = field(default_factory=list)
    twice: list = field(default_factory=list)
    strange: list = field(default_factory=list)

    def line(self):
        words = (f"{name.replace('_', '-')} {'-' if value is None else value}"
                 for name, value in ((it, getattr(self, it)) for it in COLUMNS))
        return "  ".join(words)

    def numbers(self):
        return {name: value for name, value in asdict(self).items() if name in COLUMNS}


def settle(sent, found, aside=()):
    """Compares the ids that were sent with those that were found; `aside` are accounted for."""
    counts = Counter(found)
    missing = [it for it in sent if it not in counts and it not in aside]
    known = set(sent)
    return Ledger(
        sent=len(sent), delivered=len(known & counts.keys()),
        duplicated=sum(n - 1 for it, n in counts.items() if it in known),
        lost=len(missing), missing=missing, twice=[it for it, n in counts.items() if n > 1],
        strange=[it for it in counts if it not in known])


def in_order(found):
    """Whether the first of each id comes in the order of sending; else the pair that does not."""
    seen, last = set(), ""
    for it in found:
        if it in seen:
            continue
        seen.add(it)
        if it < last:
            return (last, it)
        last = it
    return None


def shown(ids):
    ids = list(ids)
    return ", ".join(map(str, ids[:SHOWN])) + (f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else "")
