# SPDX-License-Identifier: Apache-2.0
"""Folders of runs and sweeps: R-1 to R-9."""

import itertools
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sweep_functions as functions

import arrow_world as aw
from arrow_world.parameters import column_type, value_of

PLAN = aw.grid(rate=[0.5, 1], seed=range(1, 4))


def threads(path, function=functions.simulate, plan=PLAN, **options):
    with ThreadPoolExecutor(2) as pool:
        return aw.sweep(path, plan, function, executor=pool, jobs=2, **options)


@pytest.fixture
def folder(tmp_path):
    assert threads(tmp_path / "runs").is_done
    return tmp_path / "runs"


def test_each_point_of_the_grid_becomes_a_store_with_its_parameters_in_processes(tmp_path):
    seen = []
    report = aw.sweep(tmp_path / "runs", PLAN, functions.simulate, jobs=2, watch=lambda run, so_far: seen.append(run.name))
    assert report.is_done and report.started == 6 and report.stopped is None and sorted(seen) == [r.name for r in report.runs]
    run = aw.Runs.open(tmp_path / "runs")["000004"]
    assert run.parameters == {"rate": 1, "seed": 2} and run.tick == 10 and run.state == "done"
    with run.open() as store:
        assert store.info.properties["rate"] == "1" and store.at(10)["ship"]["x"].tolist() == [12.0]
        assert not list((store.path / "log" / "live").iterdir())
    again = aw.sweep(tmp_path / "runs", PLAN, functions.no_store)
    assert again.is_done and again.started == 0


def test_a_process_that_is_killed_costs_no_run(tmp_path):
    report = aw.sweep(tmp_path / "runs", aw.grid(rate=[1], seed=range(4)), functions.die_once, jobs=2)
    assert report.is_done and (tmp_path / "runs" / "died").exists()
    alone = threads(tmp_path / "alone", plan=aw.grid(rate=[1], seed=range(4)))
    for one, other in zip(report.runs, alone.runs):
        with one.open() as a, other.open() as b:
            assert a.hash_world(10) == b.hash_world(10)


def test_a_run_that_kills_its_process_each_time_has_failed_and_the_others_are_done(tmp_path):
    report = aw.sweep(tmp_path / "runs", aw.grid(rate=[1], seed=range(4)), functions.die_always, jobs=1)
    assert report.count("done") == 3
    assert "processes died 3 times while it ran" in aw.Runs.open(tmp_path / "runs").where("seed == 2")["000002"].message


def test_a_run_that_kills_its_process_takes_no_other_with_it(tmp_path):
    report = aw.sweep(tmp_path / "runs", aw.grid(rate=[1], seed=range(4)), functions.die_always, jobs=3)
    assert [run.state for run in report.runs] == ["done", "done", "failed", "done"]


def test_a_function_that_leaves_ends_its_run_and_not_the_sweep(tmp_path):
    report = aw.sweep(tmp_path / "runs", aw.grid(rate=[1], seed=range(1, 4)), functions.leave, jobs=1)
    assert [run.state for run in report.runs] == ["done", "failed", "done"] and report.runs[1].message == "SystemExit: 0"


def test_a_store_may_not_say_other_parameters_than_the_plan(tmp_path):
    report = threads(tmp_path / "runs", functions.other_properties, aw.grid(rate=[1], seed=[1]))
    assert "with seed '9': the plan says '1'" in report.runs[0].message and not (tmp_path / "runs" / "000000").exists()


def test_an_outcome_of_before_is_that_of_no_new_run(tmp_path):
    threads(tmp_path / "runs", functions.other_properties, aw.grid(rate=[1], seed=[1]))
    (tmp_path / "runs" / "sweep.json").unlink()
    report = threads(tmp_path / "runs", plan=aw.grid(rate=[1], seed=[5]))
    assert report.is_done and [run.name for run in report.runs] == ["000001"]


