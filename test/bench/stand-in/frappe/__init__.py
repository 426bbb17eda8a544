"""As much of Frappe 15 as the driver uses. A site's rows stand in its database's file once they are committed."""
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
empty = {"installed_apps": [], "singles": {}, "users": {}, "companies": [], "currencies": ["EUR", "USD"]}


class Database:
    def __init__(self, name, rows):
        self.name, self.rows = name, rows

    def commit(self):
        write("database/%s.json" % self.name, self.rows)

    def exists(self, doctype, name):
        return name if name in self.rows["currencies"] else None

    def get_single_value(self, doctype, field):
        return self.rows["singles"].get(doctype, {}).get(field)

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


def get_all(doctype, fields=("name",)):
    assert doctype == "Company"
    return [{field: row[field] for field in fields} for row in db.rows["companies"]]


def get_roles(user):
    return ["All", "Guest", *db.rows["users"].get(user, {"roles": []})["roles"]]


class get_doc:
    def __init__(self, doctype, currency_name, enabled):
        self.name = currency_name

    def insert(self):
        db.rows["currencies"].append(self.name)


def lies(point):
    return switches().get(point) == "lie"
