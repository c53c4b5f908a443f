"""Words that stand where an id is missing: whoever bought under them, it was not one customer."""

from typing import Any

import ibis

__all__ = ["PLACEHOLDERS", "is_placeholder"]

# Folded: lower case, without blanks, hyphens, underscores and brackets. No word that is a name:
# Na and Cash are. Numbers such as 0 and 9999 are not here, since a shop may number from 0.
_WORDS = """
    guest guests guestuser guestcustomer guestcheckout guestorder unregistered notregistered
    unknown unknowncustomer unknownuser unidentified anonymous anonymoususer anonymouscustomer anon
    none null nil nobody noone noid nocustomer noname noaccount missing empty undefined notset
    unspecified notavailable notapplicable n.a. n.a #na n\\a tbd tba
    walkin walkins walkincustomer walkinclient cashcustomer cashsale countersale retailcustomer
    customer defaultcustomer generalcustomer onetimecustomer dummy dummycustomer
    test testuser testcustomer testaccount testorder
    gast gäste gastbestellung unbekannt anonym laufkunde laufkundschaft barverkauf keinkunde
    비회원 비회원구매 비회원주문 비회원고객 게스트 손님 고객 고객님 일반고객 현금고객 방문고객
    워크인 미상 미확인 미등록 미가입 무명 익명 익명고객 이름없음 없음 해당없음 알수없음 테스트
    00000000000000000000000000000000
"""
PLACEHOLDERS = frozenset(_WORDS.split())
# A value of signs only, such as - or ???, names nobody either.
_SIGNS = r"^[-–—_.,:;?*#/\\|()<>\[\]{}!~'\"=+&%$@^ ]+$"


def is_placeholder(column: Any) -> Any:
    """Whether a value of an id column surely is not a customer; never for ids that are numbers.

    Missing values are not placeholders: they are missing.
    """
    if not column.type().is_string():
        return ibis.literal(False)
    folded = column.lower().re_replace("[-_()<>\\[\\]{} \t\u00a0]", "")
    return (folded.isin(sorted(PLACEHOLDERS)) | column.re_search(_SIGNS)).fill_null(False)
