// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.maintenance;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.given.Given;
import org.arrowworld.internal.memory.DirectMemory;
import org.arrowworld.internal.store.OutsideStores;
import org.arrowworld.log.Log;
import org.arrowworld.log.ScanProgress;
import org.arrowworld.log.StoreId;
import org.arrowworld.published.Addresses;
import org.arrowworld.published.FileList;
import org.arrowworld.published.FolderTarget;
import org.arrowworld.published.PublishTarget;
import org.arrowworld.snapshot.Snapshot;
import org.arrowworld.storage.AbsolutePath;
import org.arrowworld.storage.AtomicFiles;
import org.arrowworld.storage.DiskStorage;
import org.arrowworld.storage.OutputLock;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import org.arrowworld.store.StoreLock;
import org.arrowworld.timeline.Verifier;

/**
 * Publishes a store: a copy that is sealed, compact and never changes, with a list of its files, to
 * be read from anywhere (spec published.md). The store itself is sealed and compacted first; every
 * tick of it stays. May be repeated after a failure at any point, and goes on then.
 */
public final class StorePublication {
  private static final String STORE = "store.json";
  private static final String LOCK = "LOCK";

  /**
   * What was done.
   *
   * @param store id of the store
   * @param lastTick its last tick
   * @param files files of the published store, with their list
   * @param bytes bytes of them
   * @param sentFiles files that were not there yet
   * @param sentBytes bytes of those
   */
  public record Report(
      StoreId store, long lastTick, int files, long bytes, int sentFiles, long sentBytes) {}

  private final Storage source;
  private final PublishTarget target;
  private final ScanProgress progress;
  private int sentFiles;
  private long sentBytes;
  private long done;

  private StorePublication(Storage source, PublishTarget target, ScanProgress progress) {
    this.source = source;
    this.target = target;
    this.progress = progress;
  }

  /** As {@link #run(Storage, Path, ScanProgress, BufferAllocator)}, with memory of its own. */
  public static Report run(Storage source, Path folder, ScanProgress progress) throws IOException {
    try (BufferAllocator memory = DirectMemory.newAllocator()) {
      return run(source, folder, progress, memory);
    }
  }

  /** As {@link #run(Storage, URI, ScanProgress, BufferAllocator)}, with memory of its own. */
  public static Report run(Storage source, URI address, ScanProgress progress) throws IOException {
    try (BufferAllocator memory = DirectMemory.newAllocator()) {
      return run(source, address, progress, memory);
    }
  }

  /** Publishes a store into a folder, which is made if need be. */
  public static Report run(
      Storage source, Path folder, ScanProgress progress, BufferAllocator allocator)
      throws IOException {
    Path absolute = AbsolutePath.of(folder);
    if (absolute.getFileName() == null) {
      throw new InvalidUseException(
          Text.of("Cannot publish to %s: name a folder that does not exist", folder));
    }
    OutsideStores.requireAltogether(folder);
    Files.createDirectories(absolute.getParent());
    try (Storage parent = new DiskStorage(absolute.getParent());
        Storage place = new DiskStorage(absolute)) {
      return OutputLock.holding(
          parent,
          absolute.getFileName().toString(),
          () -> run(source, new FolderTarget(place), progress, allocator));
    }
  }

  /**
   * Publishes a store to an address, {@code file:} or one that a module knows.
   *
   * @throws InvalidUseException if no module publishes to such addresses
   */
  public static Report run(
      Storage source, URI address, ScanProgress progress, BufferAllocator allocator)
      throws IOException {
    Given.required("publish", "address", address);
    if (Addresses.isFolder(address)) {
      return run(source, Addresses.path(address), progress, allocator);
    }
    try (PublishTarget target = Addresses.target(address)) {
      return run(source, target, progress, allocator);
    }
  }

  /**
   * Publishes a store.
   *
   * @param progress is told how many bytes of how many are there
   * @throws InvalidUseException if something else is at the target already; nothing is touched
   *     there
   * @throws DamagedFileException if the store is not sound, or what arrived is not what was sent
   * @throws org.arrowworld.errors.StoreLockedException if a run goes on in the store
   */
  @SuppressWarnings("try") // the lock is only held
  public static Report run(
      Storage source, PublishTarget target, ScanProgress progress, BufferAllocator allocator)
      throws IOException {
    StorePublication publication = new StorePublication(source, target, progress);
    if (FileList.exists(source)) {
      return publication.publish(allocator); // it is published, so nobody changes it
    }
    StoreCompaction.merge(source);
    try (Closeable lock = StoreLock.take(source)) {
      return publication.publish(allocator);
    }
  }

