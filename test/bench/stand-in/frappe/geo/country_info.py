def get_all():
    return {
        "Germany": {"code": "de", "timezones": ["Europe/Berlin"]},
        "Turkey": {"code": "tr", "timezones": ["Europe/Istanbul"]},  # as version 15 spells it
        "United States": {"code": "us", "timezones": ["America/Adak", "America/Chicago", "America/New_York"]},
        "Taiwan": {"code": "tw"},  # one of 39 countries without a time zone
        "South Africa": {"code": "za", "timezones": ["Africa/Johannesburg"]},
    }
