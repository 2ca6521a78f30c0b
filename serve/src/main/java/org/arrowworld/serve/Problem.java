// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.serve;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.arrowworld.errors.DamagedFileException;
import org.arrowworld.errors.InvalidUseException;
import org.arrowworld.errors.MemoryFullException;
import org.arrowworld.errors.StoreNotFoundException;
import org.arrowworld.errors.UnsupportedVersionException;

/** Why a request is refused: an HTTP status, a kind for programs, a sentence for people. */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String kind;

  Problem(int status, String kind, String message) {
    super(message);
    this.status = status;
    this.kind = kind;
  }

  /** A request that asks for what there is not, or says it wrongly. */
  static Problem badRequest(String message) {
    return new Problem(400, "invalid_use", message);
  }

  static Problem notFound(String message) {
    return new Problem(404, "not_found", message);
  }

  static Problem busy(String message) {
    return new Problem(503, "busy", message);
  }

  /** What a failure is to the client. */
  static Problem of(Throwable failure) {
    if (failure instanceof Problem problem) {
      return problem;
    }
    if (failure instanceof InvalidUseException) {
      return badRequest(failure.getMessage());
    }
    if (failure instanceof DamagedFileException) {
      return new Problem(422, "damaged_file", failure.getMessage());
    }
    if (failure instanceof UnsupportedVersionException) {
      return new Problem(422, "unsupported_version", failure.getMessage());
    }
    if (failure instanceof StoreNotFoundException || failure instanceof NoSuchFileException) {
      return new Problem(404, "store_not_found", String.valueOf(failure.getMessage()));
    }
    if (failure instanceof MemoryFullException || failure instanceof OutOfMemoryError) {
      return new Problem(
          503,
          "memory_full",
          "Cannot answer: the server's memory is full (" + failure.getMessage() + ")");
    }
    if (failure instanceof IOException) {
      return new Problem(500, "failed", "Cannot read the store: " + failure.getMessage());
    }
    return new Problem(500, "failed", "Cannot answer: unexpected " + failure);
  }

  int status() {
    return status;
  }

  String kind() {
    return kind;
  }

  /** The body of the reply. */
  Map<String, Object> json() {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("kind", kind);
    error.put("status", status);
    error.put("message", getMessage());
    return Map.of("error", error);
  }
}
