"""The state of a site, for verification."""
import os

from driver.frappe_bench import connected
from driver.records import config_path
from driver.site_address import given_address
from driver.wizard import country_of, is_set_up


DEFAULT_ACCOUNTS = ("default_receivable_account", "default_payable_account", "default_income_account", "default_expense_account")


def look_at(site, email, password, country):
    frappe = connected(site)
    from frappe.utils.scheduler import is_scheduler_disabled

    apps = [app for app in frappe.get_installed_apps() if app != "frappe"]
    companies = []
    if "erpnext" in apps:
        fields = ["name", "abbr", "default_currency", "country"]
        companies = [dict(row) for row in frappe.get_all("Company", fields=fields)]
    return {
        "apps": apps,
        "companies": companies,
        "defaults": defaults_of(frappe, companies[0]) if companies else {},
        "appName": frappe.db.get_single_value("Website Settings", "app_name"),
        "country": frappe.db.get_single_value("System Settings", "country"),
        "spelledCountry": country_of(country["code"], country["name"]),
        "timeZone": frappe.db.get_single_value("System Settings", "time_zone"),
        "setUp": is_set_up(frappe),
        "schedulerRuns": not is_scheduler_disabled(),
        "configMode": oct(os.stat(config_path(site)).st_mode & 0o777),
        **given_address(),
        "userCanLogIn": can_log_in(frappe, email, password),
        "isSystemManager": "System Manager" in frappe.get_roles(email),
    }


def defaults_of(frappe, company):
    """Whether what ERPNext's wizard creates besides the company exists, by names for people."""
    name, currency = company["name"], company["default_currency"]
    from frappe.utils import nowdate

    own = frappe.get_cached_doc("Company", name)
    prices = {"enabled": 1, "currency": currency}
    today = nowdate()
    years = frappe.get_all("Fiscal Year", {"year_start_date": ["<=", today], "year_end_date": [">=", today]})
    warehouse = frappe.db.get_single_value("Stock Settings", "default_warehouse")
    return {
        "the default company": frappe.db.get_single_value("Global Defaults", "default_company") == name,
        "the default currency": frappe.db.get_single_value("Global Defaults", "default_currency") == currency,
        "the default warehouse": bool(warehouse) and frappe.db.get_value("Warehouse", warehouse, "company") == name,
        "a price list to sell by": bool(frappe.db.exists("Price List", {**prices, "selling": 1})),
        "a price list to buy by": bool(frappe.db.exists("Price List", {**prices, "buying": 1})),
        "the fiscal year": bool(years),
        "accounts": frappe.db.count("Account", {"company": name}) > 10,
        "the default accounts": all(own.get(account) for account in DEFAULT_ACCOUNTS),
        "the cost center": bool(own.get("cost_center")),
        "departments": frappe.db.count("Department", {"company": name}) > 0,
        "units": bool(frappe.db.get_single_value("Stock Settings", "stock_uom")),
    }


def can_log_in(frappe, email, password):
    from frappe.utils.password import check_password

    try:
        check_password(email, password, delete_tracker_cache=False)
        return True
    except frappe.AuthenticationError:
        return False
