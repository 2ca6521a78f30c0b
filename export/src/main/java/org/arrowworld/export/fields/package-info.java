// SPDX-License-Identifier: Apache-2.0
/** Field runs as other files. Depends on {@code field} and {@code npy} of the core. */
package org.arrowworld.export.fields;
