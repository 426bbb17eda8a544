"""As much of Frappe 15 as the driver uses. A site's rows are in its database's file once they are committed."""
import importlib
from types import SimpleNamespace

import pymysql
from stand_in import read, switches, write

__version__ = "15.55.1"


class AuthenticationError(Exception):
    pass


class LockTimeoutError(Exception):
    pass


class ConnectionError(Exception):
    pass


LockTimeoutError.__module__ = "frappe.utils.file_lock"
ConnectionError.__module__ = "redis.exceptions"
conf = {}
cache = SimpleNamespace(delete_keys=lambda key: None)
empty = {
    **{"installed_apps": [], "modules": [], "singles": {}, "users": {}, "companies": [], "currencies": ["EUR", "USD"]},
    **{"lists": {}, "encrypted": []},
}


class Database:
    def __init__(self, name, rows):
        self.name, self.rows = name, rows

    def commit(self):
        write("database/%s.json" % self.name, self.rows)

    def exists(self, doctype, name):
        return self.rows["lists"].get(doctype) if isinstance(name, dict) else name in self.rows["currencies"]

    def get_single_value(self, doctype, field):
        return self.rows["singles"].get(doctype, {}).get(field)

    def sql(self, query):
        assert query == "select 1 from `__Auth` where encrypted = 1"
        return self.rows["encrypted"]

    def delete(self, doctype, filters):
        assert doctype == "Singles"
        for fields in self.rows["singles"].values():
            fields.pop(filters["field"], None)

    def get_tables(self, cached=True):
        return [table for table in self.rows if table != "secrets"]

    def count(self, doctype, filters):
        return self.rows["lists"].get(doctype, 0)

    def get_value(self, doctype, name, field):
        return self.rows["companies"][0]["name"] if name else None

    def set_single_value(self, doctype, field, value):
        self.rows["singles"].setdefault(doctype, {})[field] = value


db = None
site_folder = None


def init(site, sites_path="."):
    global site_folder
    if site_folder is not None:
        return  # As Frappe does: only `destroy` makes room for another site.
    site_folder = site or "."
    conf.clear()
    conf.update(read("sites/common_site_config.json"))
    if site:
        conf.update(read("sites/%s/site_config.json" % site, {}))
    for hook in conf.get("extra_config", []):
        module, function = hook.rsplit(".", 1)
        conf.update(getattr(importlib.import_module(module), function)())


def connect():
    global db
    name, password = conf["db_name"], conf["db_password"]
    pymysql.connect(conf.get("db_host", "127.0.0.1"), 3306, name, password, database=name)
    db = Database(name, read("database/%s.json" % name))


def destroy():
    global db, site_folder
    db = site_folder = None


def set_user(name):
    pass


def get_installed_apps():
    return list(db.rows["installed_apps"])


def get_all(doctype, filters=None, fields=("name",)):
    if doctype != "Company":
        return [{}] * db.rows["lists"].get(doctype, 0)
    return [{field: row[field] for field in fields} for row in db.rows["companies"]]


def get_cached_doc(doctype, name):
    return SimpleNamespace(get=lambda field: db.rows["lists"].get("Company"))


def get_roles(user):
    return ["All", "Guest", *db.rows["users"].get(user, {"roles": []})["roles"]]


class get_doc:
    def __init__(self, doctype, currency_name, enabled):
        self.name = currency_name

    def insert(self):
        db.rows["currencies"].append(self.name)


def publish_realtime(event=None, message=None, user=None):
    pass


def clear_cache(user=None):
    write("cleared.json", [*read("cleared.json", []), user or "everything"])


def lies(point):
    return switches().get(point) == "lie"
