"""Bundles give back exactly what was put in, whole or not at all."""

import json
import os
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.errors import StoreError
from qa_pipeline.records import CriterionResult, Evidence, ProcessedCall
from qa_pipeline.store import (
    bundle_files,
    find_bundle,
    read_bundle,
    read_failures,
    write_bundle,
    write_failure,
)
from qa_pipeline.store.bundle_schema import BUNDLE_VERSION
from tests.store.call_factory import make_call, make_calls, make_failure
from tests.store.earlier_versions import as_before_voices

KEY = "digest+models+scorecards"
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
MOMENTS = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2090, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)
DECIMALS = st.decimals(0, 1000, places=3) | st.decimals(0, 1000, allow_nan=False)


@pytest.mark.parametrize("number", range(6))
def test_a_call_comes_back_as_it_was(number: int, tmp_path: Path) -> None:
    processed = make_calls(6)[number]
    assert read_bundle(write_bundle(processed, tmp_path, KEY)) == processed


@settings(max_examples=40, deadline=None)
@given(
    name=TEXTS,
    points=DECIMALS,
    moment=MOMENTS,
    numbers=st.tuples(st.floats(0, 1e6), st.floats(0, 1)),
    roles=st.dictionaries(TEXTS, st.sampled_from(["agent", "customer", "ivr", "unknown"])),
)
def test_any_text_number_and_moment_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    points: Decimal,
    moment: datetime,
    numbers: tuple[float, float],
    roles: dict[str, str],
) -> None:
    base = make_call(1)
    result = CriterionResult(
        criterion_id="x.y",
        section_id="x",
        name=name,
        verdict="met",
        points_earned=points,
        points_possible=points,
        reason=name,
        confidence=numbers[1],
        evidence=(Evidence(kind="searched", start_s=0.0, end_s=numbers[0]),),
    )
    raw = base.model_dump()
    raw["scored"][0]["criteria"] = [result.model_dump()]
    raw["recording"]["call_id"] = name
    raw["recording"]["metadata"] |= {"started_at": moment, "team": name, "site": None}
    raw["conversation"]["speaker_roles"] = roles
    processed = ProcessedCall.model_validate(raw)

    path = write_bundle(processed, tmp_path_factory.mktemp("bundles"), name)
    back = read_bundle(path)

    assert back == processed
    assert back.model_dump_json() == processed.model_dump_json()  # trailing zeros and offsets too


def test_a_bundle_is_found_by_call_or_digest_and_exact_key(tmp_path: Path) -> None:
    processed = make_call(7)
    path = write_bundle(processed, tmp_path, KEY)
    write_bundle(make_call(8), tmp_path, KEY)

    assert find_bundle(tmp_path, processed.recording.call_id, KEY) == path
    assert find_bundle(tmp_path, processed.recording.digest, KEY) == path
    assert find_bundle(tmp_path, processed.recording.digest, KEY + "2") is None
    assert find_bundle(tmp_path, "call-9999", KEY) is None
    assert find_bundle(tmp_path / "nowhere", "call-0007", KEY) is None


def test_ids_that_differ_only_in_odd_characters_get_their_own_files(tmp_path: Path) -> None:
    ids = ["a/b", "a:b", "A/B", "../a", "通话一", "通话二", "a" * 300]
    paths = {write_bundle(make_call(1, call_id=i), tmp_path, KEY).name.lower() for i in ids}
    assert len(paths) == len(ids)
    assert {read_bundle(p).recording.call_id for p in bundle_files(tmp_path)} == set(ids)


def test_a_damaged_bundle_is_named_and_not_taken_for_done(tmp_path: Path) -> None:
    path = write_bundle(make_call(1), tmp_path, KEY)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(StoreError, match=f"{path.name}.*not a complete bundle.*run again"):
        read_bundle(path)
    assert find_bundle(tmp_path, "call-0001", KEY) is None


def test_a_bundle_of_another_version_says_so(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = write_bundle(make_call(1), tmp_path, KEY)
    table = pq.ParquetFile(path).read()
    place = table.schema.get_field_index("bundle_version")
    newer = pa.array([BUNDLE_VERSION + 1], pa.int32())
    pq.write_table(table.set_column(place, "bundle_version", newer), path)
    with pytest.raises(StoreError, match=f"version {BUNDLE_VERSION + 1}.*update"):
        read_bundle(path)
    # As good as not there: the call is processed again instead of being taken for done.
    assert find_bundle(tmp_path, "call-0001", KEY) is None


def test_a_bundle_from_before_voices_were_kept_is_read_without_them(tmp_path: Path) -> None:
    call = make_call(1)
    path = as_before_voices(write_bundle(call, tmp_path, KEY))
    assert call.measures.voices
    without = call.measures.model_copy(update={"voices": ()})
    assert read_bundle(path) == call.model_copy(update={"measures": without})
    # What was heard then counts as done: nobody has to process everything again.
    assert find_bundle(tmp_path, "call-0001", KEY) == path


def test_leftovers_of_killed_writers_are_ignored_and_cleared(tmp_path: Path) -> None:
    done = write_bundle(make_call(1), tmp_path, KEY)
    child = os.fork()
    if child == 0:  # a writer that dies half way: the temporary file stays behind
        from qa_pipeline.store.files import temporary_name

        (tmp_path / temporary_name()).write_bytes(b"half")
        os._exit(9)
    os.waitpid(child, 0)
    assert len(list(tmp_path.iterdir())) == 2
    assert bundle_files(tmp_path) == (done,)
    assert list(tmp_path.iterdir()) == [done]


def test_a_failure_is_kept_once_a_file_and_cleared_by_success(tmp_path: Path) -> None:
    processed = make_call(1)
    path = processed.recording.path
    write_failure(make_failure(path), tmp_path, run_id="r1")
    write_failure(make_failure(path, minute=5), tmp_path, run_id="r2")
    [kept] = read_failures(tmp_path)
    assert kept.run_id == "r2"
    assert kept.failure == make_failure(path, minute=5)

    write_bundle(processed, tmp_path, KEY)
    assert list(read_failures(tmp_path)) == []


def test_a_path_that_is_no_text_can_fail_too(tmp_path: Path) -> None:
    odd = os.fsdecode(b"/calls/\xff.wav")
    written = write_failure(make_failure(odd), tmp_path)
    assert json.loads(written.read_text())["failure"]["path"] == "/calls/?.wav"


def test_a_disk_that_refuses_is_told_in_words(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(StoreError, match=r"Cannot write .*a part of the path is a file"):
        write_bundle(make_call(1), blocked / "bundles", KEY)
