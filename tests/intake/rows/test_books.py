from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gm_workbench.intake.keys import open_key
from gm_workbench.intake.rows.books import PERSON, Codebooks
from gm_workbench.intake.rows.bridge import Bridge
from gm_workbench.vocabulary.schemas import DataKind

NAMES = open_key("GM9903", DataKind.SYNTHETIC)


def test_book_gives_the_pseudonyms_of_the_key_each_once():
    key = open_key("GM0855", DataKind.SYNTHETIC)
    book = Codebooks(key).of(PERSON)
    assert book.learn([999992351, 12345672, 999992351]).tolist() == [0, 1, 0]
    assert book.hexes.to_pylist() == key.each(["999992351", "012345672"], PERSON)


def test_book_knows_a_person_again_in_the_next_file_of_the_place_and_in_no_other_place():
    here, there = (Codebooks(open_key(place, DataKind.SYNTHETIC)).of(PERSON) for place in ("GM0855", "GM0363"))
    first = here.learn([999992351, 12345672])
    again = here.learn([999912345, 12345672])
    there.learn([12345672])
    assert again.tolist() == [2, first[1]]
    assert len(here.hexes) == 3
    assert not set(there.hexes.to_pylist()) & set(here.hexes.to_pylist())


def test_number_and_its_text_with_zeros_have_one_pseudonym():
    book = Codebooks(NAMES).of(PERSON)
    column = book.column(book.learn([12345672, 12345672]))
    assert column.arrow().to_pylist() == NAMES.each(["012345672"], PERSON) * 2


def test_column_stores_only_what_its_rows_have():
    book = Codebooks(NAMES).of(PERSON)
    book.learn(list(range(100)))
    column = book.column(np.array([7, -1, 7, 3], dtype=np.int32)).arrow()
    assert len(column.dictionary) == 2
    assert column.to_pylist() == [*NAMES.each(["000000007"], PERSON), None, *NAMES.each(["000000007", "000000003"], PERSON)]


def test_whole_numbers_are_the_pseudonyms():
    book = Codebooks(NAMES).of("coach")
    assert [f"{one:016x}" for one in book.column(book.learn(["a", "b"])).numbers] == NAMES.each(["a", "b"], "coach")


def test_domains_keep_equal_numbers_apart():
    books = Codebooks(NAMES)
    pseudonym = {
        domain: books.of(domain).column(books.of(domain).learn(["17"])).arrow()[0].as_py() for domain in ("team", "coach")
    }
    assert pseudonym["team"] != pseudonym["coach"]


def test_two_threads_learn_each_number_once():
    book = Codebooks(NAMES).of(PERSON)
    with ThreadPoolExecutor(2) as pool:
        places = list(pool.map(book.learn, [list(range(500)), list(range(250, 750))] * 4))
    assert len(book.hexes) == 750
    assert all(
        book.hexes[int(place)].as_py() == NAMES.each([f"{number:09d}"], PERSON)[0]
        for number, place in ((0, places[0][0]), (749, places[1][-1]))
    )


def test_neither_books_nor_bridge_show_what_they_know():
    books, bridge = Codebooks(NAMES), Bridge()
    books.of(PERSON).learn([999912345])
    bridge.learn(["z:17"], np.array([999912345]))
    assert "9999" not in f"{books!r}{books.of(PERSON)!r}{bridge!r}"


def test_client_that_is_linked_to_two_persons_is_nobody():
    bridge = Bridge()
    assert bridge.learn(["z:1", "z:1", "z:2"], np.array([10, 11, 12])) == 1
    assert bridge.resolve(["z:1", "z:2", "z:3"]).tolist() == [-1, 12, -1]
