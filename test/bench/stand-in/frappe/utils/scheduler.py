import frappe


def enable_scheduler():
    frappe.db.set_single_value("System Settings", "enable_scheduler", 1)


def is_scheduler_disabled():
    return not frappe.db.get_single_value("System Settings", "enable_scheduler")
