"""A database server of files: `database/NAME.json`, and `database/users/NAME@HOST` for who may log in."""
import hashlib
import os
import re
import time
from types import SimpleNamespace

from stand_in import BENCH, read, switches, write


class MySQLError(Exception):
    pass


class OperationalError(MySQLError):
    pass


class ProgrammingError(MySQLError):
    pass


OperationalError.__module__ = ProgrammingError.__module__ = "pymysql.err"
err = SimpleNamespace(MySQLError=MySQLError, OperationalError=OperationalError, ProgrammingError=ProgrammingError)
USERS = os.path.join(BENCH, "database", "users")


def digest(password):
    return hashlib.sha256(password.encode()).hexdigest()


def hosts(user):
    return [name.split("@", 1)[1] for name in sorted(os.listdir(USERS)) if name.split("@", 1)[0] == user]


def create_user(user, host, password):
    write("database/users/%s@%s" % (user, host), digest(password))


def connect(host, port, user, password, database=None, **_):
    while switches().get("databasePaused"):
        time.sleep(0.1)  # The kernel accepts the connection, and nobody greets.
    now = switches()
    if now.get("databaseDown", 0) > 0:
        write("stand-in.json", {**now, "databaseDown": now["databaseDown"] - 1})
        message = "Can't connect to MySQL server on '%s' ([Errno 111] Connection refused)" % host
        raise OperationalError(2003, message)
    if digest(password) not in [read("database/users/%s@%s" % (user, place)) for place in hosts(user)]:
        raise OperationalError(1045, "Access denied for user '%s'@'localhost' (using password: YES)" % user)
    if database and read("database/%s.json" % database) is None:
        raise OperationalError(1049, "Unknown database '%s'" % database)
    return Connection()


class Connection:
    def cursor(self):
        return Cursor()

    def close(self):
        pass


class Cursor:
    rows = ()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def execute(self, sql, values=()):
        self.rows = ()
        if "mysql.user" in sql:
            if switches().get("fewRights"):
                raise OperationalError(1142, "SELECT command denied to user 'root'@'localhost' for table `mysql`.`user`")
            self.rows = [(host,) for host in hosts(values[0])]
        elif "information_schema.schemata" in sql:
            self.rows = [(1,)] if read("database/%s.json" % values[0]) is not None else []
        elif "information_schema.processlist" in sql:
            self.rows = [] if "lock" in sql else [(7,)]
        elif sql.startswith("kill "):
            raise OperationalError(1094, "Unknown thread id: " + sql[5:])
        elif found := re.fullmatch(r"drop database if exists `(\w+)`", sql):
            remove("database/%s.json" % found[1])
        elif sql == "drop user if exists %s@%s":
            remove("database/users/%s@%s" % values)
        else:
            raise ProgrammingError(1064, "You have an error in your SQL syntax: " + sql)

    def fetchall(self):
        return self.rows

    def fetchone(self):
        return self.rows[0] if self.rows else None


def remove(path):
    try:
        os.unlink(os.path.join(BENCH, path))
    except FileNotFoundError:
        pass
