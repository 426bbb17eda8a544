"""What can be asked of the bench. Each action answers with JSON, and `code` is the exit code of a command."""
import os
import shutil
import sys

from driver.database import check_database, database_exists
from driver.fences import fenced
from driver.frappe_bench import apart, bench, connected, new_site, offered_apps
from driver.inspect_site import look_at
from driver.records import claim, config_path, is_finished, read_json, record_path, whose, write_record
from driver.settings import SITES
from driver.site_address import write_address
from driver.snapshots import find_longest_template, load, settle
from driver.undo import begin, clear, finish, forget, remove
from driver.watch import Unavailable, unavailable
from driver.wizard import set_up


def apps():
    return {"apps": offered_apps()}


def describe():
    import frappe

    check_database()
    return {"version": frappe.__version__, "apps": offered_apps(), "python": sys.version.split()[0]}


def preflight(site, company, database):
    check_database()
    found, apps = whose(site, company), offered_apps()
    if found == "free" and site in ["frappe", *apps]:
        found = "taken"
    if found == "free":
        refuse_foreign(database)
    return {"site": found, "apps": apps}


def refuse_foreign(database):
    """Once a record says that a database is ours, undoing drops it."""
    if database_exists(database):
        raise Exception("Database %s already exists" % database)


def look(site, company, step):
    return {"finished": is_finished(site, company, step)}


def create_site(site, company, database, administratorPassword, apps):
    found = whose(site, company)
    if found == "free":
        refuse_foreign(database)
        found = "ours" if claim(site, company, database) else "taken"
    if found == "taken":
        return {"site": found}
    record = read_json(record_path(site))
    template = find_longest_template(apps)
    if template and not os.path.lexists(os.path.join(SITES, site)):
        made = load_template(site, record, template, administratorPassword)
        if made is not None:
            finished = ["create-site", *("install-app:" + app for app in made)]
            write_record(site, {**record, "finished": finished})
            return {"site": "ours", "template": made}
    code = new_site(site, record["database"], administratorPassword)
    if code == 0 and os.path.isfile(config_path(site)):
        finish(site, "create-site")
    return {"site": "ours", "code": code}


def load_template(site, record, template, administrator_password):
    """The apps of the site that was made from the template; None when the template is of no use, and gone."""
    apps = read_json(os.path.join(template, "snapshot.json"))["apps"]
    if apart(load, site, template, record["database"], administrator_password) == 0:
        return apps[1:]
    missing = unavailable(site)
    if missing:
        raise Unavailable(*missing)  # The template is not to blame.
    shutil.rmtree(template, ignore_errors=True)
    clear(site, record)
    return None


def remove_site(site, company):
    if whose(site, company) == "ours":
        remove(site)
    return {}


def install_app(site, company, app):
    if whose(site, company) != "ours":
        return {"site": "taken"}
    step = "install-app:" + app
    code = begin(site, step) or bench("--site", site, "install-app", app)
    if code == 0 and is_listed(site, app):
        finish(site, step)
    return {"site": "ours", "code": code}


def is_listed(site, app):
    frappe = connected(site)
    listed = app in frappe.get_installed_apps()
    frappe.destroy()
    return listed


def forget_step(site, company, step):
    if whose(site, company) == "ours":
        forget(site, step)
    return {}


def set_up_company(site, company, wizard, password):
    if whose(site, company) != "ours":
        return {"site": "taken"}
    code = begin(site, "set-up-company")
    if code != 0:
        return {"site": "ours", "code": code}
    result, done = set_up(site, wizard, password)
    if done:
        finish(site, "set-up-company", is_last=True)
    return {"site": "ours", "result": result}


def set_address(site, company, address):
    found = whose(site, company)
    if found == "ours" and is_made(site):
        write_address(site, company, address)
    return {"site": found}


def inspect(site, company, email, password, country):
    found = whose(site, company)
    if found != "ours" or not is_made(site):
        return {"site": found, "exists": False}
    return {"site": found, "exists": True, **look_at(site, email, password, country)}


def is_made(site):
    """Whether there is a site, and nothing of it half-made."""
    return os.path.isfile(config_path(site)) and not read_json(record_path(site)).get("begun")


def settle_site(site, company):
    """The site is verified, and needs no points to return to any more."""
    if whose(site, company) == "ours":
        settle(site)
    return {}


OF_THE_BENCH = (apps, describe)
OF_A_SITE = (
    preflight,
    look,
    create_site,
    remove_site,
    install_app,
    forget_step,
    set_up_company,
    set_address,
    inspect,
    settle_site,
)
ACTIONS = {
    **{action.__name__: action for action in OF_THE_BENCH},
    **{action.__name__: fenced(action) for action in OF_A_SITE},
}
