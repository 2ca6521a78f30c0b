// SPDX-License-Identifier: Apache-2.0
/** Tables as {@code .npz} archives. Depends on {@code npy} and {@code table} of the core. */
package org.arrowworld.export.npz;
