// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.store.StoreInfo;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code aw import arrow} (spec import.md T-20 to T-22). */
class ImportArrowTest {
  @TempDir Path folder;

  /** Two batches of ids, texts, integers with a null, and lists. */
  private Path file(boolean stream) throws IOException {
    Path path = folder.resolve(stream ? "boats.arrows" : "boats.arrow");
    try (BufferAllocator memory = new RootAllocator();
        UInt4Vector id = new UInt4Vector("id", memory);
        VarCharVector name = new VarCharVector("name", memory);
        IntVector gap = new IntVector("gap", memory);
        ListVector list = ListVector.empty("list", memory);
        var out =
            Files.newByteChannel(
                path,
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.TRUNCATE_EXISTING,
                java.nio.file.StandardOpenOption.WRITE)) {
      VectorSchemaRoot root = VectorSchemaRoot.of(id, name, gap, list);
      try (ArrowWriter writer =
          stream ? new ArrowStreamWriter(root, null, out) : new ArrowFileWriter(root, null, out)) {
        writer.start();
        for (int batch = 0; batch < 2; batch++) {
          root.allocateNew();
          for (int i = 0; i < 3; i++) {
            id.setSafe(i, -1 - 3 * batch - i);
            name.setSafe(i, ("boat " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            if (i != 1) {
              gap.setSafe(i, i);
            } else {
              gap.setNull(i);
            }
            list.setNull(i);
          }
          root.setRowCount(3);
          writer.writeBatch();
        }
        writer.end();
      }
    }
    return path;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void columns_that_fit_are_imported_the_others_kept_with_the_file(boolean stream)
      throws IOException {
    Path path = file(stream);
    Path out = folder.resolve("store");
    Aw imported = Aw.run("import", "arrow", path, "--out", out, "--json");
    assertThat(imported.exit()).as(imported.err()).isEqualTo(Exit.DATA_LOSS);
    assertThat(imported.json().get("unmapped").toString())
        .contains(
            "gap=its type is i32, and 2 of 6 values are null; name a value for them: --columns 'gap=gap?0'")
        .contains("list=its type is list<");
    assertThat(out.resolve("unmapped").resolve(path.getFileName())).hasSameBinaryContentAs(path);
    Aw mapped =
        Aw.run("import", "arrow", path, "--out", out, "--replace", "--columns", "g=gap?-1,_=list");
    assertThat(mapped.exit()).as(mapped.err()).isZero();
    Aw refused =
        Aw.run("import", "arrow", path, "--out", out, "--replace", "--columns", "l=list:u8");
    assertThat(refused.err()).contains("Cannot map column 'list': its type is list<");
    assertThat(StoreInfo.read(new DiskStorage(out)).schema().tables().get(0).columns().toString())
        .contains("name=name, type=STRING")
        .contains("name=g, type=I32");
    assertThat(Aw.run("verify", out).exit()).isZero();
  }

  @Test
  void our_own_tables_come_back_equal() throws IOException {
    Path store = Stores.sealed(folder.resolve("s"));
    Path exported = folder.resolve("ship.arrow");
    Aw.run("at", store, "--tick", 4, "--table", "ship", "--to", "arrow", "--out", exported);
    Path out = folder.resolve("back");
    Aw imported = Aw.run("import", "arrow", exported, "--out", out, "--json");
    assertThat(imported.exit()).as(imported.err()).isZero();
    String columns = "id,gen,x,mass,serial,afloat";
    assertThat(hash(out, 0, columns)).isEqualTo(hash(store, 4, columns));
  }

  private static String hash(Path store, int tick, String columns) {
    Aw hash = Aw.run("hash", store, "--tick", tick, "--table", "ship", "--columns", columns);
    assertThat(hash.exit()).as(hash.err()).isZero();
    return hash.lastLine();
  }

  /** Spec T-22. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_cut_or_changed_file_gives_a_store_or_a_typed_error(boolean stream) throws IOException {
    byte[] good = Files.readAllBytes(file(stream));
    Random random = new Random(17);
    for (int i = 0; i < 400; i++) {
      byte[] changed = good.clone();
      if (i % 4 == 0) {
        changed = java.util.Arrays.copyOf(good, random.nextInt(good.length));
      } else {
        changed[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
      }
      typed(changed, "seed 17, case " + i, i % 4 == 0 && !stream);
    }
  }

  private void typed(byte[] bytes, String name, boolean mustFail) throws IOException {
    Path bad = folder.resolve("bad.arrow");
    Files.write(bad, bytes);
    Path out = folder.resolve("out");
    Aw imported = Aw.run("import", "arrow", bad, "--out", out, "--replace");
    assertThat(imported.err()).as(name).doesNotContain("unexpected");
    assertThat(imported.exit()).as(name).isIn(0, Exit.FAILURE, Exit.DATA_LOSS);
    if (mustFail) {
      assertThat(imported.exit()).as(name).isEqualTo(Exit.FAILURE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"arrow-ipc-file", "arrow-ipc-stream"})
  void files_that_broke_other_readers_give_typed_errors(String kind) throws IOException {
    Path at = Path.of("").toAbsolutePath();
    while (at != null && !Files.exists(at.resolve("mvnw"))) {
      at = at.getParent();
    }
    Path corpus = at == null ? Path.of(kind) : at.resolve("../shared/corpora/" + kind).normalize();
    Assumptions.assumeTrue(
        Files.isDirectory(corpus),
        Text.of("skipped: the corpora shared/corpora/%s are not here", kind));
    List<Path> files;
    try (var list = Files.list(corpus)) {
      files = list.filter(Files::isRegularFile).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      typed(Files.readAllBytes(file), file.getFileName().toString(), false);
    }
  }
}
