// SPDX-License-Identifier: Apache-2.0
/**
 * Directories of the Python simlog reference, in. Depends on the core's {@code simlog}, {@code npy}
 * and {@code storage}.
 */
package org.arrowworld.imports.simlog;
