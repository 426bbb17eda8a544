def get_all():
    return {
        "Germany": {"code": "de", "timezones": ["Europe/Berlin"]},
        "Turkey": {"code": "tr", "timezones": ["Europe/Istanbul"]},  # as version 15 spells it
        "United States": {"code": "us", "timezones": ["America/New_York", "America/Chicago"]},
    }
