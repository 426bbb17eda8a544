"""What a command on the bench may be waiting for silently, checked while it runs so that the caller learns of it."""
import os
import socket
import threading
import time
from urllib.parse import urlsplit

from driver.database import database_administrator
from driver.frappe_bench import database_kind
from driver.records import read_json, record_path
from driver.settings import SITES, read_config

EVERY = 3  # seconds
REPEATED = 9  # seconds after which what is still unavailable is reported again
PATIENCE = 2  # seconds for each answer
LONGEST = 4  # seconds for all checks: name servers, hung disks and paused servers would exceed PATIENCE
LEAST_DISK = 16 * 1024 * 1024  # bytes


def watch(site, send):
    """Sends what is unavailable, in sentences, and an empty list once everything answers; until this process is killed."""
    known, sent_at = [], 0
    while True:
        time.sleep(EVERY)
        found = unavailable(site)
        if found != known or (found and time.monotonic() - sent_at > REPEATED):
            send({"unavailable": found})
            known, sent_at = found, time.monotonic()


def unavailable(site):
    passed = set()
    checks = [threading.Thread(target=note, args=(passed, check, site), daemon=True) for check, *_ in CHECKS.values()]
    for check in checks:
        check.start()
    end = time.monotonic() + LONGEST
    for check in checks:
        check.join(max(0, end - time.monotonic()))
    in_time = frozenset(passed)
    return [sentence for sentence, (check, *needs) in CHECKS.items() if check not in in_time and in_time.issuperset(needs)]


def note(passed, check, site):
    if passes(check, site):
        passed.add(check)


def passes(check, site):
    try:
        return check(site)
    except Exception:
        return False


def configuration(site):
    return isinstance(read_config(), dict)


def database(site):
    database_administrator(PATIENCE).close()
    return True


def locks(site):
    record = site and read_json(record_path(site))
    if not record or database_kind() != "mariadb":
        return True
    query = "select 1 from information_schema.processlist where user = %s and time > 3 and state like 'Waiting for%%lock'"
    connection = database_administrator(PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute(query, (record["database"],))
        waits = cursor.fetchone() is not None
    connection.close()
    return not waits


def redis(site):
    config = read_config()
    for url in {config[key] for key in ("redis_cache", "redis_queue") if config.get(key)}:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port or 6379), PATIENCE) as connection:
            connection.sendall(b"PING\r\n")
            if not connection.recv(100):  # A refusal is a reply too.
                return False
    return True


def disk(site):
    space = os.statvfs(SITES)
    return space.f_bavail * space.f_frsize > LEAST_DISK


# Each with the checks that it needs to have passed.
CHECKS = {
    "The bench’s configuration cannot be read.": (configuration,),
    "The database server does not answer.": (database, configuration),
    "The site’s database is locked by another session.": (locks, configuration, database),
    "The bench’s Redis does not answer.": (redis, configuration),
    "The bench’s disk is full.": (disk,),
}
