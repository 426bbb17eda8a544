import hashlib
import secrets

import frappe


def update_password(user, password):
    salt = secrets.token_hex(8)
    row = frappe.db.rows["users"].setdefault(user, {"roles": []})
    row["password"] = [salt, hashlib.sha256((salt + password).encode()).hexdigest()]


def check_password(user, password, delete_tracker_cache=True):
    salt, digest = frappe.db.rows["users"].get(user, {}).get("password", ("", ""))
    if hashlib.sha256((salt + password).encode()).hexdigest() != digest:
        raise frappe.AuthenticationError("Incorrect User or Password")
    return user
