// SPDX-License-Identifier: Apache-2.0
/** Tables as {@code .npz} archives. */
package org.arrowworld.export.npz;
