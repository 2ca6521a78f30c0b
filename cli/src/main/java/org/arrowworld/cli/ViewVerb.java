// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import org.arrowworld.internal.Text;
import org.arrowworld.serve.Browser;
import org.arrowworld.serve.ViewServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code aw view}. */
@Command(
    name = "view",
    description = {
      "Show runs in the browser: any tick, moving, with the whole life of whatever is clicked.",
      "It serves them to this machine alone until it is interrupted; aw serve serves them to",
      "others. If there is no browser, it prints the address, whose token gives access."
    })
final class ViewVerb extends ServingVerb {
  @Option(names = "--no-browser", description = "Print the address, open nothing.")
  private boolean noBrowser;

  @Override
  String purpose() {
    return "show the runs";
  }

  @Override
  int execute() throws IOException {
    return serve(options(), this::show);
  }

  private void show(ViewServer server) throws IOException {
    boolean opened = !noBrowser && Browser.open(server.openAddress());
    if (opened) {
      console().note(Text.of("showing %s in the browser; Ctrl-C ends it", server.address()));
    } else {
      console().out().print(server.openAddress() + "\n");
      console().note("open this address in a browser; Ctrl-C ends the serving");
    }
  }
}
