// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.internal.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.ReadableFile;
import org.arrowworld.storage.WritableFile;
import org.junit.jupiter.api.Test;

/** No metadata is written that its reader would refuse (spec B-4). */
class MetadataBoundTest {
  private static final List<IpcField> FIELDS = List.of(IpcField.plain("x", IpcType.F64));

  private final MemoryStorage storage = new MemoryStorage();

  private static Map<String, String> pair(int bytes) {
    return Map.of("long", "x".repeat(bytes));
  }

  @Test
  void a_message_that_no_reader_takes_is_not_written() throws IOException {
    WritableFile file = storage.create("a");
    assertThatThrownBy(() -> new IpcFileWriter(file, FIELDS, pair(16 << 20)))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageMatching(
            "Cannot write a message of 16777[0-9]{3} metadata bytes: at most 16777216 are read;"
                + " use fewer or shorter names");
  }

  @Test
  void a_footer_that_no_reader_takes_is_not_written() throws IOException {
    IpcFileWriter out = new IpcFileWriter(storage.create("a"), FIELDS, pair(8 << 20));
    assertThatThrownBy(() -> out.finish(pair(8 << 20)))
        .isInstanceOf(InvalidUseException.class)
        .hasMessageMatching(
            "Cannot write a footer of 16777[0-9]{3} metadata bytes: at most 16777216 are read;"
                + " use fewer or shorter names");
    out.finish(pair((8 << 20) - 1000));
    try (ReadableFile file = storage.openRead("a")) {
      assertThat(IpcFooter.read(file).metadata().get("long")).hasSize((8 << 20) - 1000);
    }
  }
}
