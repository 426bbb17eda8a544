"""Which claim may work on a site.

A stalled worker may resume after another one has claimed its company. Each claim of a company has a higher fencing token
than all claims before it. A fence keeps the newest token under which something was requested of a company's site, and the
process group that worked on it; it exists before the site does, and remains when the site is removed. A request under a
lower token is refused, and what still runs under a lower one is killed first. One fork at a time is past a fence: it holds
a lock that the kernel releases when the fork ends, however it ends, and that no program which it starts inherits.
"""
import fcntl
import glob
import os
import signal
import time

from driver.errors import Refused
from driver.records import matches_site, read_json, record_path, write_partial, write_record
from driver.settings import RECORDS

PATIENCE = 5  # seconds that earlier work on a site may take to end


def pass_fence(claim):
    """Returns once this fork alone may change the claim's site, until it ends; raises Refused when it may not."""
    site, company, token = claim["site"], claim["company"], claim["fencingToken"]
    take_fence(os.path.join(RECORDS, "fences", site, company), company, token)
    adopt(site, company, token, claim["adoptSince"])


def take_fence(fence, company, token):
    os.makedirs(RECORDS, mode=0o700, exist_ok=True)
    os.makedirs(os.path.dirname(fence), exist_ok=True)
    lock = os.open(fence + ".lock", os.O_RDWR | os.O_CREAT, 0o600)  # Never closed: the fork keeps it as long as it lives.
    give_up = time.monotonic() + PATIENCE
    while True:
        newest = read_fence(fence)
        if newest["token"] > token:
            raise Refused("lost")
        if newest["token"] < token and not end_group(newest, give_up):
            raise Refused("busy")
        # Another fork may have passed before this one got the lock.
        if try_lock(lock) and read_fence(fence) == newest:
            break
        if time.monotonic() > give_up:
            raise Refused("busy")
        time.sleep(0.02)
    group = os.getpgrp()
    # A full disk must not prevent a site's removal: what is known already is not written again.
    if (newest["token"], newest["group"]) != (token, group):
        write_fence(fence, company, {"token": token, "group": group, "processes": sorted(processes(group))})


def read_fence(fence):
    return read_json(fence + ".json") or {"token": 0, "group": 0, "processes": []}


def write_fence(fence, company, passed):
    os.replace(write_partial(fence + ".json", company, passed), fence + ".json")
    folder = os.open(os.path.dirname(fence), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def try_lock(lock):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def end_group(passed, give_up):
    """Kills the process group that passed a fence, if a process that it had then still runs: otherwise another group may
    have its number by now. True once nothing of it runs."""
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
    """The processes of a group, by names that no other process ever has: numbers alone are reused. Without /proc none are
    found, and so none are killed: then only the lock shows when they have ended."""
    found = set()
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, errors="replace") as file:
                pid, rest = file.read().split(" ", 1)
        except OSError:
            continue  # It ended meanwhile.
        # A program's name is in brackets, and may contain brackets itself.
        state, _, its_group, *others = rest.rpartition(") ")[2].split()
        if int(its_group) == group and state not in "ZX":
            since_boot = others[16]
            found.add(" ".join((boot_and_container(), pid, since_boot)))
    return found


def boot_and_container():
    with open("/proc/sys/kernel/random/boot_id") as file:
        return "%s %s" % (file.read().strip(), os.readlink("/proc/self/ns/pid"))


def adopt(site, company, token, since):
    """Makes a record of an earlier version, which names the company by its number alone, this company's own, unless something
    contradicts that. `since` is when the company's row was created; None when it cannot have a site of an earlier version."""
    number, record = company.split(".")[0], read_json(record_path(site))
    if since is None or not record or record["company"] != number or not matches_site(site, record):
        return
    fences = os.path.join(RECORDS, "fences", site)
    earlier = read_fence(os.path.join(fences, number))
    is_older = os.stat(record_path(site)).st_mtime < since
    is_of_a_later_claim = earlier["token"] > token
    has_another_claimant = len(glob.glob(os.path.join(glob.escape(fences), number + ".*.json"))) > 1
    if is_older or is_of_a_later_claim or has_another_claimant:
        return
    if end_group(earlier, time.monotonic() + PATIENCE):
        write_record(site, {**record, "company": company})
