// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/**
 * Printed data. As of any {@link PrintStream} its methods do not throw, but the first failure is
 * kept, and nothing is written after it: what was printed ends where it failed.
 */
final class Output extends PrintStream {
  Output(OutputStream stream) {
    super(new Target(stream), false, StandardCharsets.UTF_8);
  }

  /**
   * Why something printed before the last flush was not written; empty if all was, or if whoever
   * read it through a pipe went away, as {@code head} does.
   */
  Optional<IOException> failure() {
    return Optional.ofNullable(((Target) out).failure)
        .filter(e -> !Objects.equals(e.getMessage(), brokenPipe()));
  }

  /** What the system calls it, in whatever language, if the reader of a pipe went away. */
  private static String brokenPipe() {
    try {
      Pipe pipe = Pipe.open();
      try (Pipe.SinkChannel sink = pipe.sink()) {
        pipe.source().close();
        sink.write(ByteBuffer.allocate(1));
      }
      return null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static final class Target extends OutputStream {
    private final OutputStream stream;
    private IOException failure;

    Target(OutputStream stream) {
      this.stream = stream;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      attempt(() -> stream.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
      attempt(stream::flush);
    }

    private void attempt(Action action) throws IOException {
      if (failure != null) {
        return;
      }
      try {
        action.run();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    private interface Action {
      void run() throws IOException;
    }
  }
}
