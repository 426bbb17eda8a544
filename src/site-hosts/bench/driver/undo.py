"""The beginning, the end and the undoing of a site's steps. A step that was interrupted or failed is undone before the next
one begins: the site is restored as it was after the last finished step, whatever the step has done."""
import os
import shutil

from driver.database import check_database, drop_database
from driver.frappe_bench import apart, bench, new_site
from driver.records import read_json, record_path, write_record
from driver.settings import SITES
from driver.snapshots import find_point, load, remove_points, save_point


def begin(site, step):
    """Records that the step begins, after undoing an unfinished one. Returns 0, or the exit code of the command that failed."""
    check_database()  # An unavailable database would stop the step half-way.
    record = read_json(record_path(site))
    if record.get("begun"):
        print("\rUndoing what was interrupted: 0%")
        code = rebuild(site, record)
        if code != 0:
            return code
    write_record(site, {**record, "begun": step})
    return 0


def finish(site, step, is_last=False):
    record = read_json(record_path(site))
    finished = [*record["finished"], step]
    if not is_last:
        save_point(site, finished)
    write_record(site, {**record, "finished": finished, "begun": None})


def forget(site, step):
    """Undoes the step: at once for all who look, in fact before the next one begins."""
    record = read_json(record_path(site))
    finished = record["finished"]
    # Earlier versions did not record the step that had begun.
    if step in finished or "begun" not in record:
        kept = finished[: finished.index(step)] if step in finished else finished
        write_record(site, {**record, "finished": kept, "begun": step})


def rebuild(site, record):
    clear(site, record)
    password = os.urandom(24).hex()
    point = find_point(site, record["finished"])
    if point:
        return apart(load, site, point, record["database"], password)
    code = apart(new_site, site, record["database"], password)
    for step in record["finished"]:
        if code == 0 and step.startswith("install-app:"):
            code = apart(bench, "--site", site, "install-app", step.split(":", 1)[1])
    return code


def clear(site, record):
    """Removes the site's database and folder. Not with drop-site: that fails on a partial site, waits for a killed worker's
    locks, and keeps an archive with the database's password."""
    drop_database(record["database"])
    folder = os.path.join(SITES, site)
    if os.path.isdir(folder):
        shutil.rmtree(folder)


def remove(site):
    record = read_json(record_path(site))
    clear(site, record)
    remove_points(site)
    os.unlink(record_path(site))
