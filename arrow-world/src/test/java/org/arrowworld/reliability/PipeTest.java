// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.internal.world.MutableWorld;
import org.arrowworld.internal.world.TripleApplier;
import org.arrowworld.log.Log;
import org.arrowworld.log.LogFollower;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.Triples;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.WritableFile;
import org.arrowworld.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process pipes the bytes of its segments to this one, which follows the copy. */
class PipeTest {
  @TempDir Path folder;

  /** Follows a log tick by tick and notes the hash after each. */
  private static final class Follower implements AutoCloseable {
    private final MutableWorld world;
    private final LogFollower log;
    private final TripleApplier applier;
    private final Triples rows = new Triples(1024);
    private final Map<Long, String> hashes = new TreeMap<>();

    Follower(DiskStorage copy, BufferAllocator memory) {
      world = new MutableWorld(PipeLeader.SCHEMA, new MutableCodebook(), memory);
      log = LogFollower.open(copy, PipeLeader.SCHEMA.keys(), LogPosition.START);
      applier = new TripleApplier(world, log.keys());
    }

    void poll() throws IOException {
      Log.Visitor visitor =
          (batch, from, to) -> {
            int start = from;
            for (int row = from; row < to; row++) {
              if (batch.key(row) == KeyTable.COMMIT || row + 1 == to) {
                int first = start;
                rows.clear();
                batch.copyTo(rows, first, row + 1);
                applier.apply(rows, 0, rows.size(), r -> batch.word(first + r));
                start = row + 1;
                if (batch.key(row) == KeyTable.COMMIT) {
                  hashes.put(world.tick(), Hashes.resume(world));
                }
              }
            }
          };
      log.poll(visitor);
    }

    @Override
    public void close() throws IOException {
      log.close();
      world.close();
    }
  }

  @Test
  @Timeout(120)
  void the_followers_hash_is_the_leaders_at_every_commit() throws Exception {
    Process leader =
        ChildJvm.start(
            PipeLeader.class, List.of("-Xmx256m"), List.of(folder.resolve("leader").toString()));
    DiskStorage copy = new DiskStorage(folder.resolve("copy"));
    copy.createDirectories("log/live");
    int pieces = 0;
    try (BufferAllocator memory = new RootAllocator();
        Follower follower = new Follower(copy, memory);
        DataInputStream pipe =
            new DataInputStream(new BufferedInputStream(leader.getInputStream()))) {
      for (int kind = pipe.read(); kind == 'P' || kind == 'H'; kind = pipe.read()) {
        if (kind == 'P') {
          write(copy, pipe);
          pieces++;
        } else {
          long tick = pipe.readLong();
          String hash = new String(pipe.readNBytes(32), StandardCharsets.US_ASCII);
          follower.poll();
          assertThat(follower.hashes).as("hash after tick %d", tick).containsEntry(tick, hash);
        }
      }
      assertThat(follower.hashes).hasSize(PipeLeader.TICKS);
      assertThat(copy.list("log")).as("sealed segments").hasSizeGreaterThan(2);
    }
    assertThat(leader.waitFor()).isZero();
    assertThat(pieces).isGreaterThan(PipeLeader.TICKS / 2);
  }

  /** A piece of a file: path, offset, bytes. A whole sealed segment appears at once. */
  private static void write(DiskStorage copy, DataInputStream pipe) throws IOException {
    String path = pipe.readUTF();
    long offset = pipe.readLong();
    ByteBuffer bytes = ByteBuffer.wrap(pipe.readNBytes(pipe.readInt()));
    boolean whole = path.endsWith(".arrow");
    String target = whole ? path + ".tmp" : path;
    try (WritableFile file = offset == 0 ? copy.create(target) : copy.openWrite(target)) {
      file.write(bytes, offset);
    }
    if (whole) {
      copy.rename(target, path);
    }
  }
}
