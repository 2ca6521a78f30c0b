// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.hash.Hashes;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.schema.ColumnType;
import org.arrowworld.schema.Lineage;
import org.arrowworld.schema.TableSchema;
import org.arrowworld.schema.WorldSchema;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.tick.Born;
import org.arrowworld.tick.Tick;

/** A process that runs a world and writes what its segments grow by, and its hashes, to stdout. */
final class PipeLeader {
  static final int TICKS = 60;

  static final WorldSchema SCHEMA =
      WorldSchema.of(
          TableSchema.row("c")
              .column("x", ColumnType.F32)
              .column("word", ColumnType.STRING)
              .lineage(Lineage.PARENT, Lineage.CAUSE)
              .build(),
          TableSchema.component("ill", "c")
              .column("since", ColumnType.I64)
              .column("of", ColumnType.STRING)
              .build());

  private final DiskStorage storage;
  private final DataOutputStream pipe;
  private final Map<String, Long> sent = new HashMap<>();
  private final Map<String, ReadableFile> open = new TreeMap<>();

  private PipeLeader(DiskStorage storage, DataOutputStream pipe) {
    this.storage = storage;
    this.pipe = pipe;
  }

  /** Argument: the store's directory. */
  public static void main(String[] args) throws IOException {
    DiskStorage storage = new DiskStorage(Path.of(args[0]));
    FileOutputStream stdout = new FileOutputStream(FileDescriptor.out);
    LogOptions options = LogOptions.DEFAULT.withSegmentBytes(30_000);
    Random random = new Random(4);
    try (DataOutputStream pipe = new DataOutputStream(new BufferedOutputStream(stdout));
        BufferAllocator memory = new RootAllocator();
        LiveWorld live =
            LiveWorld.create(
                storage,
                StoreInfo.create(SCHEMA, "tick", Map.of()),
                WorldOptions.DEFAULT.withLog(options).withAllocator(memory))) {
      PipeLeader leader = new PipeLeader(storage, pipe);
      for (int i = 0; i < TICKS; i++) {
        live.tick(t -> step(t, random));
        live.sync();
        leader.send("log/live");
        leader.send("log");
        pipe.write('H');
        pipe.writeLong(live.lastTick());
        pipe.write(Hashes.resume(live.world()).getBytes(StandardCharsets.US_ASCII));
        pipe.flush();
      }
      live.seal(); // the background may have been too busy to seal any so far
      leader.send("log");
      pipe.write('E');
    }
  }

  private static void step(Tick t, Random random) {
    int rows = t.table("c").before().rows();
    float[] x = new float[rows];
    for (int slot = 0; slot < rows; slot++) {
      x[slot] = random.nextFloat();
      if (random.nextInt(9) == 0) {
        t.table("c").removeSlot(slot, "cause " + random.nextInt(3));
      } else if (random.nextInt(9) == 0) {
        t.table("c").setSlot(slot, "word", "word " + random.nextInt(50));
      }
      int id = t.table("c").before().id(slot);
      int ill = t.table("ill").before().slotOf(id);
      if (random.nextInt(9) == 0 && ill < 0) {
        t.table("ill").insert(id).set("since", t.tick()).set("of", "flu " + random.nextInt(3));
      } else if (ill >= 0 && random.nextInt(3) == 0) {
        t.table("ill").set(id, "since", random.nextLong());
      }
    }
    t.table("c").write("x", x);
    for (int i = 0; i < 10; i++) {
      Born child = t.table("c").insert().set("word", "word " + random.nextInt(50));
      if (rows > 0) {
        child.parent(t.table("c").before().id(random.nextInt(rows)));
      }
    }
  }

  /** Sends what the segments of a directory grew by. Files stay open, so that none is cut short. */
  private void send(String directory) throws IOException {
    for (String name : storage.list(directory)) {
      String path = directory + "/" + name;
      if ((name.endsWith(".arrow") || name.endsWith(".arrows")) && !open.containsKey(path)) {
        try {
          open.put(path, storage.openRead(path));
        } catch (NoSuchFileException e) {
          sent.remove(path); // sealed this moment; the sealed form is sent
        }
      }
    }
    for (Map.Entry<String, ReadableFile> file : open.entrySet()) {
      sendGrowth(file.getKey(), file.getValue());
    }
  }

  /** A live segment's length says nothing: it may have room (spec L-31). */
  private static long messagesEnd(ReadableFile file, long from) throws IOException {
    long end = from;
    IpcMessage message = IpcMessage.read(file, end, file.size());
    while (message != null) {
      end = message.end();
      message = IpcMessage.read(file, end, file.size());
    }
    return end;
  }

  private void sendGrowth(String path, ReadableFile file) throws IOException {
    long from = sent.getOrDefault(path, 0L);
    long to = path.endsWith(".arrows") ? messagesEnd(file, from) : file.size();
    ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
    file.readFully(bytes, from);
    if (bytes.capacity() > 0) {
      pipe.write('P');
      pipe.writeUTF(path);
      pipe.writeLong(from);
      pipe.writeInt(bytes.capacity());
      pipe.write(bytes.array());
      sent.put(path, from + bytes.capacity());
    }
  }
}
