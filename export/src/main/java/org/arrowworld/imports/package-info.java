// SPDX-License-Identifier: Apache-2.0
/**
 * Files of others made into stores (spec import.md, npz.md): Arrow, Parquet, CSV, NumPy archives
 * and directories. Depends on the core, on {@code org.arrowworld.export.parquet} for reading
 * Parquet, and on the output rules of {@code org.arrowworld.export}.
 */
package org.arrowworld.imports;
