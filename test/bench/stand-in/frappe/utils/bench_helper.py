"""The commands that the driver gives: they print what was captured, and leave behind what Frappe leaves behind."""
import json
import os
import secrets
import sys

import frappe
import pymysql
from frappe.utils.password import update_password
from stand_in import capture, fault, read, say, switches, write


def main():
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
    write("database/%s.json" % name, frappe.empty)
    frappe.connect()
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
    frappe.db.rows["installed_apps"] = [other for other in frappe.get_installed_apps() if other != app] + [app]
    frappe.db.commit()  # Before after_install, as Frappe has it.
    if app == "broken_app" and not switches().get("mended"):
        say(capture("install-app-after_install-raises.stdout"))
        return 1
    if app == "erpnext":
        say(capture("new-site-frappe16dev-erpnext.stdout", begin=b"\nInstalling erpnext", end=b"*** Scheduler"))
    elif app == "demo_app":
        say(capture("new-site-frappe15-demo_app.stdout", begin=b"\nInstalling demo_app", end=b"*** Scheduler"))
    fault("install-app")
    return 0


def apps():
    with open("apps.txt") as file:
        return file.read().split()
