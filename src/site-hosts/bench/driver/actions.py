"""What the bench can be requested to do. Each action names its parameters, and returns what protocol.ts says."""
import os
import shutil
import sys
from inspect import signature

from driver.database import check_database, database_exists
from driver.errors import BadRequest, CommandFailed, Refused, Unavailable
from driver.fences import pass_fence
from driver.frappe_bench import apart, bench, connected, new_site, offered_apps
from driver.inspect_site import look_at
from driver.records import claim, config_path, is_finished, read_json, record_path, whose, write_record
from driver.settings import SITES
from driver.site_address import write_address
from driver.snapshots import find_longest_template, load, settle
from driver.undo import begin, clear, finish, forget, remove
from driver.watch import unavailable
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
    if found == "taken" or (found == "free" and site in ["frappe", *apps]):
        raise Refused("taken")
    if found == "free":
        refuse_foreign(database)
    return {"apps": apps}


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
        raise Refused("taken")
    record = read_json(record_path(site))
    template = find_longest_template(apps)
    if template and not os.path.lexists(os.path.join(SITES, site)):
        made = load_template(site, record, template, administratorPassword)
        if made is not None:
            finished = ["create-site", *("install-app:" + app for app in made)]
            write_record(site, {**record, "finished": finished})
            return {"template": made}
    succeed(new_site(site, record["database"], administratorPassword))
    if os.path.isfile(config_path(site)):
        finish(site, "create-site")
    return {"template": None}


def load_template(site, record, template, administrator_password):
    """The apps of the site that was created from the template; None when the template is unusable, and removed."""
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
    must_be_ours(site, company)
    step = "install-app:" + app
    succeed(begin(site, step))
    succeed(bench("--site", site, "install-app", app))
    if is_listed(site, app):
        finish(site, step)
    return {}


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
    must_be_ours(site, company)
    succeed(begin(site, "set-up-company"))
    if set_up(site, wizard, password):
        finish(site, "set-up-company", is_last=True)
    return {}


def set_address(site, company, address):
    found = refuse_taken(site, company)
    if found == "ours" and is_made(site):
        write_address(site, company, address)
    return {}


def inspect(site, company, email, password, country):
    found = refuse_taken(site, company)
    if found == "free" or not is_made(site):
        return {"exists": False}
    return {"exists": True, **look_at(site, email, password, country)}


def is_made(site):
    """Whether the site exists, and no step of it is unfinished."""
    return os.path.isfile(config_path(site)) and not read_json(record_path(site)).get("begun")


def settle_site(site, company):
    """The site is verified, and needs no points to return to any more."""
    if whose(site, company) == "ours":
        settle(site)
    return {}


def refuse_taken(site, company):
    found = whose(site, company)
    if found == "taken":
        raise Refused("taken")
    return found


def must_be_ours(site, company):
    if whose(site, company) != "ours":
        raise Refused("taken")


def succeed(code):
    if code != 0:
        raise CommandFailed(code)


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
ACTIONS = {action.__name__: action for action in (*OF_THE_BENCH, *OF_A_SITE)}


def carry_out(request):
    """Raises BadRequest unless the request names an action and exactly its parameters."""
    check_names("The request", request, ("action", "claim", "arguments"))
    action, claim, arguments = ACTIONS.get(request["action"]), request["claim"], request["arguments"]
    if action is None:
        raise BadRequest("There is no action %s" % request["action"])
    parameters = signature(action).parameters
    if action in OF_THE_BENCH:
        if claim is not None:
            raise BadRequest("%s takes no claim" % request["action"])
        check_names(request["action"], arguments, parameters)
        return action(**arguments)
    if claim is None:
        raise BadRequest("%s needs a claim" % request["action"])
    check_names("The claim", claim, ("site", "company", "fencingToken", "adoptSince"))
    check_names(request["action"], arguments, [name for name in parameters if name not in ("site", "company")])
    pass_fence(claim)
    return action(claim["site"], claim["company"], **arguments)


def check_names(what, values, names):
    unknown, missing = sorted(values.keys() - set(names)), sorted(set(names) - values.keys())
    if unknown:
        raise BadRequest("%s does not take %s" % (what, ", ".join(unknown)))
    if missing:
        raise BadRequest("%s needs %s" % (what, ", ".join(missing)))
