// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BatchSearch;
import org.arrowworld.internal.json.ChecksummedJson;
import org.arrowworld.internal.store.MutableCodebook;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.log.LogOptions;
import org.arrowworld.log.LogPosition;
import org.arrowworld.log.LogWriter;
import org.arrowworld.maintenance.StoreCompaction;
import org.arrowworld.maintenance.StoreTruncation;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.BufferCompression;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.MemoryStorage.CrashKind;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.timeline.Timeline;

/**
 * Stores that were damaged, or are odd in other ways, drawn at random: from bytes flipped to files
 * exchanged between stores, JSON changed under the right checksum, and rows that no writer logs.
 */
public final class OddStores {

  /**
   * A store.
   *
   * @param storage its files
   * @param whole the sound store it was made of
   * @param what what was done to it
   * @param isForged whether checksums were made to match, so that nobody can tell what was written
   */
  public record Odd(
      MemoryStorage storage, MemoryStorage whole, List<String> what, boolean isForged) {}

  private final List<MemoryStorage> sound;
  private final SplittableRandom random;
  private final List<String> done = new ArrayList<>();
  private boolean forged;
  private MemoryStorage store;
  private MemoryStorage whole;

  /**
   * Draws from sound stores.
   *
   * @param sound to be damaged in copies
   */
  public OddStores(List<MemoryStorage> sound, SplittableRandom random) {
    this.sound = sound;
    this.random = random;
  }