def test_a_run_that_could_not_be_read_once_is_read_anew(folder, monkeypatch):
    def fails(*_args, **_options):
        raise OSError(5, "Input/output error")

    os.utime(folder / "000001" / "store.json")
    with monkeypatch.context() as m:
        m.setattr("arrow_world.run_files.log_end_of", fails)
        runs = aw.Runs.open(folder)
        assert runs["000001"].state == "damaged" and runs["000001"].mark is None
        runs.save()
    assert aw.Runs.open(folder)["000001"].state == "done"


def test_a_function_that_processes_do_not_find_is_refused_and_no_run_is_blamed(tmp_path):
    with pytest.raises(aw.InvalidUseError, match="Define it at the top of a module"):
        aw.sweep(tmp_path / "runs", PLAN, lambda run: None, jobs=1)
    script = tmp_path / "unguarded.py"
    script.write_text("import arrow_world as aw\nfrom sweep_functions import simulate\n"
                      f"aw.sweep({str(tmp_path / 'runs')!r}, aw.grid(rate=[1], seed=[1]), simulate, jobs=1)\n", encoding="utf-8")
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(aw.__file__).parents[1])])
    done = subprocess.run([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": path}, capture_output=True, encoding="utf-8")
    assert done.returncode == 1 and "InvalidUseError: Cannot sweep in processes" in done.stderr
    assert {run.state for run in aw.Runs.open(tmp_path / "runs")} == {"waiting"}


def test_a_failure_is_kept_with_its_message_and_retried_when_asked_for(tmp_path):
    report = threads(tmp_path, functions.fail_on_two)
    assert (report.count("done"), report.count("failed")) == (4, 2)
    failed, *_ = aw.Runs.open(tmp_path).where("state == failed")
    assert failed.message == "ArithmeticError: seed 2 divides by zero" and failed.tick == 0
    assert threads(tmp_path).count("failed") == 2
    retried = threads(tmp_path, retry=True)
    assert retried.started == 2 and retried.is_done


def test_a_full_disk_stops_the_sweep_and_is_no_failure_of_a_run(tmp_path):
    report = threads(tmp_path, functions.stop_early)
    assert "No space left on device" in report.stopped and report.count("failed") == 0 and report.count("begun") >= 1
    assert threads(tmp_path).is_done


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory of a job is bounded on Linux")
def test_a_run_that_takes_more_memory_than_its_job_may_fails(tmp_path):
    plan = aw.grid(rate=[1], seed=range(3))
    report = aw.sweep(tmp_path, plan, functions.allocate, jobs=1, memory_per_job=256 << 20)
    assert report.count("done") == 2 and "MemoryError" in aw.Runs.open(tmp_path)["000002"].message


def test_a_plan_grows_and_its_runs_keep_their_names(tmp_path):
    threads(tmp_path, plan=aw.grid(rate=[1], seed=[1, 2]))
    assert threads(tmp_path, plan=aw.grid(rate=[1.0], seed=[0, 2, 5])).started == 2
    assert [run.parameters["seed"] for run in aw.Runs.open(tmp_path)] == [1, 2, 0, 5]


def test_a_second_sweep_is_refused_and_a_run_that_somebody_else_writes_is_left_alone(tmp_path):
    threads(tmp_path, functions.fail_on_two)
    with aw.LiveWorld.resume(tmp_path / "000001"):
        report = threads(tmp_path, retry=True)
        assert report.count("done") == 5 and report.stopped == "some runs are written by others"

    def nested(run):
        with pytest.raises(aw.StoreLockedError):
            threads(tmp_path)
        functions.simulate(run)

    assert threads(tmp_path, nested).is_done


def test_a_function_that_makes_no_store_or_leaves_it_open_has_failed(tmp_path):
    report = threads(tmp_path / "none", functions.no_store, [{"seed": 1}])
    assert report.runs[0].message.startswith("its function returned and made no store in ")
    report = threads(tmp_path / "open", functions.leave_open, [{"seed": 1, "rate": 1}])
    assert report.runs[0].message == "its function returned and left the store open: close its LiveWorld"
    functions._open.pop().close()


def test_questions_go_to_all_runs_with_the_run_beside_each_answer(folder):
    runs = aw.Runs.open(folder)
    assert [world["ship"]["x"].tolist() for _, world in runs.at(4)] == [[3.0], [4.0], [5.0], [5.0], [6.0], [7.0]]
    events = runs.events("ship.seen").to_arrow()
    assert events.num_rows == 60 and events.column_names[0] == "run" and len(events["run"].unique()) == 6
    assert runs.at(4).to_arrow("ship")["x"].to_pylist() == [3.0, 4.0, 5.0, 5.0, 6.0, 7.0]
    assert sum(len(rows) for _, rows in runs.rows("ship.x", (9, 10))) == 12
    assert [len(lives) for _, lives in runs.lives("ship")] == [1] * 6
    assert [stats.all.mean for _, stats in runs.stats("ship.x")][3] == 6.0
    with pytest.raises(aw.InvalidUseError, match="say which one"):
        runs.at(4).to_arrow()
    with pytest.raises(aw.InvalidUseError):
        list(runs.at(11))
    with pytest.raises(aw.InvalidUseError, match="none of these runs has a tick"):
        runs.where("seed == 9").rows("ship.x").to_arrow()


def test_a_run_without_such_rows_does_not_keep_the_others_from_one_table(folder):
    with aw.LiveWorld.create(folder / "a-quiet-one", functions.SCHEMA) as world, world.tick() as t:
        t["ship"].insert(x=1.0)
    runs = aw.Runs.open(folder)
    events = runs.events("ship.seen").to_arrow()
    assert events.num_rows == 60 and events["value"].type == pa.uint32() and "a-quiet-one" not in events["run"].to_pylist()
    assert runs.where("run == a-quiet-one").events("ship.seen").to_arrow().num_rows == 0


def test_statistics_by_a_parameter_are_those_of_all_its_runs_together(folder):
    found = aw.Runs.open(folder).stats_by("rate", "ship.x")
    assert list(found) == [0.5, 1] and found[0.5].count == 33 and found[0.5].mean == 4.5
    assert found[1].quartiles == (4.0, 7.0, 10.0)
    with pytest.raises(aw.InvalidUseError, match="did you mean 'seed'"):
        aw.Runs.open(folder).stats_by("sed", "ship.x")


def test_filters_compare_parameters_and_states(folder):
    runs = aw.Runs.open(folder)
    assert [r.name for r in runs.where("rate == 1.0 and seed >= 2")] == ["000004", "000005"]
    assert len(runs.where("state == done")) == 6 and len(runs.where("run != '000000' and tick == 10")) == 5
    assert len(runs.where(lambda run: run.parameters["seed"] == 3)) == 2
    assert len(runs.where("run == 1.50")) == 0 and len(runs.where("run != true")) == 6
    for wrong, message in (("run < 5", "< compares numbers"), ("rat == 1", "column 1: there is no 'rat'; did you mean 'rate'"), ("rate = 1", "NAME OPERATOR VALUE"),
                           ("rate == 1 or", "column 11: expected 'and'"), ("state > done", "> compares numbers")):
        with pytest.raises(aw.InvalidUseError, match=message):
            runs.where(wrong)


def test_the_catalogue_is_a_cache_that_may_be_missing_old_or_damaged(folder):
    catalogue = folder / "runs.parquet"
    table = pq.read_table(catalogue)  # as anybody reads it
    assert table.column_names == ["run", "state", "tick", "rows", "message", "store", "mark", "parameters", "check", "rate", "seed"]
    assert table["rate"].to_pylist() == [0.5] * 3 + [1.0] * 3 and str(table.schema.field("seed").type) == "int64"
    known = list(aw.Runs.open(folder))
    assert aw.Runs.open(folder).read == 0
    catalogue.unlink()
    without = aw.Runs.open(folder)
    assert without.read == 6 and [r.tick for r in without] == [r.tick for r in known]
    without.save()
    os.utime(next((folder / "000003" / "log").glob("*.arrow")), ns=(1, 1))
    assert aw.Runs.open(folder).read == 1
    sound = catalogue.read_bytes()
    for at in (0, 40, len(sound) - 6, len(sound) - 1):
        catalogue.write_bytes(sound[:at] + bytes([sound[at] ^ 0x55]) + sound[at + 1:])
        assert [r.state for r in aw.Runs.open(folder)] == ["done"] * 6
    assert "the catalogue was passed over" in aw.Runs.open(folder).warnings[0]


def test_what_is_no_catalogue_is_neither_overwritten_nor_deleted(folder):
    catalogue = folder / "runs.parquet"
    catalogue.unlink()
    table = pa.table({"run": ["a"], "mine": [7]})
    pq.write_table(table, catalogue)
    with pytest.raises(aw.InvalidUseError, match="something else has this name, which would be lost"):
        aw.Runs.open(folder).save()
    for mine in ("a letter", None):
        catalogue.unlink()
        catalogue.write_text(mine, "utf-8") if mine else catalogue.symlink_to(folder / "sweep.json")
        with pytest.raises(aw.InvalidUseError, match="Cannot write the catalogue"):
            threads(folder, functions.no_store, [{"seed": 9}])
    assert catalogue.is_symlink() and len(aw.Runs.open(folder)) == 6
    catalogue.unlink()
    for name in ("sweep.json.tmp", "runs.parquet.tmp"):
        (folder / name).mkdir()
        (folder / name / "letter").touch()
        report = threads(folder, plan=aw.grid(rate=[2], seed=[1])) if name[0] == "r" else None
        if report is None:
            with pytest.raises(aw.InvalidUseError, match="sweep.json.tmp stands where it is made"):
                threads(folder, plan=aw.grid(rate=[2], seed=[1]))
        else:
            assert "runs.parquet.tmp stands where it is made" in report.stopped and report.is_done
        (folder / name / "letter").unlink()
        (folder / name).rmdir()


def test_a_folder_of_published_runs_says_what_its_catalogue_says_and_never_changes(tmp_path):
    odd, place = tmp_path / "odd", tmp_path / "place"
    threads(odd, functions.fail_on_two)
    place.mkdir()
    told = [replace(run, mark="published") for run in aw.Runs.open(odd)]
    assert {run.state for run in told} == {"done", "failed"}
    for run in told:
        if run.tick is not None:
            with run.open() as store:
                store.publish(place / run.name)
    aw.Runs(place, told, aw.Runs.open(odd).parameters, (), 0).save()
    runs = aw.Runs.open(place)
    assert [replace(run, path=odd / run.name) for run in runs] == told
    catalogue = place / "runs.parquet"
    sound = catalogue.read_bytes()
    for at in range(0, len(sound), 97):
        catalogue.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1:])
        try:
            assert [replace(run, path=odd / run.name) for run in aw.Runs.open(place)] == told
        except aw.DamagedFileError as e:
            assert "These runs were published" in str(e)
    catalogue.write_bytes(b"PAR1")
    with pytest.raises(aw.DamagedFileError, match="These runs were published, and it alone says which there are"):
        aw.Runs.open(place)
    with pytest.raises(aw.DamagedFileError, match="These runs were published"):
        runs.save()
    catalogue.write_bytes(sound)
    before = sorted(os.listdir(place))
    for act in (runs.save, lambda: threads(place, functions.simulate)):
        with pytest.raises(aw.InvalidUseError, match="it holds published runs, which never change. Copy its stores into a folder"):
            act()
    assert sorted(os.listdir(place)) == before
    shutil.rmtree(place / "000000")
    shutil.copytree(place / "000002", place / "000000")
    with pytest.raises(aw.DamagedFileError, match="it was replaced; published runs never change"):
        runs["000000"].open()


