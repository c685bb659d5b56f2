"""Monthly CSV deliveries → Parquet: ours beside the plain way (pandas.read_csv, the same checks by pandera, to_parquet).

Both read the same files in one run, make the same pseudonyms and must give the same cells before a time counts. The curve is
printed with its slope (1 is linear in rows). With --alone the largest size is read by ours only, in a process of its own, whose
peak memory is measured.

    python benchmarks/intake.py --persons 5000 12000 40000 --months 60 --alone 400000
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gm_workbench.intake.acceptance import accepted
from gm_workbench.intake.identity import remainders
from gm_workbench.intake.kept.catalog import Catalog
from gm_workbench.intake.kept.site import Site
from gm_workbench.intake.keys import open_key
from gm_workbench.settings import Paths, paths
from gm_workbench.vocabulary.calendar import month_code, month_index
from gm_workbench.vocabulary.codes import SYNTHETIC_REMAINDER, Place
from gm_workbench.vocabulary.schemas import DataKind

PLACE, WORLD = "GM9903", "bench"
FIRST = month_index("2020-01")
WANTED_RATIO = 4.0
MOST_BYTES = 2_000_000_000

HEADERS = (
    "STATISTIEKJAAR;STATISTIEKMAAND;BERICHTGEVERCODE;GEMEENTECODE;NAAM SOFTWAREPAKKET;RELEASE;REGISTRATIENUMMER UITKERING;"
    "STATISTIEKCODE;LEEFVORM;AANTAL KOSTENDELERS;BEDRAG BIJSTANDSNORM;BETAALBAAR GESTELD BEDRAG;BURGERSERVICENUMMER;"
    "GEBOORTEDATUM;GESLACHT;HUISVESTING;AANVANGSDATUM UITKERING PERSOON;EINDDATUM UITKERING PERSOON;"
    "ONTHEFFING ARBEIDSVERPLICHTING;SOORT INKOMSTEN;BEDRAG INKOMSTEN PERSOON;VRIJLATING;REDEN BEEINDIGING UITKERING PERSOON"
)

HOUSEHOLD = {"1": "single", "2": "lone_parent", "3": "couple", "4": "other"}
SEX = {"1": "man", "2": "woman"}
HOUSING = {"1": "tenant", "2": "owner", "3": "lodging", "4": "institution", "5": "homeless", "6": "no_fixed_address"}
EXEMPTION = {"2": "none", "4": "lone_parent_9a", "5": "art_9_1", "6": "art_9_5"}


def synthetic_numbers(size: int) -> np.ndarray:
    """Give numbers with the synthetic remainder."""
    numbers = np.arange(900_000_000, 900_000_000 + 12 * size + 20, dtype=np.int64)
    return numbers[remainders(numbers) == SYNTHETIC_REMAINDER][:size]


def write_month(path: Path, numbers: np.ndarray, month: int) -> None:
    """Write one month of BUS for these persons."""
    rng = np.random.default_rng(month)
    size = len(numbers)
    frame = pd.DataFrame({header: [""] * size for header in HEADERS.split(";")})
    frame["STATISTIEKJAAR"], frame["STATISTIEKMAAND"] = month_code(month).split("-")
    for header, text in (
        ("BERICHTGEVERCODE", "9903"),
        ("GEMEENTECODE", "9903"),
        ("NAAM SOFTWAREPAKKET", "and"),
        ("RELEASE", "1"),
    ):
        frame[header] = text
    frame["REGISTRATIENUMMER UITKERING"] = "U" + pd.Series(numbers // 2).astype(str)
    frame["STATISTIEKCODE"] = rng.choice(["01", "02", "14"], size)
    frame["LEEFVORM"], frame["GESLACHT"] = rng.choice(list(HOUSEHOLD), size), rng.choice(list(SEX), size)
    frame["AANTAL KOSTENDELERS"] = rng.choice(["", "1", "2"], size)
    amounts = rng.integers(0, 150_000, (3, size)) / 100
    for header, amount in zip(
        ("BEDRAG BIJSTANDSNORM", "BETAALBAAR GESTELD BEDRAG", "BEDRAG INKOMSTEN PERSOON"), amounts, strict=True
    ):
        frame[header] = pd.Series(amount).map("{:.2f}".format).str.replace(".", ",")
    frame["BURGERSERVICENUMMER"] = numbers.astype(str)
    days = pd.to_datetime("1955-01-01") + pd.to_timedelta(rng.integers(0, 18_000, size), "D")
    frame["GEBOORTEDATUM"] = days.strftime("%Y%m%d")
    frame["HUISVESTING"], frame["ONTHEFFING ARBEIDSVERPLICHTING"] = (
        rng.choice(list(HOUSING), size),
        rng.choice(list(EXEMPTION), size),
    )
    frame["AANVANGSDATUM UITKERING PERSOON"] = (
        pd.to_datetime("2010-01-01") + pd.to_timedelta(rng.integers(0, 3_600, size), "D")
    ).strftime("%Y%m%d")
    ended = rng.random(size) < 0.03
    frame.loc[ended, "EINDDATUM UITKERING PERSOON"] = month_code(month).replace("-", "") + "28"
    frame.loc[ended, "REDEN BEEINDIGING UITKERING PERSOON"] = rng.choice(["01", "11", "32"], ended.sum())
    frame["SOORT INKOMSTEN"] = rng.choice(["", "11", "98"], size)
    frame["VRIJLATING"] = "2"
    frame.to_csv(path, sep=";", index=False, encoding="utf-8-sig", lineterminator="\r\n")


class Ours:
    """What `gm check` does with a delivery: digests, every rule, which file is in force, Parquet by month, the ledger."""

    def __init__(self, root: Path) -> None:
        self.paths = Paths(root)
        self.delivery = self.paths.synthetic / WORLD / PLACE
        self.delivery.mkdir(parents=True)
        self.paths.codes.symlink_to(paths().codes)
        marker = {"kind": "synthetic", "place": PLACE, "world": WORLD, "period": "2020-01/2029-12"}
        (self.delivery / "delivery.yml").write_text(json.dumps(marker))

    def all(self) -> int:
        """Check the delivery and give the rows that were accepted."""
        checked = acceptance_of(self.paths)
        if any(fault.severity for fault in checked.faults):
            raise SystemExit(f"ours found faults in good data: {[fault.reason for fault in checked.faults]}")
        return checked.ledger.totals().accepted

    def parts(self) -> list[Path]:
        """Give the stored parts, month by month."""
        return sorted(self.paths.checked_of(PLACE, WORLD).glob("tables/benefits/**/*.parquet"), key=lambda path: path.name)


def acceptance_of(where: Paths) -> Catalog:
    """Read a delivery as `gm check` does, without loading the tables for a notebook."""
    place = Place.parse(PLACE, where.codes)
    folder = where.checked_of(PLACE, WORLD)
    key = open_key(PLACE, DataKind.SYNTHETIC)
    return accepted(Site(place, DataKind.SYNTHETIC, where.synthetic / WORLD / PLACE, folder, where.codes, key))


class Plain:
    """What a careful analyst writes in an afternoon: text columns, a pandera schema, conversions, to_parquet."""

    def __init__(self) -> None:
        self.names = open_key(PLACE, DataKind.SYNTHETIC)
        self.known: dict[tuple[str, str], str] = {}
        self.schema = self._schema()

    def _schema(self):
        import pandera.pandas as pa_

        def isin(words: object) -> pa_.Column:
            return pa_.Column(str, pa_.Check.isin([*words, ""]))

        def like(pattern: str) -> pa_.Column:
            return pa_.Column(str, pa_.Check.str_matches(pattern))

        day, amount = r"^(\d{8})?$", r"^-?\d+(,\d+)?$"
        eleven = pa_.Check(
            lambda column: pd.Series(remainders(column.astype("int64").to_numpy()) == SYNTHETIC_REMAINDER, column.index)
        )
        real_day = pa_.Check(lambda column: pd.to_datetime(column, format="%Y%m%d", errors="coerce").notna() | column.eq(""))
        order = pa_.Check(
            lambda frame: (
                frame["EINDDATUM UITKERING PERSOON"].eq("")
                | frame["EINDDATUM UITKERING PERSOON"].ge(frame["AANVANGSDATUM UITKERING PERSOON"])
            )
        )
        no_number = pa_.Column(str, pa_.Check(lambda column: ~column.str.contains(r"\d(?:[ .\-]?\d){7,8}")))
        not_stale = pa_.Check(
            lambda frame: (
                12 * frame["STATISTIEKJAAR"].astype(int) - 12 * frame["AANVANGSDATUM UITKERING PERSOON"].str[:4].astype(int)
                <= 312
            )
        )
        one_month = pa_.Check(lambda frame: len((frame["STATISTIEKJAAR"] + frame["STATISTIEKMAAND"]).unique()) == 1)
        free = dict.fromkeys(("BERICHTGEVERCODE", "NAAM SOFTWAREPAKKET", "RELEASE", "VRIJLATING"), no_number)
        columns = free | {
            "STATISTIEKJAAR": like(r"^20\d{2}$"),
            "STATISTIEKMAAND": like(r"^(0?[1-9]|1[0-2])$"),
            "GEMEENTECODE": isin(["9903"]),
            "STATISTIEKCODE": isin(["01", "02", "03", "11", "12", "14"]),
            "LEEFVORM": isin(HOUSEHOLD),
            "AANTAL KOSTENDELERS": like(r"^\d{0,2}$"),
            "BEDRAG BIJSTANDSNORM": like(amount),
            "BETAALBAAR GESTELD BEDRAG": like(amount),
            "BURGERSERVICENUMMER": pa_.Column(str, [pa_.Check.str_matches(r"^\d{9}$"), eleven]),
            "GEBOORTEDATUM": pa_.Column(str, [pa_.Check.str_matches(day), real_day]),
            "GESLACHT": isin(SEX),
            "HUISVESTING": isin(HOUSING),
            "AANVANGSDATUM UITKERING PERSOON": pa_.Column(str, [pa_.Check.str_matches(day), real_day]),
            "EINDDATUM UITKERING PERSOON": pa_.Column(str, [pa_.Check.str_matches(day), real_day]),
            "ONTHEFFING ARBEIDSVERPLICHTING": isin(EXEMPTION),
            "SOORT INKOMSTEN": isin(["11", "18", "23", "24", "31", "98"]),
            "BEDRAG INKOMSTEN PERSOON": like(amount),
            "REDEN BEEINDIGING UITKERING PERSOON": isin(f"{code:02d}" for code in range(1, 99)),
        }
        key = ["BURGERSERVICENUMMER", "REGISTRATIENUMMER UITKERING", "STATISTIEKJAAR", "STATISTIEKMAAND"]
        return pa_.DataFrameSchema(columns, checks=[order, not_stale, one_month], unique=key)

    def named(self, texts: pd.Series, domain: str) -> pd.Series:
        """Give pseudonyms, each made once."""
        new = [text for text in texts.unique() if (domain, text) not in self.known]
        self.known |= {(domain, text): name for text, name in zip(new, self.names.each(new, domain), strict=True)}
        return texts.map({text: self.known[domain, text] for text in texts.unique()})

    def file(self, path: Path, target: Path) -> int:
        """Read one file and store it."""
        raw = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        raw = self.schema.validate(raw, lazy=True)

        def month(header: str) -> pd.Series:
            days = pd.to_datetime(raw[header].mask(raw[header].eq("")), format="%Y%m%d")
            return (12 * days.dt.year + days.dt.month - 1).astype("Int32")

        def amount(header: str) -> pd.Series:
            return raw[header].str.replace(",", ".").astype(float)

        def optional(header: str) -> pd.Series:
            return raw[header].mask(raw[header].eq(""))

        table = pd.DataFrame(
            {
                "person": self.named(raw["BURGERSERVICENUMMER"], "person"),
                "dossier": self.named(raw["REGISTRATIENUMMER UITKERING"], "dossier"),
                "month": (12 * raw["STATISTIEKJAAR"].astype(int) + raw["STATISTIEKMAAND"].astype(int) - 1).astype("int32"),
                "scheme": raw["STATISTIEKCODE"],
                "household": raw["LEEFVORM"].map(HOUSEHOLD),
                "sex": raw["GESLACHT"].map(SEX),
                "birth_year": raw["GEBOORTEDATUM"].str[:4].astype("int32"),
                "housing": raw["HUISVESTING"].map(HOUSING),
                "cost_sharers": raw["AANTAL KOSTENDELERS"].replace("", "0").astype("int32"),
                "start": month("AANVANGSDATUM UITKERING PERSOON").astype("int32"),
                "end": month("EINDDATUM UITKERING PERSOON"),
                "exemption": raw["ONTHEFFING ARBEIDSVERPLICHTING"].map(EXEMPTION),
                "end_reason": optional("REDEN BEEINDIGING UITKERING PERSOON"),
                "income_kind": optional("SOORT INKOMSTEN"),
                "income": amount("BEDRAG INKOMSTEN PERSOON"),
                "paid": amount("BETAALBAAR GESTELD BEDRAG"),
            }
        )
        table.to_parquet(target / f"{path.stem[-6:]}.parquet", compression="zstd", index=False)
        return len(table)


def differences(ours: list[Path], plain: list[Path]) -> list[str]:
    """Name the columns whose cells differ, month by month."""
    found: set[str] = set()
    for one, other in zip(ours, plain, strict=True):
        left, right = pq.ParquetFile(one).read(), pq.ParquetFile(other).read()
        for name in left.column_names:
            mine, theirs = (
                table.column(name).cast(_plain(table.column(name).type)).combine_chunks() for table in (left, right)
            )
            if not mine.equals(theirs.cast(mine.type)):
                found.add(name)
    return sorted(found)


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(kind) or pa.types.is_large_string(kind) else kind


def write_months(folder: Path, persons: int, months: int) -> list[Path]:
    """Write the delivery, in another process so that it leaves nothing in the memory of this one."""
    subprocess.run([sys.executable, __file__, "--write", str(folder), str(persons), str(months)], check=True)
    return sorted(folder.glob("BUS_*.csv"))


def side_by_side(persons: int, months: int, folder: Path) -> dict[str, float]:
    """Time both ways on the same files."""
    way, plain_way = Ours(folder / "project"), Plain()
    files = write_months(way.delivery, persons, months)
    (folder / "plain").mkdir()
    begun = time.perf_counter()
    rows = way.all()
    between = time.perf_counter()
    plain_rows = sum(plain_way.file(path, folder / "plain") for path in files)
    ours, plain = between - begun, time.perf_counter() - between
    unlike = differences(way.parts(), sorted((folder / "plain").glob("*.parquet")))
    if unlike or rows != plain_rows:
        raise SystemExit(f"the two ways give other cells in {', '.join(unlike)}; no time counts")
    return {"persons": persons, "months": months, "rows": rows, "ours": ours, "plain": plain, "ratio": plain / ours}


def alone(persons: int, months: int) -> dict[str, float]:
    """Read the largest size by ours and measure the peak of memory of this process."""
    with tempfile.TemporaryDirectory() as folder:
        way = Ours(Path(folder))
        write_months(way.delivery, persons, months)
        begun = time.perf_counter()
        rows = way.all()
        seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"persons": persons, "months": months, "rows": rows, "ours": seconds, "peak_bytes": peak}


def slope(results: list[dict[str, float]]) -> float:
    """Give the slope of log time over log rows; 1 is linear."""
    if len(results) < 2:
        return float("nan")
    first, last = results[0], results[-1]
    return math.log(last["ours"] / first["ours"]) / math.log(last["rows"] / first["rows"])


def main() -> int:
    """Run what is asked for and print it; 1 when a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, nargs="*", default=[5_000, 12_000, 40_000])
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--alone", type=int, default=0, help="persons of the size that ours reads alone")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write:
        folder, persons, months = Path(chosen.write[0]), int(chosen.write[1]), int(chosen.write[2])
        for month in range(FIRST, FIRST + months):
            write_month(folder / f"BUS_{month_code(month).replace('-', '')}.csv", synthetic_numbers(persons), month)
        return 0
    if chosen.child:
        print(json.dumps(alone(chosen.alone, chosen.months)))
        return 0
    return report(chosen)