  /** Sound stores of any schema: live, sealed, compressed, compacted, cut, going on from a base. */
  public static List<MemoryStorage> sound(int count, long seed, BufferAllocator memory)
      throws IOException {
    List<MemoryStorage> stores = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stores.add(sound(new Random(seed + i), memory));
      if (i % 3 == 0) { // the same store with another end: what a truncation and a new run make
        MemoryStorage other = stores.get(stores.size() - 1).afterCrash(CrashKind.PROCESS);
        long cut;
        try (Timeline timeline = Timeline.open(other)) {
          cut = (timeline.firstTick() + timeline.lastTick()) / 2;
        }
        StoreTruncation.after(other, cut);
        play(other, new Random(seed + i + 1000), LogOptions.DEFAULT, memory);
        stores.add(other);
      }
    }
    return stores;
  }

  private static MemoryStorage sound(Random random, BufferAllocator memory) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    AnyWorld any = new AnyWorld(random);
    LogOptions options =
        LogOptions.DEFAULT
            .withSegmentBytes(2000 + random.nextInt(20_000))
            .withContainers(2, 5 + random.nextInt(400));
    if (random.nextInt(3) == 0) {
      options = options.withSealing(BufferCompression.zstd(1));
    }
    StoreInfo info = StoreInfo.create(any.schema(), "tick", Map.of("seed", "" + random.nextInt()));
    try (LiveWorld live = LiveWorld.create(storage, info, with(options, memory))) {
      play(live, any, random);
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      play(storage, random, options, memory);
      if (random.nextInt(3) == 0) {
        StoreCompaction.keep(storage, 1 + random.nextInt(6), memory);
      }
    }
    return storage;
  }

  private static WorldOptions with(LogOptions options, BufferAllocator memory) {
    return WorldOptions.DEFAULT.withLog(options).withAllocator(memory);
  }

  private static void play(
      MemoryStorage storage, Random random, LogOptions options, BufferAllocator memory)
      throws IOException {
    try (LiveWorld live = LiveWorld.resume(storage, with(options, memory))) {
      play(live, new AnyWorld(random), random);
    }
  }

  private static void play(LiveWorld live, AnyWorld any, Random random) throws IOException {
    long tick = live.lastTick();
    for (int i = 2 + random.nextInt(8); i > 0; i--) {
      tick += 1 + random.nextInt(2);
      live.tick(tick, any::tick);
      if (random.nextInt(4) == 0) {
        live.snapshot();
      }
    }
    if (random.nextBoolean()) {
      live.seal();
    }
  }

  /** The next odd store; one in ten is left as it is. */
  public Odd next() throws IOException {
    whole = sound.get(random.nextInt(sound.size()));
    store = whole.afterCrash(CrashKind.PROCESS);
    done.clear();
    forged = false;
    for (int i = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(3); i > 0; i--) {
      change();
    }
    return new Odd(store, whole, List.copyOf(done), forged);
  }

  /** The files of a storage, without LOCK. */
  public static List<String> files(Storage storage) throws IOException {
    List<String> files = new ArrayList<>();
    collect(storage, "", files);
    files.remove("LOCK");
    return files;
  }

  private static void collect(Storage storage, String directory, List<String> files)
      throws IOException {
    for (String name : storage.list(directory)) {
      String path = directory.isEmpty() ? name : directory + "/" + name;
      if (storage.list(path).isEmpty()) {
        files.add(path);
      } else {
        collect(storage, path, files);
      }
    }
  }

  private void change() throws IOException {
    List<String> files = new ArrayList<>(files(store));
    files.removeIf(path -> !isFile(path));
    if (files.isEmpty()) {
      return;
    }
    String path = files.get(random.nextInt(files.size()));
    if (random.nextInt(3) > 0) { // the log, where most can go wrong
      List<String> log = files.stream().filter(f -> f.startsWith("log/")).toList();
      path = log.isEmpty() ? path : log.get(random.nextInt(log.size()));
    }
    switch (random.nextInt(16)) {
      case 0, 1 -> bytes(path, "flipped", flip(store.bytes(path)));
      case 2 -> bytes(path, "cut", cut(store.bytes(path)));
      case 3 -> bytes(path, "emptied", new byte[0]);
      case 4 -> bytes(path, "zeroed", zeroed(store.bytes(path)));
      case 5 -> remove(path);
      case 6 -> rename(path);
      case 7 -> duplicate(path);
      case 8 -> exchange(path);
      case 9 -> directoryFor(path);
      case 10 -> json(files);
      case 11 -> resign(path);
      case 12 -> append(path);
      case 13 -> badRows();
      case 14 -> fence();
      default -> stranger();
    }
  }

  private boolean isFile(String path) {
    try {
      store.openRead(path).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void bytes(String path, String how, byte[] bytes) throws IOException {
    store.put(path, bytes);
    done.add(path + " " + how);
  }

  private byte[] flip(byte[] original) {
    byte[] bytes = original.clone();
    for (int i = 1 + random.nextInt(4); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private byte[] cut(byte[] original) {
    return Arrays.copyOf(original, original.length == 0 ? 0 : random.nextInt(original.length));
  }

  private byte[] zeroed(byte[] original) {
    byte[] bytes = original.clone();
    if (bytes.length > 0) {
      int from = random.nextInt(bytes.length);
      Arrays.fill(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(600)), (byte) 0);
    }
    return bytes;
  }

  private void remove(String path) throws IOException {
    if (path.startsWith("snapshots/") && random.nextBoolean()) {
      String directory = path.substring(0, path.lastIndexOf('/'));
      for (String name : store.list(directory)) {
        if (store.list(directory + "/" + name).isEmpty()) {
          store.delete(directory + "/" + name);
        }
      }
      if (store.list(directory).isEmpty()) {
        store.delete(directory);
      }
      done.add(directory + " removed");
    } else {
      store.delete(path);
      done.add(path + " removed");
    }
  }

  private String otherName(String path) {
    return switch (random.nextInt(7)) {
      case 0 -> path + ".tmp";
      case 1 -> path + ".bak";
      case 2 -> "log/" + Text.of("%020d", random.nextInt(200)) + ".arrow";
      case 3 -> "log/live/" + Text.of("%020d", random.nextInt(200)) + ".arrows";
      case 4 -> "log/\u0660\u0661.arrow";
      case 5 -> "log/live/99999999999999999999.arrows";
      default -> "snapshots/" + path.substring(path.lastIndexOf('/') + 1);
    };
  }

  private void rename(String path) throws IOException {
    String name = otherName(path);
    byte[] bytes = store.bytes(path);
    store.delete(path);
    put(name, bytes);
    done.add(path + " renamed to " + name);
  }

  private void duplicate(String path) throws IOException {
    String name = otherName(path);
    put(name, store.bytes(path));
    done.add(path + " also called " + name);
  }

  private void put(String path, byte[] bytes) throws IOException {
    if (store.list(path).isEmpty() && (!store.exists(path) || isFile(path))) {
      store.put(path, bytes);
    }
  }

  private void exchange(String path) throws IOException {
    MemoryStorage other = sound.get(random.nextInt(sound.size()));
    List<String> theirs = files(other);
    String ending = path.substring(path.lastIndexOf('/') + 1);
    List<String> alike =
        theirs.stream()
            .filter(f -> f.equals(path) || f.substring(f.lastIndexOf('/') + 1).equals(ending))
            .toList();
    if (!alike.isEmpty()) {
      bytes(path, "taken from another store", other.bytes(alike.get(random.nextInt(alike.size()))));
      forged = true;
    }
  }

  private void directoryFor(String path) throws IOException {
    store.delete(path);
    store.createDirectories(random.nextBoolean() ? path : path + "/inner");
    done.add(path + " replaced by a directory");
  }

  private void json(List<String> files) throws IOException {
    List<String> json = files.stream().filter(f -> f.endsWith(".json")).toList();
    if (json.isEmpty()) {
      return;
    }
    String path = json.get(random.nextInt(json.size()));
    byte[] bytes = store.bytes(path);
    if (bytes.length < 40) {
      return;
    }
    byte[] body = JsonChanges.change(Arrays.copyOf(bytes, bytes.length - 18 - 1), random);
    bytes(path, "changed under a right checksum", sealed(body));
    forged = true;
  }

  /** The body of a JSON file, up to its checksum, with the checksum that it should have. */
  public static byte[] sealed(byte[] body) {
    CRC32 crc = new CRC32();
    crc.update(body);
    byte[] tail =
        Text.of(",\"crc\":\"%08x\"}\n", crc.getValue()).getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(body, body.length + tail.length);
    System.arraycopy(tail, 0, all, body.length, tail.length);
    return all;
  }

  /** Changes bytes of a segment and makes the checksums of its batches match. */
  private void resign(String path) throws IOException {
    if (!path.startsWith("log/") || store.bytes(path).length < 600) {
      return;
    }
    byte[] bytes = flip(store.bytes(path));
    boolean file = path.endsWith(".arrow");
    int previousEnd = 0;
    byte[] seed = null;
    try {
      MemoryStorage scratch = new MemoryStorage();
      scratch.put("a", bytes);
      BatchSearch search = new BatchSearch(scratch.openRead("a"), bytes.length);
      BatchSearch.Found found = search.next(file ? 8 : 0);
      while (found != null && found.metadata().containsKey("aw.crc")) {
        String firstSeq = found.metadata().get("aw.first_seq");
        if (seed == null) {
          seed = firstSeed(store, Long.parseLong(firstSeq));
        }
        int end = (int) found.end();
        int digits = digitsOf(bytes, (int) found.offset(), found.metadata().get("aw.crc"));
        Arrays.fill(bytes, digits, digits + 8, (byte) '0');
        CRC32 crc = new CRC32();
        crc.update(seed);
        crc.update(bytes, previousEnd, end - previousEnd);
        byte[] text = Text.of("%08x", crc.getValue()).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, bytes, digits, 8);
        seed = littleEndian(crc.getValue(), 4);
        previousEnd = end;
        found = search.next(found.end());
      }
    } catch (IOException | RuntimeException e) {
      return; // a change that cannot be signed
    }
    bytes(path, "signed again with other bytes", bytes);
    forged = true;
  }

  private static int digitsOf(byte[] bytes, int from, String digits) {
    byte[] wanted = digits.getBytes(StandardCharsets.US_ASCII);
    int at = from;
    while (!Arrays.equals(bytes, at, at + 8, wanted, 0, 8)) {
      at++;
    }
    return at;
  }

  private static byte[] firstSeed(MemoryStorage store, long firstSeq) throws IOException {
    byte[] id = java.util.HexFormat.of().parseHex(StoreInfo.read(store).id().hex());
    byte[] seed = Arrays.copyOf(id, 24);
    System.arraycopy(littleEndian(firstSeq, 8), 0, seed, 16, 8);
    return seed;
  }

  private static byte[] littleEndian(long value, int bytes) {
    byte[] all = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      all[i] = (byte) (value >>> (8 * i));
    }
    return all;
  }

  /**
   * Something behind the end of a file: zeros, rubbish, a beginning again and again, a half batch.
   */
  private void append(String path) throws IOException {
    byte[] bytes = store.bytes(path);
    int more = 1 + random.nextInt(4000);
    byte[] all = Arrays.copyOf(bytes, bytes.length + more);
    switch (random.nextInt(4)) {
      case 0 -> {}
      case 1 -> {
        for (int i = bytes.length; i < all.length; i++) {
          all[i] = (byte) random.nextInt();
        }
      }
      case 2 -> {
        byte[] pattern = {-1, -1, -1, -1, -8, -1, -1, 0};
        for (int i = bytes.length; i < all.length; i++) {
          all[i] = pattern[(i - bytes.length) % 8];
        }
      }
      default -> {
        int from = bytes.length == 0 ? 0 : random.nextInt(bytes.length) & -8;
        System.arraycopy(bytes, from, all, bytes.length, Math.min(more, bytes.length - from));
      }
    }
    bytes(path, "followed by something", all);
  }

  /**
   * Rows behind the end that the format forbids, in a segment whose checksums and chain are right.
   */
  private void badRows() throws IOException {
    StoreInfo info;
    LogPosition end;
    KeyTable keys;
    try (Timeline timeline = Timeline.open(store)) {
      info = timeline.info();
      end = timeline.end();
      keys = new KeyTable(timeline.log().keys().from(0));
    } catch (IOException | RuntimeException e) {
      return; // damaged already
    }
    boolean twice = random.nextInt(4) == 0;
    LogPosition from =
        twice ? new LogPosition(Math.max(-1, end.tick() - 1), end.seq(), end.chain()) : end;
    MutableCodebook words = new MutableCodebook();
    for (int i = random.nextInt(3); i > 0; i--) {
      words.intern("word " + i);
    }
    LogWriter.Start start =
        new LogWriter.Start(info.id(), info.schema().version(), info.strings(), from);
    try (LogWriter writer =
        LogWriter.open(store, start, keys, words, LogOptions.DEFAULT.withContainers(2, 100))) {
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        writer.beginTick(from.tick() + 1 + i);
        for (int rows = random.nextInt(4); rows > 0; rows--) {
          int code = 1 + random.nextInt(Math.max(1, keys.size() - 1));
          if (code < keys.size() && (words.size() > 0 || !carriesWord(keys, code))) {
            long val =
                carriesWord(keys, code) || random.nextBoolean()
                    ? Double.doubleToRawLongBits(random.nextInt(Math.max(1, words.size())))
                    : random.nextLong();
            writer.append(random.nextInt(8), code, val);
          }
        }
        writer.commit();
      }
      if (random.nextBoolean()) {
        writer.seal();
      }
    } catch (IOException | RuntimeException e) {
      done.add("rows that could not be written: " + e.getMessage());
    }
    done.add(twice ? "a tick committed twice" : "rows that no world logs");
    forged = true;
  }

  private static boolean carriesWord(KeyTable keys, int code) {
    return keys.key(code).encoding() == org.arrowworld.schema.KeyEncoding.CODE;
  }

  private void fence() throws IOException {
    long tick = random.nextInt(20);
    long seq = random.nextInt(400);
    try (Timeline timeline = Timeline.open(store)) {
      if (random.nextInt(3) > 0) {
        tick = timeline.firstTick() + random.nextInt(10);
        seq = timeline.log().positionAt(tick).seq();
        tick = random.nextInt(3) > 0 ? timeline.log().positionAt(tick).tick() : tick;
      }
    } catch (IOException | RuntimeException e) {
      // any numbers, then
    }
    Map<String, Object> json = new HashMap<>();
    json.put("tick", Text.of("%016x", tick));
    json.put("seq", Text.of("%016x", seq));
    json.put("epoch", 1);
    if (!store.exists("fence.json") || isFile("fence.json")) {
      ChecksummedJson.write(store, "fence.json", json);
      done.add(Text.of("a fence at tick %d, seq %d", tick, seq));
      forged = true;
    }
  }

  private void stranger() throws IOException {
    String[] names = {
      "log/notes.txt", "log/live/x", "snapshots/x",
          "snapshots/00000000000000000099.v1/manifest.json",
      "log/live/00000000000000000000.arrow", "log/00000000000000000000.arrows", "other",
          "fields/a/b"
    };
    String name = names[random.nextInt(names.length)];
    put(name, new byte[random.nextInt(30)]);
    done.add(name + " put there");
  }
}
