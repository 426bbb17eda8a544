"""The commands that the driver runs: they print captured output, and have the effects that Frappe's have."""
import json
import os
import secrets
import sys

import frappe
import pymysql
from frappe.database.db_manager import DbManager
from frappe.utils.password import update_password
from stand_in import capture, fault, read, say, switches, write


used = False


def main():
    global used
    if used:
        usage_error("No such option: --site")  # click takes the options off the function that it makes a command of.
    used = True
    words = sys.argv[2:]
    site = words[1] if words[0] == "--site" else None
    command, *words = words[2:] if site else words
    if command == "new-site":
        new_site(words[0], dict(zip(words[1::2], words[2::2])))
    elif command == "install-app":
        sys.exit(install_app(site, words[0], "--force" in words))
    else:
        usage_error("No such command '%s'." % command)


def usage_error(message):
    sys.stderr.write("Usage: bench  [OPTIONS] COMMAND [ARGS]...\nTry 'bench  --help' for help.\n\nError: %s\n" % message)
    sys.exit(2)


def new_site(site, options):
    frappe.init(site)
    if switches().get("new-site") == "usage":
        usage_error("No such option: --db-name")
    if frappe.lies("new-site"):
        return
    if site in apps():
        print("Your bench has an app called %s, please choose another name for the site." % site)
        sys.exit(1)
    if os.path.exists(site):
        print("Site %s already exists" % site)
        sys.exit(1)
    os.makedirs(os.path.join(frappe.site_folder, "locks"))
    if switches().get("new-site") == "locked":
        raise frappe.LockTimeoutError("Failed to aquire lock: bench_new_site. Lock may be held by another process.")
    name = options["--db-name"]
    config = {"db_name": name, "db_password": secrets.token_urlsafe(12), "db_type": "mariadb"}
    write_config(frappe.site_folder, config)
    frappe.conf.update(config)
    login = options.get("--db-root-username", frappe.conf.get("root_login"))
    password = options.get("--db-root-password", frappe.conf.get("root_password"))
    pymysql.connect(frappe.conf.get("db_host"), 3306, login, password)
    if read("database/%s.json" % name) is not None:
        raise Exception("Database %s already exists" % name)
    pymysql.create_user(name, options.get("--mariadb-user-host-login-scope", "172.18.0.5"), frappe.conf["db_password"])
    os.makedirs(os.path.join(frappe.site_folder, "public"))
    os.makedirs(os.path.join(frappe.site_folder, "private"))
    write("database/%s.json" % name, frappe.empty)
    frappe.connect()
    if "--source-sql" in options:
        DbManager.restore_database(False, name, options["--source-sql"], name, frappe.conf["db_password"])
        fault("source-sql")
        print("App frappe already installed\n*** Scheduler is disabled ***")
        return
    output = capture("new-site-frappe15-demo_app.stdout", end=b"\nInstalling demo_app")
    say(output[: len(output) // 2])
    fault("new-site")
    say(output[len(output) // 2 :])
    frappe.db.rows["installed_apps"] = ["frappe"]
    update_password("Administrator", options["--admin-password"])
    frappe.db.commit()
    print("*** Scheduler is disabled ***")


def write_config(folder, config):
    with open(os.path.join(folder, "site_config.json"), "w") as file:
        half = switches().get("new-site") == "torn-config"
        file.write(json.dumps(config, indent=1)[: 9 if half else None])
    if half:
        raise OSError(28, "No space left on device")


def install_app(site, app, force):
    if frappe.lies("install-app"):
        return 0
    frappe.init(site)
    frappe.connect()
    if switches().get("install-app") == "locked":
        raise frappe.LockTimeoutError("Failed to aquire lock: install_app. Lock may be held by another process.")
    if app not in apps() or switches().get("install-app") == "vanished":
        print('Could not find app "%s": \nNo module named \'%s\'' % (app, app))
        print("An error occurred while installing %s: No module named '%s'" % (app, app))
        return 1
    if app in frappe.get_installed_apps() and not force:
        print("App %s already installed" % app)
        return 0
    if app == "erpnext":
        # A partial installation cannot be repeated: --force skips nothing that exists.
        if frappe.db.rows["modules"]:
            return fails(site, app, force, DuplicateEntryError("('Module Def', 'Accounts')"))
        frappe.db.rows["modules"] = ["Accounts", "Stock"]
        state = "state=" + secrets.token_urlsafe(22)
        frappe.db.set_single_value("QuickBooks Migrator", "authorization_url", "https://intuit.example/?" + state)
    frappe.db.rows["installed_apps"] = [other for other in frappe.get_installed_apps() if other != app] + [app]
    frappe.db.commit()  # Before after_install, as Frappe has it.
    if app == "broken_app" and not switches().get("mended"):
        say(capture("install-app-after_install-raises.stdout"))
        return 1
    if app == "erpnext":
        say(capture("new-site-frappe16dev-erpnext.stdout", begin=b"\nInstalling erpnext", end=b"*** Scheduler"))
    elif app == "demo_app":
        say(capture("new-site-frappe15-demo_app.stdout", begin=b"\nInstalling demo_app", end=b"*** Scheduler"))
    try:
        fault("install-app")
    except Exception as error:
        return fails(site, app, force, error)
    return 0


def fails(site, app, force, error):
    print("An error occurred while installing %s: %s" % (app, error))
    print("Traceback with variables (most recent call last):")
    print("    context = {'sites': ['%s'], 'force': %s}" % (site, force))
    print("%s.%s: %s" % (type(error).__module__, type(error).__name__, error))
    return 1


DuplicateEntryError = type("DuplicateEntryError", (Exception,), {"__module__": "frappe.exceptions"})


def apps():
    with open("apps.txt") as file:
        return file.read().split()
