"""Logs whose columns are called otherwise, Parquet, and XES."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes import config
from fivetimes.errors import ConfigError, ReadError
from fivetimes.ingest import READERS, named, sniff, sources
from fivetimes.model.sources import Balance, Source
from fivetimes.scan_requests import from_paths, requested
from reading import FIXTURES, column, read, read_bytes

XES = FIXTURES / "logs" / "xes" / "orders.xes"
MAP = (("action", "Activity"), ("person", "user"), ("time", "ts"))
CSV = "TS,User,Activity\n2026-11-20T09:00:00Z,ana,weigh\n2026-11-20T09:01:00Z,bo,bake\n"
JSONL = "".join(
    json.dumps({"ts": 1795165200 + n, "user": "ana", "Activity": "weigh", "action": "another field"}) + "\n"
    for n in range(2)
)


def read_mapped(path: Path) -> list[tuple[str, str, float]]:
    (source,), missing = named([path], columns=MAP)
    assert (source.reader, missing) == ("generic", [])
    found = list(READERS["generic"](source, Balance()))
    return list(zip(*(column(found, name) for name in ("text", "person", "time")), strict=True))


def parquet(path: Path, **columns: list[object]) -> Path:
    pyarrow.parquet.write_table(pa.table(columns), path)
    return path


def test_a_csv_a_jsonl_and_a_parquet_with_other_names_are_read_by_the_map(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "a.jsonl").write_text(JSONL)
    when = datetime(2026, 11, 20, 9, tzinfo=UTC)
    parquet(tmp_path / "a.parquet", ts=[when], user=["cy"], Activity=["slice"], secret=["x"])
    assert read_mapped(tmp_path / "a.csv") == [("weigh", "ana", 1795165200.0), ("bake", "bo", 1795165260.0)]
    assert read_mapped(tmp_path / "a.jsonl") == [("weigh", "ana", 1795165200.0), ("weigh", "ana", 1795165201.0)]
    assert read_mapped(tmp_path / "a.parquet") == [("slice", "cy", 1795165200.0)]


def test_a_parquet_with_a_column_action_needs_no_map_and_another_is_none_of_ours(tmp_path: Path) -> None:
    ours = parquet(tmp_path / "a.parquet", action=["weigh", None], person=["ana", "ana"], time=[1795165200, 1795165260])
    assert sniff(ours) == "generic"
    assert sniff(parquet(tmp_path / "b.parquet", price=[1.5])) is None
    found, balance = read("generic", ours)
    assert column(found, "line") == [1]
    assert balance.bad == {"no action": 1}


@given(st.binary(max_size=60), st.integers(0, 400))
def test_a_damaged_parquet_raises_nothing_but_a_sentence(noise: bytes, at: int) -> None:
    whole = pa.BufferOutputStream()
    pyarrow.parquet.write_table(pa.table({"action": ["weigh"] * 9, "time": list(range(9))}), whole)
    content = bytearray(whole.getvalue().to_pybytes())
    content[4 + at : 4 + at + len(noise)] = noise
    with suppress(ReadError):
        read_bytes("generic", bytes(content))


def test_a_mapped_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match='--map: "who" is not known here'):
        from_paths([], columns="who=user,action=do")


def test_a_configuration_names_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "fivetimes.toml").write_text(
        '[[person]]\nname = "ana"\nsources = ["a.csv"]\n[columns]\naction = "Activity"\ntime = "ts"\n'
    )
    found, _ = sources(config.load(tmp_path / "fivetimes.toml"))
    assert found == [Source("generic", tmp_path / "a.csv", "a.csv", "ana", (("action", "Activity"), ("time", "ts")))]


def test_the_last_scan_is_known_again_with_its_map(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    first = from_paths([tmp_path / "a.csv"], columns="action=Activity, person=user")
    home = tmp_path / "home"
    home.mkdir()
    (home / "last").write_text(first.name)
    again = requested(None, environ={}, home=tmp_path, here=tmp_path, folder=home)
    assert again.sources == first.sources
    assert dict(again.sources[0].columns) == {"action": "Activity", "person": "user"}


# ---- XES


def test_an_xes_log_gives_completed_activities_with_case_and_resource(tmp_path: Path) -> None:
    packed = tmp_path / "orders.xes.gz"
    packed.write_bytes(gzip.compress(XES.read_bytes()))
    for path in (XES, packed):
        assert sniff(path) == "xes"
        found, balance = read("xes", path)
        names = ("text", "person", "session", "time", "line")
        assert list(zip(*(column(found, name) for name in names), strict=True)) == [
            ("take order", "ana", "order-1", 1795161600.0, 14),
            ("bake", "bo", "order-1", 1795163400.0, 20),
            ("take order", None, "trace 2", 1795165200.0, 28),
        ]
        assert balance.ignored == {"lifecycle: start": 1}
        assert balance.bad == {"no concept:name": 1}


def test_an_xml_bomb_and_a_file_from_elsewhere_are_not_opened() -> None:
    bomb = '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log><trace><event>&b;</event></trace></log>'
    found, balance = read_bytes("xes", bomb.encode())
    assert found == []
    assert balance.bad == {"no XML from here on": 1}


@given(st.text(st.sampled_from('<>/="&;! logtraceevntkys\n'), max_size=60), st.integers(0, 1300))
def test_no_text_makes_the_reader_of_xes_raise(noise: str, at: int) -> None:
    whole = XES.read_text(encoding="utf-8")
    read_bytes("xes", (whole[:at] + noise + whole[at:]).encode())
    read_bytes("xes", b"\x1f\x8b" + noise.encode())


def test_an_event_outside_every_trace_has_no_case() -> None:
    inside = (
        '<trace><string key="concept:name" value="7"/><event><string key="concept:name" value="weigh"/></event></trace>'
    )
    content = f'<log xes.version="1.0">{inside}<event><string key="concept:name" value="bake"/></event></log>'
    found, _ = read_bytes("xes", content.encode(), name="a.xes")
    assert (column(found, "text"), column(found, "session")) == (["weigh", "bake"], ["7", None])


def test_an_activity_that_a_case_only_starts_counts_once_and_one_that_it_ends_counts_by_its_end() -> None:
    def event(name: str, stage: str) -> str:
        stage = f'<string key="lifecycle:transition" value="{stage}"/>' if stage else ""
        return f'<event><string key="concept:name" value="{name}"/>{stage}</event>'

    first = event("A", "START") + event("A", "complete") + event("B", "start") + event("C", "")
    second = (
        event("A", "schedule")
        + event("A", "start")
        + event("D", "schedule")
        + event("B", "start")
        + event("B", "start")
    )
    log = f"<log><trace>{first}</trace><trace>{second}</trace></log>"
    found, balance = read_bytes("xes", log.encode(), name="log.xes")
    assert column(found, "text") == ["A", "B", "C", "A", "D", "B", "B"]
    assert balance.ignored == {"lifecycle: start": 1, "lifecycle: schedule": 1}


@pytest.mark.parametrize(
    "header",
    [
        "case_id,activity,start_time,resource",
        "case:concept:name;concept:name;time:timestamp;org:resource",
        '"Case ID","Activity","Complete Timestamp","Resource"',
        "Fallnummer;Aktivität;Zeitstempel;Bearbeiter",
        "_CASE_KEY\tACTIVITY_EN\tEVENTTIME\tUSER_NAME",
    ],
)
def test_a_process_log_with_the_usual_names_of_columns_needs_no_map(header: str, tmp_path: Path) -> None:
    delimiter = next(sign for sign in "\t;," if sign in header)
    rows = [["7", "Check papers", "2026-03-04T10:52:05", "clerk 1"], ["7", "Pay out", "2026-03-04T11:52:05", ""]]
    path = tmp_path / "claims.csv"
    path.write_text("\n".join([header, *map(delimiter.join, rows)]) + "\n", encoding="utf-8")
    assert sniff(path) == "generic"
    found, _ = read("generic", path)
    names = ("text", "session", "person", "time")
    assert list(zip(*(column(found, name) for name in names), strict=True)) == [
        ("Check papers", "7", "clerk 1", datetime(2026, 3, 4, 10, 52, 5, tzinfo=UTC).timestamp()),
        ("Pay out", "7", None, datetime(2026, 3, 4, 11, 52, 5, tzinfo=UTC).timestamp()),
    ]


@pytest.mark.parametrize("header", ["date,amount,user", "case,activity,weight", "id,name,timestamp"])
def test_a_table_that_lacks_a_case_an_activity_or_a_time_is_no_process_log(header: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{header}\n1,2,3\n", encoding="utf-8")
    assert sniff(path) is None


@pytest.mark.parametrize(
    ("times", "days"),
    [
        (["03/04/2026 10:00", "13/04/2026 10:00"], ["2026-04-03", "2026-04-13"]),
        (["03/04/2026 10:00 AM", "04/13/2026 10:00 am"], ["2026-03-04", "2026-04-13"]),
        (["3.4.2026 10:00:00", "4.4.2026 10:00:00"], ["2026-04-03", "2026-04-04"]),
        (["03/04/2026 10:00", "04/04/2026 10:00"], []),
    ],
)
def test_which_part_of_a_date_is_the_day_a_row_of_the_file_shows_or_nobody_knows(
    times: list[str], days: list[str]
) -> None:
    content = "person,time,action\n" + "".join(f"ana,{time},pack\n" for time in times)
    found, balance = read_bytes("generic", content.encode(), name="log.csv")
    assert column(found, "time") == [datetime.fromisoformat(f"{day}T10:00:00+00:00").timestamp() for day in days]
    assert balance.bad.total() == len(times) - len(days)
