"""What a command on the bench may wait for without a word, asked beside it: whoever waits for the command learns what it is."""
import os
import socket
import time
from urllib.parse import urlsplit

from driver.database import database_administrator
from driver.frappe_bench import database_kind
from driver.records import read_json, record_path
from driver.settings import SITES, read_config

EVERY = 3  # seconds
REPEATED = 9  # seconds after which what is still unavailable is told again
PATIENCE = 2  # seconds for each answer
LEAST_DISK = 16 * 1024 * 1024  # bytes


class Unavailable(Exception):
    """What failed could not but fail: these are unavailable, in sentences."""


def watch(site, tell):
    """Tells what is unavailable, in sentences, and an empty list once nothing is; until this process is killed."""
    known, told_at = [], 0
    while True:
        time.sleep(EVERY)
        found = unavailable(site)
        if found != known or (found and time.monotonic() - told_at > REPEATED):
            tell({"unavailable": found})
            known, told_at = found, time.monotonic()


def unavailable(site):
    failed, sentences = set(), []
    for sentence, (ask, *needs) in QUESTIONS.items():
        if failed.isdisjoint(needs) and not answers(ask, site):
            failed.add(ask)
            sentences.append(sentence)
    return sentences


def answers(ask, site):
    try:
        return ask(site)
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
    question = "select 1 from information_schema.processlist where user = %s and time > 3 and state like 'Waiting for%%lock'"
    connection = database_administrator(PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute(question, (record["database"],))
        waits = cursor.fetchone() is not None
    connection.close()
    return not waits


def redis(site):
    config = read_config()
    for url in {config[key] for key in ("redis_cache", "redis_queue") if config.get(key)}:
        place = urlsplit(url)
        with socket.create_connection((place.hostname, place.port or 6379), PATIENCE) as connection:
            connection.sendall(b"PING\r\n")
            if not connection.recv(100):  # A refusal is an answer too.
                return False
    return True


def disk(site):
    space = os.statvfs(SITES)
    return space.f_bavail * space.f_frsize > LEAST_DISK


# Each with what must have answered before it can be asked.
QUESTIONS = {
    "The bench’s configuration cannot be read.": (configuration,),
    "The database server does not answer.": (database, configuration),
    "The site’s database is locked by another session.": (locks, configuration, database),
    "The bench’s Redis does not answer.": (redis, configuration),
    "The bench’s disk is full.": (disk,),
}
