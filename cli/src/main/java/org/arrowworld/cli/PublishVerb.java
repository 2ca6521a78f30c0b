// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.arrowworld.internal.Text;
import org.arrowworld.maintenance.StorePublication;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code aw publish}. */
@Command(
    name = "publish",
    description = {
      "Copy a store into a folder that a web server serves, where it never changes. The store",
      "is sealed, compacted and proven first; every tick of it stays. If it is killed, the same",
      "command goes on; it writes over nothing. In Python open_store(url) reads it there, in",
      "Java Store.open."
    })
final class PublishVerb extends ReadingVerb {
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");

  @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory.")
  private Path store;

  @Parameters(
      index = "1",
      paramLabel = "DEST",
      description =
          "A folder that does not exist or is empty; or an address, if a module on the class path knows its kind.")
  private String destination;

  @Override
  String purpose() {
    return "publish " + store;
  }

  @Override
  int execute() throws IOException {
    StorePublication.Report done;
    try (Storage source = store(store);
        ScanBar bar = new ScanBar(console(), "publish")) {
      StoreInfo.read(source);
      done =
          ADDRESS.matcher(destination).matches()
              ? StorePublication.run(source, address(), bar)
              : StorePublication.run(source, Path.of(destination), bar);
    }
    new Report()
        .add("destination", destination)
        .add("store", done.store().hex())
        .add("last_tick", done.lastTick())
        .add("files", done.files())
        .add("bytes", done.bytes())
        .add("sent_files", done.sentFiles())
        .add("sent_bytes", done.sentBytes())
        .print(console(), format());
    return Exit.OK;
  }

  private URI address() {
    try {
      return new URI(destination);
    } catch (URISyntaxException e) {
      throw new UsageException(
          Text.of("Cannot publish to '%s': it is not an address: %s", destination, e.getMessage()));
    }
  }
}
