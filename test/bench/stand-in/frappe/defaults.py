import frappe


def set_default(key, value, parent="__default"):
    frappe.db.set_single_value("DefaultValue", key, value)
    _clear_cache(parent)


def _clear_cache(parent):
    frappe.clear_cache(user=parent if parent not in ("__default", "__global") else None)
