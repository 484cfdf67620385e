"""The Python client. Its nouns and verbs are those of the server's URLs."""

from bambleweeny.client.accounting import AuditEntry
from bambleweeny.client.batch import Batch, Result
from bambleweeny.client.bins import Bin
from bambleweeny.client.client import Client
from bambleweeny.client.events import Event
from bambleweeny.client.items import Item, ItemPlace
from bambleweeny.client.leases import LeasedItem
from bambleweeny.client.listings import Entry, Meta
from bambleweeny.client.requests import BinRequest, Part
from bambleweeny.client.routes import ImportedRoute, Route
from bambleweeny.client.sandboxes import Sandbox
from bambleweeny.client.tokens import MadeToken, NamedToken
from bambleweeny.client.topics import Message
from bambleweeny.client.transfer import Imported, ImportPlan, Planned
from bambleweeny.client.users import Code, User
from bambleweeny.client.values import Value

__all__ = [
    "AuditEntry",
    "Batch",
    "Bin",
    "BinRequest",
    "Client",
    "Code",
    "Entry",
    "Event",
    "ImportPlan",
    "Imported",
    "ImportedRoute",
    "Item",
    "ItemPlace",
    "LeasedItem",
    "MadeToken",
    "Message",
    "Meta",
    "NamedToken",
    "Part",
    "Planned",
    "Result",
    "Route",
    "Sandbox",
    "User",
    "Value",
]
