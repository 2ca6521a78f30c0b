// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.arrowworld.internal.Text;

/**
 * What a run of the reliability programme did. Each report is printed, and under {@code
 * -Daw.results=true}, as the profiles of the programme set it, it becomes the harness's row in
 * docs/reliability-results.md.
 */
public final class Programme {
  /** What this process reported, by harness. */
  private static final Map<String, String> REPORTED = new TreeMap<>();

  /**
   * How far apart a sweep over every place takes its places: 1, all of them, but where {@code
   * -Daw.stride=N} asks for a sample, as a second run of the same code under other conditions may.
   */
  public static final int STRIDE = Integer.getInteger("aw.stride", 1);

  private Programme() {}

  /**
   * Reports one line: the harness's name, a colon and a blank, and what it did.
   *
   * @param format of {@link Text#of}
   */
  @FormatMethod
  public static void report(@FormatString String format, Object... values) {
    String line = Text.of(format, values);
    System.out.println(line);
    if (!Boolean.getBoolean("aw.results")) {
      return;
    }
    int colon = line.indexOf(": ");
    String harness = line.substring(0, colon);
    String did = line.substring(colon + 2).replace("|", "\\|");
    synchronized (REPORTED) {
      REPORTED.merge(harness, did, (before, more) -> before + "; " + more);
      try {
        write(results(), harness, REPORTED.get(harness));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Puts a harness's row in its place in the table, which is the end of the file. */
  static void write(Path file, String harness, String did) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assert lock.isValid();
      String text = Files.readString(file);
      int body = text.indexOf("\n|---") + 1;
      body = text.indexOf('\n', body) + 1;
      Map<String, String> rows = new TreeMap<>();
      for (String row : text.substring(body).split("\n", -1)) {
        if (!row.isEmpty()) {
          rows.put(row.split(" \\| ", 2)[0].substring(2), row);
        }
      }
      String java = System.getProperty("java.specification.version");
      rows.put(harness, Text.of("| %s | %s | %s |", harness, java, did));
      List<String> lines = List.copyOf(rows.values());
      String whole = text.substring(0, body) + String.join("\n", lines) + "\n";
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(whole);
      channel.truncate(0);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private static Path results() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    return folder.resolve("docs").resolve("reliability-results.md");
  }
}
