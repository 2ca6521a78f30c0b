// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.maintenance.StorePublication;
import org.arrowworld.published.Location;
import org.arrowworld.runs.Runs;
import org.arrowworld.runs.RunsPublication;
import org.arrowworld.storage.Storage;
import org.arrowworld.store.StoreInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code aw publish}. */
@Command(
    name = "publish",
    description = {
      "Copy a store, or a folder of runs, to where it never changes: a folder that a web server",
      "serves, or s3://bucket/prefix, with endpoint and credentials as every tool of AWS has",
      "them. Each store is sealed, compacted and proven first; every tick of it stays. If it is",
      "killed, the same command goes on; it writes over nothing. Verbs that read take the",
      "address; so do Store.open and Runs.open in Java, open_store(url) and Runs.open(url) in",
      "Python."
    })
final class PublishVerb extends ReadingVerb {
  @Parameters(
      index = "0",
      paramLabel = "STORE",
      description = "The store's directory, or a folder of runs.")
  private Path store;

  @Parameters(
      index = "1",
      paramLabel = "DEST",
      converter = LocationConverter.class,
      description =
          "A folder that does not exist or is empty, or an address at which there is nothing.")
  private Location destination;

  @Override
  String purpose() {
    return "publish " + store;
  }

  @Override
  int execute() throws IOException {
    if (destination.isAddress()) {
      address();
    }
    try (Storage source = store(store)) {
      if (StoreInfo.exists(source)) {
        publish(source);
        return Exit.OK;
      }
      Runs runs = Runs.open(store);
      if (runs.list().isEmpty()) {
        StoreInfo.read(source); // says that there is none
      }
      publish(runs);
    }
    return Exit.OK;
  }

  private void publish(Storage source) throws IOException {
    StorePublication.Report done;
    try (ScanBar bar = new ScanBar(console(), "publish")) {
      done =
          destination.isAddress()
              ? StorePublication.run(source, address(), bar)
              : StorePublication.run(source, destination.path(), bar);
    }
    new Report()
        .add("destination", destination.toString())
        .add("store", done.store().hex())
        .add("last_tick", done.lastTick())
        .add("files", done.files())
        .add("bytes", done.bytes())
        .add("sent_files", done.sentFiles())
        .add("sent_bytes", done.sentBytes())
        .print(console(), format());
  }

  private void publish(Runs runs) throws IOException {
    RunsPublication.Report done =
        destination.isAddress() ? runs.publish(address()) : runs.publish(destination.path());
    new Report()
        .add("destination", destination.toString())
        .add("runs", done.runs())
        .add("stores", done.stores())
        .add("files", done.files())
        .add("bytes", done.bytes())
        .add("sent_files", done.sentFiles())
        .add("sent_bytes", done.sentBytes())
        .print(console(), format());
  }

  private URI address() {
    try {
      return destination.address();
    } catch (InvalidUseException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