  private Report publish(BufferAllocator allocator) throws IOException {
    Verifier.Report found = Verifier.verify(source, Verifier.Options.STANDARD, allocator);
    if (!found.isSound()) {
      throw new DamagedFileException(
          source.description(),
          -1,
          Text.of(
              "it is not sound, so it is not published: %s; aw recover saves what can be saved",
              found.findings().get(0)));
    }
    FileList list = list();
    byte[] encoded = list.encode();
    CRC32 crc = new CRC32();
    crc.update(encoded);
    FileList.Entry own = new FileList.Entry(FileList.PATH, encoded.length, (int) crc.getValue());
    Set<String> there = new TreeSet<>(target.names());
    checkFree(own, list, there);
    long total = list.bytes() + own.bytes();
    if (!there.contains(FileList.PATH)) {
      put(own, new HeldFile(FileList.PATH, ByteBuffer.wrap(encoded)));
    }
    progress.scanned(done += own.bytes(), total);
    for (FileList.Entry file : inOrder(list)) {
      if (!there.contains(file.name())) {
        try (ReadableFile bytes = source.openRead(file.name())) {
          put(file, bytes);
        }
      }
      compare(file);
      progress.scanned(done += file.bytes(), total);
    }
    return new Report(
        StoreInfo.read(source).id(),
        found.validToTick(),
        list.files().size() + 1,
        total,
        sentFiles,
        sentBytes);
  }

  /** {@code store.json} last: before it there is no store. */
  private static List<FileList.Entry> inOrder(FileList list) {
    List<FileList.Entry> files = new ArrayList<>(list.files());
    files.sort(Comparator.comparing(file -> file.name().equals(STORE)));
    return files;
  }

  private void put(FileList.Entry file, ReadableFile bytes) throws IOException {
    target.put(file, bytes);
    sentFiles++;
    sentBytes += file.bytes();
  }

  private void compare(FileList.Entry file) throws IOException {
    FileList.Entry arrived = target.read(file.name());
    if (!arrived.equals(file)) {
      throw new DamagedFileException(
          file.name(),
          -1,
          Text.of(
              "what arrived of it in %s has %d bytes with CRC-32 %08x, expected %d with %08x; delete it there and publish again",
              target.description(), arrived.bytes(), arrived.crc32(), file.bytes(), file.crc32()));
    }
  }

  /** Refuses a place that holds anything but a part of this very publication (spec P-3). */
  private void checkFree(FileList.Entry own, FileList list, Set<String> there) throws IOException {
    there.removeIf(name -> isUnfinished(name, list, there.contains(FileList.PATH)));
    if (there.isEmpty()) {
      return;
    }
    if (!there.contains(FileList.PATH)) {
      throw taken(there.iterator().next() + " is there already");
    }
    if (!target.read(FileList.PATH).equals(own)) {
      throw taken("another publication, with another " + FileList.PATH + ", is there already");
    }
    for (String name : there) {
      boolean part = list.find(name).isPresent() || list.hasFolder(name);
      if (!name.equals(FileList.PATH) && !part) {
        throw taken(name + " is there, which is not part of it");
      }
    }
  }

  /** What a killed publication left of a file of this list; the list itself comes first. */
  private static boolean isUnfinished(String name, FileList list, boolean listed) {
    if (!name.endsWith(AtomicFiles.UNFINISHED)) {
      return false;
    }
    String file = name.substring(0, name.length() - AtomicFiles.UNFINISHED.length());
    return file.equals(FileList.PATH) || (listed && list.find(file).isPresent());
  }

  private InvalidUseException taken(String finding) {
    return new InvalidUseException(
        Text.of(
            "Cannot publish %s to %s: %s; a published store is never written over, name an empty place",
            source.description(), target.description(), finding));
  }

  /** The files that the store consists of. */
  private FileList list() throws IOException {
    List<String> names = new ArrayList<>(List.of(STORE));
    StoreInfo info = StoreInfo.read(source);
    try (Log log = info.openLog(source)) {
      names.addAll(log.segments());
    }
    for (Snapshot.Location location : Snapshot.list(source)) {
      collect(location.directory(), names);
    }
    collect("fields", names);
    collect("unmapped", names);
    names.sort(FileList.ORDER);
    List<FileList.Entry> files = new ArrayList<>();
    for (String name : names) {
      if (!FileList.isPath(name)) {
        throw new InvalidUseException(
            Text.of(
                "Cannot publish %s: a list of files cannot have the name %s; rename it",
                source.description(), name));
      }
      files.add(FileList.Entry.of(source, name));
    }
    return new FileList(info.id().hex(), files);
  }

  /** Files of a folder and those in it, without locks and what is not finished. */
  private void collect(String folder, List<String> names) throws IOException {
    for (String name : source.list(folder)) {
      String path = folder + "/" + name;
      if (source.isDirectory(path)) {
        if (!name.endsWith(AtomicFiles.UNFINISHED)) {
          collect(path, names);
        }
      } else if (!OutputLock.isUnfinished(name) && !name.equals(LOCK)) {
        names.add(path);
      }
    }
  }

  /** Bytes as a file. */
  private record HeldFile(String path, ByteBuffer bytes) implements ReadableFile {
    @Override
    public long size() {
      return bytes.limit();
    }

    @Override
    public int read(ByteBuffer to, long position) {
      int count = (int) Math.min(to.remaining(), bytes.limit() - position);
      to.put(bytes.slice((int) position, count));
      return count;
    }

    @Override
    public ByteBuffer map(long position, int length) {
      return bytes.slice((int) position, length).asReadOnlyBuffer();
    }

    @Override
    public void close() {}
  }
}
