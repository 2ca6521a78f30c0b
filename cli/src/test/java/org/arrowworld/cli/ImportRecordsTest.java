// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.arrowworld.simlog.SimLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spec T-58. */
class ImportRecordsTest {
  @TempDir Path folder;

  private List<String> records() throws IOException {
    List<String> records = new ArrayList<>();
    try (SimLogReader reader = SimLogReader.open(folder.resolve("out"))) {
      reader.scan(record -> records.add(record.toMap().toString()));
    }
    return records;
  }

  private Aw load(String text, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), text);
    List<Object> args =
        new ArrayList<>(List.of("import", "records", file, "--out", folder.resolve("out")));
    args.addAll(List.of(more));
    return Aw.run(args.toArray());
  }

  @Test
  void each_row_of_a_csv_file_is_a_record_in_order_and_keeps_its_types() throws IOException {
    Aw imported =
        load(
            "time,who,n,ok\n0.5,ann,9007199254740993,true\n1.5,,-1,false\n0.25,bob,,true\n",
            "--json");
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.json()).containsEntry("records", 3).containsEntry("values", 10);
    assertThat(records())
        .containsExactly(
            "{time=0.5, who=ann, n=9007199254740993, ok=true}",
            "{time=1.5, n=-1, ok=false}",
            "{time=0.25, who=bob, ok=true}");
    assertThat(Aw.run("verify", folder.resolve("out")).exit()).isZero();
  }

  @Test
  void an_integer_beyond_what_a_record_holds_is_reported_and_the_file_kept() throws IOException {
    Aw imported = load("n,x\n18446744073709551615,1\n2,2\n");
    assertThat(imported.exit()).as(imported.err()).isEqualTo(Exit.DATA_LOSS);
    assertThat(imported.out()).contains("n: a record's integers are at most 2^63 - 1");
    assertThat(folder.resolve("out/unmapped/a.csv")).exists();
    assertThat(records()).containsExactly("{x=1}", "{x=2}");
  }

  @Test
  void rows_of_a_key_are_asked_for_also_where_a_field_is_called_key() throws IOException {
    load("key,value,it's\ntemp,1,x\nhum,2,y\n");
    Path log = folder.resolve("out");
    assertThat(Aw.run("log", "--key", "value", log).out())
        .contains("\tvalue\t1")
        .contains("\tvalue\t2");
    assertThat(Aw.run("log", "--key", "it's", log).exit()).isNotEqualTo(Exit.FAILURE);
    Aw none = Aw.run("log", "--key", "temp", log);
    assertThat(none.exit()).isEqualTo(Exit.USAGE);
    assertThat(none.err()).contains("temp");
  }

  @Test
  void a_field_that_is_asked_for_twice_is_exported_once() throws IOException {
    load("val\n6.0\n7.5\n");
    Path out = folder.resolve("k.csv");
    Aw.run("export", "--to", "csv", "--keys", "val,val", "--out", out, folder.resolve("out"));
    assertThat(out).hasContent("record,val\n0,6.0\n1,7.5\n");
  }

  @Test
  void a_malformed_file_leaves_nothing() throws IOException {
    Aw imported = load("a,b\n1\n");
    assertThat(imported.exit()).isEqualTo(Exit.FAILURE);
    assertThat(imported.err()).contains("line 2");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
