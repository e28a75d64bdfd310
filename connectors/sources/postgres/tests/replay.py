# SPDX-License-Identifier: Apache-2.0
"""What the events on standard input make of the tables: a line `schema.table{"column": value}` a row,
values as to_jsonb() writes them where they are numbers, booleans or strings. Ends with an error when
an event does not fit, such as an insert of a key that is there, or an update of a row that is not.
A transaction that a killed source sent again counts once: the last time when it was not whole before."""
import json
import sys

relations, tables = {}, {}


def value(cell):
    if isinstance(cell, str):
        return None if cell == "Null" else cell
    (tag, content), = cell.items()
    return bytes(content).decode() if tag == "RawText" else content


def row_of(relation, cells):
    names = [column["name"] for column in relations[relation]["columns"]]
    return dict(zip(names, map(value, cells)))


def key_of(relation, row):
    columns = relations[relation]["columns"]
    names = [c["name"] for c in columns if c["flags"]] or list(row)
    return json.dumps([row[name] for name in names])


def remove(relation, row):
    rows = tables[relation].get(key_of(relation, row))
    assert rows, f"there is no {row}"
    old = rows.pop()
    if not rows:
        del tables[relation][key_of(relation, row)]
    return old


def add(relation, row):
    rows = tables[relation].setdefault(key_of(relation, row), [])
    keyed = any(c["flags"] for c in relations[relation]["columns"])
    full = relations[relation]["replica_identity"] == "Full"
    assert not (keyed and rows) or full, f"twice: {row}"
    rows.append(row)


def apply(message):
    kind, relation = message["type"], message.get("rel_id")
    if kind == "insert":
        add(relation, row_of(relation, message["tuple"]))
    elif kind == "update":
        row = row_of(relation, message["new_tuple"])
        before = message["old_tuple"] or message["key_tuple"]
        old = remove(relation, row_of(relation, before) if before else row)
        add(relation, {k: old[k] if v == "UnchangedToast" else v for k, v in row.items()})
    elif kind == "delete":
        remove(relation, row_of(relation, message["old_tuple"] or message["key_tuple"]))
    elif kind == "truncate":
        for one in message["rel_ids"]:
            tables[one] = {}


begun, waiting, done = None, [], 0
for line in sys.stdin:
    message = json.loads(line)["message"]
    if message["type"] == "relation":
        relations[message["rel_id"]] = message
        tables.setdefault(message["rel_id"], {})
    elif message["type"] == "begin":
        if begun and begun["xid"] == 0:  # interrupted: a truncate follows
            for one in waiting:
                apply(one)
        begun, waiting = message, []
    elif message["type"] == "commit":
        if begun["xid"] == 0 or begun["final_lsn"] > done:
            for one in waiting:
                apply(one)
        if begun["xid"]:
            done = max(done, begun["final_lsn"])
        begun, waiting = None, []
    else:
        waiting.append(message)

for relation, rows in tables.items():
    name = f'{relations[relation]["namespace"]}.{relations[relation]["name"]}'
    for some in rows.values():
        for row in some:
            print(name + json.dumps(dict(sorted(row.items(), key=lambda i: (len(i[0]), i[0]))), ensure_ascii=False))
