// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.field.FieldSnapshots;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.json.Json;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.SegmentInfo;
import org.arrowworld.log.StoreId;
import org.arrowworld.maintenance.StoreRecovery;
import org.arrowworld.npy.NpyFiles;
import org.arrowworld.npy.NpzReader;
import org.arrowworld.reliability.SmallStores.Form;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.snapshot.TableFiles;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;
import org.arrowworld.timeline.Verifier;

/**
 * RELIABILITY contract 5: gives bytes to every entry point that takes files of their kind. Whatever
 * is wrong with them, each answers or throws a typed error with a text, and nothing is leaked.
 */
final class HostileInputs {
  /** Entry points that refused. */
  private int refused;

  private int answered;

  private HostileInputs() {}

  /** A kind of input. */
  enum Kind {
    /** An Arrow IPC file or stream, as a table, a segment of a log, or a file of a snapshot. */
    IPC,
    NPY,
    NPZ,
    /** Any JSON text. */
    JSON,
    STORE_JSON,
    MANIFEST,
    FENCE,
    FIELD_METADATA
  }

  /**
   * What came of an input.
   *
   * @param refused entry points that threw a typed error
   * @param answered those that read it
   */
  record Outcome(int refused, int answered) {}

  private interface EntryPoint {
    void run(BufferAllocator memory) throws IOException;
  }

  private static final String SNAPSHOT = "snapshots/00000000000000000002.v1/";
  private static final String SEALED = "log/00000000000000000000.arrow";
  private static final String LIVE = "log/live/00000000000000000000.arrows";

  /** Containers whose zeroing takes no time. */
  private static final LogOptions SMALL = LogOptions.DEFAULT.withContainers(2, 1000);

  private static MemoryStorage sealed;
  private static MemoryStorage live;

  /** Feeds bytes to every entry point of a kind; an untyped failure or a leak is an Error. */
  static Outcome feed(Kind kind, byte[] bytes) {
    HostileInputs inputs = new HostileInputs();
    switch (kind) {
      case IPC -> inputs.ipc(bytes);
      case NPY -> {
        inputs.attempt("npy", memory -> NpyFiles.read(storage("a.npy", bytes), "a.npy"));
      }
      case NPZ -> inputs.attempt("npz", memory -> npz(bytes));
      case JSON -> inputs.attempt("json", memory -> Json.parse(bytes));
      case STORE_JSON -> inputs.store("store.json", bytes);
      case MANIFEST -> inputs.store(SNAPSHOT + "manifest.json", bytes);
      case FENCE -> inputs.store("fence.json", bytes);
      case FIELD_METADATA -> inputs.attempt("fields", memory -> fields(bytes));
    }
    return new Outcome(inputs.refused, inputs.answered);
  }

  /** Feeds bytes in place of one file of a store. */
  static Outcome feedAt(String path, byte[] bytes) {
    HostileInputs inputs = new HostileInputs();
    inputs.attempt("info", memory -> TableFiles.info(storage("a.arrow", bytes), "a.arrow"));
    inputs.store(path, bytes);
    return new Outcome(inputs.refused, inputs.answered);
  }

  private void attempt(String name, EntryPoint entry) {
    try (BufferAllocator memory = new RootAllocator(256 << 20)) {
      try {
        entry.run(memory);
        answered++;
      } catch (IOException | UncheckedIOException | InvalidUseException | MemoryFullException e) {
        if (e.getMessage() == null || e.getMessage().isBlank()) {
          throw new AssertionError("an error without a text from " + name, e);
        }
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("an untyped failure of " + name, e);
      }
      if (memory.getAllocatedMemory() != 0) {
        throw new AssertionError(Text.of("leaked %d bytes: %s", memory.getAllocatedMemory(), name));
      }
    }
  }