def report(chosen: argparse.Namespace) -> int:
    """Measure and print."""
    results = []
    for persons in chosen.persons:
        with tempfile.TemporaryDirectory() as folder:
            results.append(side_by_side(persons, chosen.months, Path(folder)))
    largest: dict[str, float] = {}
    if chosen.alone:
        command = [sys.executable, __file__, "--child", "--alone", str(chosen.alone), "--months", str(chosen.months)]
        largest = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if chosen.json:
        print(json.dumps({"side_by_side": results, "slope": slope(results), "alone": largest}))
    else:
        tell(results, largest)
    slow = any(one["ratio"] < WANTED_RATIO for one in results)
    return int(slow or largest.get("peak_bytes", 0) >= MOST_BYTES)


def tell(results: list[dict[str, float]], largest: dict[str, float]) -> None:
    """Print a table for people."""
    print(f"{'persons':>9} {'months':>6} {'rows':>11} {'ours s':>8} {'plain s':>8} {'ratio':>6}")
    for one in results:
        size = f"{one['persons']:>9,} {one['months']:>6} {one['rows']:>11,}"
        print(f"{size} {one['ours']:>8.2f} {one['plain']:>8.2f} {one['ratio']:>6.1f}")
    print(f"slope of log time over log rows, ours: {slope(results):.2f} (1 is linear); wanted ratio: {WANTED_RATIO:g}")
    if largest:
        peak = largest["peak_bytes"] / 1e9
        print(f"alone: {largest['persons']:,} x {largest['months']}: {largest['ours']:.1f} s, peak {peak:.2f} GB (wanted < 2)")


if __name__ == "__main__":
    sys.exit(main())
