"""Where one is in an atlas, as text and as a link."""

from __future__ import annotations

from deepvis_widgets.widgets.atlas_view.address import link_to, page_address, page_link


def test_a_page_with_a_link_has_an_address_and_a_notebook_has_none() -> None:
    assert page_link({}) is None and page_address({"QUERY_STRING": "unit=a:1"}) is None
    voila = {"SERVER_SOFTWARE": "voila/0.5", "VOILA_REQUEST_URL": "http://h/n.ipynb?theme=dark&unit=a:1"}
    assert page_address({**voila, "QUERY_STRING": "theme=dark&unit=a%3A1"}) == "a:1"
    assert link_to("b.c:2", voila["VOILA_REQUEST_URL"]) == "http://h/n.ipynb?theme=dark&unit=b.c%3A2"
