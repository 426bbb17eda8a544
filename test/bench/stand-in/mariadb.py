"""The database's programs: `dump` writes a database's file to standard output, and `load` writes it as it comes in."""
import json
import re
import sys

from stand_in import read, write

action, options, *words = sys.argv[1:]
with open(options.removeprefix("--defaults-file=")) as file:
    login = dict(re.findall(r'^(\w+)="(.*)"$', file.read(), re.MULTILINE))
assert login["user"] == words[-1] and login["password"]
place = "database/%s.json" % words[-1]
if action == "dump":
    rows = read(place)
    if "--ignore-table=%s.__Auth" % words[-1] in words:
        rows = {**rows, "users": {name: {**user, "password": None} for name, user in rows["users"].items()}}
    json.dump(rows, sys.stdout)
else:
    write(place, json.load(sys.stdin))
