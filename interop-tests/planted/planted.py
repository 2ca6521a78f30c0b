#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants one bug of each kind into a copy of the tree and shows that the tests catch it.

    python3 interop-tests/planted/planted.py [NAME ...]     all, or some
    python3 interop-tests/planted/planted.py house          those of layers, names, licences and citations

Each bug is a replacement of source text, or a new file; a run fails if the text is not there any more, or if the
tests pass with the bug. The working tree is only read.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAIN = "arrow-world/src/main/java/org/arrowworld/"

EXPORT = "export/src/main/java/org/arrowworld/export/"

BUILD = "the build"
FORMAT = "the build's check of formats and licences"

HOUSE = ("LayersTest", "HouseTest", "SpecCitationsTest", "python/tests/test_imports.py", FORMAT)
"""What holds the layout, the names, and the specification to the tests."""

# name: (file, text, what it becomes, test that must fail); the file below MAIN, or below the root; no text: a new file
BUGS = {
    "force-of-data-dropped": (
        "log/SegmentWriter.java", "    file.force();\n", "", "PowerLossTest"),
    "force-of-directory-dropped": (
        "storage/AtomicFiles.java", "    storage.rename(temporary, path);\n    storage.forceDirectory(parent(path));\n",
        "    storage.rename(temporary, path);\n", "PowerLossTest"),
    "checksum-skipped": (
        "log/SegmentReader.java", "if (!computed.equals(stored)) {", "if (computed.isEmpty()) {", "DamageSweepTest"),
    "short-write-ignored": (
        "log/SegmentWriter.java", "    file.write(bytes.slice(8, bytes.capacity() - 8), position + 8);\n",
        "    try {\n      file.write(bytes.slice(8, bytes.capacity() - 8), position + 8);\n"
        "    } catch (IOException e) {\n      // planted\n    }\n", "FaultSweepTest"),
    "buffer-leaked": (
        "internal/world/MutableTable.java", "    } catch (RuntimeException | Error e) {\n      close();\n      throw e;",
        "    } catch (RuntimeException | Error e) {\n      throw e;", "AllocationFailureTest"),
    "published-on-close-after-failure": (
        "snapshot/SnapshotWriter.java", "      AtomicFiles.discardAfter(e, storage, temporary);\n",
        "      AtomicFiles.publish(storage, temporary, directory);\n", "FaultSweepTest"),
    "recovery-keeps-uncommitted-rows": (
        "log/Sealer.java", "int to = (int) Math.min(batch.rows(), index.end().seq() - batch.firstSeq());",
        "int to = batch.rows();", "TornTickTest"),
    "wrong-length-accepted": (
        "internal/ipc/IpcMessage.java", "if (batch.nodes(i).length() != rows ||", "if (", "HostileSegmentTest"),
    "retry-after-failure": (
        "log/BackgroundFlush.java", "    if (failure != null) {\n      throw failed",
        "    if (failure != null && stopping) {\n      throw failed", "FaultSweepTest"),
    "lock-dropped": (
        "storage/DiskLock.java", "    return HELD + (key == null ? file.toRealPath() : key);",
        "    return HELD + file.toAbsolutePath();", "DiskLockTest"),
    "chain-left-out-of-progress": (
        EXPORT + "parquet/ParquetArchive.java", "            new TreeMap<>(source.origin()),\n", "",
        "ParquetHistoriesTest"),
    "delete-before-rename": (
        EXPORT + "internal/Replacement.java", "    storage.rename(path, aside(path));\n",
        "    AtomicFiles.discard(storage, path);\n", "ReplacementTest"),
    "default-locale-in-a-name": (
        "log/SegmentFormat.java", 'return Digits.of20(number);', 'return String.format("%020d", number);', BUILD),
    "unchecked-word": (
        "internal/given/WellFormed.java", "        if (!pair) {\n", "        if (!pair && i < 0) {\n", "FrontDoorTest"),
    "missing-thread-guard": (
        "internal/tick/Turn.java", "    if (other != null) {\n", "    if (other != null && mine == null) {\n", "FrontDoorTest"),
    "interrupt-after-write": (
        "python/src/arrow_world/live.py", "        with deferred_interrupts():\n            log = self._log\n",
        "        if True:\n            log = self._log\n", "python/tests/test_live_failures.py"),
    "unbounded-resynchronisation": (
        "internal/ipc/BatchSearch.java", "if (readAgain > READ_AGAIN_RATIO * size) {", "if (readAgain < 0) {",
        "ResynchronisationTest"),
    "word-code-unproven": (
        "timeline/HistoryProof.java", "world.codebook().learn((int) Values.toInteger(val), word);",
        "world.codebook().intern(word);", "VerdictTest"),
    "unknown-name-passed-over": (
        "timeline/Verifier.java", "    findings.addAll(LogAudit.names(storage));\n", "", "VerdictTest"),
    "rows-behind-damage-uncounted": (
        "log/SegmentSurvey.java", "long seen = Math.max(whole, behind(reader, first, metered));", "long seen = 0;",
        "VerdictTest"),
    "window-of-two-histories": (
        "window/StreamingWorld.java", "    return timeline.positionOf(floorAt.tick()).equals(floorAt);",
        "    return timeline != null;", "StreamingWorldTest"),
    "descriptor-per-segment": (
        "storage/FewFiles.java", "MOST = 8;", "MOST = 8000;", "FewDescriptorsTest"),
    "layer-broken": (
        "storage/FewFiles.java", "  private static final int MOST", "  static final Class<?> ABOVE = org.arrowworld.schema.Key.class;\n"
        "  private static final int MOST", "LayersTest"),
    "circle-in-java": (
        "store/StoreInfo.java", "  private static final String KIND", "  static final Class<?> ABOVE = "
        "org.arrowworld.snapshot.Snapshot.class;\n  private static final String KIND", "LayersTest"),
    "layer-broken-in-spark": (
        "spark/src/main/java/org/arrowworld/spark/Pruning.java", "import java.io.Serializable;",
        "import java.io.Serializable;\nimport org.arrowworld.cli.Main;", "LayersTest"),
    "circle-in-python": (
        "python/src/arrow_world/errors.py", "import os\n", "import os\n\n\ndef planted() -> None:\n    from . import store\n",
        "python/tests/test_imports.py"),
    "package-unexplained": (
        MAIN + "planted/Planted.java", "", "// SPDX-License-Identifier: Apache-2.0\npackage org.arrowworld.planted;\n\n"
        "/** Planted. */\nfinal class Planted {}\n", "HouseTest"),
    "one-name-for-two-things": (
        MAIN + "log/TickRange.java", "", "// SPDX-License-Identifier: Apache-2.0\npackage org.arrowworld.log;\n\n"
        "/** Planted. */\nfinal class TickRange {}\n", "HouseTest"),
    "file-too-long": (
        "storage/FewFiles.java", "  private static final int MOST", "\n" * 400 + "  private static final int MOST", "HouseTest"),
    "file-too-long-in-python": (
        "python/src/arrow_world/errors.py", "import os\n", "import os\n" + "\n" * 400, "HouseTest"),
    "artifact-missing-in-the-bom": (
        "bom/pom.xml", "<artifactId>arrow-world-spark_2.13</artifactId>", "<artifactId>arrow-world-cli</artifactId>", "HouseTest"),
    "duty-without-a-test": (
        "docs/spec/log.md", "- **L-1** ", "- **L-9999** Planted.\n- **L-1** ", "SpecCitationsTest"),
    "citation-of-nothing": (
        "python/tests/test_names.py", "import ", "# spec L-9998\nimport ", "SpecCitationsTest"),
    "licence-missing-in-java": (
        "storage/FewFiles.java", "// SPDX-License-Identifier: Apache-2.0\n", "", FORMAT),
    "licence-missing-in-go": (
        "interop-tests/languages/go/store/store.go", "// SPDX-License-Identifier: Apache-2.0\n", "", FORMAT),
    "licence-missing-in-python": (
        "python/src/arrow_world/errors.py", "# SPDX-License-Identifier: Apache-2.0\n", "", FORMAT),
    "licence-missing-in-a-shell-script": (
        "spark/run-tests", "# SPDX-License-Identifier: Apache-2.0\n", "", "HouseTest"),
}


