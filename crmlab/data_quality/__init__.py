"""How far the data of a firm can be trusted, and what to repair first.

`assess_data_quality` takes orders and what there is beside them: records of people by system,
their answers to being contacted, one row per customer. It says how many people the records are and
what duplicates cost, which system has which field wrong, whom the firm may contact, what may be
published, and what to repair first.
"""

from crmlab.data_quality._assess import assess_data_quality
from crmlab.data_quality._contact import Contact
from crmlab.data_quality._pairs import Pairs
from crmlab.data_quality._people import People
from crmlab.data_quality._publication import Publication
from crmlab.data_quality._quality import DataQuality
from crmlab.data_quality._settings import Settings
from crmlab.data_quality._systems import Ages, Fields

__all__ = [
    "Ages",
    "Contact",
    "DataQuality",
    "Fields",
    "Pairs",
    "People",
    "Publication",
    "Settings",
    "assess_data_quality",
]
