// SPDX-License-Identifier: Apache-2.0
/**
 * The storage seam: every byte the project reads or writes in a store goes through {@link
 * org.arrowworld.storage.Storage}.
 */
package org.arrowworld.storage;
