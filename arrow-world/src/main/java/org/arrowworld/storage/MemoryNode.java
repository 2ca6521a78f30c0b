// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.storage;

/** A file or directory of a {@link MemoryStorage}. */
interface MemoryNode {
  /** What is left of it after a crash; asked once per node, see {@link Survival#of}. */
  MemoryNode survivor(Survival survival);
}
