// SPDX-License-Identifier: Apache-2.0
/**
 * Gridded fields: runs of snapshots of a grid, streamed to a directory of {@code .npy} files that
 * NumPy can read at every moment, and read back lazily. The layout is docs/fields.md (F-1 ...).
 */
package org.arrowworld.field;
