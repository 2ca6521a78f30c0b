// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that are opened again: another one that has the name by then is not read for it. */
class FewFilesTest {
  private final MemoryStorage memory = new MemoryStorage();

  private List<ReadableFile> opened(String first) throws IOException {
    FewFiles few = new FewFiles(memory);
    List<ReadableFile> files = new ArrayList<>();
    for (int i = 0; i < 20; i++) { // more than stay open
      String name = i == 0 ? first : "log/" + i + ".arrow";
      memory.put(name, new byte[] {(byte) i, 1});
      files.add(few.openRead(name));
    }
    return files;
  }

  private static byte first(ReadableFile file) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    file.readFully(one, 0);
    return one.get(0);
  }

  @Test
  void a_sealed_file_of_another_length_was_merged() throws IOException {
    List<ReadableFile> files = opened("log/0.arrow");
    for (byte[] other : new byte[][] {{7, 7, 7}, {7}}) {
      memory.put("log/0.arrow", other);
      assertThatThrownBy(() -> first(files.get(0)))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("it has " + other.length + " bytes, and had 2 bytes")
          .hasMessageContaining("open the store again");
    }
    assertThat(first(files.get(1))).isEqualTo((byte) 1);
    for (ReadableFile file : files) {
      file.close();
    }
  }

  @Test
  void a_live_file_may_grow() throws IOException {
    List<ReadableFile> files = opened("log/live/0.arrows");
    memory.put("log/live/0.arrows", new byte[] {9, 1, 2});
    assertThat(first(files.get(0))).isEqualTo((byte) 9);
    for (ReadableFile file : files) {
      file.close();
    }
  }
}
