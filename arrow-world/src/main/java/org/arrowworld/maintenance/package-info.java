// SPDX-License-Identifier: Apache-2.0
/**
 * Work on whole stores: saving what can be read of a damaged one, and compaction. Depends on {@code
 * log}, {@code snapshot}, {@code store} and {@code timeline}.
 */
package org.arrowworld.maintenance;
