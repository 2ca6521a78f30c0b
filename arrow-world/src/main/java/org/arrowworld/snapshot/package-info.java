// SPDX-License-Identifier: Apache-2.0
/** Snapshots: caches of the log at a tick, and bases (spec snapshot.md). */
package org.arrowworld.snapshot;
