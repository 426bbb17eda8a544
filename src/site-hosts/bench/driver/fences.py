"""Whose turn it is to work on a site.

A worker that slept may wake up when another one has its company. Each claim of a company has a higher fencing token than
all before it. A fence keeps the newest token under which a company's site was asked for, and the process group that was
asked; it is there before the site is, and stays when the site is gone. Whoever asks under a lower token is refused, and
what still goes on under a lower one is ended first. One fork at a time is past a fence: it holds a lock that the kernel
takes back when the fork ends, however that is, and that no program which it starts inherits.
"""
import fcntl
import glob
import os
import signal
import time

from driver.records import means_what_stands, read_json, record_path, write_partial, write_record
from driver.settings import RECORDS

PATIENCE = 5  # seconds, for what goes on at a site to come to its end


def fenced(action):
    """The action past its site's fence, or the answer 'lost' after a newer claim, and 'busy' when what goes on does not end."""

    def past_the_fence(site, company, fencingToken, adoptSince, **arguments):
        refused = pass_fence(os.path.join(RECORDS, "fences", site, company), company, fencingToken)
        if refused:
            return {"site": refused}
        adopt(site, company, fencingToken, adoptSince)
        return action(site, company, **arguments)

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


def adopt(site, company, token, since):
    """Makes a record of an earlier version, which names the company by its number alone, this company's own, unless something
    contradicts. `since` is when the company's row was created, and None when the row knows of no site of an earlier version."""
    number, record = company.split(".")[0], read_json(record_path(site))
    if since is None or not record or record["company"] != number or not means_what_stands(site, record):
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
