// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import org.arrowworld.log.StoredBatches;
import org.arrowworld.timeline.TickRange;

/**
 * The log's stored batches as Arrow streams, byte for byte as they stand in its files: a stream per
 * segment. Batches are not cut, so rows of neighbouring ticks may come along.
 */
final class LogReply {
  static final Set<String> NAMES = Set.of("from", "to");

  private LogReply() {}

  static void write(ServedRun run, RequestQuery asked, Reply reply) throws IOException {
    try (ServedRun.Lease lease = run.lease(Long.MAX_VALUE)) {
      reply.of(lease);
      TickRange ticks = asked.ticks(0, Long.MAX_VALUE);
      StoredBatches stored = lease.store().log().stored(ticks.first(), ticks.last());
      long ends = (long) stored.segments() * ArrowStream.endBytes();
      OutputStream out = reply.begin(200, Reply.ARROW, stored.lengthBytes() + ends);
      ArrowStream arrow = new ArrowStream(out);
      while (stored.nextSegment()) {
        stored.forEach(arrow::raw);
        arrow.end();
      }
    }
  }
}
