// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.arrowworld.serve.ServeOptions;
import org.arrowworld.serve.ViewServer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that serves runs until it is interrupted. */
abstract class ServingVerb extends Verb {
  @Parameters(
      arity = "1..*",
      paramLabel = "STORE|RUNS",
      description = "Stores, or directories with stores in them.")
  private List<Path> roots;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The port; 0 for any free one. Default 8421, or any free one if that is taken.")
  private Integer port;

  final ServeOptions options() {
    if (port != null && (port < 0 || port > 65_535)) {
      throw new UsageException("expected a --port from 0 to 65535, found " + port);
    }
    ServeOptions options = ServeOptions.of(roots.toArray(Path[]::new));
    return port == null ? options : options.withPort(port);
  }

  /** Told once the server answers. */
  interface Ready {
    void with(ViewServer server) throws IOException;
  }

  final int serve(ServeOptions options, Ready ready) throws IOException {
    AtomicBoolean stopped = new AtomicBoolean();
    try (ViewServer server = ViewServer.start(options)) {
      Interruption.install(() -> stopped.set(true));
      ready.with(server);
      console().out().flush();
      while (!stopped.get() && console().pause().goOn()) {
        // the server's own threads answer
      }
    }
    return Exit.OK;
  }
}
