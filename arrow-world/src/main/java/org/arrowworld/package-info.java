// SPDX-License-Identifier: Apache-2.0
/**
 * Where everything begins: {@link org.arrowworld.LiveWorld} for a world that runs, {@link
 * org.arrowworld.Store} for one that was recorded. Nothing in this module depends on this package.
 */
package org.arrowworld;
