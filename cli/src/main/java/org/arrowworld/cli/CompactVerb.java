// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.arrowworld.Store;
import org.arrowworld.internal.Text;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.storage.BufferCompression;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aw compact}. */
@Command(
    name = "compact",
    description = {
      "Seal what is live and merge small segments. With --keep-ticks N also write a base snapshot at",
      "the last tick but N, and drop the segments and snapshots before it: that history is gone."
    })
final class CompactVerb extends ReadingVerb {
  @Parameters(paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Option(names = "--keep-ticks", paramLabel = "N", description = "How many ticks of history stay.")
  private Long keepTicks;

  @Option(
      names = "--compress",
      paramLabel = "C",
      converter = CompressionConverter.class,
      description =
          "How all segments are compressed afterwards: none, zstd or zstd:LEVEL. Default: as the last "
              + "one is.")
  private BufferCompression compression;

  @Override
  String purpose() {
    return "compact " + store;
  }

  @Override
  int execute() throws IOException {
    if (keepTicks != null && keepTicks < 0) {
      throw new UsageException(Text.of("Cannot keep %d ticks", keepTicks));
    }
    StoreCompaction.Options options = StoreCompaction.Options.ALL_TICKS;
    options = keepTicks == null ? options : options.keepingTicks(keepTicks);
    options = compression == null ? options : options.compressing(compression);
    StoreCompaction.Report result;
    try (Store opened = open(store)) {
      result = opened.compact(options);
    }
    Report report =
        new Report()
            .add("bytes_before", result.bytesBefore())
            .add("bytes_after", result.bytesAfter())
            .json("merged", result.merged())
            .json("dropped", result.dropped());
    result.base().ifPresent(tick -> report.add("base", tick, "tick " + tick));
    result.merged().forEach(m -> report.line("merged", m));
    result.dropped().forEach(d -> report.line("dropped", d));
    report.print(console(), format());
    return Exit.OK;
  }
}
