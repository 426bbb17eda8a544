"""A site's steps, one after the other. One that was interrupted, or failed, is undone before the next begins: the site
is made again what it was when the last finished step came to its end, whatever the step has done."""
import os
import shutil

from driver.database import check_database, drop_database
from driver.frappe_bench import apart, bench, new_site
from driver.records import read_json, record_path, write_record
from driver.settings import SITES
from driver.snapshots import find_point, load, remove_points, save_point


def begin(site, step):
    """Notes that the step begins, once there is nothing half-made. Answers an exit code: that of the command that failed."""
    check_database()  # What is not there now would be missed in the middle.
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
    """Undoes the step, at once as far as anybody can ask, and in fact before the next one begins."""
    record = read_json(record_path(site))
    finished = record["finished"]
    # Earlier versions did not note what was begun.
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
    """Removes the site's database and folder. Not by drop-site: that fails on half a site, waits for a killed worker's locks,
    and keeps an archive with the database's password."""
    drop_database(record["database"])
    folder = os.path.join(SITES, site)
    if os.path.isdir(folder):
        shutil.rmtree(folder)


def remove(site):
    record = read_json(record_path(site))
    clear(site, record)
    remove_points(site)
    os.unlink(record_path(site))
