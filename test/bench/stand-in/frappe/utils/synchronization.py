import contextlib
import fcntl
import os

import frappe


@contextlib.contextmanager
def filelock(lock_name, *, timeout=30):
    with open(os.path.join(frappe.site_folder, "locks", lock_name + ".lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
