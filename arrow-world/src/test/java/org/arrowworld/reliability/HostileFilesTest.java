// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.arrowworld.internal.Text;
import org.arrowworld.npy.NpyHeader;
import org.arrowworld.npy.NpyType;
import org.arrowworld.reliability.HostileInputs.Kind;
import org.arrowworld.reliability.HostileInputs.Outcome;
import org.arrowworld.testing.Programme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RELIABILITY contract 5 over our own kinds of files, changed with their structure in mind and,
 * where they have checksums, sealed again. {@code -Daw.mutations=N} sets how many of each; {@code
 * -Daw.seed=S} repeats a run.
 */
class HostileFilesTest {
  private static final int MUTATIONS = Integer.getInteger("aw.mutations", 150);
  private static final long SEED = Long.getLong("aw.seed", System.nanoTime());
  private static final String SNAPSHOT = "snapshots/00000000000000000002.v1/";

  private interface Mutation {
    byte[] make(SplittableRandom random) throws IOException;
  }

  private interface Feeder {
    Outcome feed(byte[] bytes);
  }

  private static void sweep(Kind kind, String what, Mutation mutation) throws IOException {
    sweep(bytes -> HostileInputs.feed(kind, bytes), what, mutation);
  }

  private static void sweep(Feeder feeder, String what, Mutation mutation) throws IOException {
    Programme.report("HostileFilesTest %s: %d, -Daw.seed=%d", what, MUTATIONS, SEED);
    int refused = 0;
    int answered = 0;
    for (long seed = SEED; seed < SEED + MUTATIONS; seed++) {
      byte[] bytes = mutation.make(new SplittableRandom(seed));
      try {
        Outcome outcome = feeder.feed(bytes);
        refused += outcome.refused();
        answered += outcome.answered();
      } catch (AssertionError e) {
        throw new AssertionError(Text.of("%s: -Daw.seed=%d", what, seed), e);
      }
    }
    Programme.report("HostileFilesTest %s: %d refused, %d read", what, refused, answered);
    assertThat(refused).isPositive();
  }

  /** The reading entry points are told of all kinds by the file's place in a store. */
  @ParameterizedTest
  @ValueSource(strings = {"c.arrow", "c.free.arrow", "codebook.arrow"})
  void files_of_snapshots_changed_under_matching_checksums(String name) throws IOException {
    byte[] original = HostileInputs.original(SNAPSHOT + name);
    sweep(
        bytes -> HostileInputs.feedAt(SNAPSHOT + name, bytes),
        name,
        random -> sealFooter(original, Mutations.inPlace(original, random)));
  }

  /** Makes the footer's checksum match, where it still stands where it stood. */
  private static byte[] sealFooter(byte[] original, byte[] changed) {
    ByteBuffer tail = ByteBuffer.wrap(original).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int footerAt = original.length - 10 - tail.getInt(original.length - 10);
    int from = footerAt - 8;
    String text = new String(original, StandardCharsets.ISO_8859_1);
    byte[] zeros = "00000000".getBytes(StandardCharsets.US_ASCII);
    for (int at = from; at + 8 <= original.length; at++) {
      String digits = text.substring(at, at + 8);
      if (digits.matches("[0-9a-f]{8}")) {
        byte[] open = original.clone();
        System.arraycopy(zeros, 0, open, at, 8);
        if (crc(open, from).equals(digits)) {
          byte[] sealed = changed.clone();
          System.arraycopy(zeros, 0, sealed, at, 8);
          byte[] right = crc(sealed, from).getBytes(StandardCharsets.US_ASCII);
          System.arraycopy(right, 0, sealed, at, 8);
          return sealed;
        }
      }
    }
    throw new AssertionError("no footer checksum in the original");
  }