def test_a_catalogue_of_far_more_rows_than_there_are_runs_is_not_read(folder):
    own = pq.read_schema(folder / "runs.parquet")
    rows = pa.table({name: pa.nulls(20_000, own.field(name).type) for name in own.names})
    pq.write_table(rows, folder / "runs.parquet")
    runs = aw.Runs.open(folder)
    assert "it says to have 20000 rows, and there are 6 runs" in runs.warnings[0] and runs.read == 6
    runs.save()
    assert aw.Runs.open(folder).read == 0


def test_rows_are_those_of_the_log_and_links_are_not_followed(folder, tmp_path):
    for x in range(4):
        with aw.LiveWorld.resume(folder / "000001") as world:
            with world.tick() as t:
                t["ship"].set(0, x=float(x))
            world.seal()
    with aw.open_store(folder / "000001") as store:
        store.compact(keep_ticks=2)
        rows = store.verify().rows
        forked = store.fork(13, folder / "forked")
        assert len(store.log()) == rows < 10
    (folder / "000002").rename(tmp_path / "elsewhere")
    (folder / "000002").symlink_to(tmp_path / "elsewhere")
    runs = aw.Runs.open(folder)
    assert (runs["000001"].tick, runs["000001"].rows) == (14, rows) and (runs["forked"].tick, runs["forked"].rows) == (13, 0)
    assert forked.exists() and runs["000002"].state == "damaged" and "it is a link, and links are not followed" in runs["000002"].message
    assert threads(folder).count("damaged") == 1 and (folder / "000002").is_symlink()


