"""Which company a site belongs to.

Before a site is created, a record is written that says for which company and with which database. It proves that a site, or
the remains of one, is ours. It also lists the finished steps: Frappe itself lists an app as installed when its installation
has failed half-way.

A company is named by its number and a random identity of its row, "COMP-2026-00001.<uuid>", here and in fences: several
databases may have sites on this bench, and their numbers repeat. Earlier versions wrote the number alone.
"""
import json
import os

from driver.settings import RECORDS, SITES


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
        return None  # Frappe was stopped while writing it, or the disk was full.


def write_record(site, record):
    os.replace(write_partial(record_path(site), record["company"], record), record_path(site))


def claim(site, company, database):
    """Writes the record of a new site. False when another company was first."""
    record = {"company": company, "database": database, "finished": [], "begun": None}
    partial = write_partial(record_path(site), company, record)
    try:
        os.link(partial, record_path(site))
    except FileExistsError:
        return False
    finally:
        os.unlink(partial)
    return True


def write_partial(path, company, value):
    """Readable by the driver's user only: a site's configuration holds a password."""
    partial = os.path.join(os.path.dirname(path), company + ".partial")
    with open(partial, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    return partial


def whose(site, company):
    """'free', 'ours' (what exists of it, if anything, was made for this company) or 'taken'."""
    record = read_json(record_path(site))
    if record and record["company"] == company and matches_site(site, record):
        return "ours"
    return "taken" if record or os.path.lexists(os.path.join(SITES, site)) else "free"


def matches_site(site, record):
    """Whether the record is about the existing site, if there is one."""
    config = read_json(config_path(site))
    return config is None or config.get("db_name") == record["database"]


def is_finished(site, company, step):
    record = read_json(record_path(site))
    exists = record and (record.get("begun") or os.path.isfile(config_path(site)))
    return bool(exists) and whose(site, company) == "ours" and step in record["finished"]
