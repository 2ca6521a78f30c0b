// SPDX-License-Identifier: Apache-2.0
/**
 * Where everything begins: {@link org.arrowworld.LiveWorld} for a world that runs, {@link
 * org.arrowworld.Store} for one that was recorded. Depends on the rest of this module; nothing in
 * it depends on this package but {@code fixture}.
 */
package org.arrowworld;