def test_a_run_whose_store_is_gone_is_made_again(folder):
    for name in ("000000", "000001"):
        shutil.rmtree(folder / name)
    (folder / "outcomes" / "000001.json").write_bytes(b"no outcome")
    assert [run.state for run in aw.Runs.open(folder)][:3] == ["waiting", "waiting", "done"]
    report = threads(folder)
    assert report.started == 2 and report.is_done


def test_whatever_is_damaged_in_the_folders_own_files_nothing_wrong_is_shown(folder):
    known = {r.name: (r.tick, r.parameters) for r in aw.Runs.open(folder)}
    seed = random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)
    for file in ("runs.parquet", "sweep.json", "outcomes/000002.json"):
        sound = (folder / file).read_bytes()
        for i in range(100):
            at, bit = chance.randrange(len(sound)), 1 << chance.randrange(8)
            (folder / file).write_bytes(sound[:at] if i % 4 == 0 else sound[:at] + bytes([sound[at] ^ bit]) + sound[at + 1:])
            try:
                runs = aw.Runs.open(folder)
            except aw.DamagedFileError as e:
                assert "sweep.json" in e.path, (seed, file)
                continue
            sound_ones = runs.where(lambda r: r.state != "damaged" or r.name != "000002")
            assert {r.name: (r.tick, r.parameters) for r in sound_ones}.items() <= known.items(), (seed, file)
            assert {r.state for r in sound_ones} == {"done"} and len(runs) == 6, (seed, file)
        (folder / file).write_bytes(sound)


