"""What the stand-in's programs share: its switches, its database server (files), and its captured output.

Switches are the keys of `stand-in.json` in the bench's folder, read at every look, so that a test can turn them while a
command runs. `"new-site": "hang"` is a fault at that point, after the half of the work; points are `new-site`,
`install-app` and `wizard`. `databaseDown: n` refuses the next n connections.
"""
import json
import os
import signal
import subprocess
import sys

BENCH = os.path.dirname(os.getcwd())  # The driver works in sites/.
CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "captures")


def read(path, default=None):
    try:
        with open(os.path.join(BENCH, path)) as file:
            return json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return default


def write(path, value):
    path = os.path.join(BENCH, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".partial", "w") as file:
        json.dump(value, file)
    os.replace(path + ".partial", path)


def switches():
    return read("stand-in.json", {})


def capture(name, begin=None, end=None):
    """The bytes of a captured output from `begin` to before `end`."""
    with open(os.path.join(CAPTURES, name), "rb") as file:
        data = file.read()
    start = data.index(begin) if begin else 0
    return data[start : data.index(end, start) if end else len(data)]


def say(data):
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def fault(point):
    """Fails as the switch of this point says, if it is set."""
    kind = switches().get(point)
    if kind in ("hang", "deaf"):
        if kind == "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # A program of its own, as Frappe's database client is one.
        child = subprocess.Popen(["sleep", "600"])
        write("reached.json", {"point": point, "pids": [os.getpid(), os.getppid(), child.pid]})
        child.wait()
        write("went-on.json", {})
    elif kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "lose":
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
    elif kind == "disk-full":
        raise OSError(28, "No space left on device")
    elif kind == "database-down":
        write("stand-in.json", {**switches(), "databaseDown": 3})
        raise exception("pymysql.err.InterfaceError: (0, '')")  # From later queries on a cut connection.
    elif kind == "redis-down":
        from frappe import ConnectionError, conf

        place = conf["redis_cache"].partition("://")[2]
        raise ConnectionError("Error 111 connecting to %s. Connection refused." % place)
    elif kind == "flood":
        for _ in range(96):
            say(b"\xe2\x96\x88\xff\x00x" * 174_763)  # a mebibyte without a newline, and no UTF-8
    elif kind == "talk":
        say(b"db_password = %s\n" % secrets_of_the_site().encode())
        raise RuntimeError("root_password is 'canary-root-pw', argv %s" % sys.argv)
    elif kind and kind.startswith("raises "):
        raise exception(kind[len("raises ") :])


def exception(line):
    """The exception of a traceback's last line, e.g. `pymysql.err.OperationalError: (2013, 'Lost connection')`."""
    name, _, message = line.partition(": ")
    module, _, name = name.rpartition(".")
    return type(name, (Exception,), {"__module__": module or "builtins"})(message)


def secrets_of_the_site():
    import frappe

    return frappe.conf.get("db_password")
