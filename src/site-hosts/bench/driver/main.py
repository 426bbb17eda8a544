"""The program that runs on the bench's machine, under the bench's own Python.

It comes over standard input (agent.ts), and so do the requests, one JSON line each (protocol.ts): none of it is in an argument
list, an environment or a file. Frappe is loaded once; each request then runs in a fork of its own. What Frappe prints goes to
standard output as it is, and the reply follows as a line that begins with a mark which only the caller knows. When standard
input ends, the caller is gone: this process and everything that it started is killed at once, so that nothing of a dead
worker continues to change a site.
"""
import json
import os
import pwd
import select
import signal
import sys
import traceback

from driver.actions import carry_out
from driver.database_client import restore_database
from driver.errors import CommandFailed, Refused, Unavailable
from driver.records import config_path, read_json
from driver.settings import DATABASE, MARK, SITES, read_config
from driver.watch import unavailable, watch


def run(request, result):
    """In the fork: carries the request out and writes how it ended into the pipe."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(1, 2)  # One stream, so that the reply comes after all that was printed.
    value, refused, code, missing = None, None, 1, []
    try:
        read_config()
        value, code = carry_out(request), 0
    except Refused as refusal:
        refused = refusal.args[0]
    except CommandFailed as failure:
        code = failure.args[0]
    except BaseException as error:
        traceback.print_exc()
        missing = error.args if isinstance(error, Unavailable) else []
    if not missing and code != 0 and not refused:
        missing = unavailable(site_of(request))  # The output need not say so.
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(result, "w") as pipe:
        json.dump({"value": value, "refused": refused, "code": code, "missing": missing}, pipe)
    os._exit(0)


def serve():
    child_ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    send({"secrets": secrets({})})
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
    send({"secrets": secrets(request)})  # Before anything is printed that may hold them.
    ending, result = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ending)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        run(request, result)
    os.close(result)
    return pid, ending, request, begin_watch(site_of(request))


def begin_watch(site):
    """The pid of a fork that reports what the request may be waiting for."""
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            watch(site, send)
        finally:
            os._exit(1)
    return pid


def reap(child):
    if child is None:
        return None
    pid, ending, request, watcher = child
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended == 0:
        return child
    os.kill(watcher, signal.SIGKILL)
    os.waitpid(watcher, 0)
    with os.fdopen(ending) as pipe:
        text = pipe.read()
    died = {"value": None, "refused": None, "code": 1, "missing": []}
    send(
        {
            **(json.loads(text) if text else died),
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            "secrets": secrets(request),
            "places": places(),
        }
    )
    return None


def site_of(request):
    return (request.get("claim") or {}).get("site", "")


def secrets(request):
    """What Frappe may have printed, besides what the caller knows, that nobody must read."""
    files = (os.path.join(SITES, "common_site_config.json"), config_path(site_of(request)))
    config = [(read_json(path) or {}) for path in files]
    kept = [values.get(key) for values in config for key in ("root_password", "admin_password", "db_password")]
    return [secret for secret in (*kept, request.get("arguments", {}).get("administratorPassword")) if secret]


def places():
    """Where the bench's own database and Redis are, as their clients' errors name them."""
    config = read_json(os.path.join(SITES, "common_site_config.json")) or {}
    database = DATABASE.get("host") or config.get("db_host")
    redis = [config.get(key) for key in ("redis_cache", "redis_queue", "redis_socketio")]
    return [
        *([database] if database else ["127.0.0.1", "localhost"]),
        *(url.partition("://")[2].rpartition("@")[2].partition("/")[0] for url in redis if url),
    ]


def send(message):
    os.write(1, ("\n" + MARK + json.dumps(message) + "\n").encode())


def become_owner():
    """The bench's own user could not read what root creates: continue as the owner of the sites, as `bench` does."""
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
from frappe.database.db_manager import DbManager  # noqa: E402

DbManager.restore_database = staticmethod(restore_database)
serve()
