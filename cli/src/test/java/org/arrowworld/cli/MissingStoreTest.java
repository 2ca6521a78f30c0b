// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingStoreTest {
  @TempDir Path directory;

  @Test
  void a_missing_store_is_missing_for_every_verb() {
    Path none = directory.resolve("none");
    Path out = directory.resolve("new");
    for (List<Object> line :
        List.<List<Object>>of(
            List.of("at", none, "--tick", 0),
            List.of("hash", none, "--tick", 0),
            List.of("history", none, "--table", "ship", "--id", 0),
            List.of("stats", none, "--key", "ship.x"),
            List.of("diff", none, none),
            List.of("fork", none, "--tick", 0, "--out", out),
            List.of("truncate", none, "--after", 0, "--yes"),
            List.of("seal", none),
            List.of("log", none),
            List.of("snapshot", none, "--tick", 0),
            List.of("verify", none),
            List.of("compact", none),
            List.of("publish", none, out),
            List.of("export", none, "--to", "csv", "--out", out),
            List.of("resume", none, "--ticks", 1))) {
      Aw run = Aw.run(line.toArray());
      assertThat(run.exit()).as(line.toString()).isEqualTo(Exit.FAILURE);
      assertThat(run.err())
          .as(line.toString())
          .contains("there is no such file as store.json in it");
      assertThat(none).doesNotExist();
      assertThat(out).doesNotExist();
    }
  }
}
