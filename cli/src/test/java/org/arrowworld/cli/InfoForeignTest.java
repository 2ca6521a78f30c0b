// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code aw info} on files of others: what they are, and the command that imports them. */
class InfoForeignTest {
  @TempDir Path folder;

  private String info(Path file) {
    Aw told = Aw.run("info", file);
    assertThat(told.exit()).as(told.err()).isZero();
    assertThat(Aw.run("info", file, "--json").json()).containsKey("kind");
    return told.out();
  }

  private static byte[] npy(String descr) {
    String text = "{'descr': " + descr + ", 'fortran_order': False, 'shape': (2,), }";
    String padded = text + " ".repeat(117 - text.length()) + "\n";
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    out.writeBytes(padded.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[16]);
    return out.toByteArray();
  }

  @Test
  void text_is_told_with_its_separator_and_columns() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "x;\"y\"\n1;2\n");
    assertThat(info(file)).contains("CSV text").contains("x, y").contains("aw import csv " + file);
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zip)) {
      out.write("a\tb\n1\t2\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(info(Files.write(folder.resolve("b.csv.gz"), zip.toByteArray()))).contains("tab");
    Path people = Files.writeString(folder.resolve("p.txt"), "# id frame x\n1 0 0.5\n");
    assertThat(info(people)).contains("aw import trajectories " + people);
    Path wide = Files.write(folder.resolve("w.csv"), "a,b\n".getBytes(StandardCharsets.UTF_16));
    assertThat(info(wide)).contains("UTF-16").contains("iconv");
  }

  @Test
  void one_odd_array_does_not_keep_the_others_from_being_told() throws IOException {
    Path file = folder.resolve("a.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("good.npy"));
      zip.write(npy("'<i8'"));
      zip.putNextEntry(new ZipEntry("odd.npy"));
      zip.write(npy("[('a', '<i4'), ('b', '<f4')]"));
      zip.putNextEntry(new ZipEntry("broken.npy"));
      zip.write(new byte[] {1, 2, 3});
      zip.closeEntry();
    }
    assertThat(info(file))
        .contains("good i64 [2]")
        .contains("odd ")
        .contains("broken unreadable")
        .contains("aw import npz " + file);
    Path single = Files.write(folder.resolve("odd.npy"), npy("'|O'"));
    assertThat(info(single)).contains("aw import npy " + folder);
  }

  @Test
  void a_database_is_told_with_its_tables() throws SQLException, IOException {
    Path file = folder.resolve("a b.sqlite");
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      database.createStatement().execute("create table \"track\" (id integer, x real)");
    }
    assertThat(info(file)).contains("SQLite database").contains("track: id INTEGER, x REAL");
    Path cut = Files.writeString(folder.resolve("cut.db"), "SQLite format 3\0and no more");
    assertThat(Aw.run("info", cut).exit()).isEqualTo(Exit.FAILURE);
  }

  /** {@code -Daw.cases=N} sets how many; {@code -Daw.seed=S} repeats a run. */
  @Test
  void a_changed_database_is_told_or_refused() throws SQLException, IOException {
    Path file = folder.resolve("sound.sqlite");
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      database.createStatement().execute("pragma page_size = 512");
      database.createStatement().execute("create table \"track\" (id integer, x real)");
      database.createStatement().execute("insert into track values (1, 0.5)");
    }
    byte[] sound = Files.readAllBytes(file);
    long seed = Long.getLong("aw.seed", System.nanoTime());
    System.out.println("InfoForeignTest: -Daw.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < Integer.getInteger("aw.cases", 60); i++) {
      byte[] bytes = sound.clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        bytes[random.nextInt(16, bytes.length)] = (byte) random.nextInt(256);
      }
      int end = random.nextInt(4) == 0 ? random.nextInt(16, bytes.length) : bytes.length;
      Aw told = Aw.run("info", Files.write(file, Arrays.copyOf(bytes, end)));
      assertThat(told.exit()).as(told.err()).isIn(Exit.OK, Exit.FAILURE);
      assertThat(told.err()).doesNotContain("Exception", "\tat ");
    }
  }

  @Test
  void what_is_not_read_is_told_by_its_name() throws IOException {
    assertThat(info(Files.writeString(folder.resolve("old.feather"), "FEA1xxxxxxxxxxxx")))
        .contains("Feather file of version 1")
        .contains("pyarrow.feather");
  }
}
