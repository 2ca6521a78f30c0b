// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

/**
 * What stands behind the valid part of a log.
 *
 * @param kind how the valid part ends
 * @param file the segment
 * @param offset byte where the valid part ends
 * @param finding what was found there; empty if nothing
 */
public record Tail(Kind kind, String file, long offset, String finding) {

  /** How the valid part of a log ends. */
  public enum Kind {
    /** Nothing follows but zeros, if anything. A log cut exactly here would look the same. */
    CLEAN,
    /** Something unfinished follows, as a crash leaves it: rows without commit, or half a batch. */
    TORN,
    /** Verifiable batches follow what cannot be read: bytes have changed. */
    DAMAGED
  }
}
