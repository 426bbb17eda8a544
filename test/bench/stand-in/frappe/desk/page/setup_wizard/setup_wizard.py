import json

import frappe
from frappe.geo.country_info import get_all
from frappe.utils.password import update_password
from stand_in import capture, fault, say, switches


def setup_complete(args):
    if frappe.lies("wizard") or frappe.db.get_single_value("System Settings", "setup_complete"):
        return {"status": "ok"}
    args = json.loads(args)
    if switches().get("wizard") == "fails":
        # The beginning of a traceback with variables, which holds the user's password five times.
        traceback = capture("wizard-bad-args.stdout", end=b"    update_system_settings(args)")
        say(traceback.replace(b"'Wiz4rd-pass-9x'", repr(args["password"]).encode()))
        raise Exception("Could not find Country: Atlantis")
    assert args["timezone"] in get_all()[args["country"]]["timezones"] and args["currency"] in frappe.db.rows["currencies"]
    for field in ("country", "language", "timezone", "currency"):
        frappe.db.set_single_value("System Settings", field, args[field])
    # Frappe keeps user names in lower case.
    update_password(args["email"].lower(), args["password"])
    frappe.db.rows["users"][args["email"].lower()]["roles"] = ["System Manager"]
    frappe.db.commit()
    fault("wizard")
    if "erpnext" in frappe.get_installed_apps() and switches().get("wizard") != "no-company":
        company = {"name": args["company_name"], "abbr": args["company_abbr"], "country": args["country"]}
        year = {"fy_start_date": args["fy_start_date"], "fy_end_date": args["fy_end_date"]}
        frappe.db.rows["companies"] = [{**company, **year, "default_currency": args["currency"]}]
    frappe.db.set_single_value("System Settings", "setup_complete", 1)
    frappe.db.commit()
    return {"status": "ok"}
