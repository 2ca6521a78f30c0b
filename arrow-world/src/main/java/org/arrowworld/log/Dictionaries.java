// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.internal.Text;
import org.arrowworld.internal.ipc.BodyReader;
import org.arrowworld.internal.ipc.IpcMessage;
import org.arrowworld.internal.ipc.RegionFile;
import org.arrowworld.internal.ipc.Scratch;
import org.arrowworld.internal.ipc.Words;
import org.arrowworld.schema.KeyTable;
import org.arrowworld.storage.ReadableFile;

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
        } else if (message.dictionaryId() == SegmentFormat.TEXT_DICTIONARY) {
          words = message.words(body, reader);
        } else {
          throw message.damaged(Text.of("dictionary id %d is unknown", message.dictionaryId()));
        }
      }
    }
    return words;
  }

  /** Where the header of a live segment ends: its schema, then a dictionary per coded column. */
  long headerEnd(ReadableFile file, boolean strings, Scratch scratch) throws IOException {
    IpcMessage message = IpcMessage.read(file, 0, file.size());
    message.customMetadata(); // must be whole as well, though it says nothing
    for (long id = SegmentFormat.KEY_DICTIONARY; id <= (strings ? 1 : 0); id++) {
      message = IpcMessage.read(file, message.end(), file.size());
      if (message == null
          || message.kind() != IpcMessage.Kind.DICTIONARY
          || message.dictionaryId() != id) {
        throw new DamagedFileException(
            file.path(), 0, "its header lacks a dictionary, and a header is published whole");
      }
      message.customMetadata();
      RegionFile region = RegionFile.read(file, message.bodyOffset(), message.end(), scratch);
      Words words = message.words(region.slice(message.bodyOffset(), message.bodyBytes()), reader);
      if (id == SegmentFormat.KEY_DICTIONARY) {
        checkKeys(message, words);
        if (words.count() < keys.size()) {
          throw message.damaged(
              Text.of(
                  "the key dictionary has %d words, aw.keys %d keys", words.count(), keys.size()));
        }
      }
    }
    return message.end();
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
