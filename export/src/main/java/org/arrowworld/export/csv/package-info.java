// SPDX-License-Identifier: Apache-2.0
/** CSV. Depends on {@code rows} and, for decimals, on jackson-core. */
package org.arrowworld.export.csv;
