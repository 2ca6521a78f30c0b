// SPDX-License-Identifier: Apache-2.0
/**
 * Snapshots: caches of the log at a tick, and bases (spec snapshot.md). Depends on {@code table},
 * {@code log} positions, {@code storage} and {@code internal.ipc}.
 */
package org.arrowworld.snapshot;
