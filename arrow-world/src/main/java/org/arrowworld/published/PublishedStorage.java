// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.published;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.StorageLock;
import org.arrowworld.storage.WritableFile;

/**
 * A published store at an address, read by GET with Range alone. What files there are, and how
 * long, its {@code files.json} says, which is read once; of each file the first reply's version is
 * kept, so that one that is replaced meanwhile is an error (spec P-5). What fails is asked for
 * again (P-6). Small reads go through blocks that are kept, up to some MiB in all. Writing is
 * refused. Safe for threads.
 */
public final class PublishedStorage implements Storage {
  /** What a small read asks for; small files come whole. */
  static final int BLOCK_BYTES = 64 << 10;

  /** A file up to this length comes whole, and is compared with its checksum. */
  static final int WHOLE_BYTES = 256 << 10;

  private static final long KEPT_BYTES = 16 << 20;

  private final PatientSource source;
  private final FileList list;
  private final Map<String, String> versions = new ConcurrentHashMap<>();

  /** By file and first byte, those not used for longest first; its monitor guards it. */
  private final LinkedHashMap<String, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);

  private long keptBytes;

  private PublishedStorage(ObjectSource source, Patience patience) throws IOException {
    this.source = new PatientSource(source, patience);
    this.list = readList();
  }

  /**
   * Opens a store; the source is closed with it.
   *
   * @throws StoreNotFoundException if no published store is there
   */
  public static PublishedStorage open(ObjectSource source, Patience patience) throws IOException {
    try {
      return new PublishedStorage(source, patience);
    } catch (IOException | RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  private FileList readList() throws IOException {
    try {
      return FileList.decode(source.whole(FileList.PATH));
    } catch (NoSuchFileException e) {
      throw StoreNotFoundException.published(description(), FileList.PATH);
    }
  }

  /** What the store consists of. */
  public FileList files() {
    return list;
  }

  /**
   * A part of a file, compared with what is known of it.
   *
   * @throws DamagedFileException if the file is not the one that was published
   */
  byte[] part(FileList.Entry file, long from, int length) throws IOException {
    ObjectSource.Reply reply;
    try {
      reply = source.get(file.name(), from, length, versions.getOrDefault(file.name(), ""));
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new DamagedFileException(
          file.name(), -1, Text.of("%s does not have it any more", description()), e);
    } catch (ObjectSource.ReplacedException e) {
      throw replaced(file, e.getMessage(), e);
    }
    if (reply.totalBytes() != file.bytes()) {
      throw replaced(
          file, Text.of("it has %d bytes, expected %d", reply.totalBytes(), file.bytes()), null);
    }
    String first = versions.putIfAbsent(file.name(), reply.version());
    if (first != null && !first.equals(reply.version())) {
      throw replaced(file, Text.of("its version is %s, and was %s", reply.version(), first), null);
    }
    if (from == 0 && length == file.bytes()) {
      CRC32 crc = new CRC32();
      crc.update(reply.bytes());
      if ((int) crc.getValue() != file.crc32()) {
        FileList.Entry found = new FileList.Entry("", length, (int) crc.getValue());
        throw replaced(
            file,
            Text.of("it has %s, expected %s", FileList.text(found), FileList.text(file)),
            null);
      }
    }
    return reply.bytes();
  }

  /** A block of a file, which is kept. */
  byte[] block(FileList.Entry file, long from, int length) throws IOException {
    String key = file.name() + " " + from;
    synchronized (kept) {
      byte[] known = kept.get(key);
      if (known != null) {
        return known;
      }
    }
    byte[] block = part(file, from, length);
    synchronized (kept) {
      if (kept.putIfAbsent(key, block) == null) {
        keptBytes += block.length;
      }
      while (keptBytes > KEPT_BYTES) {
        keptBytes -= kept.remove(kept.keySet().iterator().next()).length;
      }
    }
    return block;
  }

  private DamagedFileException replaced(
      FileList.Entry file, String finding, ObjectSource.ReplacedException cause) {
    return new DamagedFileException(
        file.name(),
        -1,
        Text.of(
            "%s, as %s of %s has it: it was replaced; a published store never changes, open it again",
            finding, FileList.PATH, description()),
        cause);
  }

  @Override
  public List<String> list(String directory) {
    String folder = directory.isEmpty() ? "" : directory + "/";
    TreeSet<String> names = new TreeSet<>();
    for (FileList.Entry file : list.files()) {
      if (file.name().startsWith(folder)) {
        names.add(file.name().substring(folder.length()).split("/", 2)[0]);
      }
    }
    if (folder.isEmpty()) {
      names.add(FileList.PATH);
    }
    return List.copyOf(names);
  }

  @Override
  public boolean exists(String path) {
    return path.equals(FileList.PATH) || list.find(path).isPresent() || list.hasFolder(path);
  }

  @Override
  public boolean isDirectory(String path) {
    return path.isEmpty() || list.hasFolder(path);
  }

  @Override
  public boolean isLink(String path) {
    return false;
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    if (path.equals(FileList.PATH)) {
      return new PublishedFile(this, entryOfList());
    }
    return new PublishedFile(
        this, list.find(path).orElseThrow(() -> new NoSuchFileException(path)));
  }

  private FileList.Entry entryOfList() {
    byte[] bytes = list.encode();
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return new FileList.Entry(FileList.PATH, bytes.length, (int) crc.getValue());
  }

  @Override
  public WritableFile create(String path) {
    throw refused("create", path);
  }

  @Override
  public WritableFile openWrite(String path) {
    throw refused("write", path);
  }

  @Override
  public void createDirectories(String directory) {
    throw refused("create", directory);
  }

  @Override
  public void forceDirectory(String directory) {
    throw refused("force", directory);
  }

  @Override
  public void rename(String from, String to) {
    throw refused("rename", from);
  }

  @Override
  public void delete(String path) {
    throw refused("delete", path);
  }

  @Override
  public StorageLock lock(String path, String holder) {
    throw refused("lock", path);
  }

  private InvalidUseException refused(String what, String path) {
    return new InvalidUseException(
        Text.of(
            "Cannot %s %s in %s: a published store is only read; fork it to go on with it",
            what, path, description()));
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
