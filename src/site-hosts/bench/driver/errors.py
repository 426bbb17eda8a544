"""How a request ends, besides with a reply. Any other exception is what Frappe, an app or this program raised."""


class Refused(Exception):
    """The claim may not work on the site: `lost` after a newer claim, `busy` while earlier work does not end, `taken` when
    the site is not the company's."""


class CommandFailed(Exception):
    """A command of bench ended with this exit code, and has printed why."""


class Unavailable(Exception):
    """These, in sentences, are unavailable, so that the request had to fail."""


class BadRequest(Exception):
    """The request names no action, or not exactly its parameters: it is of another version than this program."""
