// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.runs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.arrowworld.LiveWorld;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.internal.Text;
import org.arrowworld.live.WorldOptions;
import org.arrowworld.schema.WorldSchema;

/** A run to be made, for the function that makes it. One thread. */
public final class SweepRun {
  private final String name;
  private final Path directory;
  private final Parameters parameters;
  private final BufferAllocator memory;
  private final BooleanSupplier stopping;
  private boolean told;

  SweepRun(
      String name,
      Path directory,
      Parameters parameters,
      BufferAllocator memory,
      BooleanSupplier stopping) {
    this.name = name;
    this.directory = directory;
    this.parameters = parameters;
    this.memory = memory;
    this.stopping = stopping;
  }

  /** Its name in the folder. */
  public String name() {
    return name;
  }

  /** Where its store is, or is to be made. */
  public Path directory() {
    return directory;
  }

  /** Its parameters. */
  public Parameters parameters() {
    return parameters;
  }

  /** Memory within the job's bound. The run's, all of it given back when the function returns. */
  public BufferAllocator memory() {
    return memory;
  }

  /** Begins its store, or goes on with it; see {@link #open(WorldSchema, WorldOptions)}. */
  public LiveWorld open(WorldSchema schema) throws IOException {
    return open(schema, WorldOptions.DEFAULT);
  }

  /**
   * Begins its store, with the parameters among its properties, or goes on with it after its last
   * committed tick; in memory within the job's bound. The caller closes it.
   */
  public LiveWorld open(WorldSchema schema, WorldOptions options) throws IOException {
    Map<String, String> properties = new LinkedHashMap<>(parameters.texts());
    options
        .properties()
        .forEach(
            (key, value) -> {
              String planned = properties.put(key, value);
              if (planned != null && !planned.equals(value)) {
                throw new InvalidUseException(
                    Text.of(
                        "Cannot open the run %s with %s '%s': the plan says '%s'",
                        name, key, value, planned));
              }
            });
    return LiveWorld.open(
        directory, schema, options.withProperties(properties).withAllocator(memory));
  }

  /**
   * Whether the sweep is to stop. A function that runs long asks between ticks and returns early;
   * the run then goes on when the sweep is started again.
   */
  public boolean stopRequested() {
    told |= stopping.getAsBoolean();
    return told;
  }

  /** Whether the function was told to stop, and so may have returned early. */
  boolean wasTold() {
    return told;
  }
}
