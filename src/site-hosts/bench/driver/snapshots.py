"""Snapshots of a site at the end of a step, to restore it or to create others like it.

A *point* belongs to one site: undoing its next step returns to it. It is removed once the site is verified or removed. A
*template* was a point of a verified site; new sites with the same apps, of the same versions, are created from it. Before
the company is set up a site's database depends on nothing else.

No snapshot contains a secret. The database's password is left out, and so are log-ins and the encryption key, unless an app
has encrypted something with it already: such a point does not become a template.
"""
import functools
import gzip
import hashlib
import json
import os
import re
import shutil
import tarfile
import time

from driver.database_client import dump_database
from driver.frappe_bench import bench_config, connected, database_kind, new_site
from driver.records import config_path, read_json
from driver.settings import DATABASE, RECORDS, SITES, TEMPLATES
from driver.site_address import ADDRESS_KEYS

ALL_POINTS = os.path.join(RECORDS, "points")
ALL_TEMPLATES = os.path.join(RECORDS, "templates")
LONGEST = 24 * 3600  # seconds after which the points of an abandoned site are removed
FILES = ("public", "private")


def points_of(site):
    return os.path.join(ALL_POINTS, site)


def save_point(site, finished):
    """Saves a point of the site after these steps. Failing to is harmless: without a point, an undo creates the site anew."""
    folder = os.path.join(points_of(site), str(len(finished)))
    mask = os.umask(0o077)
    try:
        os.makedirs(ALL_POINTS, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        save(site, folder, finished)
    except Exception as error:
        print("No point to return to was saved: %s" % error)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.umask(mask)


def save(site, folder, finished):
    os.makedirs(folder)
    frappe = connected(site)
    apps, tables, config = frappe.get_installed_apps(), len(frappe.db.get_tables(cached=False)), dict(frappe.conf)
    auth = '"__Auth"' if config.get("db_type") == "postgres" else "`__Auth`"
    keeps_secrets = bool(frappe.db.sql("select 1 from %s where encrypted = 1" % auth))
    # It contains a random value, OAuth's `state`, that no two sites may share; the form creates another one when opened.
    frappe.db.delete("Singles", {"field": "authorization_url", "value": ("like", "%state=%")})
    frappe.db.commit()
    frappe.destroy()
    own_config = read_json(config_path(site))
    left_out = ADDRESS_KEYS | ({"encryption_key"} if not keeps_secrets else set())
    database = os.path.join(folder, "database.sql.gz")
    with gzip.open(database, "wb", compresslevel=1) as file:
        dump_database(config, file, leave_out=[] if keeps_secrets else ["__Auth"])
    with tarfile.open(os.path.join(folder, "files.tar"), "w") as tar:
        for name in FILES:
            tar.add(os.path.join(SITES, site, name), name)
    write_json(
        os.path.join(folder, "snapshot.json"),
        {
            "finished": finished,
            "apps": apps,
            "tables": tables,
            "config": {k: v for k, v in own_config.items() if not k.startswith("db_") and k not in left_out},
            "kind": kind_of(apps),
            "keepsSecrets": keeps_secrets,
            "digests": {name: digest(os.path.join(folder, name)) for name in ("database.sql.gz", "files.tar")},
        },
    )


def write_json(path, value):
    with open(path, "w") as file:
        json.dump(value, file)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def find_point(site, finished):
    """The snapshot's folder to which an undo returns, or None."""
    folder = os.path.join(points_of(site), str(len(finished)))
    snapshot = read_json(os.path.join(folder, "snapshot.json"))
    if snapshot and snapshot["finished"] == finished and is_whole(folder):
        return folder
    return find_template([step.split(":", 1)[1] for step in finished if ":" in step])


def find_template(apps):
    """The folder of the template with exactly these apps besides Frappe, or None."""
    folder = os.path.join(ALL_TEMPLATES, kind_of(["frappe", *apps]))
    if not TEMPLATES or not os.path.isdir(folder):
        return None
    if is_whole(folder):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    return None


def find_longest_template(apps):
    """The template with the longest beginning of this list of apps, or None."""
    found = (find_template(apps[:count]) for count in range(len(apps), -1, -1))
    return next((folder for folder in found if folder), None)


def is_whole(folder):
    snapshot = read_json(os.path.join(folder, "snapshot.json"))
    try:
        return bool(snapshot) and all(
            digest(os.path.join(folder, name)) == wanted for name, wanted in snapshot["digests"].items()
        )
    except OSError:
        return False


def load(site, folder, database, administrator_password):
    """Creates a site from a snapshot. Returns new-site's exit code; raises when the site is not as the snapshot says."""
    snapshot = read_json(os.path.join(folder, "snapshot.json"))
    source = ["--source-sql", os.path.join(folder, "database.sql.gz")]
    code = new_site(site, database, administrator_password, source)
    if code != 0:
        return code
    with tarfile.open(os.path.join(folder, "files.tar")) as tar:
        tar.extractall(os.path.join(SITES, site))
    write_json(config_path(site), {**snapshot["config"], **read_json(config_path(site))})
    frappe = connected(site)
    from frappe.utils.password import update_password

    found = [frappe.get_installed_apps(), len(frappe.db.get_tables(cached=False))]
    if found != [snapshot["apps"], snapshot["tables"]]:
        shutil.rmtree(folder, ignore_errors=True)
        raise Exception("The snapshot does not restore the site that it was taken of")
    update_password("Administrator", administrator_password)
    frappe.db.commit()
    frappe.destroy()
    return 0


def settle(site):
    """The site is verified: its points become templates where there are none, or are removed."""
    folders = [os.path.join(points_of(site), name) for name in list_folder(points_of(site))]
    for folder in folders:
        snapshot = read_json(os.path.join(folder, "snapshot.json"))
        if TEMPLATES and snapshot and not snapshot["keepsSecrets"] and snapshot["kind"] == kind_of(snapshot["apps"]):
            os.makedirs(ALL_TEMPLATES, mode=0o700, exist_ok=True)
            try:
                os.rename(folder, os.path.join(ALL_TEMPLATES, snapshot["kind"]))
            except OSError:
                pass  # There is one already.
    remove_points(site)
    remove_outdated()


def remove_points(site):
    shutil.rmtree(points_of(site), ignore_errors=True)


def remove_outdated():
    """Removes templates of versions that are no longer on the bench, and points of abandoned sites."""
    for name in list_folder(ALL_TEMPLATES):
        folder = os.path.join(ALL_TEMPLATES, name)
        snapshot = read_json(os.path.join(folder, "snapshot.json"))
        if not snapshot or kind_of(snapshot["apps"]) != name:
            shutil.rmtree(folder, ignore_errors=True)
    for site in list_folder(ALL_POINTS):
        if time.time() - os.stat(points_of(site)).st_mtime > LONGEST:
            remove_points(site)


def list_folder(path):
    try:
        return os.listdir(path)
    except FileNotFoundError:
        return []


# --- the kind of a site ----------------------------------------------------------------------------------------------


def kind_of(apps):
    """A digest of everything that the database of a site with these apps depends on, before its company is set up."""
    config = {key: value for key, value in bench_config().items() if not re.search("password|secret|key|token", key)}
    server = [DATABASE.get("host"), DATABASE.get("port")]
    parts = [database_kind(), server, config, [[app, version_of(app)] for app in apps]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


@functools.lru_cache(maxsize=None)  # Cached for a request, since each has a fork of its own.
def version_of(app):
    """A digest of the app's source: its files' names, sizes and times. Benches in containers have no commits, and others have changes."""
    found = hashlib.sha256()
    top = os.path.join(os.path.dirname(SITES), "apps", app, app)
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", "node_modules", "public"))
        for name in sorted(files):
            stat = os.stat(os.path.join(folder, name))
            found.update(("%s %s %d %d\n" % (folder, name, stat.st_size, stat.st_mtime_ns)).encode())
    return found.hexdigest()
