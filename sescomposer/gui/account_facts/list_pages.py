"""The lists of an account that messages name: configuration sets, contact lists, tenants, multi-region endpoints."""

from collections.abc import Iterator

from PySide6.QtWidgets import QWidget

from sescomposer.gui.account_facts.fact_words import status_words
from sescomposer.gui.account_facts.facts_model import FactsModel
from sescomposer.gui.account_facts.list_page import ListPage
from sescomposer.services.knowledge import Known

Cells = tuple[str, ...]
_KINDS = (
    (
        "Configuration sets",
        "ListConfigurationSets",
        ("Configuration set", "New messages"),
        "A configuration set says where the events of a message go, whether opens and clicks are tracked, and from "
        "which addresses it leaves. Sending works without one. They are made in the SES console.",
    ),
    (
        "Contact lists",
        "ListContactLists",
        ("Contact list", "Topics"),
        "With a contact list SES writes the unsubscription fields, and keeps who unsubscribed from which topic. "
        "A region has at most one; it is made with the API.",
    ),
    (
        "Tenants",
        "ListTenants",
        ("Tenant", "State"),
        "Tenants keep the reputation of one customer's mail apart from that of others. Sending works without one.",
    ),
    (
        "Endpoints",
        "ListMultiRegionEndpoints",
        ("Endpoint", "Id", "State", "Regions"),
        "A multi-region endpoint sends through two regions, so that mail leaves while one of them is down. Messages "
        "name it by its id.",
    ),
)


def _cells(row: Cells) -> Cells:
    return row


class ListPages:
    """One page for each of them.

    Attributes:
        pages: By title.
    """

    def __init__(self, parent: QWidget) -> None:
        self.pages: dict[str, ListPage[Cells]] = {}
        for title, operation, columns, words in _KINDS:
            model: FactsModel[Cells] = FactsModel(columns, _cells)
            name = title.lower()
            nothing = (f"No {name}", words)
            self.pages[title] = ListPage(name, "settings", operation, nothing, model, parent)

    def titles(self) -> Iterator[tuple[QWidget, str]]:
        """Give the pages with their titles."""
        for title, page in self.pages.items():
            yield page, title

    def show_lists(self, known: Known | None, default_set: str) -> None:
        """Show the lists; `default_set` is the configuration set that new messages of the account begin with."""
        for page, rows in zip(self.pages.values(), _rows(known, default_set), strict=True):
            page.show_rows(known, rows)

    def counts(self, known: Known | None) -> dict[QWidget, int]:
        """Give how many each page lists."""
        return {page: len(rows) for page, rows in zip(self.pages.values(), _rows(known, ""), strict=True)}


def _rows(known: Known | None, default_set: str) -> tuple[tuple[Cells, ...], ...]:
    if known is None:
        return ((),) * len(_KINDS)
    return (
        tuple((name, "begin with it" if name == default_set else "") for name in known.configuration_sets),
        tuple((each.name, ", ".join(each.topics)) for each in known.contact_lists),
        tuple((each.name, status_words(each.status)) for each in known.tenants),
        tuple(
            (each.name, each.endpoint_id, status_words(each.status), ", ".join(each.regions))
            for each in known.endpoints
        ),
    )
