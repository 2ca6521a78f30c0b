// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.arrowworld.internal.Text;
import org.arrowworld.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RELIABILITY, the edges: whatever the default locale, charset and time zone, the same bytes are
 * written and the same text is said, from the creation of a store to its export and import.
 */
class HostileDefaultsTest {
  private static final List<String> PLAIN = List.of("-Duser.language=en", "-Duser.country=US");

  /** Other digits, other case rules; each with a charset and a time zone nobody expects. */
  private static final List<String> LOCALES =
      List.of("ar-EG", "fa-IR", "bn-BD", "ne-NP", "mr-IN", "my-MM", "tr-TR");

  private static final Path SAID = Path.of("said.txt");

  @TempDir Path folder;

  @Test
  void every_verb_writes_and_says_the_same_under_any_defaults() throws Exception {
    Map<Path, String> expected = play("plain", PLAIN);
    assertThat(expected).hasSizeGreaterThan(60);
    for (String locale : LOCALES) {
      String[] parts = locale.split("-");
      List<String> defaults =
          List.of(
              "-Duser.language=" + parts[0],
              "-Duser.country=" + parts[1],
              "-Dfile.encoding=ISO-8859-1",
              "-Duser.timezone=Asia/Kathmandu",
              "-Dline.separator=\r\n");
      Map<Path, String> found = play(locale, defaults);
      assertThat(found.get(SAID)).as(locale).isEqualTo(expected.get(SAID));
      assertThat(found.keySet()).as(locale).isEqualTo(expected.keySet());
      List<Path> differing = new ArrayList<>(found.keySet());
      differing.removeIf(path -> found.get(path).equals(expected.get(path)));
      assertThat(differing).as(locale).isEmpty();
    }
  }

  @Test
  void no_verb_is_left_out() {
    assertThat(Child.LINES.stream().map(line -> line.split(" ")[0]))
        .containsAll(Main.verbs().keySet());
  }

  /** What a child wrote, by path: each byte as a char. */
  private Map<Path, String> play(String name, List<String> defaults) throws Exception {
    Path home = Files.createDirectory(folder.resolve(name));
    Process child =
        ChildJvm.builder(Child.class, defaults, List.of())
            .directory(home.toFile())
            .inheritIO()
            .start();
    assertThat(child.waitFor()).as(name).isZero();
    Map<Path, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(home)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        if (!path.endsWith("LOCK")) { // names its process
          String bytes = Files.readString(path, StandardCharsets.ISO_8859_1);
          files.put(home.relativize(path), bytes);
        }
      }
    }
    return files;
  }

  /** Runs the verbs in the current folder, in a JVM of its own. */
  static final class Child {
    private static final List<String> LINES =
        List.of(
            "run --preset tiny --ticks 5 --seed 1 --snapshot-every 2 --out store",
            "resume store --ticks 2",
            "info store --json",
            "at store --tick 3",
            "at store --tick 3 --to npz --out world.npz",
            "at store --tick 3 --to npy --table food --out food-npy",
            "hash store --tick 3",
            "history store --table creature --id 1",
            "stats store --key creature.energy --json",
            "log store --range 1..2",
            "verify store --deep",
            "doctor store",
            "fork store --tick 4 --out fork",
            "resume fork --ticks 2",
            "snapshot store --tick 5",
            "seal fork",
            "diff store fork",
            "diff store --between 2..3",
            "truncate fork --after 5 --yes",
            "compact fork --keep-ticks 1",
            "publish fork published",
            "recover store --out recovered",
            "migrate store --out migrated",
            "export store --to parquet --out archive",
            "export store --to parquet --view log --out log.parquet",
            "export store --to csv --view log --out log.csv",
            "export store --to arrow --view log --out log.arrow",
            "export store --to npz --view log --out log.npz",
            "export store --to sqlite --view log --out log.sqlite",
            "export store --to csv --table food --tick 3 --out food.csv",
            "import parquet archive --out from-archive",
            "import npz log.npz --out from-npz",
            "import csv food.csv --out from-csv --table food",
            "import npy food-npy --out from-npy",
            "import trajectories paths.txt --columns id,tick,x --out from-paths",
            "verify from-archive",
            "log from-csv --json",
            "sweep --out none/none --vary seed=x",
            "runs none",
            "info none",
            "view none",
            "serve none");

    private Child() {}

    public static void main(String[] args) throws IOException {
      Security.insertProviderAt(new FixedRandom(), 1); // ids of stores
      Files.writeString(Path.of("paths.txt"), "1 0 0.5\n1 1 0.75\n2 1 1e3\n");
      List<String> said = new ArrayList<>();
      for (String line : LINES) {
        Aw aw = Aw.run((Object[]) line.split(" "));
        boolean isTimed = line.startsWith("run") || line.startsWith("resume");
        said.add(Text.of("%s: %d\n%s%s", line, aw.exit(), isTimed ? "" : aw.out(), aw.err()));
      }
      Files.writeString(SAID, String.join("\n", said));
    }
  }

  /** "Random" bytes that are the same in every process. */
  private static final class FixedRandom extends Provider {
    private static final long serialVersionUID = 1L;

    FixedRandom() {
      super("FixedRandom", "1", "the same bytes in every process");
      put("SecureRandom.Fixed", FixedRandomSpi.class.getName());
    }
  }

  /** Counts. */
  public static final class FixedRandomSpi extends SecureRandomSpi {
    private static final long serialVersionUID = 1L;
    private static byte next;

    @Override
    protected void engineSetSeed(byte[] seed) {}

    @Override
    protected void engineNextBytes(byte[] bytes) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = next++;
      }
    }

    @Override
    protected byte[] engineGenerateSeed(int count) {
      return new byte[count];
    }
  }
}
