// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;
import org.arrowworld.storage.StorageLock;
import org.arrowworld.storage.WritableFile;

/** Files of any size whose large writes are taken for zeros and not kept. */
final class SparseStorage implements Storage {
  private static final int KEPT_BYTES = 1 << 20;

  private final Map<String, SparseFile> files = new HashMap<>();

  private static final class SparseFile implements ReadableFile, WritableFile {
    private final String path;
    private final TreeMap<Long, byte[]> writes = new TreeMap<>();
    private long size;

    SparseFile(String path) {
      this.path = path;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void write(ByteBuffer source, long position) {
      size = Math.max(size, position + source.remaining());
      if (source.remaining() < KEPT_BYTES) {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        writes.put(position, bytes);
      } else {
        source.position(source.limit());
      }
    }

    @Override
    public void truncate(long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer target, long position) {
      int count = (int) Math.min(target.remaining(), size - position);
      if (count <= 0) {
        return -1;
      }
      byte[] bytes = new byte[count];
      for (Map.Entry<Long, byte[]> write : writes.headMap(position + count).entrySet()) {
        byte[] kept = write.getValue();
        long from = Math.max(position, write.getKey());
        long to = Math.min(position + count, write.getKey() + kept.length);
        if (from < to) {
          System.arraycopy(
              kept,
              (int) (from - write.getKey()),
              bytes,
              (int) (from - position),
              (int) (to - from));
        }
      }
      target.put(bytes);
      return count;
    }

    @Override
    public ByteBuffer map(long position, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void force() {}

    @Override
    public void close() {}
  }

  @Override
  public List<String> list(String directory) {
    return List.of();
  }

  @Override
  public boolean exists(String path) {
    return files.containsKey(path);
  }

  @Override
  public boolean isDirectory(String path) {
    return files.keySet().stream().anyMatch(name -> name.startsWith(path + "/"));
  }

  @Override
  public boolean isLink(String path) {
    return false;
  }

  @Override
  public ReadableFile openRead(String path) throws IOException {
    return files.get(path);
  }

  @Override
  public WritableFile create(String path) {
    return files.computeIfAbsent(path, SparseFile::new);
  }

  @Override
  public WritableFile openWrite(String path) {
    return files.get(path);
  }

  @Override
  public void createDirectories(String directory) {}

  @Override
  public void forceDirectory(String directory) {}

  @Override
  public void rename(String from, String to) {
    files.put(to, files.remove(from));
  }

  @Override
  public void delete(String path) {
    files.remove(path);
  }

  @Override
  public StorageLock lock(String path, String holder) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String description() {
    return "sparse memory";
  }
}
