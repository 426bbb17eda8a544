"""What runs on the bench's machine, under the bench's own Python.

This program comes over standard input (agent.ts), and so do the requests: one JSON line each. Nothing of them stands in an
argument list, an environment or a file. Frappe is loaded once; each request then runs in a fork of its own. What Frappe
prints goes to standard output as it is, and the answer follows as a line that begins with a mark which only whoever asks
knows. When standard input ends, whoever asked is gone: this process and everything that it started is killed at once, so
that nothing of a dead worker goes on changing a site.
"""
import fcntl
import glob
import json
import os
import pwd
import select
import shutil
import signal
import sys
import time

SITES = os.path.join(hello["bench"], "sites")
RECORDS = os.path.join(SITES, ".provisioning")
DATABASE = hello["database"]
PATIENCE = 5  # seconds, for what goes on at a site to come to its end


# --- whose site it is -------------------------------------------------------------------------------------------------
#
# Before a site is made, a record is written that says for which company and with which database. It proves a site, or the
# remains of one, to be ours. It also lists the steps that came to their end: Frappe itself lists an app as installed when
# its installation has failed half-way.


def record_path(site):
    return os.path.join(RECORDS, site + ".json")


def config_path(site):
    return os.path.join(SITES, site, "site_config.json")


def read_json(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        return None  # Frappe was stopped while it wrote it, or the disk was full.


def write_record(site, record):
    os.replace(write_partial(record_path(site), record["company"], record), record_path(site))


def claim(site, company, database):
    """Writes the record of a new site. False when another company was faster."""
    record = {"company": company, "database": database, "finished": []}
    partial = write_partial(record_path(site), company, record)
    try:
        os.link(partial, record_path(site))
    except FileExistsError:
        return False
    finally:
        os.unlink(partial)
    return True


def write_partial(path, company, value):
    partial = "%s.%s.partial" % (path, company)
    with open(partial, "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    return partial


def whose(site, company):
    """'free', 'ours' (what stands there, if anything, was made for this company) or 'taken'."""
    record, config = read_json(record_path(site)), read_json(config_path(site))
    if record and record["company"] == company and (config is None or config.get("db_name") == record["database"]):
        return "ours"
    return "taken" if record or os.path.lexists(os.path.join(SITES, site)) else "free"


def is_finished(site, company, step):
    record = read_json(record_path(site))
    return whose(site, company) == "ours" and os.path.isfile(config_path(site)) and step in record["finished"]


def set_finished(site, step, finished):
    record = read_json(record_path(site))
    record["finished"] = [other for other in record["finished"] if other != step] + ([step] if finished else [])
    write_record(site, record)


# --- whose turn it is -------------------------------------------------------------------------------------------------
#
# A worker that slept may wake up when another one has its company. Each claim of a company has a higher fencing token than
# all before it. A fence keeps the newest token under which a company's site was asked for, and the process group that was
# asked; it is there before the site is, and stays when the site is gone. Whoever asks under a lower token is refused, and
# what still goes on under a lower one is ended first. One fork at a time is past a fence: it holds a lock that the kernel
# takes back when the fork ends, however that is, and that no program which it starts inherits.


def fenced(action):
    """The action past its site's fence, or the answer 'lost' after a newer claim, and 'busy' when what goes on does not end."""

    def past_the_fence(site, company, fencingToken, **arguments):
        refused = pass_fence(os.path.join(RECORDS, "fences", site, company), company, fencingToken)
        return {"site": refused} if refused else action(site, company, **arguments)

    return past_the_fence


def pass_fence(fence, company, token):
    """None once this fork alone may change the site, until it ends; or why it may not."""
    os.makedirs(RECORDS, mode=0o700, exist_ok=True)
    os.makedirs(os.path.dirname(fence), exist_ok=True)
    lock = os.open(fence + ".lock", os.O_RDWR | os.O_CREAT, 0o600)  # Never closed: the fork keeps it as long as it lives.
    give_up = time.monotonic() + PATIENCE
    while True:
        newest = read_fence(fence)
        if newest["token"] > token:
            return "lost"
        if newest["token"] < token and not end_group(newest, give_up):
            return "busy"
        # Another may have passed before the lock was ours.
        if take_lock(lock) and read_fence(fence) == newest:
            break
        if time.monotonic() > give_up:
            return "busy"
        time.sleep(0.02)
    group = os.getpgrp()
    # A full disk must not keep a site from being taken back: what is known already is not written again.
    if (newest["token"], newest["group"]) != (token, group):
        write_fence(fence, company, {"token": token, "group": group, "processes": sorted(processes(group))})
    return None


def read_fence(fence):
    return read_json(fence + ".json") or {"token": 0, "group": 0, "processes": []}


def write_fence(fence, company, passed):
    os.replace(write_partial(fence + ".json", company, passed), fence + ".json")
    folder = os.open(os.path.dirname(fence), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def take_lock(lock):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def end_group(passed, give_up):
    """Kills the process group that passed a fence, if a process that it had then still runs: else its number may be another
    group's by now. True once nothing of it runs."""
    known = set(passed["processes"])
    while True:
        running = processes(passed["group"])
        if known.isdisjoint(running):
            return True
        known |= running
        try:
            os.killpg(passed["group"], signal.SIGKILL)
        except ProcessLookupError:
            pass  # It ended meanwhile.
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)


def processes(group):
    """What runs in a process group, by names that no other process ever bears: the numbers alone are used again. Without
    /proc nothing is seen, and so nothing killed: the lock alone then tells when it has ended."""
    found = set()
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, errors="replace") as file:
                pid, rest = file.read().split(" ", 1)
        except OSError:
            continue  # It ended meanwhile.
        # A program's name stands in brackets, and may hold some itself.
        state, _, its_group, *others = rest.rpartition(") ")[2].split()
        if int(its_group) == group and state not in "ZX":
            since_boot = others[16]
            found.add(" ".join((boot_and_container(), pid, since_boot)))
    return found


def boot_and_container():
    with open("/proc/sys/kernel/random/boot_id") as file:
        return "%s %s" % (file.read().strip(), os.readlink("/proc/self/ns/pid"))


# --- Frappe's command line and its functions --------------------------------------------------------------------------


def bench(*arguments):
    """Runs a command of bench in this process and returns its exit code; secrets among the arguments stay in memory."""
    from frappe.utils.bench_helper import main

    sys.argv = ["bench", "frappe", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


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
    frappe.destroy()  # Or the next init, for a site, would do nothing.
    return config


def database_kind():
    return DATABASE.get("type") or bench_config().get("db_type") or "mariadb"


def database_administrator():
    """A connection as the database's administrator; raises what the database's own client raises when there is none."""
    kind, config = database_kind(), bench_config()
    host = DATABASE.get("host") or config.get("db_host") or "127.0.0.1"
    port = int(DATABASE.get("port") or config.get("db_port") or (5432 if kind == "postgres" else 3306))
    name = DATABASE.get("adminName") or config.get("root_login") or ("postgres" if kind == "postgres" else "root")
    login = {"host": host, "port": port, "user": name, "connect_timeout": 5}
    login["password"] = DATABASE.get("adminPassword") or config.get("root_password") or ""
    if kind == "postgres":
        import psycopg2

        connection = psycopg2.connect(dbname="postgres", **login)
        connection.autocommit = True
        return connection
    import pymysql

    return pymysql.connect(autocommit=True, read_timeout=60, **login)


def check_database():
    """Raises when the database is out of reach, or when what was made could not be taken back."""
    connection = database_administrator()
    if database_kind() == "mariadb":
        users_hosts(connection, "root")
    connection.close()


def database_exists(name):
    if database_kind() == "postgres":
        question = "select 1 from pg_database where datname = %s"
    else:
        question = "select 1 from information_schema.schemata where schema_name = %s"
    connection = database_administrator()
    with connection.cursor() as cursor:
        cursor.execute(question, (name,))
        found = cursor.fetchone() is not None
    connection.close()
    return found


def users_hosts(connection, name):
    """From where a MariaDB user of this name may log in: Frappe takes the host that the server saw it come from."""
    with connection.cursor() as cursor:
        cursor.execute("select host from mysql.user where user = %s", (name,))
        return [host for (host,) in cursor.fetchall()]


def drop_database(name):
    """`name` is a database of ours, and its user is called the same; what is gone already is fine."""
    connection = database_administrator()
    with connection.cursor() as cursor:
        if database_kind() == "postgres":
            cursor.execute('drop database if exists "%s" with (force)' % name)
            cursor.execute('drop role if exists "%s"' % name)
        else:
            end_sessions(cursor, name)
            cursor.execute("drop database if exists `%s`" % name)
            for host in users_hosts(connection, name):
                cursor.execute("drop user if exists %s@%s", (name, host))
    connection.close()


def end_sessions(cursor, name):
    """A worker that was killed may still hold a lock on a table, on which a drop would wait."""
    import pymysql

    cursor.execute("select id from information_schema.processlist where user = %s", (name,))
    for (session,) in cursor.fetchall():
        try:
            cursor.execute("kill %d" % session)
        except pymysql.err.MySQLError as error:
            if error.args[0] != 1094:  # It has ended meanwhile.
                raise


# --- actions: each answers with JSON, and `code` is the exit code of a command ----------------------------------------


def apps():
    return {"apps": offered_apps()}


def describe():
    import frappe

    check_database()
    return {"version": frappe.__version__, "apps": offered_apps(), "python": sys.version.split()[0]}


def preflight(site, company):
    check_database()
    return {"site": whose(site, company), "apps": offered_apps()}


def look(site, company, step):
    return {"finished": is_finished(site, company, step)}


def create_site(site, company, database, administratorPassword):
    found = whose(site, company)
    if found == "free":
        # Once the record says that this database is ours, undoing drops it.
        if database_exists(database):
            raise Exception("Database %s already exists" % database)
        found = "ours" if claim(site, company, database) else "taken"
    if found == "taken":
        return {"site": found}
    place = options(db_type=database_kind(), db_host=DATABASE.get("host"), db_port=DATABASE.get("port"))
    scope = options(mariadb_user_host_login_scope=DATABASE.get("loginScope"))
    login = ["--db-name", database, "--admin-password", administratorPassword]
    code = bench("new-site", site, *login, *place, *scope, *root_options())
    if code == 0 and os.path.isfile(config_path(site)):
        os.chmod(config_path(site), 0o600)
        set_finished(site, "create-site", True)
    return {"site": "ours", "code": code}


def remove_site(site, company):
    """Takes back the site and its database, whole or half-made. Not by drop-site: that fails on half a site, waits for a
    killed worker's locks, and keeps an archive with the database's password."""
    if whose(site, company) != "ours":
        return {}
    drop_database(read_json(record_path(site))["database"])
    folder = os.path.join(SITES, site)
    if os.path.isdir(folder):
        shutil.rmtree(folder)
    os.unlink(record_path(site))
    return {}


def install_app(site, company, app):
    if whose(site, company) != "ours":
        return {"site": "taken"}
    # After a failed after_install a plain repetition says "already installed", and exits with 0.
    code = bench("--site", site, "install-app", app, *(["--force"] if is_listed(site, app) else []))
    if code == 0 and is_listed(site, app):
        set_finished(site, "install-app:" + app, True)
    return {"site": "ours", "code": code}


def is_listed(site, app):
    frappe = connected(site)
    listed = app in frappe.get_installed_apps()
    frappe.destroy()
    return listed


def forget_step(site, company, step):
    if whose(site, company) == "ours":
        set_finished(site, step, False)
    return {}


def country_of(code, name):
    """A country as this version of Frappe spells it (Turkey became Türkiye), and its time zones."""
    from frappe.geo.country_info import get_all

    countries = get_all()
    spelled = next((known for known, info in countries.items() if info.get("code") == code.lower()), name)
    return spelled, countries.get(spelled, {}).get("timezones") or ["UTC"]


def set_up_company(site, company, wizard):
    if whose(site, company) != "ours":
        return {"site": "taken"}
    frappe = connected(site)
    from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

    wizard["country"], zones = country_of(wizard.pop("country_code"), wizard["country"])
    wizard.setdefault("timezone", zones[0])
    # Frappe ships no record for some currencies in use; the wizard fails without one.
    if not frappe.db.exists("Currency", wizard["currency"]):
        frappe.get_doc(doctype="Currency", currency_name=wizard["currency"], enabled=1).insert()
    result = setup_complete(json.dumps(wizard))
    if "erpnext" not in frappe.get_installed_apps():
        # Without ERPNext there is no Company; the name stands where Frappe itself shows one.
        frappe.db.set_single_value("Website Settings", "app_name", wizard["company_name"])
        frappe.db.set_single_value("System Settings", "app_name", wizard["company_name"])
    frappe.db.commit()
    from frappe.utils.scheduler import enable_scheduler

    enable_scheduler()
    frappe.db.commit()
    if is_set_up(frappe) and ("erpnext" not in frappe.get_installed_apps() or frappe.get_all("Company")):
        set_finished(site, "set-up-company", True)
    return {"site": "ours", "result": result}


def is_set_up(frappe):
    if hasattr(frappe, "is_setup_complete"):  # since late in version 15
        return bool(frappe.is_setup_complete())
    return bool(frappe.db.get_single_value("System Settings", "setup_complete"))


def inspect(site, company, email, password, country):
    """What stands of the site, for verification."""
    if whose(site, company) != "ours" or not os.path.isfile(config_path(site)):
        return {"site": whose(site, company), "exists": False}
    frappe = connected(site)
    from frappe.utils.scheduler import is_scheduler_disabled

    apps = [app for app in frappe.get_installed_apps() if app != "frappe"]
    companies = []
    if "erpnext" in apps:
        fields = ["name", "abbr", "default_currency", "country"]
        companies = [dict(row) for row in frappe.get_all("Company", fields=fields)]
    return {
        "site": "ours",
        "exists": True,
        "apps": apps,
        "companies": companies,
        "appName": frappe.db.get_single_value("Website Settings", "app_name"),
        "country": frappe.db.get_single_value("System Settings", "country"),
        "spelledCountry": country_of(country["code"], country["name"])[0],
        "setUp": is_set_up(frappe),
        "schedulerRuns": not is_scheduler_disabled(),
        "configMode": oct(os.stat(config_path(site)).st_mode & 0o777),
        "userCanLogIn": can_log_in(frappe, email, password),
        "isSystemManager": "System Manager" in frappe.get_roles(email),
    }


def can_log_in(frappe, email, password):
    from frappe.utils.password import check_password

    try:
        check_password(email, password, delete_tracker_cache=False)
        return True
    except frappe.AuthenticationError:
        return False


OF_THE_BENCH = (apps, describe)
OF_A_SITE = (preflight, look, create_site, remove_site, install_app, forget_step, set_up_company, inspect)
ACTIONS = {
    **{action.__name__: action for action in OF_THE_BENCH},
    **{action.__name__: fenced(action) for action in OF_A_SITE},
}


# --- one request at a time, each in a fork ----------------------------------------------------------------------------


def run(request, result):
    """In the fork: carries the request out and leaves its answer in the pipe."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(1, 2)  # One stream, so that the answer comes after all that was printed.
    value, code = None, 1
    try:
        value, code = ACTIONS[request["action"]](**request["arguments"]), 0
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(result, "w") as pipe:
        json.dump(value, pipe)
    os._exit(code)


def serve():
    child_ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    tell({"secrets": secrets({})})
    unread = b""
    child = None
    while True:
        readable, _, _ = select.select([0, child_ended], [], [])
        if 0 in readable:
            received = os.read(0, 65536)
            if not received:
                os.killpg(os.getpgid(0), signal.SIGKILL)
            unread += received
        if child_ended in readable:
            os.read(child_ended, 1024)
            child = reap(child)
        if child is None and b"\n" in unread:
            line, unread = unread.split(b"\n", 1)
            child = begin(json.loads(line))


def begin(request):
    answer, result = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(answer)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        run(request, result)
    os.close(result)
    return pid, answer, request


def reap(child):
    if child is None:
        return None
    pid, answer, request = child
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended == 0:
        return child
    with os.fdopen(answer) as pipe:
        text = pipe.read()
    died = -os.waitstatus_to_exitcode(status) if os.WIFSIGNALED(status) else None
    value = json.loads(text) if text else None
    tell({"value": value, "raised": status != 0, "signal": died, "secrets": secrets(request)})
    return None


def secrets(request):
    """What Frappe may have printed, beside what whoever asks knows, that nobody shall read."""
    arguments = request.get("arguments", {})
    site = arguments.get("site", "")
    config = [(read_json(path) or {}) for path in (os.path.join(SITES, "common_site_config.json"), config_path(site))]
    kept = [values.get(key) for values in config for key in ("root_password", "admin_password", "db_password")]
    return [secret for secret in (*kept, arguments.get("administratorPassword")) if secret]


def tell(message):
    os.write(1, ("\n" + hello["mark"] + json.dumps(message) + "\n").encode())


def become_owner():
    """What root makes, the bench's own user could not read: go on as the one whose sites they are, as `bench` does."""
    owner = os.stat(SITES).st_uid
    if os.geteuid() == 0 and owner != 0:
        user = pwd.getpwuid(owner)
        os.initgroups(user.pw_name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(owner)
        os.environ["HOME"] = user.pw_dir


try:
    os.setsid()
except PermissionError:
    pass  # It leads a process group already.
become_owner()
os.chdir(SITES)
import frappe  # noqa: E402, F401  once, for every request
import frappe.utils.bench_helper  # noqa: E402, F401

serve()
