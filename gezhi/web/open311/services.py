"""What is served here, what may be reported, and what is asked besides for each kind."""

from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.web import georeport
from gezhi.web.asked import Asked
from gezhi.web.naming import referred
from gezhi.web.open311.door import opened
from gezhi.web.words import language

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
CHANGED: Final = "2026-11-28T00:00:00Z"  # of what is served here
CONDITION, WHERE, SINCE = "condition", "where", "since"
ASKED_IN_WORDS: Final = {  # attribute → what is asked; the answer stands in the report under these words
    WHERE: gettext_noop("具体位置"),
    SINCE: gettext_noop("从什么时候开始"),
}
CONDITION_WORDS: Final = gettext_noop("情况")


@opened("GET", "HEAD")
def discovery(request: Asked, form: str) -> HttpResponse:
    """Where the endpoint is and which forms it speaks."""
    office = request.jurisdiction
    found = {
        "changeset": CHANGED,
        "contact": _("%(office)s，%(url)s") % {"office": office.name, "url": request.build_absolute_uri("/")},
        "key_service": _("密钥由%(office)s的管理员在“外部系统”里发放。") % {"office": office.name},
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": request.build_absolute_uri("/open311/v2"),
                "changeset": CHANGED,
                "type": "test" if office.demonstration else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return georeport.answer(form, "discovery", found)


@opened("GET", "HEAD")
def services(request: Asked, form: str) -> HttpResponse:
    """Every leaf that may be reported. No query as a rule."""
    tops = {top.id: top for top in catalogue.tops()}
    rows = [
        _service(leaf, tops[top])
        for leaf in catalogue.open_leaves()
        if is_served(leaf) and (top := leaf.parent_id)
    ]
    return georeport.answer(form, "services", rows)


@opened("GET", "HEAD")
def service(request: Asked, code: str, form: str) -> HttpResponse:
    """What is asked besides for one leaf. No query as a rule."""
    leaf = leaf_of(code)
    found = {"service_code": leaf.code, "attributes": _attributes(leaf)}
    return georeport.answer(form, "service_definition", found)


def is_served(leaf: CategoryView) -> bool:
    """Whether this may be reported here: it is ours and open."""
    return leaf.is_leaf and not leaf.refer_out and leaf.closed_on is None


def leaf_of(code: str) -> CategoryView:
    """The open leaf of a service_code. No query. Raises Invalid("service_code", unknown | not_a_leaf | closed | refer_out)."""
    try:
        found = catalogue.by_code(code)
    except NotFound:
        raise Invalid("service_code", "unknown", said=code[:40]) from None
    if not found.is_leaf:
        raise Invalid("service_code", "not_a_leaf", said=code[:40])
    if found.refer_out:
        whom, phone = referred(found, language())
        raise Invalid("service_code", "refer_out", whom=whom, phone=phone)
    if found.closed_on is not None:
        raise Invalid("service_code", "closed", said=code[:40])
    return found


def _service(leaf: CategoryView, top: CategoryView) -> dict[str, Any]:
    name, plain = leaf.label(language()), leaf.plain_label(language())
    group = top.label(language())
    return {
        "service_code": leaf.code,
        "service_name": name,
        "description": plain,
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(dict.fromkeys((plain, group))),
        "group": group,
    }


def _attributes(leaf: CategoryView) -> list[dict[str, Any]]:
    """The opening conditions to choose from, and two free answers; none is required."""
    values = [{"key": one.code, "name": one.label(language())} for one in catalogue.conditions(leaf.id)]
    chosen = _attribute(CONDITION, "singlevaluelist", 1, _(CONDITION_WORDS)) | {"values": values}
    return [
        chosen,
        _attribute(WHERE, "text", 2, _(ASKED_IN_WORDS[WHERE])),
        _attribute(SINCE, "string", 3, _(ASKED_IN_WORDS[SINCE])),
    ]


def _attribute(code: str, datatype: str, order: int, words: str) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": words,
    }
