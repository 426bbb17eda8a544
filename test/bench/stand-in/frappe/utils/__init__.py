import datetime
from urllib.parse import urljoin

import frappe


def nowdate():
    return datetime.date.today().isoformat()


def get_url(uri=None):
    """The address of the site outside of a request, by Frappe 15's rules (site-address.test.ts has its results)."""
    host_name = frappe.conf.get("host_name") or frappe.site_folder
    if not host_name.startswith(("http://", "https://")):
        host_name = "http://" + host_name
    port = frappe.conf.get("http_port") or frappe.conf.get("webserver_port")
    in_production = frappe.conf.get("restart_supervisor_on_update") or frappe.conf.get("restart_systemd_on_update")
    if port and not in_production and host_name.count(":") < 2:
        host_name += ":%s" % port
    return urljoin(host_name, uri) if uri else host_name
