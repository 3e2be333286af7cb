"""What a company's name becomes where a phone network shows who rings."""

import pytest

from flows.sender_names import MOST, sender_name


@pytest.mark.parametrize(
    ("company", "name"),
    [
        ("Bazar", "Bazar"),
        ("Базар", "Bazar"),
        ("ТОВ «Київська пекарня»", "Kyivska"),
        ("Нова Пошта", "Nova Poshta"),
        ("Кафе “Щастие” ООД", "Kafe"),
        ("Щастие ЕООД", "Shtastie"),
        ("Café Léon", "Cafe Leon"),
        ("SESPCL GmbH", "SESPCL"),
        ("Interconnectivity Partners", "Interconnec"),
        ("株式会社", ""),
        ("", ""),
        ("2024", ""),
        ("Petal & Stem", "Petal"),
        ("Petal & Co", "Petal & Co"),
        ("24 Hours", "24 Hours"),
        ("ООД", ""),
    ],
)
def test_a_company_as_a_sender(company, name):
    assert sender_name(company) == name
    assert len(name) <= MOST
    assert name.isascii()