def test_files_of_runs_that_a_filter_leaves_out_are_not_read(folder):
    for run in ("000000", "000001", "000002"):
        segment = next((folder / run / "log").glob("*.arrow"))
        data, found = bytearray(segment.read_bytes()), segment.stat()
        data[len(data) // 2] ^= 0x55
        segment.write_bytes(data)
        os.utime(segment, ns=(found.st_atime_ns, found.st_mtime_ns))  # the catalogue does not notice
    runs = aw.Runs.open(folder)
    assert runs.read == 0 and len(list(runs.where("rate == 1").stats("ship.x"))) == 3
    with pytest.raises(aw.DamagedFileError):
        list(runs.stats("ship.x"))


def test_states_come_from_the_runs_own_files(tmp_path):
    threads(tmp_path, lambda run: functions.fail_on_two(run) if run["rate"] == 1 else functions.simulate(run))
    with aw.LiveWorld.resume(tmp_path / "000001") as world:
        with world.tick() as t:
            t["ship"].set(0, x=1.0)
    for damaged in (tmp_path / "000003" / "store.json", tmp_path / "outcomes" / "000005.json"):
        data = bytearray(damaged.read_bytes())
        data[30] ^= 0x55
        damaged.write_bytes(data)
    (tmp_path / "outcomes" / "000002.json").unlink()
    (tmp_path / "link").symlink_to(tmp_path / "000000")
    with aw.LiveWorld.create(tmp_path / "apart", functions.SCHEMA, properties={"kind": "wolf", "a b": ""}) as world:
        with world.tick() as t:
            t["ship"].insert()
    runs = aw.Runs.open(tmp_path)
    assert [f"{r.name} {r.state}" for r in runs] == ["000000 done", "000001 begun", "000002 begun", "000003 damaged",
                                                      "000004 failed", "000005 damaged", "apart begun"]
    assert runs.parameters == ("rate", "seed", "kind") and runs["000001"].tick == 11
    aw.open_store(tmp_path / "apart").seal()
    assert aw.Runs.open(tmp_path)["apart"].state == "done"
    with pytest.raises(aw.DamagedFileError, match=r"run 000003 cannot be read: .*where\("):
        list(runs.stats("ship.x"))
    assert len(list(runs.where("state != damaged").stats("ship.x"))) == 5


def test_what_cannot_be_planned_is_refused(tmp_path):
    for plan, message in (([{"seed": 1}, {"seed": 1.0}], "they would be the same"), ([{"state": 1}], "Cannot call a parameter"),
                          ([{"a": "7"}], "reads as a number"), ([{"a": "\ud800"}], "surrogate without its pair"), ([{"a": float("nan")}], "finite"), ([1], "in a dict"),
                          ({"seed": 1}, "parameters for each run")):
        with pytest.raises(aw.InvalidUseError, match=message):
            threads(tmp_path / "runs", plan=plan)
    with pytest.raises(aw.InvalidUseError, match="several values"):
        aw.grid(seed=1)
    for many in ({"a": range(10**5), "b": range(10**5)}, {"a": itertools.count()}):
        with pytest.raises(aw.InvalidUseError, match="more than 1,000,000 runs"):
            aw.grid(**many)
    assert not (tmp_path / "runs").exists()
    with pytest.raises(aw.StoreNotFoundError):
        aw.Runs.open(tmp_path / "runs")


def test_texts_say_numbers_bools_and_words():
    for word in ("", "01", "+1", "1.", ".5", "-0", "1e999", "NaN", "9223372036854775808"):
        assert value_of(word) == word
    assert value_of("-9223372036854775808") == -(1 << 63) and value_of("-0.5e-3") == -0.0005 and value_of("true") is True
    assert column_type(["1", "2"]) == "int64" and column_type(["1", "2.5", None]) == "double"
    assert column_type(["9007199254740993", "2.5"]) == column_type(["true", "1"]) == "string"


def test_parameters_come_from_the_catalogue_as_they_are_written_and_groups_of_two_kinds_are_refused(tmp_path):
    schema = aw.Schema((aw.TableSchema("a", columns=(aw.Column("x", "f64"),)),))
    texts = {"r1": {"seed": "5", "rate": "1e5", "long": "0.10000000000000000001", "flag": "true", "w": "a\nb"},
             "r2": {"seed": "5.5", "rate": "2.5", "long": "0.5", "flag": "1", "w": "y"}, "r3": {"flag": "true"}}
    for name, properties in texts.items():
        with aw.LiveWorld.create(tmp_path / name, schema, properties=properties) as world:
            with world.tick() as t:
                t["a"].insert(x=float(name[1]))
            world.seal()
    runs = aw.Runs.open(tmp_path)
    runs.save()
    again = aw.Runs.open(tmp_path)
    assert again.read == 0 and {run.name: run.texts for run in again} == texts
    assert type(again["r1"].parameters["seed"]) is int
    with pytest.raises(aw.InvalidUseError, match="^Cannot group runs by 'flag': in some it is 1, in others True"):
        again.stats_by("flag", "a.x")
    assert {v: s.count for v, s in again.where("flag == true").stats_by("flag", "a.x").items()} == {True: 2}