  private static MemoryStorage storage(String path, byte[] bytes) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    storage.put(path, bytes);
    return storage;
  }

  private void ipc(byte[] bytes) {
    attempt("info", memory -> TableFiles.info(storage("a.arrow", bytes), "a.arrow"));
    attempt("segment info", memory -> SegmentInfo.read(storage("a.arrow", bytes), "a.arrow"));
    store(SEALED, bytes);
    store(LIVE, bytes);
    store(SNAPSHOT + "c.arrow", bytes);
    store(SNAPSHOT + "c.free.arrow", bytes);
    store(SNAPSHOT + "codebook.arrow", bytes);
  }

  /** A file takes the place of one of a sound store's. */
  private void store(String path, byte[] bytes) {
    attempt("read " + path, memory -> read(with(path, bytes), memory));
    if (path.startsWith(SNAPSHOT)) { // which reading a store may pass over
      attempt("snapshot " + path, memory -> verifySnapshot(with(path, bytes)));
    }
    attempt(
        "verify " + path,
        memory -> Verifier.verify(with(path, bytes), Verifier.Depth.STANDARD, 1, memory));
    attempt(
        "recover " + path,
        memory -> StoreRecovery.run(with(path, bytes), new MemoryStorage(), memory));
    attempt(
        "resume " + path,
        memory ->
            LiveWorld.resume(
                    with(path, bytes), WorldOptions.DEFAULT.withLog(SMALL).withAllocator(memory))
                .close());
  }

  private static void verifySnapshot(MemoryStorage storage) throws IOException {
    StoreId store = StoreInfo.read(storage).id();
    for (Snapshot.Location location : Snapshot.list(storage)) {
      try (Snapshot snapshot = Snapshot.open(storage, location, store)) {
        snapshot.verify();
      }
    }
  }

  private static void read(MemoryStorage storage, BufferAllocator memory) throws IOException {
    try (Timeline timeline = Timeline.open(storage)) {
      timeline.log().verifyChain();
      timeline.at(timeline.lastTick(), memory).close();
      timeline.at(timeline.firstTick(), memory).close();
    }
  }

  /** A small store, one file of which is replaced; a snapshot's checksums are made to match. */
  static MemoryStorage with(String path, byte[] bytes) throws IOException {
    synchronized (HostileInputs.class) {
      if (sealed == null) {
        try (BufferAllocator memory = new RootAllocator()) {
          sealed = SmallStores.create(Form.SEALED, memory);
          live = SmallStores.create(Form.LIVE, memory);
        }
      }
    }
    MemoryStorage storage = (path.equals(LIVE) ? live : sealed).afterCrash(CrashKind.PROCESS);
    if (path.startsWith(SNAPSHOT) && path.endsWith(".arrow")) {
      relist(storage, path.substring(SNAPSHOT.length()), bytes);
    }
    storage.put(path, bytes);
    return storage;
  }

  /** The bytes of a file of the small store. */
  static byte[] original(String path) throws IOException {
    return with("unused", new byte[0]).bytes(path);
  }

  /** The bytes of the small store's live segment. */
  static byte[] originalLive() throws IOException {
    with("unused", new byte[0]);
    return live.bytes(LIVE);
  }

  @SuppressWarnings("unchecked")
  private static void relist(MemoryStorage storage, String name, byte[] bytes) throws IOException {
    String path = SNAPSHOT + "manifest.json";
    var manifest = new java.util.LinkedHashMap<>(ChecksummedJson.read(storage, path).members());
    manifest.remove("crc");
    for (Object entry : (List<Object>) manifest.get("files")) {
      var file = (java.util.Map<String, Object>) entry;
      if (file.get("name").equals(name)) {
        relist(file, bytes);
      }
    }
    ChecksummedJson.write(storage, path, manifest);
  }

  /** Keeps the buffers that lie in the bytes, with their present checksums. */
  private static void relist(java.util.Map<String, Object> file, byte[] bytes) {
    List<List<String>> buffers = new java.util.ArrayList<>();
    CRC32 rest = new CRC32();
    int at = 0;
    for (Object element : (List<?>) file.get("buffers")) {
      int from = Integer.parseInt((String) ((List<?>) element).get(0), 16);
      int length = Integer.parseInt((String) ((List<?>) element).get(1), 16);
      if (from >= at && from + length <= bytes.length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, length);
        buffers.add(
            List.of(
                Text.of("%016x", from), Text.of("%016x", length), Text.of("%08x", crc.getValue())));
        rest.update(bytes, at, from - at);
        at = from + length;
      }
    }
    rest.update(bytes, at, bytes.length - at);
    file.put("bytes", Text.of("%016x", bytes.length));
    file.put("buffers", buffers);
    file.put("rest", Text.of("%08x", rest.getValue()));
  }

  private static void npz(byte[] bytes) throws IOException {
    try (NpzReader reader = NpzReader.open(storage("a.npz", bytes), "a.npz")) {
      reader.verify();
      for (String name : reader.names()) {
        reader.header(name);
        reader.read(name);
      }
    }
  }

  private static void fields(byte[] metadata) throws IOException {
    MemoryStorage storage = storage("run/metadata.json", metadata);
    for (String name : List.of("times", "phi", "v_phi")) {
      var shape = name.equals("times") ? new long[] {2} : new long[] {2, 2, 3};
      var header = org.arrowworld.npy.NpyHeader.encode(org.arrowworld.npy.NpyType.F64, shape);
      byte[] head = new byte[header.remaining()];
      header.get(head);
      int dataBytes = name.equals("times") ? 16 : 96;
      storage.put("run/" + name + ".npy", java.util.Arrays.copyOf(head, head.length + dataBytes));
    }
    try (FieldSnapshots run = FieldSnapshots.open(storage, "run")) {
      run.times();
      for (String field : run.metadata().fields()) {
        run.field(field, 0);
      }
    }
  }

  /** Puts the right checksum behind a JSON body, which ends before {@code ,"crc"}. */
  static byte[] sealJson(byte[] body) {
    CRC32 crc = new CRC32();
    crc.update(body);
    byte[] tail =
        Text.of(",\"crc\":\"%08x\"}\n", crc.getValue()).getBytes(StandardCharsets.US_ASCII);
    byte[] all = java.util.Arrays.copyOf(body, body.length + tail.length);
    System.arraycopy(tail, 0, all, body.length, tail.length);
    return all;
  }
}
