"""Who handles a category is said in the reader's language."""

import pytest
from django.utils.translation import override

from gezhi.catalogue.book import Link, load_book
from gezhi.web import chains

CHAIN = (Link("P", "", "compound", "then", ""), Link("D", "市政", "street", "or", "四家"))
CHAINS = [row.chain for row in load_book().categories if row.chain]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "小区：物业 / 街面：市政（四家）"),
        ("zh-hant", "小區：物業 / 街面：市政（四家）"),
        ("en", "Compound: Property company / Street: Municipal works (all four)"),
    ],
)
def test_a_chain_reads_in_each_language(language: str, words: str) -> None:
    with override(language):
        assert chains.said(CHAIN) == words


def test_every_name_and_note_that_comes_with_the_product_is_translated() -> None:
    links = [link for chain in CHAINS for link in chain]
    assert {link.agency for link in links if link.agency} <= set(chains.NAMES)
    assert {link.note for link in links if link.note} <= set(chains.NOTES)


def test_what_an_office_wrote_itself_stays_as_written() -> None:
    with override("en"):
        assert chains.said([Link("D", "海事", "", "then", "")]) == "海事"


def test_a_category_that_nobody_handles_here_has_no_chain() -> None:
    assert chains.said(()) == ""
