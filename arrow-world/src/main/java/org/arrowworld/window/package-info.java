// SPDX-License-Identifier: Apache-2.0
/**
 * A bounded window of recent ticks in memory over a history of any size on disk. Depends on {@code
 * timeline} and all below it.
 */
package org.arrowworld.window;