FAILURE = re.compile(r"ERROR.*Test|ERROR.*Forbidden|ERROR.*format violations|^FAILED .*test_")


def command(module: str, test: str) -> list[str]:
    """What runs a test: Maven, pytest, or the build itself, whose checks read the classes."""
    if test.startswith("python/"):
        return [sys.executable, "-m", "pytest", "-q", test]
    if test == FORMAT:
        return ["./mvnw", "-q", "-o", "-N" if module == "." else "-pl", *([] if module == "." else [module]), "spotless:check"]
    if test == BUILD:
        return ["./mvnw", "-q", "-o", "-pl", module, "-am", "test-compile", "-Dquick",
                "-Dforbiddenapis.skip=false"]
    return ["./mvnw", "-q", "-o", "-pl", module, "-am", "test", f"-Dtest={test}", "-Dquick",
            "-Dsurefire.failIfNoSpecifiedTests=false", "-Daw.powercuts=1500", "-Daw.seed=1"]


def caught(name: str, tree: pathlib.Path) -> bool:
    file, text, planted, test = BUGS[name]
    below_root = (tree / file).is_file() or not text
    module = file.split("/")[0] if below_root else "arrow-world"
    if test == FORMAT and not file.endswith(".java"):
        module = "."  # the files of other languages are the root's
    elif test in HOUSE and test != FORMAT:
        module = "interop-tests"
    path = tree / file if below_root else tree / MAIN / file
    sound = path.read_text(encoding="utf-8") if text else ""
    if sound.count(text) < 1:
        raise SystemExit(f"{name}: {file} does not hold the text any more; bring planted.py up to date")
    path.parent.mkdir(exist_ok=True)
    path.write_text(sound.replace(text, planted, 1), encoding="utf-8")
    run = subprocess.run(command(module, test), cwd=tree, capture_output=True, text=True, encoding="utf-8",
                         env={**os.environ, "PYTHONPATH": str(tree / "python" / "src")})
    if text:
        path.write_text(sound, encoding="utf-8")
    else:
        path.unlink()
    lines = [line for line in (run.stdout + run.stderr).splitlines() if FAILURE.search(line)]
    print(f"{name}: {'caught by ' + test if run.returncode else 'NOT CAUGHT'}")
    print("    " + (lines[0].strip() if lines else "no failing test is named"), flush=True)
    return run.returncode != 0 and bool(lines)


def main() -> None:
    names = sys.argv[1:] or list(BUGS)
    if names == ["house"]:
        names = [name for name, bug in BUGS.items() if bug[3] in HOUSE]
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "tree"
        ignored = shutil.ignore_patterns(".git", "target", "notebooks", "node_modules")
        shutil.copytree(ROOT, tree, ignore=ignored, symlinks=True)
        missed = [name for name in names if not caught(name, tree)]
    if missed:
        raise SystemExit(f"not caught: {', '.join(missed)}")
    print(f"{len(names)} planted bugs, all caught")


if __name__ == "__main__":
    main()
