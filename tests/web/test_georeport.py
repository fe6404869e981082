"""One value as JSON and as XML, by the convention that GeoReport names."""

from xml.etree import ElementTree

import pytest

from gezhi.web.georeport import as_json, as_xml

VALUE = [
    {"service_code": "0501", "metadata": True, "lat": 37.4, "notice": None, "attributes": [{"code": "<&>"}]}
]


def test_lists_hold_the_singular_and_nothing_is_an_empty_element() -> None:
    assert as_xml("services", VALUE).decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<services><service><service_code>0501</service_code><metadata>true</metadata><lat>37.4</lat><notice />"
        "<attributes><attribute><code>&lt;&amp;&gt;</code></attribute></attributes></service></services>"
    )
    assert as_json(VALUE).decode() == (
        '[{"service_code": "0501", "metadata": true, "lat": 37.4, "notice": null, "attributes": [{"code": "<&>"}]}]'
    )


def test_a_list_that_nobody_named_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        as_xml("unheard", [1])


@pytest.mark.parametrize(
    "sign", ["\0", "\x0b", "\x1b", "\x7f\ufffe", "\uffff", "\ud800", "]]>", "\u202e", "𠮷"]
)
def test_whatever_stands_in_it_a_document_can_be_read(sign: str) -> None:
    document = ElementTree.fromstring(as_xml("errors", [{"description": f"a{sign}b"}]))
    said = document.findtext("error/description") or ""
    assert (said[0], said[-1]) == ("a", "b")
