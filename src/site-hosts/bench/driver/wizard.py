"""Frappe's setup wizard: nothing else creates the company and its administrator."""
import contextlib
import json
import os

from driver.frappe_bench import connected


def country_of(code, name):
    """A country as this version of Frappe spells it: Turkey became Türkiye."""
    from frappe.geo.country_info import get_all

    return next((known for known, info in get_all().items() if info.get("code") == code.lower()), name)


def time_zone_of(names):
    """The first of a time zone's names that this bench knows: Europe/Kiev became Europe/Kyiv."""
    try:
        from pytz import all_timezones_set as known
    except ImportError:
        from zoneinfo import available_timezones

        known = available_timezones()
    return next((name for name in names if name in known), names[0])


def set_up(site, wizard, password):
    """Returns whether there is a company now."""
    frappe = connected(site)
    from frappe.desk.page.setup_wizard.setup_wizard import setup_complete
    from frappe.utils.password import update_password

    wizard["country"] = country_of(wizard.pop("country_code"), wizard["country"])
    wizard["timezone"] = time_zone_of(wizard.pop("time_zone_names"))
    # Frappe ships no record for some currencies in use; the wizard fails without one.
    if not frappe.db.exists("Currency", wizard["currency"]):
        frappe.get_doc(doctype="Currency", currency_name=wizard["currency"], enabled=1).insert()
    # The wizard writes its arguments to logs/setup-wizard.log when it fails, and strips blanks and tags from them. So it
    # gets a password that nobody will use.
    with wizard_progress(frappe), cheap_defaults(frappe):
        setup_complete(json.dumps({**wizard, "password": os.urandom(24).hex()}))
    # Frappe keeps user names in lower case.
    update_password(wizard["email"].lower(), password)
    if "erpnext" not in frappe.get_installed_apps():
        # Without ERPNext there is no Company; the name goes where Frappe itself shows one.
        frappe.db.set_single_value("Website Settings", "app_name", wizard["company_name"])
        frappe.db.set_single_value("System Settings", "app_name", wizard["company_name"])
    frappe.db.commit()
    from frappe.utils.scheduler import enable_scheduler

    enable_scheduler()
    frappe.db.commit()
    done = is_set_up(frappe) and ("erpnext" not in frappe.get_installed_apps() or bool(frappe.get_all("Company")))
    frappe.destroy()
    return done


@contextlib.contextmanager
def cheap_defaults(frappe):
    """Frappe clears every cache after each default that the wizard sets for all users, and then reads the DocTypes
    again. Only the defaults have changed: clear what it clears after one user's default, and everything at the end."""
    from frappe import defaults

    clear_everything = getattr(defaults, "_clear_cache", None)
    if clear_everything is None:
        yield  # Another version of Frappe.
        return
    defaults._clear_cache = lambda parent: frappe.clear_cache(user=parent)
    try:
        yield
    finally:
        defaults._clear_cache = clear_everything
    frappe.clear_cache()


@contextlib.contextmanager
def wizard_progress(frappe):
    """Draws a bar, since the wizard draws none: from the stages that it reports to the browser, and the statements of each."""
    notify_browser, sql = frappe.publish_realtime, frappe.db.sql
    stage, width, statements, drawn = 0, 10, 0, 0

    def draw():
        nonlocal drawn
        # How many statements a stage takes is not known: the bar creeps towards the stage's end.
        percent = int(stage + width * statements / (statements + 2000))
        if percent > drawn:
            drawn = percent
            print("\rSetting up the company: %d%%" % percent, flush=True)

    def on_stage(event=None, message=None, *arguments, **options):
        nonlocal stage, width, statements
        if event == "setup_task" and "progress" in (message or {}):
            done, whole = message["progress"]
            stage, width, statements = 100 * done / whole, 100 / whole, 0
            draw()
        return notify_browser(event, message, *arguments, **options)

    def on_statement(*arguments, **options):
        nonlocal statements
        statements += 1
        draw()
        return sql(*arguments, **options)

    frappe.publish_realtime, frappe.db.sql = on_stage, on_statement
    try:
        yield
    finally:
        frappe.publish_realtime, frappe.db.sql = notify_browser, sql


def is_set_up(frappe):
    if hasattr(frappe, "is_setup_complete"):  # since late in version 15
        return bool(frappe.is_setup_complete())
    return bool(frappe.db.get_single_value("System Settings", "setup_complete"))