  private static String crc(byte[] bytes, int from) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, bytes.length - from);
    return Text.of("%08x", crc.getValue());
  }

  @Test
  void sealed_segments_with_changed_footers_under_a_matching_checksum() throws IOException {
    String path = "log/00000000000000000000.arrow";
    byte[] original = HostileInputs.original(path);
    ByteBuffer tail = ByteBuffer.wrap(original).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int from = original.length - 18 - tail.getInt(original.length - 10);
    sweep(
        bytes -> HostileInputs.feedAt(path, bytes),
        "segment footer",
        random -> {
          byte[] footer = Arrays.copyOfRange(original, from, original.length);
          byte[] changed = original.clone();
          byte[] mutated = Mutations.inPlace(footer, random);
          System.arraycopy(mutated, 0, changed, from, mutated.length);
          return sealFooter(original, changed);
        });
  }

  @Test
  void live_segments_cut_repeated_and_changed() throws IOException {
    byte[] original = HostileInputs.originalLive();
    sweep(
        bytes -> HostileInputs.feedAt("log/live/00000000000000000000.arrows", bytes),
        "live segment",
        random -> Mutations.any(original, random));
  }

  @ParameterizedTest
  @CsvSource({"STORE_JSON,store.json", "MANIFEST,snapshots/00000000000000000002.v1/manifest.json"})
  void json_files_changed_under_a_matching_checksum(Kind kind, String path) throws IOException {
    byte[] original = HostileInputs.original(path);
    byte[] body = Arrays.copyOf(original, original.length - 19);
    sweep(kind, path, random -> HostileInputs.sealJson(Mutations.json(body, random)));
  }

  @Test
  void fences_with_any_values() throws IOException {
    byte[] body =
        "{\"tick\":\"0000000000000002\",\"seq\":\"0000000000000010\",\"epoch\":1"
            .getBytes(StandardCharsets.US_ASCII);
    sweep(Kind.FENCE, "fence", random -> HostileInputs.sealJson(Mutations.json(body, random)));
  }

  @Test
  void field_metadata_with_any_values() throws IOException {
    byte[] original =
        """
        {"fields":["phi"],"velocities":["phi"],"grid_shape":[2,3],"dtype":"float64",\
        "grid_spacing":[0.5,0.25],"grid_bounds":[[0,1],[0,1]],"periodic":[true,false],\
        "parameters":{"c":1.5},"boundary_types":["periodic","neumann"],"dt":0.01,"n_snapshots":2}
        """
            .getBytes(StandardCharsets.UTF_8);
    assertThat(HostileInputs.feed(Kind.FIELD_METADATA, original).answered()).isOne();
    sweep(Kind.FIELD_METADATA, "fields", random -> Mutations.json(original, random));
  }

  private static byte[] npy() {
    ByteBuffer header = NpyHeader.encode(NpyType.F64, 3, 2);
    byte[] bytes = new byte[header.remaining() + 48];
    header.get(bytes, 0, header.remaining());
    return bytes;
  }

  @Test
  void npy_files_changed_in_every_way() throws IOException {
    byte[] original = npy();
    sweep(Kind.NPY, "npy", random -> Mutations.any(original, random));
  }

  @Test
  void npz_files_changed_outside_and_inside() throws IOException {
    byte[] npy = npy();
    byte[] original = zip(npy, ZipEntry.DEFLATED);
    sweep(
        Kind.NPZ,
        "npz",
        random ->
            random.nextBoolean()
                ? Mutations.any(original, random)
                : zip(Mutations.any(npy, random), ZipEntry.DEFLATED));
  }

  private static byte[] zip(byte[] npy, int method) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : new String[] {"a.npy", "b.npy"}) {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(method);
        zip.putNextEntry(entry);
        zip.write(npy);
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void json_bombs_of_depth_and_size() {
    String[] bombs = {
      "[".repeat(100_000),
      "{\"a\":".repeat(100_000),
      "[".repeat(65) + "]".repeat(65),
      "\"" + "x".repeat(30_000_000) + "\"",
      "1".repeat(2_000_000),
      "-" + "9".repeat(1_000_000) + "e" + "9".repeat(1000),
      "{" + "\"a\":1,".repeat(1000) + "\"a\":1}",
      "\u0000",
      "",
      "{\"" + "k".repeat(10_000_000) + "\":1}"
    };
    for (String bomb : bombs) {
      byte[] bytes = bomb.getBytes(StandardCharsets.UTF_8);
      HostileInputs.feed(Kind.JSON, bytes);
      HostileInputs.feed(Kind.FIELD_METADATA, bytes);
      HostileInputs.feed(Kind.STORE_JSON, HostileInputs.sealJson(bytes));
    }
  }

  /** What fuzzing began with and found, fed to the targets once more. */
  @Test
  void every_saved_input_of_the_fuzz_targets_is_read_or_refused() throws Exception {
    Path folder = Path.of(HostileFilesTest.class.getResource("FuzzTargetsInputs").toURI());
    int inputs = 0;
    for (Method target : FuzzTargets.class.getDeclaredMethods()) {
      Path saved = folder.resolve(target.getName());
      if (!target.isAnnotationPresent(FuzzTest.class) || !Files.isDirectory(saved)) {
        continue;
      }
      try (Stream<Path> files = Files.list(saved)) {
        for (Path file : files.sorted().toList()) {
          target.invoke(new FuzzTargets(), (Object) Files.readAllBytes(file));
          inputs++;
        }
      }
    }
    assertThat(inputs).isGreaterThan(9);
  }
}
