from __future__ import annotations

import pytest

from gm_workbench.intake.layouts import load_layouts
from gm_workbench.intake.recognise import encoding_fault, header_line, recognise, separator_fault, split_header


@pytest.fixture(scope="module")
def layouts():
    return load_layouts()


@pytest.mark.parametrize("name", ["bus", "srg", "costs", "questionnaire", "caseload", "introductions", "wages"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_every_layout_is_recognised_by_its_header(layouts, name, separator):
    found = recognise(separator.join(layouts[name].headers), layouts.values())
    assert (found.layout.name, found.separator) == (name, separator)


def test_header_with_half_of_the_columns_is_still_recognised(layouts):
    headers = layouts["caseload"].headers
    kept = [header for header in headers if header not in ("TEAM", "TEAMNAAM", "BEGINDATUM", "EINDDATUM")]
    assert recognise(";".join(kept), layouts.values()).layout.name == "caseload"  # 4 of 8
    assert recognise(";".join(kept[1:]), layouts.values()) is None  # 3 of 8


def test_headers_that_many_files_share_tell_nothing(layouts):
    assert recognise("GEMEENTECODE;BURGERSERVICENUMMER;X", layouts.values()) is None  # half of the questionnaire's columns


def test_header_of_another_file_is_not_recognised(layouts):
    assert recognise("naam;adres;woonplaats", layouts.values()) is None


def test_header_names_lose_quotes_blanks_and_case():
    assert split_header('"Team"; consulent ;X', ";") == ("TEAM", "CONSULENT", "X")


def test_header_line_loses_byte_order_mark_and_line_end():
    assert header_line(b"\xef\xbb\xbfA;B\r\n1;2\r\n") == "A;B"


@pytest.mark.parametrize("text", ["coördinatie", "ZoÃ", "Curaçao – é", "naïef", "Â"])
def test_good_words_are_not_taken_for_garbled(text):
    assert encoding_fault("a.csv", f"{text};x\r\n".encode()) is None


@pytest.mark.parametrize("text", ["coördinatie", "Zoë", "façade", "€ 5", "één", "à la", "“x”"])
def test_garbled_words_are_found_with_their_line(text):
    garbled = text.encode().decode("cp1252", errors="ignore")
    fault = encoding_fault("a.csv", f"a;b\r\n{garbled};x\r\n".encode())
    if text in ("€ 5", "“x”"):  # three bytes: â followed by what no two-byte letter leaves, so not looked for
        assert fault is None
        return
    assert (fault.line, fault.count >= 1) == (2, True)


def test_right_separator_is_no_fault(layouts):
    assert separator_fault("a.csv", recognise(";".join(layouts["srg"].headers), layouts.values())) is None
