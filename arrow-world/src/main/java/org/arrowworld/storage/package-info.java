// SPDX-License-Identifier: Apache-2.0
/**
 * The storage seam: every byte the project reads or writes in a store goes through {@link
 * org.arrowworld.storage.Storage}. May depend on {@code errors} only.
 */
package org.arrowworld.storage;
