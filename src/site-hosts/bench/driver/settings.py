"""The caller's settings for the bench. `hello` is its first line (agent.ts)."""
import json
import os

from driver import hello

SITES = os.path.join(hello["bench"], "sites")
RECORDS = os.path.join(SITES, ".provisioning")
DATABASE = hello["database"]
MARK = hello["mark"]
TEMPLATES = hello["templates"]  # Whether sites are created from templates.
CONFIG = os.path.join(SITES, "common_site_config.json")


class UnreadableConfiguration(Exception):
    """Frappe itself would continue without it, and look for its servers in the wrong place."""


def read_config():
    """The bench's own settings for all sites."""
    try:
        with open(CONFIG) as file:
            return json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UnreadableConfiguration("%s: %s" % (CONFIG, error))
