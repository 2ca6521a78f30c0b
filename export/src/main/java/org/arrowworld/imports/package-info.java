// SPDX-License-Identifier: Apache-2.0
/**
 * Files of others made into stores (spec import.md, npz.md): Arrow, Parquet, CSV, NumPy archives
 * and directories.
 */
package org.arrowworld.imports;
