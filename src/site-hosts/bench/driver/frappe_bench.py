"""Frappe's command line and its functions."""
import os
import sys
import traceback

from driver.records import config_path
from driver.settings import DATABASE, SITES


def bench(*arguments):
    """Runs a command of bench in this process and returns its exit code; secrets among the arguments remain in memory."""
    import frappe
    from frappe.utils.bench_helper import main

    sys.argv = ["bench", "frappe", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    finally:
        frappe.destroy()  # Some commands leave that to the end of their process.
    return 0


def new_site(site, database, administrator_password, more=()):
    server = options(db_type=database_kind(), db_host=DATABASE.get("host"), db_port=DATABASE.get("port"))
    scope = options(mariadb_user_host_login_scope=DATABASE.get("loginScope"))
    login = ["--db-name", database, "--admin-password", administrator_password]
    code = bench("new-site", site, *login, *server, *scope, *root_options(), *more)
    if os.path.isfile(config_path(site)):
        os.chmod(config_path(site), 0o600)
    return code


def apart(action, *arguments):
    """The exit code of an action in a fork of its own: bench's command line works once in a process."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = action(*arguments)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code < 0:
        os.kill(os.getpid(), -code)  # Out of memory, for example: this fork ends as that one did.
    return code


def options(**flags):
    return [part for flag, value in flags.items() if value for part in ("--" + flag.replace("_", "-"), str(value))]


def root_options():
    return options(db_root_username=DATABASE.get("adminName"), db_root_password=DATABASE.get("adminPassword"))


def connected(site):
    import frappe

    frappe.init(site=site, sites_path=SITES)
    frappe.connect()
    frappe.set_user("Administrator")
    return frappe


def offered_apps():
    with open(os.path.join(SITES, "apps.txt")) as file:
        return [line.strip() for line in file if line.strip()]


def bench_config():
    import frappe

    frappe.init(site="", sites_path=SITES)
    config = dict(frappe.conf)
    frappe.destroy()  # Otherwise the next init, for a site, would do nothing.
    return config


def database_kind():
    return DATABASE.get("type") or bench_config().get("db_type") or "mariadb"
