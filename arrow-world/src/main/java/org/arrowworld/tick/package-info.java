// SPDX-License-Identifier: Apache-2.0
/**
 * One tick of a live world, as a simulation sees it: {@link org.arrowworld.tick.Tick}, its tables,
 * and the handles of rows born in it.
 */
package org.arrowworld.tick;
