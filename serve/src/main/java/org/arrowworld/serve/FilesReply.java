// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.Storage;

/**
 * The files of a store as they are, whole or a range of bytes. Only what a listing of the store's
 * own folders names is served, so that no spelling of a path leads out of it.
 */
final class FilesReply {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
  private static final int DEPTH = 4;
  private static final int PIECE_BYTES = 1 << 16;

  private FilesReply() {}

  /** Every file and its length. */
  static void list(ServedRun run, Reply reply) throws IOException {
    List<Object> files = new ArrayList<>();
    for (String path : paths(run.storage(), "", DEPTH)) {
      entry(run, path).ifPresent(files::add);
    }
    reply.json(Map.of("files", files));
  }

  /** A file as it is listed; nothing if it was renamed meanwhile, as a segment that is sealed. */
  private static Optional<Map<String, Object>> entry(ServedRun run, String path)
      throws IOException {
    try {
      OptionalLong bytes = bytes(run.storage(), path);
      if (bytes.isEmpty()) {
        return Optional.empty();
      }
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("path", path);
      entry.put("bytes", bytes.getAsLong());
      entry.put("version", FileVersion.of(run.path(), path));
      return Optional.of(entry);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** A file's length; a link or a pipe is no file of a store. */
  private static OptionalLong bytes(Storage storage, String path) throws IOException {
    try (ReadableFile file = storage.openRead(path)) {
      return OptionalLong.of(file.size());
    } catch (DamagedFileException e) {
      return OptionalLong.empty();
    }
  }

  private static List<String> paths(Storage storage, String folder, int depth) throws IOException {
    List<String> paths = new ArrayList<>();
    for (String name : storage.list(folder)) {
      String path = folder.isEmpty() ? name : folder + "/" + name;
      List<String> below =
          depth > 1 && !storage.isLink(path) ? paths(storage, path, depth - 1) : List.of();
      if (below.isEmpty()) {
        paths.add(path);
      } else {
        paths.addAll(below);
      }
    }
    return paths;
  }

  /**
   * One file.
   *
   * @param version the entity tag that it must have, if the client has read of it before
   */
  static void send(
      ServedRun run, String path, Optional<String> range, Optional<String> version, Reply reply)
      throws IOException {
    if (!paths(run.storage(), "", DEPTH).contains(path)) {
      throw Problem.notFound(Text.of("The store has no file '%s'", path));
    }
    String found = FileVersion.of(run.path(), path);
    try (ReadableFile file = run.storage().openRead(path)) {
      long size = file.size();
      if (!FileVersion.of(run.path(), path).equals(found)) {
        throw Problem.busy(Text.of("Cannot send '%s': it is just being replaced; try again", path));
      }
      String tag = '"' + found + '"';
      if (version.isPresent() && !version.get().equals(tag)) {
        throw new Problem(
            412, "another_file", Text.of("The file '%s' was replaced by another one", path));
      }
      reply.header("ETag", tag);
      long[] span = range.map(r -> span(r, size, reply)).orElse(new long[] {0, size});
      reply.header("Accept-Ranges", "bytes");
      if (range.isPresent()) {
        reply.header("Content-Range", Text.of("bytes %d-%d/%d", span[0], span[1] - 1, size));
      }
      int status = range.isPresent() ? 206 : 200;
      copy(file, span, reply.begin(status, "application/octet-stream", span[1] - span[0]));
    }
  }

  private static void copy(ReadableFile file, long[] span, OutputStream out) throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    for (long at = span[0]; at < span[1]; ) {
      ByteBuffer target = ByteBuffer.wrap(piece, 0, (int) Math.min(piece.length, span[1] - at));
      file.readFully(target, at);
      out.write(piece, 0, target.position());
      at += target.position();
    }
  }

  /** The bytes {@code [from, to)} of a range of one part. */
  private static long[] span(String range, long size, Reply reply) {
    Matcher matcher = RANGE.matcher(range.trim());
    if (matcher.matches() && !(matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
      boolean tail = matcher.group(1).isEmpty();
      long from =
          tail
              ? Math.max(0, size - Long.parseLong(matcher.group(2)))
              : Long.parseLong(matcher.group(1));
      long to =
          tail || matcher.group(2).isEmpty()
              ? size
              : Math.min(size, Long.parseLong(matcher.group(2)) + 1);
      if (from < to) {
        return new long[] {from, to};
      }
    }
    reply.header("Content-Range", "bytes */" + size);
    throw new Problem(
        416,
        "range_not_satisfiable",
        Text.of("Cannot send the range '%s' of a file of %d bytes", range, size));
  }
}
