import json
import re

import frappe
from frappe import defaults
from frappe.geo.country_info import get_all
from frappe.utils.password import update_password
from stand_in import capture, fault, say, switches, write


def plain(value):
    """Without tags and blanks at the ends, as Frappe's sanitize_input and parse_args leave a value."""
    return re.sub(r"<[^>]*>", "", value).strip() if isinstance(value, str) else value


def set_up_erpnext(args):
    company = {"name": args["company_name"], "abbr": args["company_abbr"], "country": args["country"]}
    year = {"fy_start_date": args["fy_start_date"], "fy_end_date": args["fy_end_date"]}
    frappe.db.rows["companies"] = [{**company, **year, "default_currency": args["currency"]}]
    frappe.db.set_single_value("Global Defaults", "default_currency", "INR")
    frappe.db.commit()  # The tables of a country's own fields are altered, which commits what was done before.
    fault("wizard")
    frappe.db.rows["lists"] = {"Account": 80, "Department": 14, "Fiscal Year": 1, "Price List": 2, "Company": 1}
    frappe.db.set_single_value("Global Defaults", "default_currency", args["currency"])
    frappe.db.set_single_value("Global Defaults", "default_company", args["company_name"])
    frappe.db.set_single_value("Stock Settings", "default_warehouse", "Stores - " + args["company_abbr"])
    frappe.db.set_single_value("Stock Settings", "stock_uom", "Nos")


def setup_complete(args):
    if frappe.lies("wizard") or frappe.db.get_single_value("System Settings", "setup_complete"):
        return {"status": "ok"}
    args = {key: plain(value) for key, value in json.loads(args).items()}
    for place, status in enumerate(("Updating global settings", "Setting up company", "Wrapping up")):
        frappe.publish_realtime("setup_task", {"progress": [place, 3], "stage_status": status}, user="Administrator")
    if switches().get("wizard") == "fails":
        # The beginning of a traceback with variables, which holds the user's password five times.
        traceback = capture("wizard-bad-args.stdout", end=b"    update_system_settings(args)")
        traceback = traceback.replace(b"'Wiz4rd-pass-9x'", repr(args["password"]).encode())
        say(traceback)
        # Every user of the machine may read it.
        write("logs/setup-wizard.log", traceback.decode() + json.dumps(args))
        raise Exception("Could not find Country: Atlantis")
    assert args["country"] in get_all() and args["timezone"] and args["currency"] in frappe.db.rows["currencies"]
    for field in ("country", "language", "currency"):
        frappe.db.set_single_value("System Settings", field, args[field])
        defaults.set_default(field, args[field])
    frappe.db.set_single_value("System Settings", "time_zone", args["timezone"])
    # Frappe keeps user names in lower case.
    update_password(args["email"].lower(), args["password"])
    frappe.db.rows["users"][args["email"].lower()]["roles"] = ["System Manager"]
    frappe.db.commit()
    if "erpnext" not in frappe.get_installed_apps():
        fault("wizard")
    elif switches().get("wizard") == "no-company":
        # Failures of records are only printed, and the wizard continues.
        say(b"Document Insert Error\nTraceback (most recent call last):\n  File \"company.py\", line 1\n")
        say(b"frappe.exceptions.ValidationError: Abbreviation already used for another company\n")
    elif not frappe.db.rows["companies"]:  # Where there is a company, ERPNext's part is skipped.
        set_up_erpnext(args)
    frappe.db.set_single_value("System Settings", "setup_complete", 1)
    frappe.db.commit()
    return {"status": "ok"}
