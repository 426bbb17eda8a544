"""The address that a site uses in the mails that Frappe sends: links to reset a password, notifications."""
import os

from driver.frappe_bench import connected
from driver.records import config_path, read_json, write_partial

# Frappe adds the bench's port to an address without one, unless the site's own configuration has a port of 0.
NO_PORT = {"http_port": 0, "webserver_port": 0}
ADDRESS_KEYS = {"host_name", *NO_PORT}


def write_address(site, company, address):
    """`address` does not end with a slash: Frappe appends paths to it."""
    wanted = {"host_name": address, **NO_PORT}
    if wanted.items() <= (read_json(config_path(site)) or {}).items():
        return
    frappe = connected(site)
    from frappe.utils.synchronization import filelock

    # Under Frappe's own lock, since Frappe adds an encryption key to the file when an app first needs one.
    with filelock("site_config"):
        config = {**read_json(config_path(site)), **wanted}
        os.replace(write_partial(config_path(site), company, config), config_path(site))
    frappe.destroy()


def given_address():
    """The site's address, and a link to it, as in a mail."""
    from frappe.utils import get_url

    return {"address": get_url(), "link": get_url("/update-password")}
