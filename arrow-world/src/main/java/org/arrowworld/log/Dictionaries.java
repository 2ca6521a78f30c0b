// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BodyReader;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.RegionFile;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.schema.KeyTable;

/** Reads the dictionary messages of a segment: its words, and the names of its keys. */
final class Dictionaries {
  private final KeyTable keys;
  private final BodyReader reader;

  /**
   * @param keys those that are declared, which a dictionary of keys must name
   */
  Dictionaries(KeyTable keys, BodyReader reader) {
    this.keys = keys;
    this.reader = reader;
  }

  /**
   * The words of the last dictionary for {@code text} among verified bytes {@code [at, end)}, else
   * those before. Valid until the next one is read.
   */
  Words read(RegionFile region, long at, long end, Words before) throws IOException {
    Words words = before;
    for (IpcMessage message = IpcMessage.read(region, at, end);
        message != null;
        message = IpcMessage.read(region, message.end(), end)) {
      if (message.kind() == IpcMessage.Kind.DICTIONARY) {
        ByteBuffer body = region.slice(message.bodyOffset(), message.bodyBytes());
        if (message.dictionaryId() == SegmentFormat.KEY_DICTIONARY) {
          checkKeys(message, message.words(body, reader));
        } else {
          words = message.words(body, reader);
        }
      }
    }
    return words;
  }

  private void checkKeys(IpcMessage message, Words names) throws DamagedFileException {
    for (int code = 0; code < names.count(); code++) {
      if (code >= keys.size() || !keys.key(code).name().equals(names.word(code))) {
        throw message.damaged(
            Text.of(
                "the key dictionary names code %d '%s', which aw.keys does not",
                code, names.word(code)));
      }
    }
  }
}
