// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.arrowworld.internal.Text;

/**
 * Tells a file of a store from another one that took its name, in 16 digits. A live segment stays
 * the same while it grows; of every other file the length and time of change count too.
 */
final class FileVersion {
  private static final String LIVE = "log/live/";

  private FileVersion() {}

  /** The version of a file there is. */
  static String of(Path store, String path) throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(
            store.resolve(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Object key = found.fileKey() == null ? found.creationTime() : found.fileKey();
    String content =
        path.startsWith(LIVE) ? "" : found.size() + " " + found.lastModifiedTime().toString();
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((path + " " + key + " " + content).getBytes(StandardCharsets.UTF_8));
      return Text.of("%016x", ByteBuffer.wrap(digest).getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
