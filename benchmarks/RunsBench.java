// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.arrowworld.Store;
import org.arrowworld.export.ExportRequest;
import org.arrowworld.export.Exports;
import org.arrowworld.runs.ParameterStats;
import org.arrowworld.runs.Run;
import org.arrowworld.runs.Runs;

/**
 * Questions to a folder of runs: FOLDER KEY PARAMETER. Exports the log of each run as Parquet
 * beside it first; then answers each line of standard input, {@code open} or {@code stats}, by a
 * line of JSON.
 */
final class RunsBench {
  private RunsBench() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    for (Run run : Runs.open(folder).list()) {
      try (Store store = run.open()) {
        Path file = folder.resolveSibling("archives").resolve(run.name() + ".parquet");
        Exports.write(
            store,
            ExportRequest.of(ExportRequest.Format.PARQUET, file).ofView(ExportRequest.View.LOG));
      }
    }
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("{}");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      long start = System.nanoTime();
      Runs runs = Runs.open(folder);
      StringBuilder groups = new StringBuilder();
      if (line.equals("stats")) {
        List<ParameterStats> found = runs.stats(args[1], args[2]);
        for (ParameterStats each : found) {
          groups.append(
              String.format(
                  Locale.ROOT,
                  "%s\"%s\":[%d,%s,%s,%s,%d]",
                  groups.length() == 0 ? "" : ",",
                  each.value(),
                  each.summary().count(),
                  each.summary().mean(),
                  each.summary().min(),
                  each.summary().max(),
                  each.summary().distinct()));
        }
      }
      System.out.printf(
          Locale.ROOT,
          "{\"seconds\":%.6f,\"runs\":%d,\"read\":%d,\"groups\":{%s}}%n",
          (System.nanoTime() - start) / 1e9,
          runs.list().size(),
          runs.read(),
          groups);
      System.out.flush();
    }
  }
}
