// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.storage.MemoryStorage;
import org.arrowworld.storage.StorageLock;
import org.arrowworld.storage.WritableFile;
import org.junit.jupiter.api.Test;

/**
 * RELIABILITY contract 5 at the storage's edge: whichever operation of a verb fails, be it only to
 * tell whether a file exists, what comes out is an IOException or one of the project's own errors,
 * with text, and no memory is leaked.
 */
class FailingStorageTest {
  private static final int TICKS = 6;

  /** How an operation fails. */
  private enum Failure {
    BROKEN_DISK {
      @Override
      IOException of(String path) {
        return new IOException("Input/output error");
      }
    },
    NO_PERMISSION {
      @Override
      IOException of(String path) {
        return new AccessDeniedException("/store/" + path);
      }
    };

    abstract IOException of(String path);
  }

  /** Lets writing operations fail too. */
  private static final class Failing extends FaultyReads {
    Failing(MemoryStorage storage, long at, Failure failure) {
      super(storage, at, failure::of);
    }

    @Override
    public WritableFile create(String path) throws IOException {
      step(path);
      return super.create(path);
    }

    @Override
    public WritableFile openWrite(String path) throws IOException {
      step(path);
      return super.openWrite(path);
    }

    @Override
    public void createDirectories(String directory) throws IOException {
      step(directory);
      super.createDirectories(directory);
    }

    @Override
    public void forceDirectory(String directory) throws IOException {
      step(directory);
      super.forceDirectory(directory);
    }

    @Override
    public void rename(String from, String to) throws IOException {
      step(from);
      super.rename(from, to);
    }

    @Override
    public void delete(String path) throws IOException {
      step(path);
      super.delete(path);
    }

    @Override
    public StorageLock lock(String path, String holder) throws IOException {
      step(path);
      return super.lock(path, holder);
    }
  }

  @Test
  void whichever_operation_fails_the_error_is_typed_and_says_something() throws IOException {
    Map<String, Verbs.Verb> verbs = new LinkedHashMap<>(Verbs.reading());
    verbs.putAll(Verbs.upkeep());
    MemoryStorage original = new MemoryStorage();
    try (BufferAllocator memory = new RootAllocator()) {
      Verbs.create(original, TICKS, memory);
    }
    List<String> findings = new ArrayList<>();
    long points = 0;
    for (Map.Entry<String, Verbs.Verb> verb : verbs.entrySet()) {
      for (Failure failure : Failure.values()) {
        boolean reached = true;
        for (long at = 0; reached; at++) {
          Failing storage =
              new Failing(original.afterCrash(MemoryStorage.CrashKind.PROCESS), at, failure);
          String finding = finding(verb.getValue(), storage);
          reached = storage.failed();
          points += reached ? 1 : 0;
          if (finding != null) {
            findings.add(verb.getKey() + ", " + failure + " at operation " + at + ": " + finding);
          }
        }
      }
    }
    System.out.printf(Locale.ROOT, "FailingStorageTest: %d failing operations\n", points);
    assertThat(points).isGreaterThan(500);
    assertThat(findings).isEmpty();
  }

  /** What is wrong about how a verb fails; null if nothing is. */
  private static String finding(Verbs.Verb verb, Failing storage) {
    String finding = null;
    BufferAllocator memory = new RootAllocator();
    try {
      verb.run(storage, memory);
    } catch (IOException | InvalidUseException e) {
      finding = e.getMessage() == null || e.getMessage().isBlank() ? "without text: " + e : null;
    } catch (RuntimeException | Error e) {
      finding = "untyped: " + e + " at " + e.getStackTrace()[0];
    }
    try {
      memory.close();
    } catch (IllegalStateException e) {
      finding =
          finding == null ? "leaked: " + e.getMessage().lines().findFirst().orElse("") : finding;
    }
    if (finding == null && storage.openFiles() > 0) {
      finding = storage.openFiles() + " files left open";
    }
    return finding;
  }
}
