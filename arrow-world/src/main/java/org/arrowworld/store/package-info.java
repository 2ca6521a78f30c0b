// SPDX-License-Identifier: Apache-2.0
/** A store's directory and {@code store.json} (spec store.md). Knows the log, not snapshots. */
package org.arrowworld.store;
