"""What whoever asks has said of the bench. `hello` is its first line (agent.ts)."""
import json
import os

from driver import hello

SITES = os.path.join(hello["bench"], "sites")
RECORDS = os.path.join(SITES, ".provisioning")
DATABASE = hello["database"]
MARK = hello["mark"]
TEMPLATES = hello["templates"]  # Whether sites begin with templates.
CONFIG = os.path.join(SITES, "common_site_config.json")


class UnreadableConfiguration(Exception):
    """Frappe itself would go on without it, and look for its servers where they are not."""


def read_config():
    """What the bench's own file says for all sites."""
    try:
        with open(CONFIG) as file:
            return json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UnreadableConfiguration("%s: %s" % (CONFIG, error))
