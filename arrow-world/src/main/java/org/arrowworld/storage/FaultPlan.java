// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

/**
 * Decides which operations of a {@link MemoryStorage} go wrong. Operations that change something or
 * force it are counted from 0.
 */
@FunctionalInterface
public interface FaultPlan {

  /** What happens to one operation. */
  enum Fault {
    /** It succeeds. */
    NONE,
    /** It does nothing and throws. */
    FAIL,
    /** A write stores the first half of its bytes and throws; other operations fail. */
    SHORT,
    /** As {@code SHORT}, and every later operation, reads included, throws too. */
    CRASH
  }

  /** The kinds of counted operations. */
  enum Operation {
    CREATE,
    WRITE,
    TRUNCATE,
    FORCE,
    FORCE_DIRECTORY,
    CREATE_DIRECTORY,
    RENAME,
    DELETE,
    LOCK
  }

  /** The fate of operation number {@code index}. */
  Fault at(long index, Operation operation, String path);

  /** Nothing goes wrong. */
  static FaultPlan none() {
    return (index, operation, path) -> Fault.NONE;
  }

  /** One operation has a fault; those after it succeed (unless it is a crash). */
  static FaultPlan once(long faultIndex, Fault fault) {
    return (index, operation, path) -> index == faultIndex ? fault : Fault.NONE;
  }

  /** An operation and all after it have a fault. */
  static FaultPlan from(long firstIndex, Fault fault) {
    return (index, operation, path) -> index >= firstIndex ? fault : Fault.NONE;
  }
}
