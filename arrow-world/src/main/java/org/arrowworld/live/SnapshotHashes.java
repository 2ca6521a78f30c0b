// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.live;

/** When the hashes of a world's cache snapshots are computed (spec N-11). */
public enum SnapshotHashes {
  /** When somebody asks; a snapshot is published as fast as its files are. */
  ON_DEMAND,
  /** When a snapshot is written, and stored with it. */
  STORED
}
