// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an output is made of is never deleted with what the output replaces. */
class ReplacedSourceTest {
  private static final String WHY = "is read and would be deleted";

  @TempDir Path folder;
  private Path store;

  @BeforeEach
  void play() throws IOException {
    store = Stores.sealed(folder.resolve("store"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "export --to csv --tick 0",
        "export --to npz --tick 0",
        "export --to parquet --range 0..1",
        "at --tick 0 --to arrow",
        "at --tick 0 --to npy",
        "migrate"
      })
  void a_store_is_not_replaced_by_what_is_made_of_it(String verb) throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), store);
    for (Path source : List.of(store, link)) {
      List<Object> words = Stream.<Object>of((Object[]) verb.split(" ", -1)).toList();
      Object[] all =
          Stream.concat(words.stream(), Stream.of("--replace", "--out", store, source)).toArray();
      Aw refused = Aw.run(all);
      assertThat(refused.exit()).as(refused.err()).isNotZero();
      assertThat(refused.err()).contains(WHY);
      assertThat(Aw.run("verify", store).out()).contains("valid to tick 4");
    }
  }

  @Test
  void a_file_that_is_imported_is_not_deleted_with_the_tables_around_it() throws IOException {
    Path tables = Files.createDirectories(folder.resolve("tables"));
    Path file = Files.writeString(tables.resolve("a.csv"), "x\n1\n");
    Path other = Files.writeString(tables.resolve("b.csv"), "x\n2\n");
    Aw refused = Aw.run("import", "csv", "--replace", "--out", tables, file);
    assertThat(refused.exit()).isEqualTo(Exit.FAILURE);
    assertThat(refused.err()).contains(WHY);
    assertThat(file).exists();
    assertThat(other).exists();
  }
}
